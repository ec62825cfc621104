"""ZPL II: writing labels that no text can break out of, and reading what a printer says of itself.

Facts: ZPL II Programming Guide, `~HS`, `~HI`, `~JX`, `^FH`, `^CI`, `^BC`, `^BQ`.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from firmware_bridge.codecs.frames import Cut, FrameDecoder, Skip, Whole
from firmware_bridge.readings import PrinterState

HOST_STATUS = b"~HS"
HOST_IDENTIFICATION = b"~HI"
CANCEL_PARTIAL = b"~JX"
LABEL_BEGIN = b"^XA"
LABEL_END = b"^XZ"

LONGEST_ANSWER = 256
LONGEST_LABEL = 65_536

_STX = 0x02
_LINE = re.compile(rb"\x02([\x20-\x7e]{1,120})\x03\r\n")
_BEGUN = re.compile(rb"(?:\x02[\x20-\x7e]{0,120}(?:\x03\r?)?)?\Z")
_STATUS_1 = re.compile(
    r"[0-9]{1,3},([01]),([01]),([0-9]{1,5}),([0-9]{1,3}),([01]),[01],[01],[0-9]{1,3},[01],[01],[01]"
)
_STATUS_2 = re.compile(
    r"[0-9]{1,3},[0-9],([01]),([01]),[01],[0-9A-Z],[0-9],[01],([0-9]{1,8}),[0-9],[0-9]{1,3}"
)
_STATUS_3 = re.compile(r"[0-9]{1,4},[01]")
_IDENTITY = re.compile(
    r"([^,]{1,40}),([^,]{1,20}),([0-9]{1,2}),([0-9]{1,7}(?:KB)?)(?:,[^,]{0,20})?"
)
_IMMEDIATE = re.compile(rb"~([A-Z]{2})[\r\n]*")
_STOPS = re.compile(rb"\^XZ|\^XA|~JX")
_COMMAND = re.compile(rb"([\^~])([A-Za-z@0-9]{0,2})([^\^~]*)", re.DOTALL)
_PLAIN_DATA = frozenset(
    b" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]`abcdefghijklmnopqrstuvwxyz{|}"
)


@dataclass(frozen=True, slots=True)
class HostStatus:
    """A printer's answer to `~HS`: its flags, and how much it still has to print."""

    paper_out: bool
    paused: bool
    head_open: bool
    ribbon_out: bool
    buffer_full: bool
    formats_waiting: int
    labels_remaining: int
    label_length_dots: int
    raw: bytes

    @property
    def state(self) -> PrinterState:
        """The one thing to see to first, and how many labels are still to come out."""
        waiting = self.formats_waiting + self.labels_remaining
        if self.head_open:
            return PrinterState("head-open", waiting)
        if self.paper_out:
            return PrinterState("paper-out", waiting)
        if self.ribbon_out:
            return PrinterState("ribbon-out", waiting)
        if self.paused:
            return PrinterState("paused", waiting)
        return PrinterState("buffer-full" if self.buffer_full else None, waiting)

    def told(self) -> dict[str, object]:
        """The status in plain words."""
        return {
            "name": "host-status",
            "trouble": self.state.trouble,
            "paper_out": self.paper_out,
            "paused": self.paused,
            "head_open": self.head_open,
            "ribbon_out": self.ribbon_out,
            "buffer_full": self.buffer_full,
            "formats_waiting": self.formats_waiting,
            "labels_remaining": self.labels_remaining,
            "label_length_dots": self.label_length_dots,
        }


@dataclass(frozen=True, slots=True)
class HostIdentity:
    """A printer's answer to `~HI`: model, firmware, dots per millimetre, memory as written."""

    model: str
    firmware: str
    dots_per_mm: int
    memory: str
    raw: bytes

    def told(self) -> dict[str, object]:
        """The identity in plain words."""
        return {
            "name": "host-identity",
            "model": self.model,
            "firmware": self.firmware,
            "dots_per_mm": self.dots_per_mm,
            "memory": self.memory,
        }


