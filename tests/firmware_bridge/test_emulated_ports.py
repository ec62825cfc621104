"""The TCP port of an emulated device: one program at a time, and the next when it has gone."""

import socket
from collections.abc import Iterator

import pytest

from firmware_bridge.emulators.ports import TcpPort


@pytest.fixture
def port() -> Iterator[TcpPort]:
    made = TcpPort()
    made.replug()
    yield made
    made.unplug()


def program(port: TcpPort) -> socket.socket:
    number = int(port.address.rsplit(":", 1)[1])
    return socket.create_connection(("127.0.0.1", number), 5.0)


def test_a_program_that_comes_right_after_another_has_gone_is_let_in(port: TcpPort) -> None:
    with program(port):
        port.receive(1.0)
    with program(port) as second:
        second.sendall(b"hello")
        heard = b"".join(port.receive(0.5) for _ in range(3))

    assert heard == b"hello"
    assert port.visits == 2


def test_a_second_program_is_turned_away_while_the_first_is_there(port: TcpPort) -> None:
    with program(port) as first, program(port) as second:
        port.receive(1.0)
        port.receive(1.0)
        second.settimeout(5.0)

        assert second.recv(1) == b""
        first.sendall(b"still here")
        assert port.receive(1.0) == b"still here"
