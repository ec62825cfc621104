"""A plain barcode scanner's bytes: text closed by a suffix, no checksum, no answer.

Sans I/O: bytes and the time go in, codes and damage come out. Nothing here raises on any input.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from firmware_bridge.codecs.aim import split_identifier
from firmware_bridge.codecs.code import MAX_CODE_BYTES, Code, GsSubstitutes, read_code
from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage

LINE_FEED = 0x0A

Suffix: TypeAlias = Literal["cr", "lf", "crlf", "tab"]

SUFFIXES: Mapping[Suffix, bytes] = MappingProxyType(
    {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t"}
)

PlainEvent: TypeAlias = Code | Damage


class PlainDecoder:
    """Cuts a byte stream into codes; holds at most `MAX_CODE_BYTES` and one suffix.

    Silence of `idle_gap_s` inside a code makes it damage and the decoder drops everything up to
    the next suffix: a code is never accepted in parts nor joined from two.
    With suffix `cr` one LF after the CR is part of the suffix.
    """

    def __init__(
        self,
        suffix: Suffix = "cr",
        prefix: bytes = b"",
        *,
        require_identifier: bool = False,
        idle_gap_s: float = 0.1,
        gs_substitutes: Iterable[str] = (),
    ) -> None:
        """ValueError for a GS substitute that cannot be one."""
        self._substitutes = GsSubstitutes(gs_substitutes)
        self.idle_gap_s = idle_gap_s
        self._suffix = SUFFIXES[suffix]
        self._prefix = prefix
        self._require_identifier = require_identifier
        self._buffer = bytearray()
        self._last_byte_at = 0.0
        self._opened_at: float | None = None
        self._maybe_tail = False
        self._dropping = False
        self._overflowed = False
        self._after_cr = False

    @property
    def pending(self) -> bool:
        """Say whether a code has begun and neither its suffix nor silence has closed it."""
        return bool(self._buffer) or self._overflowed

    def feed(self, content: bytes, now: float) -> tuple[PlainEvent, ...]:
        """Take bytes read at the monotonic time `now` (s) and return what they completed."""
        events = list(self.flush(now))
        if not content:
            return tuple(events)
        if self._opened_at is not None:
            self._maybe_tail = now - self._opened_at < self.idle_gap_s
            self._opened_at = None
        self._last_byte_at = now
        self._buffer += content
        while True:
            if self._after_cr and self._buffer:
                self._after_cr = False
                if self._buffer[0] == LINE_FEED:
                    del self._buffer[0]
            end = self._buffer.find(self._suffix)
            if end < 0:
                break
            frame = bytes(self._buffer[:end])
            del self._buffer[: end + len(self._suffix)]
            events += self._closed(frame)
        events += self._capped()
        return tuple(events)

    def flush(self, now: float) -> tuple[PlainEvent, ...]:
        """Close, as damage, a code whose suffix has not come within the idle gap."""
        if not self.pending or now - self._last_byte_at < self.idle_gap_s:
            return ()
        raw = bytes(self._buffer[:SHOWN_BYTES])
        known = self._overflowed
        self._buffer.clear()
        self._dropping = True
        self._overflowed = self._maybe_tail = False
        return () if known else (Damage("unfinished", raw),)

    def reset(self, now: float) -> None:
        """Forget a partial code because the port was opened anew at `now`.

        A code that begins within the idle gap after that may be the tail of an older one; it is
        damage (`cut`) unless it begins with the prefix or an AIM identifier.
        """
        self._buffer.clear()
        self._opened_at = now
        self._maybe_tail = self._dropping = self._overflowed = self._after_cr = False

    def _closed(self, frame: bytes) -> tuple[PlainEvent, ...]:
        """Return what a frame is, now that its suffix has come."""
        maybe_tail, dropping, known = self._maybe_tail, self._dropping, self._overflowed
        self._maybe_tail = self._dropping = self._overflowed = False
        self._after_cr = self._suffix == SUFFIXES["cr"]
        if known or not frame:
            return ()
        if len(frame) > MAX_CODE_BYTES:
            return (Damage("overlong", frame[:SHOWN_BYTES]),)
        if dropping:
            return (Damage("unfinished", frame[:SHOWN_BYTES]),)
        return (self._judged(frame, maybe_tail),)

    def _capped(self) -> tuple[PlainEvent, ...]:
        """Drop a code that has grown too long, but not what may be the start of its suffix."""
        kept = len(self._suffix) - 1
        if not self._overflowed and len(self._buffer) <= MAX_CODE_BYTES + kept:
            return ()
        raw = bytes(self._buffer[:SHOWN_BYTES])
        known = self._overflowed
        self._overflowed = True
        del self._buffer[: len(self._buffer) - kept]
        return () if known else (Damage("overlong", raw),)

    def _judged(self, frame: bytes, maybe_tail: bool) -> PlainEvent:
        shown = frame[:SHOWN_BYTES]
        if not frame.startswith(self._prefix):
            return Damage("cut" if maybe_tail else "prefix", shown)
        symbology, body = split_identifier(frame[len(self._prefix) :])
        if symbology is None and maybe_tail and not self._prefix:
            return Damage("cut", shown)
        if symbology is None and self._require_identifier:
            return Damage("identifier", shown)
        return read_code(body, symbology, frame, self._substitutes)
