"""The clients of the tag readers on real ptys, against every fault that wires have."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rfid import EPC, KINDS, OTHER, Kind, epcs, states

from firmware_bridge.clients.inventory import Reading, TagReader
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import EmulatedPort, PtyPort, TcpPort
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.tcp import TcpWire
from firmware_bridge.transports.transport import Transport

PATIENCE_S = 40.0

kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


class Site:
    """A reader's client on the pty of an emulated reader with two tags before it."""

    def __init__(
        self, kind: Kind, folder: Path, *faults: Fault, port: EmulatedPort | None = None
    ) -> None:
        imitation = kind.imitation(f"tag {EPC} -48", f"tag {OTHER} -60")
        port = port or PtyPort(folder / "reader")
        self.emulator = Emulator(imitation, port, faults=faults, seed=7)
        self.readings: list[Reading] = []
        self.reader: TagReader[object] = kind.reader(self._open, **kind.settings)

    def until(self, enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not enough():
            self.readings += self.reader.poll(0.05)
            assert time.monotonic() < deadline, self.readings[-20:]

    def read(self) -> None:
        """Poll until both tags were read since now."""
        self.readings.clear()
        self.until(lambda: epcs(self.readings) >= {EPC, OTHER})

    def _open(self) -> Transport:
        address = self.emulator.port.address
        if address.startswith("tcp://"):
            host, _, number = address.removeprefix("tcp://").rpartition(":")
            return TcpWire(host, int(number))
        return SerialPort(address, 115_200)


@kinds
@pytest.mark.parametrize(
    "fault",
    [Fault.NOISE, Fault.SPLIT, Fault.GLUE, Fault.ECHO, Fault.SLOW, Fault.FLOOD],
)
def test_a_bad_line_delays_tags_and_invents_none(kind: Kind, fault: Fault, tmp_path: Path) -> None:
    site = Site(kind, tmp_path, fault)
    with site.emulator:
        site.until(lambda: epcs(site.readings) >= {EPC, OTHER})
        site.reader.close()

    assert epcs(site.readings) == {EPC, OTHER}
    assert states(site.readings)[-1] is Back


@kinds
@pytest.mark.parametrize("fault", [Fault.SILENCE, Fault.WRONG_CHECKSUM])
def test_a_reader_that_cannot_be_understood_is_lost_once_and_never_read(
    kind: Kind, fault: Fault, tmp_path: Path
) -> None:
    site = Site(kind, tmp_path, fault)
    with site.emulator:
        site.until(lambda: Lost in states(site.readings))
        site.reader.close()

    assert states(site.readings) == [Lost]
    assert epcs(site.readings) == set()


@kinds
@pytest.mark.parametrize("fault", [Fault.UNPLUG, Fault.UNPLUG_MID_FRAME, Fault.REPLUG])
def test_a_pulled_cable_is_said_once_and_the_reader_found_again(
    kind: Kind, fault: Fault, tmp_path: Path
) -> None:
    site = Site(kind, tmp_path, fault)
    with site.emulator:
        site.until(lambda: Lost in states(site.readings))
        if fault is Fault.UNPLUG:
            site.emulator.replug()
        site.until(lambda: states(site.readings)[-1] is Back)
        found = states(site.readings)
        site.read()
        site.reader.close()

    assert found in ([Lost, Back], [Back, Lost, Back])
    assert epcs(site.readings) == {EPC, OTHER}


@kinds
def test_a_second_program_is_told_that_the_port_is_taken(kind: Kind, tmp_path: Path) -> None:
    site = Site(kind, tmp_path)
    with site.emulator:
        site.read()
        other = kind.reader(lambda: SerialPort(site.emulator.port.address))
        (lost,) = other.poll(0.1)
        site.read()
        site.reader.close()
        other.close()

    assert isinstance(lost, Lost)
    assert "in use by another program" in lost.reason


@kinds
def test_a_probe_gets_a_sentence_from_this_kind_and_none_from_a_silent_port(
    kind: Kind, tmp_path: Path
) -> None:
    site, silent = Site(kind, tmp_path), Site(kind, tmp_path / "silent", Fault.SILENCE)
    (tmp_path / "silent").mkdir()
    identify = kind.family.identify
    assert identify is not None
    with site.emulator, silent.emulator:
        wire = SerialPort(site.emulator.port.address)
        other = SerialPort(silent.emulator.port.address)
        said = identify(wire)
        nothing = identify(other)
        wire.close()
        other.close()

    assert said is not None
    assert said.endswith(".")
    assert ("states no strength" in said) == (kind.name == "uhfreader18")
    assert nothing is None


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if "tcp" in kind.family.wires], ids=lambda kind: kind.name
)
def test_a_reader_on_a_network_is_read_lost_and_found_again(kind: Kind, tmp_path: Path) -> None:
    site = Site(kind, tmp_path, port=TcpPort())
    with site.emulator:
        site.read()
        site.readings.clear()
        site.emulator.unplug()
        site.until(lambda: Lost in states(site.readings))
        site.emulator.replug()
        site.until(lambda: states(site.readings)[-1] is Back)
        found = states(site.readings)
        site.read()
        site.reader.close()

    assert found == [Lost, Back]
    assert epcs(site.readings) == {EPC, OTHER}
