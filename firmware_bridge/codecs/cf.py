"""Newer Chafon readers, among them those with the E710 chip: `CF address command(2) length … CRC`.

Sans I/O. Formats: firmware_bridge/protocols/cf.md.
"""

from dataclasses import dataclass

from firmware_bridge.codecs.checksums import crc16_mcrf4xx
from firmware_bridge.codecs.damage import DamageReason
from firmware_bridge.codecs.frames import Cut, FrameDecoder, Skip, Whole
from firmware_bridge.codecs.gen2 import MAX_EPC_BYTES, hex_of
from firmware_bridge.readings import TagRead

HEAD = 0xCF
EVERY_ADDRESS = 0xFF
HEAD_BYTES = 5
CRC_BYTES = 2
AROUND_BYTES = HEAD_BYTES + CRC_BYTES
MAX_FRAME = 255 + AROUND_BYTES

INVENTORY = 0x0001
STOP = 0x0002
INIT = 0x0050
REBOOT = 0x0052
SET_POWER = 0x0053
DEVICE_INFO = 0x0070
SET_ALL, GET_ALL = 0x0071, 0x0072
COMMANDS = frozenset((INVENTORY, STOP, 0x0003, 0x0004, *range(0x0050, 0x0090)))

OK = 0x00
BAD_PARAMETER, FAILED = 0x01, 0x02
NO_TAG = 0x12
STATUSES = frozenset((OK, BAD_PARAMETER, FAILED, 0x03, NO_TAG, 0x14, 0x15, 0x16, 0x17, 0xFF))

BY_TIME, BY_ROUNDS = 0x00, 0x01
TAG_HEAD_BYTES = 5
POWER_AT = 15
ALL_BYTES = 25
MOST_POWER_DBM = 33


@dataclass(frozen=True, slots=True)
class Frame:
    """What a reader answers, with its status, or what the computer sends, without one."""

    address: int
    command: int
    content: bytes = b""
    status: int | None = None


def encode(frame: Frame) -> bytes:
    """The bytes of a frame; ValueError if the content is too long for its length byte."""
    content = frame.content
    if frame.status is not None:
        content = bytes((frame.status,)) + content
    if len(content) > 0xFF:
        raise ValueError("a frame holds at most 255 bytes, a status included")
    body = bytes((HEAD, frame.address)) + frame.command.to_bytes(2, "big")
    body += bytes((len(content),)) + content
    return body + crc16_mcrf4xx(body).to_bytes(2, "big")


def cut_reply(buffer: bytearray, start: int) -> Cut[Frame]:
    """What stands at `start`, read as an answer; a tag that contradicts itself is damage."""
    if buffer[start] == HEAD:
        have = len(buffer) - start
        if have > 1 and buffer[start + 1] == EVERY_ADDRESS:
            return Skip(1, "noise")
        if have > 4 and buffer[start + 4] < 1:
            return Skip(1, "length")
        if have > 5 and buffer[start + 5] not in STATUSES:
            return Skip(1, "noise")
    body = _checked(buffer, start)
    if not isinstance(body, bytes):
        return body
    size = len(body) + CRC_BYTES
    frame = Frame(body[1], body[2] << 8 | body[3], body[6:], body[5])
    reason = _contradiction(frame)
    if reason is not None:
        return Skip(size if reason == "empty" else 1, reason)
    return Whole(size, frame)


def cut_command(buffer: bytearray, start: int) -> Cut[Frame]:
    """What stands at `start`, read as a command."""
    body = _checked(buffer, start)
    if not isinstance(body, bytes):
        return body
    return Whole(len(body) + CRC_BYTES, Frame(body[1], body[2] << 8 | body[3], body[5:]))


def decoder() -> FrameDecoder[Frame]:
    """A decoder of what readers say."""
    return FrameDecoder(cut_reply, limit=MAX_FRAME)


def command_decoder() -> FrameDecoder[Frame]:
    """A decoder of what computers send."""
    return FrameDecoder(cut_command, limit=MAX_FRAME)


def tags(frame: Frame) -> tuple[TagRead, ...]:
    """The tag that an answer reports; none of other frames."""
    content = frame.content
    if not _is_tag(frame):
        return ()
    rssi = int.from_bytes(content[0:2], "big", signed=True) / 10
    return (TagRead(hex_of(content[TAG_HEAD_BYTES:]), rssi_dbm=rssi, antenna=content[2] or None),)


def power_of(frame: Frame) -> int | None:
    """The power (dBm) that an answer to `get_all` tells; none if it is another or too short."""
    if frame.command != GET_ALL or frame.status != OK or len(frame.content) < ALL_BYTES:
        return None
    return frame.content[POWER_AT]


def module_init() -> bytes:
    """Greet the reader's radio."""
    return encode(Frame(EVERY_ADDRESS, INIT))


def device_info() -> bytes:
    """Ask for versions, names and serial numbers."""
    return encode(Frame(EVERY_ADDRESS, DEVICE_INFO))


def inventory(amount: int = 0, kind: int = BY_TIME) -> bytes:
    """Read tags for so many seconds or rounds; 0 seconds: until `stop`."""
    return encode(Frame(EVERY_ADDRESS, INVENTORY, bytes((kind,)) + amount.to_bytes(4, "big")))


def stop() -> bytes:
    """End an inventory."""
    return encode(Frame(EVERY_ADDRESS, STOP))


def get_all() -> bytes:
    """Ask for all settings."""
    return encode(Frame(EVERY_ADDRESS, GET_ALL))


def set_power(dbm: float) -> bytes:
    """Set the transmit power. ValueError unless it is 1 to 33 whole dBm."""
    if dbm != int(dbm) or not 1 <= dbm <= MOST_POWER_DBM:
        raise ValueError(f"This reader's power is 1 to 33 dBm in whole steps, not {dbm:g}.")
    return encode(Frame(EVERY_ADDRESS, SET_POWER, bytes((int(dbm), 0))))


def tag_content(epc: bytes, rssi_dbm: float, antenna: int = 1, channel: int = 0) -> bytes:
    """A tag report's bytes behind the status."""
    head = round(rssi_dbm * 10).to_bytes(2, "big", signed=True)
    return head + bytes((antenna, channel, len(epc))) + epc


def _is_tag(frame: Frame) -> bool:
    return frame.command == INVENTORY and frame.status == OK and bool(frame.content)


def _checked(buffer: bytearray, start: int) -> bytes | Skip | None:
    """The frame without its CRC, once it is whole and the CRC is right."""
    if buffer[start] != HEAD:
        head = buffer.find(HEAD, start)
        return Skip((head if head >= 0 else len(buffer)) - start, "noise")
    have = len(buffer) - start
    if have > 3 and (buffer[start + 2] << 8 | buffer[start + 3]) not in COMMANDS:
        return Skip(1, "noise")
    if have < HEAD_BYTES or have < buffer[start + 4] + AROUND_BYTES:
        return None
    end = start + buffer[start + 4] + HEAD_BYTES
    body = bytes(buffer[start:end])
    if crc16_mcrf4xx(body).to_bytes(2, "big") != buffer[end : end + CRC_BYTES]:
        return Skip(1, "checksum")
    return body


def _contradiction(frame: Frame) -> DamageReason | None:
    if not _is_tag(frame):
        return None
    if len(frame.content) < TAG_HEAD_BYTES:
        return "content"
    length = frame.content[TAG_HEAD_BYTES - 1]
    if length != len(frame.content) - TAG_HEAD_BYTES or length % 2 or length > MAX_EPC_BYTES:
        return "content"
    return None if length else "empty"