@dataclass(frozen=True, slots=True)
class SentLabel:
    """A whole label on its way to the printer, `^XA` to `^XZ`."""

    raw: bytes

    def told(self) -> dict[str, object]:
        """How many commands it holds, and its texts as they will be read."""
        commands = tokens(self.raw)
        return {"name": "label", "commands": len(commands), "texts": list(texts(commands))}


@dataclass(frozen=True, slots=True)
class SentCommand:
    """An immediate command on its way to the printer, such as `HS`."""

    command: str
    raw: bytes

    def told(self) -> dict[str, object]:
        """The command in plain words."""
        return {"name": "command", "command": f"~{self.command}"}


@dataclass(frozen=True, slots=True)
class Token:
    """One command of a label as a printer cuts it: `^FD` and what follows up to the next one."""

    command: str
    parameters: bytes


ZplFrame: TypeAlias = HostStatus | HostIdentity
ZplSent: TypeAlias = SentLabel | SentCommand


def zpl_decoder() -> FrameDecoder[ZplFrame]:
    """A decoder of what a printer sends; the three strings of `~HS` are one frame."""
    return FrameDecoder(_cut, limit=LONGEST_ANSWER)


def zpl_sent_decoder(idle_gap_s: float = 0.2) -> FrameDecoder[ZplSent]:
    """A decoder of what the computer sends: whole labels and immediate commands."""
    return FrameDecoder(_cut_sent, limit=LONGEST_LABEL, idle_gap_s=idle_gap_s)


def host_status(
    *,
    paper_out: bool = False,
    paused: bool = False,
    head_open: bool = False,
    ribbon_out: bool = False,
    buffer_full: bool = False,
    formats_waiting: int = 0,
    labels_remaining: int = 0,
    label_length_dots: int = 0,
) -> bytes:
    """The bytes of an answer to `~HS`; ValueError for a number that does not fit its field."""
    if not (0 <= formats_waiting < 1000 and 0 <= label_length_dots < 10_000):
        raise ValueError("at most 999 formats wait and a label has at most 9999 dots")
    first = (
        f"030,{paper_out:d},{paused:d},{label_length_dots:04d},{formats_waiting:03d},"
        f"{buffer_full:d},0,0,000,0,0,0"
    )
    second = f"000,0,{head_open:d},{ribbon_out:d},0,2,4,0,{labels_remaining:08d},1,000"
    return b"".join(f"\x02{line}\x03\r\n".encode("ascii") for line in (first, second, "1234,0"))


def host_identity(model: str, firmware: str, dots_per_mm: int, memory: str) -> bytes:
    """The bytes of an answer to `~HI`."""
    return f"\x02{model},{firmware},{dots_per_mm},{memory},X\x03\r\n".encode("ascii")


def field_data(text: str, *, before: str = "") -> bytes:
    """`text` as a field that a printer prints and never obeys: `^FH_^FD…^FS`.

    Every byte that is not plain (`^`, `~`, `_`, `\\`, control characters, all of UTF-8 beyond
    ASCII) is written in hex, which `^FH_` announces; the label needs `^CI28`. `before` is the
    protocol's own beginning of the data, such as `MA,`.
    """
    content = bytearray(before.encode("ascii"))
    for byte in text.encode("utf-8", "replace"):
        content += bytes([byte]) if byte in _PLAIN_DATA else f"_{byte:02X}".encode("ascii")
    return b"^FH_^FD" + bytes(content) + b"^FS"


