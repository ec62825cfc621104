"""Barcode readers: what a scanner delivers becomes events."""

from collections.abc import Callable

from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from station.domain.events import Event, Scanned
from station.domain.gs1 import GROUP_SEPARATOR
from station.ports import Clock, Identifiers

_CANCEL = "\x18"


class BarcodeReader:
    """Turns what a scanner of any protocol reads into scans.

    A damaged code is passed on as text that the scan grammar refuses, so it can never name an
    item and the operator is told to scan again.
    """

    def __init__(
        self, *, emit: Callable[[Event], None], clock: Clock, identifiers: Identifiers
    ) -> None:
        self._emit = emit
        self._clock = clock
        self._identifiers = identifiers

    def hear(self, reading: object) -> None:
        """Take a reading of any kind; only codes and damaged ones are scans."""
        match reading:
            case Code(text, symbology):
                self._scanned((symbology or "") + text)
            case Damage(raw=raw):
                self._scanned(refused_text(raw))

    def _scanned(self, text: str) -> None:
        self._emit(Scanned(self._clock.now(), text, self._identifiers.fresh()))


def refused_text(raw: bytes) -> str:
    """The bytes of a damaged code as text with a control character, which no scan may hold."""
    text = raw.decode("utf-8", "replace")
    if any((c < " " and c != GROUP_SEPARATOR) or c == "\x7f" for c in text):
        return text
    return text + _CANCEL
