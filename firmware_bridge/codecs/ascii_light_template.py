"""Templates of the short texts that light controllers speak, for writing and for reading."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from string import Formatter
from typing import Literal, TypeAlias

from firmware_bridge.codecs.checksums import sum8, xor8

LONGEST_TEMPLATE = 64
LONGEST_TEXT = 60
LONGEST_LEVEL = 5
FIELDS = ("channel", "lower", "level", "text", "check")

Checksum: TypeAlias = Literal["none", "xor", "sum"]

_LEVEL = re.compile(r"(?:0(?P<width>[1-5]))?(?P<base>[dX])")


@dataclass(frozen=True, slots=True)
class Piece:
    """Literal text, and the field behind it with its format; no field at the end."""

    literal: str
    field: str | None
    spec: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a template read: a channel's code, a level, and whether `check` is right.

    `lower` tells that the code stood there in lower case.
    """

    size: int
    code: str | None
    lower: bool
    level: int | None
    checked: bool


class Template:
    """A text with fields in braces.

    `{channel}` is the channel's code, `{lower}` the same in lower case, `{level:04d}` or
    `{level:03X}` the level with so many decimal or hexadecimal digits (`{level:d}`: as many as it
    needs), `{check}` two hexadecimal digits over everything before them. `{text}` is at most 60
    characters without the last one of the template, in what is read only; all others stand at
    most once. `{{` is a brace.
    """

    def __init__(self, text: str) -> None:
        """ValueError with a sentence if the text is no template."""
        self.text = text
        if not text or len(text) > LONGEST_TEMPLATE or not text.isascii():
            raise ValueError(
                f"the template {text!r} is not 1 to {LONGEST_TEMPLATE} ASCII characters"
            )
        try:
            parsed = list(Formatter().parse(text))
        except ValueError as error:
            raise ValueError(f"the template {text!r} has a brace without its other") from error
        self._pieces = tuple(
            _piece(text, literal, field, spec or "", conversion)
            for literal, field, spec, conversion in parsed
        )
        named = [piece.field for piece in self._pieces if piece.field not in (None, "text")]
        if len(named) != len(set(named)) or {"channel", "lower"} <= set(named):
            raise ValueError(f"the template {text!r} names a field twice")
        if self._pieces[-1].field == "text":
            raise ValueError(f"the template {text!r} has nothing that ends its {{text}}")
        self.end = "" if self._pieces[-1].field else self._pieces[-1].literal[-1]
        self.fields = frozenset(piece.field for piece in self._pieces if piece.field is not None)

    def fits(self, level: int) -> bool:
        """Whether a level has room in the digits for it."""
        for piece in self._pieces:
            width = _LEVEL.fullmatch(piece.spec) if piece.field == "level" else None
            if width is not None:
                return len(format(level, piece.spec)) <= int(width["width"] or LONGEST_LEVEL)
        return True

    def write(self, checksum: Checksum, *, code: str = "", level: int = 0, text: str = "") -> bytes:
        """The text with its fields filled in."""
        written = ""
        values = {"channel": code, "lower": code.lower(), "text": text}
        for piece in self._pieces:
            written += piece.literal
            if piece.field == "level":
                written += format(level, piece.spec)
            elif piece.field == "check":
                written += check_digits(checksum, written.encode("ascii"))
            elif piece.field is not None:
                written += values[piece.field]
        return written.encode("ascii")

    def reading(self, codes: Collection[str]) -> re.Pattern[bytes]:
        """A pattern that is as long as the text it finds can be, for `read`."""
        longest_first = sorted(codes, key=len, reverse=True)
        pattern = ""
        for piece in self._pieces:
            pattern += re.escape(piece.literal)
            match piece.field:
                case "channel":
                    pattern += f"(?P<channel>{'|'.join(map(re.escape, longest_first))})"
                case "lower":
                    lower = (re.escape(code.lower()) for code in longest_first)
                    pattern += f"(?P<lower>{'|'.join(lower)})"
                case "level":
                    pattern += f"(?P<level>{_digits(piece.spec)})"
                case "text":
                    pattern += f"(?:(?!{re.escape(self.end)})[ -~\r\n\t]){{0,{LONGEST_TEXT}}}?"
                case "check":
                    pattern += "(?P<check>[0-9A-F]{2})"
        return re.compile(pattern.encode("ascii"))

    def read(self, found: re.Match[bytes], checksum: Checksum) -> Found:
        """What a match of `reading` says."""
        groups = {key: value.decode("ascii") for key, value in found.groupdict().items()}
        level = groups.get("level")
        checked = True
        if "check" in groups:
            start, at = found.start(), found.start("check")
            checked = groups["check"] == check_digits(checksum, found.string[start:at])
        base = 16 if any(piece.spec.endswith("X") for piece in self._pieces) else 10
        return Found(
            found.end() - found.start(),
            groups.get("channel") or groups.get("lower"),
            "lower" in groups,
            None if level is None else int(level, base),
            checked,
        )


def check_digits(checksum: Checksum, content: bytes) -> str:
    """The two upper-case hexadecimal digits of a checksum; empty where there is none."""
    match checksum:
        case "xor":
            return f"{xor8(content):02X}"
        case "sum":
            return f"{sum8(content):02X}"
        case "none":
            return ""


def _piece(text: str, literal: str, field: str | None, spec: str, conversion: str | None) -> Piece:
    if field is None:
        return Piece(literal, None)
    if field not in FIELDS or conversion is not None:
        raise ValueError(
            f"the template {text!r} has the field {{{field}}}: use {', '.join(FIELDS)}"
        )
    if field == "level" and not _LEVEL.fullmatch(spec):
        raise ValueError(
            f"the template {text!r} needs a level such as {{level:04d}} or {{level:03X}}"
        )
    if field != "level" and spec:
        raise ValueError(f"the template {text!r} gives a format to {{{field}}}, which has none")
    return Piece(literal, field, spec)


def _digits(spec: str) -> str:
    known = _LEVEL.fullmatch(spec)
    width = known["width"] if known is not None else None
    digits = "[0-9A-F]" if spec.endswith("X") else "[0-9]"
    return f"{digits}{{{width}}}" if width else f"{digits}{{1,{LONGEST_LEVEL}}}"
