"""Mettler-Toledo MT-SICS, levels 0 and 1: commands and replies as ASCII lines ended by CR LF.

Facts: MT-SICS reference 11780711. The protocol has no checksum; a line that does not have the exact
shape of a reply is damage.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

from firmware_bridge.codecs.frames import FrameDecoder
from firmware_bridge.codecs.lines import line_cut
from firmware_bridge.codecs.mass import GRAMS, ScaleReading, read_number, to_grams

LONGEST_LINE = 256
FIELD = 10
END = b"\r\n"

ERROR_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "ES": "the command is not known",
        "ET": "the command arrived damaged",
        "EL": "the command cannot be carried out",
    }
)
STATUS_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "S": "stable",
        "D": "unstable",
        "A": "done",
        "B": "done, more follows",
        "I": "not possible now",
        "L": "wrong parameter",
        "+": "overload",
        "-": "underload",
    }
)

_WEIGHT = re.compile(r"(S|T|TI) ([SD]) (.{10}) ([A-Za-z%]{1,4})")
_TARE = re.compile(r"(TA) (A) (.{10}) ([A-Za-z%]{1,4})")
_STATUS = re.compile(
    r"(S|Z|T|TI|TA|TAC|D|DW|I[0-9]{1,2}) ([IL+-])|(Z|TAC|D|DW) (A)|(ZI) ([SDIL+-])"
)
_TEXT = re.compile(r'(I[0-9]{1,2}) ([AB]) ((?:[0-9]{1,3} ){0,2}"[^"]{0,200}")')
_COMMAND = re.compile(r"(@|[A-Z]{1,4}[0-9]{0,2})(?: (.{1,200}))?")


@dataclass(frozen=True, slots=True)
class SicsReply:
    """One reply. `value` and `unit` are a weight's, `text` an identity's, with its quotes."""

    command: str
    status: str
    raw: bytes
    value: Decimal | None = None
    unit: str | None = None
    text: str | None = None

    @property
    def grams(self) -> Decimal | None:
        """The weight in grams; none without one or in a unit that is no weight, such as `PCS`."""
        if self.value is None or self.unit is None or self.unit not in GRAMS:
            return None
        return to_grams(self.value, self.unit)

    @property
    def reading(self) -> ScaleReading | None:
        """What the reply says of the pan; none if it is no answer to a weighing command."""
        if self.command != "S":
            return None
        if self.grams is not None:
            return ScaleReading("stable" if self.status == "S" else "unstable", self.grams)
        if self.status in "+-":
            return ScaleReading("overload" if self.status == "+" else "underload")
        return None

    @property
    def serial(self) -> str | None:
        """The serial number, from a reply to `I4`."""
        if self.command != "I4" or self.text is None:
            return None
        return self.text.strip('"')

    def told(self) -> dict[str, object]:
        """The reply in plain words; weights as decimal text."""
        told: dict[str, object] = {
            "name": "reply",
            "command": self.command,
            "status": self.status,
            "meaning": STATUS_NAMES[self.status],
        }
        if self.value is not None:
            grams = None if self.grams is None else f"{self.grams:f}"
            told |= {"value": f"{self.value:f}", "unit": self.unit, "grams": grams}
        if self.text is not None:
            told["text"] = self.text
        return told


@dataclass(frozen=True, slots=True)
class SicsRefusal:
    """The scale did not carry out a command that it does not name: `ES`, `ET` or `EL`."""

    code: str
    raw: bytes

    def told(self) -> dict[str, object]:
        """The refusal in plain words."""
        return {"name": "error", "error": self.code, "meaning": ERROR_NAMES[self.code]}


@dataclass(frozen=True, slots=True)
class SicsCommand:
    """One command of the computer, with its parameters as written."""

    name: str
    parameters: str
    raw: bytes

    def told(self) -> dict[str, object]:
        """The command in plain words."""
        return {"name": "command", "command": self.name, "parameters": self.parameters}


SicsFrame: TypeAlias = SicsReply | SicsRefusal


def command(name: str, *parameters: str) -> bytes:
    """The bytes of a command, such as `S`, `SI`, `Z`, `T`, `TA`, `@` or `I4`."""
    return " ".join((name, *parameters)).encode("ascii") + END


def weight_reply(name: str, status: str, value: Decimal, unit: str) -> bytes:
    """The bytes of a reply that states a weight; ValueError if it does not fit its field."""
    field = f"{value:f}".rjust(FIELD)
    if len(field) > FIELD:
        raise ValueError("a weight has at most ten characters")
    return f"{name} {status} {field} {unit}".encode("ascii") + END


def status_reply(name: str, status: str) -> bytes:
    """The bytes of a reply that states no weight, such as `Z A` or `S +`."""
    return f"{name} {status}".encode("ascii") + END


def text_reply(name: str, text: str) -> bytes:
    """The bytes of an identity, such as `I4 A "0123456789"`."""
    return f'{name} A "{text}"'.encode("ascii") + END


def sics_decoder() -> FrameDecoder[SicsFrame]:
    """A decoder of what a scale sends."""
    return FrameDecoder(line_cut(_read, limit=LONGEST_LINE), limit=LONGEST_LINE)


def sics_command_decoder() -> FrameDecoder[SicsCommand]:
    """A decoder of what the computer sends."""
    return FrameDecoder(line_cut(_read_command, limit=LONGEST_LINE), limit=LONGEST_LINE)


def _read(raw: bytes, line: str) -> SicsFrame | None:
    if line in ERROR_NAMES:
        return SicsRefusal(line, raw)
    if found := _WEIGHT.fullmatch(line) or _TARE.fullmatch(line):
        name, status, field, unit = found.groups()
        value = read_number(field.lstrip(" "))
        return None if value is None else SicsReply(name, status, raw, value, unit)
    if found := _STATUS.fullmatch(line):
        name, status = (group for group in found.groups() if group is not None)
        return SicsReply(name, status, raw)
    if found := _TEXT.fullmatch(line):
        return SicsReply(found[1], found[2], raw, text=found[3])
    return None


def _read_command(raw: bytes, line: str) -> SicsCommand | None:
    found = _COMMAND.fullmatch(line)
    return None if found is None else SicsCommand(found[1], found[2] or "", raw)
