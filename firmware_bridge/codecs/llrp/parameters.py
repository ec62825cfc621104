"""LLRP parameters: typed values without (TV) and with a length (TLV), cut and put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

TV_FLAG = 0x80
FIRST_TLV = 128
LAST_TLV = 1023
TLV_HEAD = 4


class LlrpError(ValueError):
    """Bytes that contradict LLRP 1.0.1; the message says what is wrong."""


class Kind(IntEnum):
    """The parameters a bench needs, by their number in LLRP 1.0.1; below 128 they are TV."""

    ANTENNA_ID = 1
    FIRST_SEEN_UTC = 2
    PEAK_RSSI = 6
    TAG_SEEN_COUNT = 8
    EPC_96 = 13
    UTC_TIMESTAMP = 128
    UPTIME = 129
    GENERAL_DEVICE_CAPABILITIES = 137
    REGULATORY_CAPABILITIES = 143
    UHF_BAND_CAPABILITIES = 144
    TRANSMIT_POWER_LEVEL = 145
    FREQUENCY_INFORMATION = 146
    FREQUENCY_HOP_TABLE = 147
    ROSPEC = 177
    RO_BOUNDARY_SPEC = 178
    ROSPEC_START_TRIGGER = 179
    ROSPEC_STOP_TRIGGER = 182
    AISPEC = 183
    AISPEC_STOP_TRIGGER = 184
    TAG_OBSERVATION_TRIGGER = 185
    INVENTORY_PARAMETER_SPEC = 186
    IDENTIFICATION = 218
    KEEPALIVE_SPEC = 220
    ANTENNA_PROPERTIES = 221
    ANTENNA_CONFIGURATION = 222
    RF_TRANSMITTER = 224
    EVENTS_AND_REPORTS = 226
    RO_REPORT_SPEC = 237
    TAG_REPORT_CONTENT_SELECTOR = 238
    TAG_REPORT_DATA = 240
    EPC_DATA = 241
    READER_EVENT_NOTIFICATION_SPEC = 244
    EVENT_NOTIFICATION_STATE = 245
    READER_EVENT_NOTIFICATION_DATA = 246
    READER_EXCEPTION_EVENT = 252
    ANTENNA_EVENT = 255
    CONNECTION_ATTEMPT_EVENT = 256
    CONNECTION_CLOSE_EVENT = 257
    LLRP_STATUS = 287
    C1G2_INVENTORY_COMMAND = 330
    C1G2_SINGULATION_CONTROL = 336
    C1G2_EPC_MEMORY_SELECTOR = 348
    CUSTOM = 1023


TV_BYTES: Mapping[int, int] = MappingProxyType(
    {
        **dict.fromkeys((2, 3, 4, 5), 8),
        **dict.fromkeys((1, 7, 8, 10, 11, 12, 14, 15, 17, 19, 20), 2),
        **dict.fromkeys((9, 16, 18), 4),
        6: 1,
        13: 12,
    }
)
"""The body of each TV parameter in bytes; one that is not here has no known end."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; its body is left as bytes until somebody needs it."""

    kind: int
    body: bytes


def parameters(content: bytes) -> tuple[Parameter, ...]:
    """Cut bytes into the parameters they are, one level deep; what is unknown is kept as bytes.

    LlrpError unless the parameters fill the bytes exactly. An unknown TV parameter is one too:
    it carries no length, so nothing behind it can be found.
    """
    found = []
    at = 0
    while at < len(content):
        first = content[at]
        if first & TV_FLAG:
            kind = first & ~TV_FLAG
            size = TV_BYTES.get(kind)
            if size is None:
                raise LlrpError(f"the parameter {kind} has no known length")
            head, end = 1, at + 1 + size
        else:
            kind = int.from_bytes(content[at : at + 2], "big")
            head, end = TLV_HEAD, at + int.from_bytes(content[at + 2 : at + 4], "big")
            if not FIRST_TLV <= kind <= LAST_TLV or end < at + head:
                raise LlrpError("a parameter has an impossible type or length")
        if end > len(content):
            raise LlrpError(f"the parameter {kind} is longer than what holds it")
        found.append(Parameter(kind, content[at + head : end]))
        at = end
    return tuple(found)


def tv(kind: int, body: bytes) -> bytes:
    """A TV parameter. ValueError if its type has not this length."""
    if TV_BYTES.get(kind) != len(body):
        raise ValueError(f"the parameter {kind} does not have {len(body)} bytes")
    return bytes([TV_FLAG | kind]) + body


def tlv(kind: int, *parts: bytes) -> bytes:
    """A TLV parameter made of its fields and of the parameters in it."""
    body = b"".join(parts)
    return kind.to_bytes(2, "big") + (TLV_HEAD + len(body)).to_bytes(2, "big") + body


def u8(number: int) -> bytes:
    """An unsigned byte."""
    return number.to_bytes(1, "big")


def u16(number: int) -> bytes:
    """Two bytes, most significant first."""
    return number.to_bytes(2, "big")


def u32(number: int) -> bytes:
    """Four bytes, most significant first."""
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    """Eight bytes, most significant first."""
    return number.to_bytes(8, "big")


class Fields:
    """Reads the fields of a body in order; LlrpError where it ends too early."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def number(self, size: int, *, signed: bool = False) -> int:
        """The next `size` bytes as a number, most significant first."""
        return int.from_bytes(self.take(size), "big", signed=signed)

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        end = self._at + size
        if end > len(self._body):
            raise LlrpError("a parameter is shorter than its fields")
        part = self._body[self._at : end]
        self._at = end
        return part

    def text(self) -> str:
        """A length of two bytes and so many bytes of UTF-8; what is no UTF-8 is replaced."""
        return self.take(self.number(2)).decode("utf-8", "replace")

    def rest(self) -> bytes:
        """Everything behind the fields read so far."""
        return self._body[self._at :]

    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters behind the fields read so far."""
        return parameters(self.rest())
