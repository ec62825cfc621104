"""Barcodes from a scanner on a pty to events."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.clients.plain import PlainScanner
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.plain import PlainImitation
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.transports.serial_port import SerialPort
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.devices import DeviceThread
from station.adapters.readers import BarcodeReader, refused_text
from station.domain.events import FaultCleared, FaultRaised, Scanned
from station.domain.faults import FaultCode
from station.domain.scan import ItemScanned, NotUnderstood, read_scan
from tests.support.events import Heard

LABEL = "010400638133393121S1"


class Desk:
    """A plugged-in scanner, its reader, and what was heard of them."""

    def __init__(self, link: Path) -> None:
        self.heard = Heard()
        self.scanner = Emulator(PlainImitation(), PtyPort(link))
        clock = SystemClock()
        reader = BarcodeReader(emit=self.heard, clock=clock, identifiers=SystemIdentifiers())
        self.reader = DeviceThread(
            PlainScanner(lambda: SerialPort(str(link))),
            subject="scanner",
            lost=FaultCode.SCANNER_LOST,
            emit=self.heard,
            clock=clock,
            hear=reader.hear,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "scanner")
    with made.scanner:
        yield made
        made.reader.stop()


def scan_until_heard(desk: Desk, text: str, *, symbology: str = "") -> Scanned:
    """Scan as a person does: again, while nothing comes of it (the port may still be shut)."""
    for _ in range(50):
        count = len(desk.heard.of(Scanned))
        desk.scanner.act(symbology + text)
        try:
            return desk.heard.wait(Scanned, count + 1, timeout_s=0.3)
        except AssertionError:
            continue
    pytest.fail("the scan never arrived")


def test_a_code_arrives_with_its_symbology_and_a_fresh_identifier(desk: Desk) -> None:
    desk.reader.start()

    first = scan_until_heard(desk, LABEL, symbology="]d2")
    second = scan_until_heard(desk, LABEL, symbology="]d2")

    assert first.text == "]d2" + LABEL
    assert isinstance(read_scan(first.text), ItemScanned)
    assert first.fresh_id < second.fresh_id
    assert not desk.heard.of(FaultRaised)


def test_a_damaged_code_never_names_an_item(desk: Desk) -> None:
    desk.reader.start()
    scan_until_heard(desk, LABEL, symbology="]d2")

    desk.scanner.act("0104006381333931\x0221S1")
    damaged = desk.heard.wait(Scanned, holds=lambda scan: "\x02" in scan.text)

    assert read_scan(damaged.text) == NotUnderstood("scan-control-characters")


def test_a_scanner_that_is_unplugged_is_said_once_and_its_return_once(desk: Desk) -> None:
    desk.reader.start()
    scan_until_heard(desk, LABEL, symbology="]d2")

    desk.scanner.unplug()
    lost = desk.heard.wait(FaultRaised)
    desk.scanner.replug()
    desk.heard.wait(FaultCleared)
    scan_until_heard(desk, LABEL, symbology="]d2")

    assert (lost.fault.code, lost.fault.subject) == (FaultCode.SCANNER_LOST, "scanner")
    assert not lost.fault.blocks
    assert len(desk.heard.of(FaultRaised)) == len(desk.heard.of(FaultCleared)) == 1


def test_a_scanner_missing_from_the_start_is_a_fault_in_words(desk: Desk) -> None:
    desk.scanner.unplug()
    desk.reader.start()

    assert "check its cable" in desk.heard.wait(FaultRaised).fault.detail


@given(st.binary(max_size=64))
def test_the_bytes_of_damage_are_always_refused_by_the_scan_grammar(raw: bytes) -> None:
    assert isinstance(read_scan(refused_text(raw)), NotUnderstood)
