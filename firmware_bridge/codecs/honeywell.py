"""A Honeywell scanner's line: codes as from a plain scanner, serial trigger and menu commands.

Commands to the scanner begin with SYN, a letter and CR. It echoes a menu command in capitals, with
its status in front of each punctuation mark: ACK done, ENQ unknown, NAK bad value.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.frames import Cut, FrameDecoder, Skip, Whole
from firmware_bridge.codecs.plain import LINE_FEED, SUFFIXES, PlainDecoder, Suffix

SYN = 0x16
TRIGGER, UNTRIGGER = b"\x16T\r", b"\x16U\r"
MENU = b"\x16M\r"
LONGEST_COMMAND = 128

Status: TypeAlias = Literal["done", "unknown", "bad value"]

STATUSES: Mapping[int, Status] = MappingProxyType(
    {0x06: "done", 0x05: "unknown", 0x15: "bad value"}
)
STATUS_SIGNS: Mapping[Status, bytes] = MappingProxyType(
    {status: bytes([sign]) for sign, status in STATUSES.items()}
)

_COMMAND = re.compile(r"[0-9A-Za-z]{6}[ -~]*", re.ASCII)
_TAG_LENGTH = 6
_CLOSED = re.compile(rb"[\x05\x06\x15][.!]|[\x05\x06\x15](?=[^.!,;])")
_STATUS_BEFORE_MARK = re.compile(rb"([\x05\x06\x15])[.!,;]?")


@dataclass(frozen=True, slots=True)
class MenuReply:
    """The answer to a menu command: its echo without status signs, such as `CBRENA1`."""

    text: str
    status: Status
    raw: bytes


@dataclass(frozen=True, slots=True)
class Deed:
    """What the computer wants of the scanner; `text` and `lasting` are a menu command's own."""

    name: Literal["trigger", "untrigger", "menu"]
    text: str = ""
    lasting: bool = False


def menu(text: str, *, lasting: bool = False) -> bytes:
    """The bytes of one menu command or query, such as `CBRENA1` or `CBRENA?`.

    It counts until the scanner is switched off, or, `lasting`, is written to its flash memory,
    which wears out. ValueError for text that is not one command.
    """
    if not _COMMAND.fullmatch(text) or set(text) & set(".!,;") or len(text) > LONGEST_COMMAND:
        raise ValueError(f"{text!r} is no menu command: write one such as CBRENA1.")
    return MENU + text.encode("ascii") + (b"." if lasting else b"!")


def deed_decoder() -> FrameDecoder[Deed]:
    """A decoder of what the computer sends."""
    return FrameDecoder(_cut_deed, limit=len(MENU) + LONGEST_COMMAND + 1)


