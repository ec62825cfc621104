"""A TCP connection as a transport, proved on the loopback."""

import socket
from collections.abc import Iterator

import pytest

from firmware_bridge.emulators.ports import TcpPort
from firmware_bridge.transports.tcp import TcpWire
from firmware_bridge.transports.transport import DisconnectedError


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def wire(listener: socket.socket) -> Iterator[TcpWire]:
    wire = TcpWire(*listener.getsockname())
    yield wire
    wire.close()


@pytest.fixture
def device(listener: socket.socket, wire: TcpWire) -> Iterator[socket.socket]:
    device, _ = listener.accept()
    with device:
        yield device


def test_bytes_pass_unchanged_both_ways(wire: TcpWire, device: socket.socket) -> None:
    device.sendall(bytes(range(256)))
    wire.write(b"\x00\xffquestion")
    heard = b""
    while len(heard) < 256:
        heard += wire.read(100, 1.0)

    assert heard == bytes(range(256))
    assert device.recv(100) == b"\x00\xffquestion"


def test_a_silent_device_gives_nothing_after_the_timeout(
    wire: TcpWire, device: socket.socket
) -> None:
    assert wire.read(100, 0.01) == wire.read(100, 0.0) == b""
    device.sendall(b"late")
    assert wire.read(100, 1.0) == b"late"


def test_a_read_gives_no_more_than_was_asked_for(wire: TcpWire, device: socket.socket) -> None:
    device.sendall(b"ABCDEF")

    assert wire.read(2, 1.0) == b"AB"


def test_a_device_that_takes_nothing_is_disconnected(wire: TcpWire, device: socket.socket) -> None:
    device.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    with pytest.raises(DisconnectedError, match="was lost"):
        wire.write(b"8" * 50_000_000)


def test_a_connection_that_the_device_closes_is_lost(wire: TcpWire, device: socket.socket) -> None:
    device.close()

    with pytest.raises(DisconnectedError, match="was lost: check its cable and power"):
        wire.read(100, 1.0)


def test_a_pulled_device_is_lost_for_reading_and_writing() -> None:
    port = TcpPort()
    port.replug()
    host, number = port.address.removeprefix("tcp://").split(":")
    wire = TcpWire(host, int(number))
    port.receive(1.0)
    port.unplug()

    with pytest.raises(DisconnectedError, match="was lost"):
        wire.read(100, 1.0)
    with pytest.raises(DisconnectedError, match="was lost"):
        wire.write(b"A")
    wire.close()
    wire.close()
    with pytest.raises(DisconnectedError, match="was lost"):
        wire.read(100, 0.0)


def test_an_address_where_nobody_listens_says_what_to_check(listener: socket.socket) -> None:
    host, number = listener.getsockname()
    listener.close()

    with pytest.raises(DisconnectedError, match="does not accept a connection: check its power"):
        TcpWire(host, number)


def test_a_name_that_is_none_says_so() -> None:
    with pytest.raises(DisconnectedError, match="is not known in this network: check its name"):
        TcpWire("no such name", 9100)
