"""What children do in tests, importable by name."""

from multiprocessing.connection import Connection
from typing import Any


def echo(connection: "Connection[Any, Any]", prefix: str) -> None:
    """Answer each text with itself behind a prefix."""
    while True:
        connection.send(f"{prefix} {connection.recv()}")


def break_down(connection: "Connection[Any, Any]") -> None:
    """A bug."""
    connection.send(1 / 0)