class HoneywellDecoder:
    """A `Decoder` of codes and, while one is expected, of the reply to a menu command.

    Nothing marks a reply but the status sign in it, which a hostile code can hold too. So a reply
    is looked for only while it is expected, at the beginning of a line, and has to begin with the
    tag of its command; everything else is codes or damage, as `PlainDecoder` has them.
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
        self.idle_gap_s = idle_gap_s
        self._suffix = SUFFIXES[suffix]
        self._codes = PlainDecoder(
            suffix,
            prefix,
            require_identifier=require_identifier,
            idle_gap_s=idle_gap_s,
            gs_substitutes=gs_substitutes,
        )
        self._expected: re.Pattern[bytes] | None = None
        self._any = False
        self._line = bytearray()
        self._last_byte_at = 0.0

    @property
    def pending(self) -> bool:
        """Say whether a code or reply has begun and not ended."""
        return bool(self._line) or self._codes.pending

    def expect(self, command: str) -> None:
        """Look for the reply to a menu command from now on, until it has come."""
        self._expected = re.compile(re.escape(command[:_TAG_LENGTH].encode("ascii")), re.IGNORECASE)

    def expect_any(self) -> None:
        """Look for replies to menu commands for ever, in a recording that a person reads."""
        self._expected, self._any = re.compile(rb"[0-9A-Z]{6}"), True

    def expect_none(self) -> None:
        """Take every line for a code from now on."""
        self._expected = None

    def feed(self, content: bytes, now: float) -> tuple[Code | MenuReply | Damage, ...]:
        """Take bytes read at the monotonic time `now` (s) and return what they completed."""
        events = list(self.flush(now))
        if not content:
            return tuple(events)
        self._last_byte_at = now
        if self._expected is None and not self._line:
            return (*events, *self._codes.feed(content, now))
        self._line += content
        while self._line and (taken := self._taken(now)) is not None:
            events += taken
        return tuple(events)

    def flush(self, now: float) -> tuple[Code | MenuReply | Damage, ...]:
        """Close what has paused for the idle gap: a reply without mark, else damage."""
        if not self._line or now - self._last_byte_at < self.idle_gap_s:
            return self._codes.flush(now)
        line = bytes(self._line)
        self._line.clear()
        if line[-1] in STATUSES and self._is_reply(line):
            return (self._reply(line), *self._codes.flush(now))
        held = self._codes.feed(line, self._last_byte_at)
        return (*held, *self._codes.flush(now))

    def reset(self, now: float) -> None:
        """Forget what has begun, and what was expected, because the port was opened at `now`."""
        self._line.clear()
        self._expected = None
        self._codes.reset(now)

    def _taken(self, now: float) -> tuple[Code | MenuReply | Damage, ...] | None:
        """What stands at the beginning of the bytes held; none while more are needed to say."""
        end = self._line.find(self._suffix)
        closed = _CLOSED.search(self._line)
        if self._expected is None:
            size = len(self._line)
        elif self._codes.pending:
            size = end + len(self._suffix) if end >= 0 else len(self._line)
        elif self._line[0] == LINE_FEED:
            size = 1  # the end of a CR LF
        elif closed and (end < 0 or closed.start() < end) and self._is_reply(self._line):
            reply = self._reply(bytes(self._line[: closed.end()]))
            del self._line[: closed.end()]
            return (reply,)
        elif end >= 0:
            size = end + len(self._suffix)
        elif len(self._line) > LONGEST_COMMAND or (closed and not self._is_reply(self._line)):
            size = len(self._line)
        else:
            return None
        piece = bytes(self._line[:size])
        del self._line[:size]
        return self._codes.feed(piece, now)

    def _is_reply(self, line: bytes | bytearray) -> bool:
        return self._expected is not None and self._expected.match(line) is not None

    def _reply(self, line: bytes) -> MenuReply:
        if self._expected is not None and not self._any:
            *_, begin = (found.start() for found in self._expected.finditer(line))
            line = line[begin:]  # on a line that echoes, the question stands before its answer
            self._expected = None
        statuses = [STATUSES[found[1][0]] for found in _STATUS_BEFORE_MARK.finditer(line)]
        text = _STATUS_BEFORE_MARK.sub(b" ", line).decode("ascii", "replace").strip()
        refused = [status for status in statuses if status != "done"]
        return MenuReply(text, (refused or statuses)[0], line)


def _cut_deed(buffer: bytearray, start: int) -> Cut[Deed]:
    head = bytes(buffer[start : start + len(MENU)])
    if not any(known.startswith(head) for known in (TRIGGER, UNTRIGGER, MENU)):
        return Skip(1, "noise")
    if len(head) < len(MENU):
        return None
    if head != MENU:
        return Whole(len(head), Deed("trigger" if head == TRIGGER else "untrigger"))
    begin = start + len(MENU)
    for end in range(begin, min(len(buffer), begin + LONGEST_COMMAND + 1)):
        if buffer[end] in b".!":
            text = bytes(buffer[begin:end]).decode("latin-1")
            if not _COMMAND.fullmatch(text):
                return Skip(end + 1 - start, "content")
            return Whole(end + 1 - start, Deed("menu", text, lasting=buffer[end] == ord(".")))
        if buffer[end] == SYN:
            return Skip(end - start, "end")
    return None
