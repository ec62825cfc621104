"""Barcode readers: what a scanner delivers becomes events."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from firmware_bridge.clients.scanning import ScannerEvent
from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.readings import Back, Lost
from station.domain.events import Event, FaultCleared, FaultRaised, Scanned
from station.domain.faults import Fault, FaultCode
from station.domain.gs1 import GROUP_SEPARATOR

_log = logging.getLogger(__name__)

_POLL_S = 0.2
_CANCEL = "\x18"


class Clock(Protocol):
    """Wall time."""

    def now(self) -> datetime: ...


class Identifiers(Protocol):
    """Fresh identifiers."""

    def fresh(self) -> str: ...


class Scanner(Protocol):
    """A scanner client of any protocol, polled from one thread."""

    def poll(self, timeout_s: float) -> tuple[ScannerEvent, ...]: ...

    def close(self) -> None: ...


class BarcodeReader:
    """Polls a scanner in a thread of its own and emits what it read.

    A damaged code is passed on as text that the scan grammar refuses, so it can never name an
    item and the operator is told to scan again.
    """

    def __init__(
        self,
        scanner: Scanner,
        *,
        emit: Callable[[Event], None],
        clock: Clock,
        identifiers: Identifiers,
        subject: str = "scanner",
    ) -> None:
        """`scanner` is used by this reader alone; `subject` names it in faults."""
        self._scanner = scanner
        self._emit = emit
        self._clock = clock
        self._identifiers = identifiers
        self._subject = subject
        self._lost = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"reader {subject}")

    def start(self) -> None:
        """Start reading; events may come from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading and let go of the port; no event comes after it."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                for event in self._scanner.poll(_POLL_S):
                    self._pass_on(event)
        except Exception:
            _log.exception("The reader of %s failed.", self._subject)
            detail = "The scanner's part of the station failed: start the station again."
            self._raise(Fault(FaultCode.STATION_BUG, self._subject, detail, blocks=True))
        finally:
            self._scanner.close()

    def _pass_on(self, event: ScannerEvent) -> None:
        match event:
            case Code(text, symbology):
                self._scanned((symbology or "") + text)
            case Damage(raw=raw):
                self._scanned(refused_text(raw))
            case Lost(reason):
                self._lost = True
                self._raise(Fault(FaultCode.SCANNER_LOST, self._subject, reason))
            case Back():
                if self._lost:
                    self._lost = False
                    self._emit(FaultCleared(self._clock.now(), self._subject))

    def _scanned(self, text: str) -> None:
        self._emit(Scanned(self._clock.now(), text, self._identifiers.fresh()))

    def _raise(self, fault: Fault) -> None:
        self._emit(FaultRaised(self._clock.now(), fault))


def refused_text(raw: bytes) -> str:
    """The bytes of a damaged code as text with a control character, which no scan may hold."""
    text = raw.decode("utf-8", "replace")
    if any((c < " " and c != GROUP_SEPARATOR) or c == "\x7f" for c in text):
        return text
    return text + _CANCEL
