"""Addresses of a configuration, opened for real or refused in a sentence."""

import socket
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.transports.device_file import DeviceFile
from firmware_bridge.transports.opening import opener
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.tcp import TcpWire
from firmware_bridge.transports.transport import DisconnectedError


def test_a_path_is_a_serial_port(tmp_path: Path) -> None:
    port = PtyPort(tmp_path / "scanner")
    port.replug()
    wire = opener(port.address, baud=115_200)()

    assert isinstance(wire, SerialPort)
    wire.write(b"A")
    assert port.receive(1.0) == b"A"
    wire.close()
    port.unplug()


def test_a_tcp_address_is_a_connection() -> None:
    port = TcpPort()
    port.replug()
    wire = opener(port.address)()

    assert isinstance(wire, TcpWire)
    wire.close()
    port.unplug()


def test_a_file_address_is_a_device_file(tmp_path: Path) -> None:
    port = PtyPort(tmp_path / "printer")
    port.replug()
    wire = opener(f"file://{port.address}")()

    assert isinstance(wire, DeviceFile)
    wire.close()
    port.unplug()


def test_a_usb_identity_is_looked_for_when_it_is_opened() -> None:
    open_wire = opener("0C2E:0901:Z9")

    with pytest.raises(DisconnectedError, match="No device 0C2E:0901:Z9 is plugged in"):
        open_wire()


def test_an_address_where_nobody_listens_says_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]

    with pytest.raises(DisconnectedError, match="does not accept a connection"):
        opener(f"tcp://127.0.0.1:{number}")()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "is no address of a device"),
        ("/dev/tty\n", "is no address of a device"),
        ("http://printer", "is no address of a device: write a path"),
        ("printer:9100", "write a path, VID:PID"),
        ("C2E:901", "write a path, VID:PID"),
        ("tcp://", "write tcp://host:port"),
        ("tcp://printer", "write tcp://host:port"),
        ("tcp://printer:0", "write tcp://host:port"),
        ("tcp://printer:70000", "write tcp://host:port"),
        ("tcp://printer:port", "write tcp://host:port"),
        ("tcp://printer:9100/label", "write tcp://host:port"),
        ("tcp://[::1:9100", "write tcp://host:port"),
        ("tcp://printer..local:9100", "write tcp://host:port"),
        ("file://dev/usb/lp0", "write file:///dev/usb/lp0"),
        ("file:///", "write file:///dev/usb/lp0"),
    ],
)
def test_a_wrong_address_is_refused_in_a_sentence(address: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        opener(address)

    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("baud", [0, -9600, 10_000_000])
def test_an_impossible_speed_is_refused(baud: int) -> None:
    with pytest.raises(ValueError, match="is no speed"):
        opener("/dev/ttyS0", baud=baud)


@given(st.text())
@example("tcp://[")
@example("tcp://a:1%")
def test_any_text_is_an_address_or_refused(address: str) -> None:
    try:
        said = opener(address) and "opened."
    except ValueError as refused:
        said = str(refused)

    assert said.endswith(".")
