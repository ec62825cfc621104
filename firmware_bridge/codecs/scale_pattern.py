"""Scales of any other make: a dialect is a pattern with named groups, given by the site.

A dialect's groups: `value` (a decimal number, spaces around it are ignored), `unit` unless the
dialect fixes one, `status` and `sign` where the line has them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from firmware_bridge.codecs.frames import FrameDecoder
from firmware_bridge.codecs.lines import line_cut
from firmware_bridge.codecs.mass import GRAMS, ScaleReading, ScaleStatus, read_number, to_grams

LONGEST_LINE = 64


@dataclass(frozen=True, slots=True)
class ScaleDialect:
    """How a make of scale writes a weight, and how it is asked for one.

    `status` says what each text of the group `status` means; one that is not listed is damage.
    `negative` are those that make the value negative. `decimals` shifts a number that is sent
    without its point. `silent` is the pattern of lines that say nothing of the pan. Without `ask`
    the scale sends by itself. `equal`: how many readings in a row must be the same.
    """

    name: str
    pattern: re.Pattern[str]
    end: bytes = b"\r\n"
    start: bytes = b""
    unit: str | None = None
    status: Mapping[str, ScaleStatus] = field(default_factory=dict)
    negative: frozenset[str] = frozenset()
    decimals: int = 0
    silent: re.Pattern[str] | None = None
    ask: bytes | None = None
    zero: bytes | None = None
    tare: bytes | None = None
    equal: int = 2


@dataclass(frozen=True, slots=True)
class PatternLine:
    """A line of the dialect; `reading` is none where it says nothing of the pan."""

    reading: ScaleReading | None
    raw: bytes

    def told(self) -> dict[str, object]:
        """The line in plain words; weights as decimal text."""
        if self.reading is None:
            return {"name": "other", "status": None, "grams": None}
        grams = self.reading.grams
        return {
            "name": "weight",
            "status": self.reading.status,
            "grams": None if grams is None else f"{grams:f}",
        }


RADWAG = ScaleDialect(
    "radwag",
    re.compile(r"S(?P<status>[ ?^v])(?P<sign>[ -])(?P<value>[ 0-9.]{9}) (?P<unit>[a-z ]{3})"),
    status=MappingProxyType(
        {" ": "stable", "?": "unstable", "^": "overload", "v": "underload"},
    ),
    silent=re.compile(r"[A-Z]{1,2} [ADEI]"),
    ask=b"S\r\n",
    zero=b"Z\r\n",
    tare=b"T\r\n",
)

TOLEDO = ScaleDialect(
    "toledo",
    # Status byte A with two decimals, byte B in kg, byte C without a unit of its own, weight, tare.
    re.compile(r"[$,4<](?P<status>[0-?])[ (](?P<value>[ 0-9]{6})[ 0-9]{6}"),
    end=b"\r",
    start=b"\x02",
    unit="kg",
    status=MappingProxyType(
        {
            **dict.fromkeys("0123", "stable"),
            **dict.fromkeys("89:;", "unstable"),
            **dict.fromkeys("4567<=>?", "overload"),
        }
    ),
    negative=frozenset("2367:;>?"),
    decimals=2,
)

SHIPPED: Mapping[str, ScaleDialect] = MappingProxyType({"radwag": RADWAG, "toledo": TOLEDO})


def pattern_decoder(dialect: ScaleDialect) -> FrameDecoder[PatternLine]:
    """A decoder of what a scale of the dialect sends."""

    def read(raw: bytes, line: str) -> PatternLine | None:
        found = dialect.pattern.fullmatch(line)
        if found is not None:
            reading = _reading(dialect, found.groupdict())
            return None if reading is None else PatternLine(reading, raw)
        if dialect.silent is not None and dialect.silent.fullmatch(line):
            return PatternLine(None, raw)
        return None

    cut = line_cut(read, limit=LONGEST_LINE, end=dialect.end, start_mark=dialect.start)
    return FrameDecoder(cut, limit=LONGEST_LINE)


def _reading(dialect: ScaleDialect, groups: dict[str, str | None]) -> ScaleReading | None:
    text = groups.get("status")
    status: ScaleStatus | None = "unflagged" if text is None else dialect.status.get(text)
    if status is None:
        return None
    if status in ("overload", "underload"):
        return ScaleReading(status)
    value = read_number((groups["value"] or "").strip().removeprefix("+"))
    unit = dialect.unit or (groups.get("unit") or "").strip()
    if value is None or unit not in GRAMS:
        return None
    if "-" in (groups.get("sign") or "") or text in dialect.negative:
        value = -value
    return ScaleReading(status, to_grams(value.scaleb(-dialect.decimals), unit))


def radwag_line(status: str, value: Decimal, unit: str) -> bytes:
    """The bytes of a Radwag line; ValueError if the weight does not fit."""
    number = f"{abs(value):f}".rjust(9)
    if len(number) > 9:
        raise ValueError("a weight has at most nine characters")
    sign = "-" if value < 0 else " "
    return f"S{status}{sign}{number} {unit:<3}\r\n".encode("ascii")


def toledo_line(status: str, hundredths: int) -> bytes:
    """The bytes of a continuous Toledo line in kg with two decimals, without checksum."""
    if not 0 <= hundredths < 1_000_000:
        raise ValueError("a weight has at most six digits")
    return f"\x02,{status} {hundredths:6d}000000\r".encode("ascii")
