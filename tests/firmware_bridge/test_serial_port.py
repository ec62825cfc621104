"""A serial port as a transport, proved on a pty."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.transports.ports import Port, list_ports, path_of
from firmware_bridge.transports.serial_port import ByteFormat, SerialPort
from firmware_bridge.transports.transport import DisconnectedError

WAIT_S = 2.0


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "scanner"


@contextmanager
def plugged(link: Path) -> Iterator[PtyPort]:
    """A pty that is plugged in, seen from the device's end."""
    port = PtyPort(link)
    port.replug()
    yield port
    port.unplug()


def usb_port(path: str, serial_number: str | None) -> Port:
    return Port(path, path, 0x0C2E, 0x0901, serial_number, "Maker", "Scanner")


def read_all(port: SerialPort, count: int) -> bytes:
    content = b""
    while len(content) < count:
        chunk = port.read(4096, WAIT_S)
        assert chunk, "the port fell silent"
        content += chunk
    return content


def test_every_byte_value_arrives_unchanged(link: Path) -> None:
    with plugged(link) as scanner:
        port = SerialPort(str(link))
        scanner.send(bytes(range(256)))

        assert read_all(port, 256) == bytes(range(256))
        port.close()


def test_the_emulated_port_is_raw_whoever_opens_it(link: Path) -> None:
    with plugged(link) as scanner:
        port = os.open(link, os.O_RDWR | os.O_NOCTTY)
        scanner.send(b"A\r\x03\x04B")

        assert os.read(port, 6) == b"A\r\x03\x04B"
        assert scanner.receive(0.0) == b""
        os.close(port)


def test_a_read_gives_no_more_than_was_asked_for(link: Path) -> None:
    with plugged(link) as scanner:
        port = SerialPort(str(link))
        scanner.send(b"ABCDEF")
        scanner.wait_read(0.0)
        pieces = [port.read(1, WAIT_S), port.read(2, WAIT_S)]

        assert all(1 <= len(piece) <= limit for piece, limit in zip(pieces, (1, 2), strict=True))
        assert b"ABCDEF".startswith(b"".join(pieces))
        port.close()


def test_a_silent_port_gives_nothing_after_the_timeout(link: Path) -> None:
    with plugged(link):
        port = SerialPort(str(link))

        assert port.read(4096, 0.01) == b""
        assert port.read(4096, 0.0) == b""
        port.close()


def test_what_is_written_reaches_the_device_and_nothing_comes_back(link: Path) -> None:
    with plugged(link) as scanner:
        port = SerialPort(str(link))
        port.write(b"\x16T\r")
        scanner.send(b"ABC\r")

        assert read_all(port, 4) == b"ABC\r"
        assert scanner.receive(0.0) == b"\x16T\r"
        port.close()


def test_a_device_that_takes_nothing_is_disconnected(link: Path) -> None:
    with plugged(link):
        port = SerialPort(str(link))

        with pytest.raises(DisconnectedError):
            port.write(b"8" * 1_000_000)
        port.close()


def test_an_unplugged_port_is_disconnected_for_reading_and_writing(link: Path) -> None:
    with plugged(link) as scanner:
        port = SerialPort(str(link))
        scanner.unplug()

        with pytest.raises(DisconnectedError, match="was lost"):
            port.read(1, WAIT_S)
        with pytest.raises(DisconnectedError, match="was lost"):
            port.read(1, WAIT_S / 2)
        with pytest.raises(DisconnectedError, match="was lost"):
            port.write(b"A")
        port.close()
        port.close()


def test_a_port_that_is_not_there_says_so(link: Path) -> None:
    with pytest.raises(DisconnectedError, match="is not there: check its cable"):
        SerialPort(str(link))


def test_a_file_that_is_no_port_is_refused(link: Path) -> None:
    link.write_text("not a port")

    with pytest.raises(DisconnectedError, match=r"cannot be opened .*: correct its address"):
        SerialPort(str(link))


def test_two_programs_cannot_share_a_port(link: Path) -> None:
    with plugged(link):
        first = SerialPort(str(link))
        with pytest.raises(DisconnectedError, match="in use by another program"):
            SerialPort(str(link))
        first.close()
        second = SerialPort(str(link))

        assert second.read(1, 0.0) == b""
        second.close()


