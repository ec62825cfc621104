"""A&D balances and scales: lines in the standard, comparator, dump-print and numeric formats.

Facts: manuals of A&D balances and GC scales. There is no checksum; a line that does not have the
exact shape of one of the formats is damage.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from firmware_bridge.codecs.frames import Cut, FrameDecoder, Whole
from firmware_bridge.codecs.lines import line_cut
from firmware_bridge.codecs.mass import GRAMS, ScaleReading, ScaleStatus, read_number, to_grams

LONGEST_LINE = 64
END = b"\r\n"
ACKNOWLEDGED = b"\x06\r\n"

_NAMES = {"ST": "stable", "US": "unstable", "OL": "overload", "QT": "stable count", "WT": "weight"}
_STANDARD = re.compile(r"(ST|US|QT),([+-][0-9.]{8})([ A-Za-z%]{3})")
_COMPARED = re.compile(r"(ST|US),(HI|OK|LO|--),([+-][0-9.]{8}) ([ A-Za-z]{2})")
_BEYOND = re.compile(r"OL,([+-])9999999E\+19")
_DUMPED = re.compile(r"(WT|US|QT)([ +\-0-9.]{10})([ A-Za-z%]{3})")
_NUMERIC = re.compile(r"([+-][0-9.]{8})")
_ERROR = re.compile(r"EC,(E[0-9]{2})")
_COMMAND = re.compile(r"[A-Z]{1,4}(?::[0-9.]{1,12})?")


@dataclass(frozen=True, slots=True)
class AandDLine:
    """A weight line. `header` is none in the numeric format, `verdict` a comparator's."""

    header: str | None
    value: Decimal | None
    unit: str | None
    raw: bytes
    verdict: str | None = None

    @property
    def reading(self) -> ScaleReading | None:
        """What the line says of the pan; none for a count, or a number without a unit."""
        if self.header == "OL":
            negative = self.raw[3:4] == b"-"
            return ScaleReading("underload" if negative else "overload")
        grams = self.grams
        if self.header in (None, "QT") or grams is None:
            return None
        statuses: dict[str | None, ScaleStatus] = {"ST": "stable", "US": "unstable"}
        return ScaleReading(statuses.get(self.header, "unflagged"), grams)

    @property
    def grams(self) -> Decimal | None:
        """The weight in grams; none without one or in a unit that is no weight."""
        if self.value is None or self.unit is None or self.unit not in GRAMS:
            return None
        return to_grams(self.value, self.unit)

    def told(self) -> dict[str, object]:
        """The line in plain words; weights as decimal text."""
        return {
            "name": "weight",
            "meaning": _NAMES.get(self.header or "", "number"),
            "value": None if self.value is None else f"{self.value:f}",
            "unit": self.unit,
            "grams": None if self.grams is None else f"{self.grams:f}",
            "comparator": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class AandDAnswer:
    """The answer to a command: acknowledged, or an error such as `E11`."""

    error: str | None
    raw: bytes

    @property
    def reading(self) -> None:
        """An answer says nothing of the pan."""
        return

    def told(self) -> dict[str, object]:
        """The answer in plain words."""
        return {"name": "acknowledged" if self.error is None else "error", "error": self.error}


@dataclass(frozen=True, slots=True)
class AandDCommand:
    """One command of the computer, such as `Q`."""

    name: str
    raw: bytes

    def told(self) -> dict[str, object]:
        """The command in plain words."""
        return {"name": "command", "command": self.name}


AandDFrame: TypeAlias = AandDLine | AandDAnswer


def command(name: str) -> bytes:
    """The bytes of a command, such as `Q`, `S`, `SI`, `SIR`, `C`, `R`, `Z`, `T` or `U`."""
    return name.encode("ascii") + END


def standard_line(header: str, value: Decimal, unit: str) -> bytes:
    """The bytes of a line in the standard format, `ST,+00123.45  g`; ValueError if it is too long.

    `value` keeps its decimals and is filled with zeros to nine characters with its sign.
    """
    digits = f"{abs(value):f}".rjust(8, "0")
    if len(digits) > 8 or len(unit) > 3:
        raise ValueError("a weight has at most eight characters and its unit three")
    sign = "-" if value < 0 else "+"
    return f"{header},{sign}{digits}{unit.rjust(3)}".encode("ascii") + END


def overload_line(*, negative: bool = False) -> bytes:
    """The bytes of a line beyond the range."""
    return f"OL,{'-' if negative else '+'}9999999E+19".encode("ascii") + END


def aandd_decoder() -> FrameDecoder[AandDFrame]:
    """A decoder of what a scale sends."""
    lines: Callable[[bytearray, int], Cut[AandDFrame]] = line_cut(_read, limit=LONGEST_LINE)

    def cut(buffer: bytearray, start: int) -> Cut[AandDFrame]:
        begun = bytes(buffer[start : start + len(ACKNOWLEDGED)])
        if begun == ACKNOWLEDGED:
            return Whole(len(begun), AandDAnswer(None, begun))
        return lines(buffer, start)

    return FrameDecoder(cut, limit=LONGEST_LINE)


def aandd_command_decoder() -> FrameDecoder[AandDCommand]:
    """A decoder of what the computer sends."""
    return FrameDecoder(line_cut(_read_command, limit=LONGEST_LINE), limit=LONGEST_LINE)


def _read(raw: bytes, line: str) -> AandDFrame | None:
    if found := _STANDARD.fullmatch(line):
        return _line(found[1], found[2], found[3], raw)
    if found := _COMPARED.fullmatch(line):
        return _line(found[1], found[3], found[4], raw, found[2])
    if _BEYOND.fullmatch(line):
        return AandDLine("OL", None, None, raw)
    if found := _DUMPED.fullmatch(line):
        return _line(found[1], found[2].lstrip(" "), found[3], raw)
    if found := _NUMERIC.fullmatch(line):
        return _line(None, found[1], "", raw)
    if found := _ERROR.fullmatch(line):
        return AandDAnswer(found[1], raw)
    return None


def _line(
    header: str | None, number: str, unit: str, raw: bytes, verdict: str | None = None
) -> AandDLine | None:
    value, name = read_number(number.removeprefix("+")), unit.lstrip(" ")
    if value is None or name != name.strip():
        return None
    return AandDLine(header, value, name or None, raw, verdict)


def _read_command(raw: bytes, line: str) -> AandDCommand | None:
    return AandDCommand(line, raw) if _COMMAND.fullmatch(line) else None