def printable(text: str) -> str:
    """The text without what steers a screen or a printer: control and format characters.

    Direction overrides are format characters; without them right-to-left text stays in its field.
    """
    kept = "".join(" " if c in "\r\n\t" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


def code128_data(text: str) -> bytes:
    """Field data of a `^BC` in mode N that begins in code set B; ValueError beyond printable ASCII.

    `>` begins an invocation code there and is itself written `>0`.
    """
    if not text or not (text.isascii() and text.isprintable()):
        raise ValueError("a Code 128 holds printable ASCII characters only")
    return field_data(text.replace(">", ">0"), before=">:")


def qr_data(text: str) -> bytes:
    """Field data of a `^BQ` with error correction M, its mode chosen by the printer."""
    return field_data(text, before="MA,")


def tokens(zpl: bytes) -> list[Token]:
    """The commands of a label in order, cut where a printer cuts them."""
    found: list[Token] = []
    for prefix, name, parameters in _COMMAND.findall(zpl):
        command = (prefix + name).decode("latin-1")
        if command.startswith("^A") and command not in ("^AT",):
            command, parameters = "^A", name[1:] + parameters
        found.append(Token(command, parameters))
    return found


def texts(commands: Iterable[Token]) -> list[str]:
    """What the fields of a label say once `^FH` is undone, as UTF-8."""
    found: list[str] = []
    sign: bytes | None = None
    for token in commands:
        match token.command:
            case "^FH":
                sign = token.parameters[:1] or b"_"
            case "^FS":
                sign = None
            case "^FD":
                found.append(_unescaped(token.parameters, sign).decode("utf-8", "replace"))
    return found


def _unescaped(content: bytes, sign: bytes | None) -> bytes:
    if sign is None:
        return content
    pattern = re.compile(re.escape(sign) + rb"([0-9A-Fa-f]{2})")
    return pattern.sub(lambda found: bytes([int(found[1], 16)]), content)


def _cut(buffer: bytearray, start: int) -> Cut[ZplFrame]:
    if buffer[start] != _STX:
        following = buffer.find(_STX, start)
        return Skip((following if following >= 0 else len(buffer)) - start, "noise")
    lines: list[str] = []
    at = start
    while len(lines) < 3:
        line = _LINE.match(buffer, at)
        if line is None:
            return None if _BEGUN.match(buffer, at) else Skip(1, "end")
        at = line.end()
        lines.append(line[1].decode("ascii"))
        if len(lines) == 1 and (found := _IDENTITY.fullmatch(lines[0])):
            raw = bytes(buffer[start:at])
            identity = HostIdentity(found[1], found[2], int(found[3]), found[4], raw)
            return Whole(len(raw), identity)
        if not (_STATUS_1, _STATUS_2, _STATUS_3)[len(lines) - 1].fullmatch(lines[-1]):
            return Skip(1, "content")
    return _status(lines, bytes(buffer[start:at]))


def _status(lines: list[str], raw: bytes) -> Cut[ZplFrame]:
    first, second = _STATUS_1.fullmatch(lines[0]), _STATUS_2.fullmatch(lines[1])
    if first is None or second is None:
        return Skip(1, "content")
    status = HostStatus(
        paper_out=first[1] == "1",
        paused=first[2] == "1",
        head_open=second[1] == "1",
        ribbon_out=second[2] == "1",
        buffer_full=first[5] == "1",
        formats_waiting=int(first[4]),
        labels_remaining=int(second[3]),
        label_length_dots=int(first[3]),
        raw=raw,
    )
    return Whole(len(raw), status)


def _cut_sent(buffer: bytearray, start: int) -> Cut[ZplSent]:
    begun = bytes(buffer[start : start + 3])
    if begun == LABEL_BEGIN:
        stop = _STOPS.search(buffer, start + 3)
        if stop is None:
            return None
        if stop[0] != LABEL_END:
            return Skip(stop.start() - start, "cut")
        raw = bytes(buffer[start : stop.end()])
        return Whole(len(raw), SentLabel(raw))
    if len(begun) < 3 and (LABEL_BEGIN.startswith(begun) or begun.startswith(b"~")):
        return None
    command = _IMMEDIATE.match(buffer, start)
    if command is not None:
        raw = bytes(command[0])
        return Whole(len(raw), SentCommand(command[1].decode("ascii"), raw))
    return Skip(1, "noise")
