"""LLRP 1.0.1 messages: the header, and cutting a connection's bytes into messages.

LLRP has no checksum and no mark between messages: where one ends is known only from its own
length, so after a contradiction nothing later can be trusted. The decoder then says so once and
drops everything until it is reset; whoever uses it gives the connection up and makes a new one.
"""

from dataclasses import dataclass
from enum import IntEnum

from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage, DamageReason
from firmware_bridge.codecs.llrp.contents import Content, read_answer, read_event, read_report
from firmware_bridge.codecs.llrp.parameters import LlrpError

VERSION = 1
HEADER = 10
MAX_MESSAGE = 0x10000
IDLE_GAP_S = 1.0


class MessageType(IntEnum):
    """The messages of LLRP 1.0.1, by their number there."""

    GET_READER_CAPABILITIES = 1
    GET_READER_CONFIG = 2
    SET_READER_CONFIG = 3
    CLOSE_CONNECTION_RESPONSE = 4
    GET_READER_CAPABILITIES_RESPONSE = 11
    GET_READER_CONFIG_RESPONSE = 12
    SET_READER_CONFIG_RESPONSE = 13
    CLOSE_CONNECTION = 14
    ADD_ROSPEC = 20
    DELETE_ROSPEC = 21
    START_ROSPEC = 22
    STOP_ROSPEC = 23
    ENABLE_ROSPEC = 24
    DISABLE_ROSPEC = 25
    GET_ROSPECS = 26
    ADD_ROSPEC_RESPONSE = 30
    DELETE_ROSPEC_RESPONSE = 31
    START_ROSPEC_RESPONSE = 32
    STOP_ROSPEC_RESPONSE = 33
    ENABLE_ROSPEC_RESPONSE = 34
    DISABLE_ROSPEC_RESPONSE = 35
    GET_ROSPECS_RESPONSE = 36
    ADD_ACCESSSPEC = 40
    DELETE_ACCESSSPEC = 41
    ENABLE_ACCESSSPEC = 42
    DISABLE_ACCESSSPEC = 43
    GET_ACCESSSPECS = 44
    CLIENT_REQUEST_OP = 45
    ADD_ACCESSSPEC_RESPONSE = 50
    DELETE_ACCESSSPEC_RESPONSE = 51
    ENABLE_ACCESSSPEC_RESPONSE = 52
    DISABLE_ACCESSSPEC_RESPONSE = 53
    GET_ACCESSSPECS_RESPONSE = 54
    CLIENT_REQUEST_OP_RESPONSE = 55
    GET_REPORT = 60
    RO_ACCESS_REPORT = 61
    KEEPALIVE = 62
    READER_EVENT_NOTIFICATION = 63
    ENABLE_EVENTS_AND_REPORTS = 64
    KEEPALIVE_ACK = 72
    ERROR_MESSAGE = 100
    CUSTOM_MESSAGE = 1023


ANSWERS = frozenset(
    kind
    for kind in MessageType
    if kind.name.endswith("_RESPONSE") and kind is not MessageType.CLIENT_REQUEST_OP_RESPONSE
) | {MessageType.ERROR_MESSAGE}


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `content` is what its body says, where a reader sends it and a bench uses it.

    `kind` is a `MessageType`, or another number for what a vendor added.
    """

    kind: int
    number: int
    body: bytes
    content: Content | None = None

    @property
    def raw(self) -> bytes:
        """The message as it is on the wire."""
        return encode(self.kind, self.number, self.body)


def encode(kind: int, number: int, body: bytes = b"") -> bytes:
    """A message of a kind with its number, by which its answer is known."""
    head = (VERSION << 10 | kind).to_bytes(2, "big")
    return head + (HEADER + len(body)).to_bytes(4, "big") + number.to_bytes(4, "big") + body


def read(kind: int, number: int, body: bytes) -> Message:
    """The message of a header and a body; LlrpError if the body contradicts itself."""
    content: Content | None = None
    if kind == MessageType.RO_ACCESS_REPORT:
        content = read_report(body)
    elif kind == MessageType.READER_EVENT_NOTIFICATION:
        content = read_event(body)
    elif kind in ANSWERS:
        content = read_answer(body)
    return Message(kind, number, body, content)


class LlrpDecoder:
    """A `Decoder` of one connection: messages until the first contradiction, then nothing.

    Keeps at most `MAX_MESSAGE` bytes between calls. A message that pauses for the idle gap is a
    contradiction too.
    """

    def __init__(self) -> None:
        self.idle_gap_s = IDLE_GAP_S
        self._buffer = bytearray()
        self._last_byte_at = 0.0
        self._broken = False

    @property
    def pending(self) -> bool:
        """Say whether a message has begun that is not whole."""
        return bool(self._buffer)

    def feed(self, content: bytes, now: float) -> tuple[Message | Damage, ...]:
        """Take bytes read at the monotonic time `now` (s) and return what they completed."""
        found: list[Message | Damage] = list(self.flush(now))
        if self._broken or not content:
            return tuple(found)
        self._last_byte_at = now
        buffer = self._buffer
        buffer += content
        start = 0
        while len(buffer) - start >= HEADER:
            size = int.from_bytes(buffer[start + 2 : start + 6], "big")
            reason = _wrong(buffer[start], size)
            if reason is None and len(buffer) - start < size:
                break
            if reason is None:
                message = _read(bytes(buffer[start : start + size]))
                if message is not None:
                    found.append(message)
                    start += size
                    continue
                reason = "content"
            found.append(self._break(reason, start))
            return tuple(found)
        del buffer[:start]
        return tuple(found)

    def flush(self, now: float) -> tuple[Message | Damage, ...]:
        """Give the connection up if a message has paused for the idle gap."""
        if not self._buffer or now - self._last_byte_at < self.idle_gap_s:
            return ()
        return (self._break("unfinished", 0),)

    def reset(self, now: float) -> None:
        """Begin anew because the connection was made anew at `now`."""
        self._buffer.clear()
        self._last_byte_at = now
        self._broken = False

    def _break(self, reason: DamageReason, start: int) -> Damage:
        damage = Damage(reason, bytes(self._buffer[start : start + SHOWN_BYTES]))
        self._buffer.clear()
        self._broken = True
        return damage


def _wrong(first: int, size: int) -> DamageReason | None:
    """What is wrong with a header that has this first byte and this length."""
    if first >> 2 != VERSION:
        return "noise"
    if size > MAX_MESSAGE:
        return "overlong"
    return "length" if size < HEADER else None


def _read(raw: bytes) -> Message | None:
    kind = int.from_bytes(raw[:2], "big") & 0x3FF
    try:
        return read(kind, int.from_bytes(raw[6:HEADER], "big"), raw[HEADER:])
    except LlrpError:
        return None
