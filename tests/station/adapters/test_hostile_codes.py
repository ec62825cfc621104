"""Codes made to do harm, from the scanner's bytes to what the machine is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware_bridge.clients.honeywell import HoneywellScanner
from firmware_bridge.clients.plain import PlainScanner
from firmware_bridge.clients.ssi import SsiScanner
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.honeywell import HoneywellImitation
from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.emulators.plain import PlainImitation
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.emulators.ssi import SsiImitation
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.transport import Transport
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.devices import Client, DeviceThread
from station.adapters.readers import BarcodeReader
from station.domain.events import FaultRaised, Scanned
from station.domain.faults import FaultCode
from station.domain.scan import NotUnderstood, PlainScanned, read_scan
from tests.support.events import Heard

OpenWire = Callable[[], Transport]
PROTOCOLS: dict[str, tuple[Callable[[OpenWire], Client], Callable[[], Imitation]]] = {
    "plain": (PlainScanner, PlainImitation),
    "ssi": (SsiScanner, SsiImitation),
    "honeywell": (HoneywellScanner, HoneywellImitation),
}
GTIN = "0104006381333931"
GOOD = "a good code after it, number "
NEVER_UNDERSTOOD = {
    "4 kB of digits": "8" * 4090,
    "more than 4 kB": "8" * 5000,
    "NUL in a command": "RG:CMD:\0TAKE",
    "NUL after an item": f"]d2{GTIN}\0",
    "RTL override in a command": "RG:CMD:\u202eEKAT",
    "RTL override in a serial": f"]d2{GTIN}21\u202eAB",
    "isolate in a plate": "RG:PLATE:\u2066P1\u2069",
    "zero-width joiner in a bin": "RG:BIN:SCRAP\u200d-1",
    "homoglyphs of a command": "RG:CMD:\u0422\u0410\u041a\u0415",
    "fullwidth digits": "".join(chr(0xFF10 + int(digit)) for digit in "4006381333931"),
    "superscript digits": "\u00b2" * 13,
    "escape sequence": "\x1b[2J\x1b]0;owned\x07",
    "keys of a keyboard interface": "RG:CMD:TAKE\x08\x08\x08\x08",
    "line end inside a command": "RG:CMD:TAKE\nRG:CMD:SCRAP",
    "tab between commands": "RG:CMD:TAKE\tRG:CMD:SCRAP",
    "line separator": "RG:CMD:TAKE\u2028RG:CMD:SCRAP",
    "a menu reply": "CBRENA1\x06!RG:CMD:SCRAP",
    "an SSI packet": "\x04\udcd0\x04\x00\udcff\x28",
    "invalid UTF-8": "\udcff\udcfe\udc80",
    "half a UTF-8 sign": "RG:CMD:TAKE\udce4",
    "NUL in latin-1": "M\udcfcller\x00",
    "surrogate of UTF-16": "\udced\udca0\udc80",
    "emoji": "RG:BADGE:\U0001f4a9",
    "format of one own code": "RG:BADGE:{0}%s",
    "SQL in an own code": "RG:PLATE:1';DROP TABLE inspections;--",
    "markup in an own code": "RG:TOTE:<b>T</b>",
    "path in an own code": "RG:TOTE:../../etc/passwd",
    "two own codes": "RG:CMD:TAKERG:CMD:SCRAP",
}
TEXT_AT_MOST = {
    "format": "{0}{event.__class__}%s%n",
    "CSV": "=cmd|' /C calc'!A0",
    "ZPL": "^XA^FDowned^FS^XZ",
    "SQL": "'; DROP TABLE inspections; --",
    "markup": "<script>alert(1)</script>",
    "shell": "$(reboot)`reboot`",
    "TOML": 'x"]\nkind = "y'.replace("\n", " "),
    "identifier twice": "]Q1]C1" + GTIN,
    "unknown identifier": "]b9" + "A",
    "quotes": "\"'\\",
}


class Desk:
    """A scanner on a pty, its client in a thread, and what was heard of them."""

    def __init__(self, protocol: str, link: Path) -> None:
        make_client, make_imitation = PROTOCOLS[protocol]
        self.heard = Heard()
        self.scanner = Emulator(make_imitation(), PtyPort(link))
        clock = SystemClock()
        reader = BarcodeReader(emit=self.heard, clock=clock, identifiers=SystemIdentifiers())
        self.thread = DeviceThread(
            make_client(lambda: SerialPort(str(link))),
            subject="scanner",
            lost=FaultCode.SCANNER_LOST,
            emit=self.heard,
            clock=clock,
            hear=reader.hear,
        )

    def scanned(self, text: str) -> list[str]:
        """What comes of a code, known by the good code that follows it."""
        before = len(self.heard.of(Scanned))
        self.scanner.act(text)
        for _ in range(20):
            self.scanner.act(f"]C0{GOOD}{before}")
            try:
                self.heard.wait(
                    Scanned, holds=lambda scan: scan.text == f"]C0{GOOD}{before}", timeout_s=1.0
                )
            except AssertionError:
                continue
            break
        scans = self.heard.of(Scanned)[before:]
        return [scan.text for scan in scans if GOOD not in scan.text]


@contextmanager
def opened(protocol: str, link: Path) -> Iterator[Desk]:
    desk = Desk(protocol, link)
    with desk.scanner:
        desk.thread.start()
        try:
            yield desk
        finally:
            desk.thread.stop()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_hostile_codes_reach_the_machine_as_nothing_else(protocol: str, tmp_path: Path) -> None:
    with opened(protocol, tmp_path / "scanner") as desk:
        desk.scanned("]C0the port is open once this has come")
        for name, text in (NEVER_UNDERSTOOD | TEXT_AT_MOST).items():
            told = desk.scanned(text)
            assert told, name
            for heard in told:
                meaning = read_scan(heard)
                if name in NEVER_UNDERSTOOD:
                    assert isinstance(meaning, NotUnderstood), (name, heard)
                elif isinstance(meaning, PlainScanned):
                    assert text.endswith(meaning.text), (name, heard)
                else:
                    assert isinstance(meaning, NotUnderstood), (name, heard)
        assert not desk.heard.of(FaultRaised)
