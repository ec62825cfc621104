"""A plain barcode scanner's bytes: text closed by a suffix, no checksum, no answer.

Sans I/O: bytes and the time go in, codes and damage come out. Nothing here raises on any input.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from firmware_bridge.codecs.aim import split_identifier, symbology_name

MAX_CODE_BYTES = 4096
SHOWN_BYTES = 64
GROUP_SEPARATOR = "\x1d"
LINE_FEED = 0x0A

Suffix: TypeAlias = Literal["cr", "lf", "crlf", "tab"]
DamageReason: TypeAlias = Literal[
    "overlong", "unfinished", "cut", "prefix", "identifier", "control", "empty"
]

SUFFIXES: Mapping[Suffix, bytes] = MappingProxyType(
    {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t"}
)


@dataclass(frozen=True, slots=True)
class Code:
    """A whole code: its text without identifier and suffix, and the bytes as they came."""

    text: str
    symbology: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that are not a code, with the first `SHOWN_BYTES` of them.

    overlong: more than `MAX_CODE_BYTES` without suffix. unfinished: the line fell silent before
    the suffix. cut: the tail of a code that began before the port was opened. prefix, identifier:
    the configured prefix, or the required AIM identifier, is missing. control: a control character
    other than GS. empty: an identifier or prefix with no text.
    """

    reason: DamageReason
    raw: bytes


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
    ) -> None:
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
        if not body:
            return Damage("empty", shown)
        text = _text(body)
        if any(unicodedata.category(sign) == "Cc" and sign != GROUP_SEPARATOR for sign in text):
            return Damage("control", shown)
        return Code(text, symbology, frame)


def decode(content: bytes) -> list[dict[str, str | bool | None]]:
    """Return what a recording of a plain scanner means, one entry for each code.

    Any of CR, LF and CR LF closes a code, and so does the end. An entry has `damaged` and `raw`
    (upper-case hex), a code also `text`, `symbology` and its `name`, damage its `reason`. A
    recording without any code is damage of the reason `empty`.
    """
    decoder = PlainDecoder("cr")
    lines = content.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    events = decoder.feed(lines + SUFFIXES["cr"], 0.0)
    return [_meaning(event) for event in events or (Damage("empty", b""),)]


def _meaning(event: PlainEvent) -> dict[str, str | bool | None]:
    raw = event.raw.hex().upper()
    if isinstance(event, Damage):
        return {"damaged": True, "reason": event.reason, "raw": raw}
    name = None if event.symbology is None else symbology_name(event.symbology)
    return {
        "damaged": False,
        "text": event.text,
        "symbology": event.symbology,
        "name": name,
        "raw": raw,
    }


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")
