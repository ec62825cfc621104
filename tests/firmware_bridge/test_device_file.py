"""A device file as a transport, proved on the slave side of a pty and on /dev/null."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.transports.device_file import DeviceFile
from firmware_bridge.transports.transport import DisconnectedError


@pytest.fixture
def port(tmp_path: Path) -> Iterator[PtyPort]:
    port = PtyPort(tmp_path / "lp0")
    port.replug()
    yield port
    port.unplug()


def test_bytes_pass_unchanged_both_ways(port: PtyPort) -> None:
    device = DeviceFile(port.address)
    device.write(bytes(range(256)))
    port.send(b"status\r")

    assert port.receive(1.0) == bytes(range(256))
    assert device.read(3, 1.0) == b"sta"
    assert device.read(100, 1.0) == b"tus\r"
    assert device.read(100, 0.0) == b""
    device.close()
    device.close()


def test_a_device_that_takes_nothing_is_disconnected_in_time(port: PtyPort) -> None:
    device = DeviceFile(port.address, write_timeout_s=0.1)

    with pytest.raises(DisconnectedError, match="takes nothing: check its paper"):
        device.write(b"8" * 1_000_000)
    device.close()


def test_an_unplugged_device_is_disconnected_for_reading_and_writing(port: PtyPort) -> None:
    device = DeviceFile(port.address)
    port.unplug()

    with pytest.raises(DisconnectedError, match="was lost"):
        device.read(1, 1.0)
    with pytest.raises(DisconnectedError, match="was lost"):
        device.write(b"A")
    device.close()
    with pytest.raises(DisconnectedError, match="was lost"):
        device.read(1, 0.0)


def test_two_programs_cannot_share_a_device(port: PtyPort) -> None:
    first = DeviceFile(port.address)

    with pytest.raises(DisconnectedError, match="in use by another program"):
        DeviceFile(port.address)
    first.close()
    DeviceFile(port.address).close()


def test_a_device_that_is_always_ready_and_empty_gives_nothing() -> None:
    device = DeviceFile("/dev/null")

    assert device.read(100, 0.01) == b""
    device.close()


def test_a_file_that_is_no_device_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("mine")

    with pytest.raises(DisconnectedError, match="is no device file"):
        DeviceFile(str(file))
    assert file.read_text() == "mine"


def test_a_device_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(DisconnectedError, match="is not there: check its cable"):
        DeviceFile(str(tmp_path / "lp0"))
