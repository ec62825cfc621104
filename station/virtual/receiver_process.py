"""Starts and stops the reference receiver as a child process."""

import json
import os
import subprocess
import sys
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

_END_S = 5.0
_ANSWER_S = 30.0


class ReceiverProcess:
    """The receiver over a store file, running from construction until `stop`.

    It ends by itself when this process dies, because its standard input ends then.
    """

    def __init__(self, store: Path, port: int = 0) -> None:
        command = [sys.executable, "-m", "station.virtual.receiver"]
        self._process = subprocess.Popen(
            [*command, "--port", str(port), "--store", str(store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        line = self._process.stdout.readline() if self._process.stdout else b""
        if not line:
            raise RuntimeError(f"the receiver ended with {self._process.wait()} before it served")
        self._port = int(json.loads(line)["port"])

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def counts(self) -> dict[str, int]:
        """What the receiver says it keeps: `unique_ids`, `duplicates`, `repeated_posts`."""
        return self._ask("GET", "/counts", b"")

    def misbehave(self, mode: str, times: int) -> None:
        """Have the next posts spoiled in one of the modes of station.virtual.receiver."""
        self._ask("POST", "/misbehave", json.dumps({"mode": mode, "for": times}).encode())

    def stop(self) -> None:
        """End it; doing it twice is harmless."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, method: str, path: str, body: bytes) -> dict[str, int]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_S)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            content: dict[str, int] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != HTTPStatus.OK:
            raise ValueError(f"the receiver does not do that: {content}")
        return content