def test_the_link_survives_a_replug(link: Path) -> None:
    with plugged(link) as scanner:
        first = SerialPort(str(link))
        scanner.unplug()
        assert not link.is_symlink()
        scanner.replug()
        second = SerialPort(str(link))
        scanner.send(b"ABC")

        assert read_all(second, 3) == b"ABC"
        first.close()
        second.close()
    assert not link.is_symlink()


def test_a_usb_device_is_found_by_its_identity() -> None:
    ports = (usb_port("/dev/ttyACM0", "A1"), usb_port("/dev/ttyACM1", "B2"))

    assert path_of("0c2e:0901:B2", ports) == "/dev/ttyACM1"
    assert path_of("0C2E:0901", ports[:1]) == "/dev/ttyACM0"


def test_a_usb_identity_of_two_devices_is_refused_and_both_are_named() -> None:
    ports = (usb_port("/dev/ttyACM0", "A1"), usb_port("/dev/ttyACM1", "B2"))

    with pytest.raises(DisconnectedError, match=r"ttyACM0, /dev/ttyACM1.*add the serial number"):
        path_of("0C2E:0901", ports)


def test_a_usb_identity_of_no_device_is_refused() -> None:
    with pytest.raises(DisconnectedError, match="No device 0C2E:0901:Z9 is plugged in"):
        path_of("0C2E:0901:Z9", (usb_port("/dev/ttyACM0", "A1"),))


@given(st.text(min_size=1))
def test_a_name_is_either_kept_as_a_path_or_looked_for(name: str) -> None:
    try:
        found = path_of(name, ())
    except DisconnectedError:
        return

    assert found == name


def test_listing_ports_names_each_by_the_path_that_survives_a_replug(tmp_path: Path) -> None:
    ports = list_ports()
    links = tmp_path / "by-id"
    links.mkdir()
    for number, port in enumerate(ports):
        (links / f"usb-{number}").symlink_to(port.path)

    assert [port.path for port in ports] == sorted(port.path for port in ports)
    assert [port.identity for port in list_ports(links)] == [
        str(links / f"usb-{number}") for number, _ in enumerate(ports)
    ]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Drop root's rights for a while, where the tests run as root."""
    user, group, groups = os.geteuid(), os.getegid(), os.getgroups()
    if user == 0:
        os.setgroups([])
        os.setegid(65_534)
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(user)
        os.setegid(group)
        if user == 0:
            os.setgroups(groups)


def test_a_port_that_may_not_be_opened_names_the_group_that_owns_it(link: Path) -> None:
    with plugged(link):
        device = link.resolve()
        device.chmod(0o060)
        group = device.group()
        with as_nobody(), pytest.raises(DisconnectedError) as refused:
            SerialPort(str(device))

    assert str(refused.value) == (
        f"The port {device} may not be opened: it belongs to the group {group}; "
        f"add this user to {group}, then log out and in again."
    )


def test_a_port_that_no_group_may_open_sends_nobody_into_one(link: Path) -> None:
    with plugged(link):
        device = link.resolve()
        device.chmod(0)
        with as_nobody(), pytest.raises(DisconnectedError, match="only its owner may; ask"):
            SerialPort(str(device))


def test_a_port_that_another_process_has_open_is_in_use(link: Path) -> None:
    program = (
        "import sys\n"
        "from firmware_bridge.transports.serial_port import SerialPort\n"
        "port = SerialPort(sys.argv[1])\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with plugged(link):
        other = subprocess.Popen(
            [sys.executable, "-c", program, str(link)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(DisconnectedError, match="in use by another program: close that"):
            SerialPort(str(link))
        other.communicate()
        SerialPort(str(link)).close()


def test_both_byte_formats_open_a_pty(link: Path) -> None:
    with plugged(link) as device:
        for byte_format in get_args(ByteFormat):
            port = SerialPort(str(link), 19_200, byte_format)
            device.send(b"A")

            assert read_all(port, 1) == b"A"
            port.close()


def test_a_port_without_modem_lines_says_so(link: Path) -> None:
    with plugged(link):
        port = SerialPort(str(link))
        with pytest.raises(DisconnectedError, match="has no CTS and DSR lines"):
            port.contacts()
        port.close()


def test_the_modem_lines_of_a_lost_port_are_lost(link: Path) -> None:
    with plugged(link) as device:
        port = SerialPort(str(link))
        device.unplug()
        with pytest.raises(DisconnectedError, match="was lost"):
            port.contacts()
        port.close()
