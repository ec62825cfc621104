"""UHFReader18 and UHFReader288 (Chafon and relatives): `length address command … CRC(2)`.

Sans I/O. Formats: firmware_bridge/protocols/uhfreader18.md. The readers of the one dialect report
tags without strength and antenna, those of the other with both.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from firmware_bridge.codecs.checksums import crc16_mcrf4xx
from firmware_bridge.codecs.frames import Cut, FrameDecoder, Skip, Whole
from firmware_bridge.codecs.gen2 import MAX_EPC_BYTES, hex_of
from firmware_bridge.readings import TagRead

Dialect: TypeAlias = Literal["reader18", "reader288"]

EVERY_ADDRESS = 0xFF
MAX_LENGTH = 255
MAX_FRAME = MAX_LENGTH + 1
CRC_BYTES = 2
COMMAND_LENGTH = 4
REPLY_LENGTH = 5

INVENTORY = 0x01
SINGLE_TAG = 0x0F
INFO = 0x21
SET_BAND = 0x22
SET_SCAN_TIME = 0x25
SET_POWER = 0x2F

COMMANDS = frozenset(
    (*range(0x01, 0x07), SINGLE_TAG, 0x18, 0x19, 0x1A, 0x1B, INFO, SET_BAND, 0x24, SET_SCAN_TIME)
) | {0x28, SET_POWER, 0x33, 0x35, 0x40, 0x76}

OK = 0x00
DONE, TIMED_OUT, MORE, MEMORY_FULL = 0x01, 0x02, 0x03, 0x04
ANTENNA_ERROR, NOT_EXECUTED, POOR_LINK, NO_TAG, TAG_ERROR = 0xF8, 0xF9, 0xFA, 0xFB, 0xFC
BAD_LENGTH, BAD_COMMAND, BAD_PARAMETER = 0xFD, 0xFE, 0xFF
WITH_TAGS = (DONE, TIMED_OUT, MORE, MEMORY_FULL)
STATUSES = frozenset((*range(MEMORY_FULL + 1), *range(ANTENNA_ERROR, BAD_PARAMETER + 1)))

READER18_TYPES = frozenset((0x08, 0x09))
RSSI_OFFSET = 129
MOST_POWER_DBM = 33
ANTENNAS = {1: 1, 2: 2, 4: 3, 8: 4}

BANDS = {"CN": (1, 19), "US": (2, 49), "KR": (3, 31), "EU": (4, 14), "CN800": (8, 19)}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a reader answers, with its status, or what the computer sends, without one."""

    address: int
    command: int
    content: bytes = b""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Info:
    """A reader's own words: band as its number, lowest and highest channel, power in dBm.

    `scan_time_s` is the longest that an inventory takes by default.
    """

    version: str
    reader_type: int
    band: int
    channels: tuple[int, int]
    power_dbm: int
    scan_time_s: float

    @property
    def dialect(self) -> Dialect:
        """How the reader speaks of tags."""
        return "reader18" if self.reader_type in READER18_TYPES else "reader288"


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag in an inventory's answer; a blank tag has no EPC."""

    epc: bytes
    antenna: int | None = None
    rssi: int | None = None


def encode(frame: Frame) -> bytes:
    """The bytes of a frame; ValueError if the content is too long for its length byte."""
    body = bytes((frame.address, frame.command))
    if frame.status is not None:
        body += bytes((frame.status,))
    body += frame.content
    if len(body) + CRC_BYTES > MAX_LENGTH:
        raise ValueError("a frame holds at most 251 bytes")
    body = bytes((len(body) + CRC_BYTES,)) + body
    return body + crc16_mcrf4xx(body).to_bytes(2, "little")


def cut_reply(buffer: bytearray, start: int) -> Cut[Frame]:
    """What stands at `start`, read as an answer; an inventory whose parts do not add up is damage.

    There is no mark at a frame's begin: the length, a reader's own address, the commands and the
    states that exist are what is asked of it before its CRC.
    """
    have = len(buffer) - start
    if buffer[start] < REPLY_LENGTH:
        return Skip(1, "noise")
    if have > 1 and buffer[start + 1] == EVERY_ADDRESS:
        return Skip(1, "noise")
    if have > 2 and buffer[start + 2] not in COMMANDS:
        return Skip(1, "noise")
    if have > 3 and buffer[start + 3] not in STATUSES:
        return Skip(1, "noise")
    body = _checked(buffer, start)
    if not isinstance(body, bytes):
        return body
    reply = Frame(body[1], body[2], body[4:], body[3])
    if reply.command == INVENTORY and reply.status in WITH_TAGS and reply.content:
        parts = entries(reply)
        if parts is None:
            return Skip(1, "content")
        if parts and not any(part.epc for part in parts):
            return Skip(body[0] + 1, "empty")
    return Whole(body[0] + 1, reply)


def cut_command(buffer: bytearray, start: int) -> Cut[Frame]:
    """What stands at `start`, read as a command."""
    if buffer[start] < COMMAND_LENGTH:
        return Skip(1, "noise")
    if len(buffer) - start > 2 and buffer[start + 2] not in COMMANDS:
        return Skip(1, "noise")
    body = _checked(buffer, start)
    if not isinstance(body, bytes):
        return body
    return Whole(body[0] + 1, Frame(body[1], body[2], body[3:]))


def decoder() -> FrameDecoder[Frame]:
    """A decoder of what readers say."""
    return FrameDecoder(cut_reply, limit=MAX_FRAME)


def command_decoder() -> FrameDecoder[Frame]:
    """A decoder of what computers send."""
    return FrameDecoder(cut_command, limit=MAX_FRAME)


def entries(reply: Frame, dialect: Dialect | None = None) -> list[Entry] | None:
    """The tags of an inventory's answer; none if its parts do not add up in the dialect.

    Where no dialect is named the one is taken in which they add up, to tags with an EPC if they do
    in both.
    """
    if reply.command != INVENTORY or reply.status not in WITH_TAGS or not reply.content:
        return []
    rich = _rich_entries(reply.content) if dialect != "reader18" else None
    plain = _plain_entries(reply.content) if dialect != "reader288" else None
    if rich is None or (plain is not None and not any(entry.epc for entry in rich)):
        return plain if rich is None or any(entry.epc for entry in plain or ()) else rich
    return rich


def tags(frame: Frame, dialect: Dialect | None = None) -> tuple[TagRead, ...]:
    """The tags that an answer reports, without blank ones."""
    return tuple(
        TagRead(
            hex_of(entry.epc),
            rssi_dbm=None if entry.rssi is None else float(entry.rssi - RSSI_OFFSET),
            antenna=entry.antenna,
        )
        for entry in entries(frame, dialect) or ()
        if entry.epc
    )


def info_of(reply: Frame) -> Info | None:
    """What an answer to `info` says; none if it is another or too short."""
    if reply.command != INFO or reply.status != OK or len(reply.content) < 8:
        return None
    high, low = reply.content[4], reply.content[5]
    return Info(
        version=f"{reply.content[0]}.{reply.content[1]}",
        reader_type=reply.content[2],
        band=(high & 0xC0) >> 4 | (low & 0xC0) >> 6,
        channels=(low & 0x3F, high & 0x3F),
        power_dbm=reply.content[6],
        scan_time_s=reply.content[7] / 10,
    )


def info(address: int = EVERY_ADDRESS) -> bytes:
    """Ask for type, version, band and power."""
    return encode(Frame(address, INFO))


def inventory_18(address: int = EVERY_ADDRESS) -> bytes:
    """One round of a UHFReader18."""
    return encode(Frame(address, INVENTORY))


def inventory_288(
    address: int = EVERY_ADDRESS, *, antenna: int = 1, q: int = 4, scan_time_s: float = 0.3
) -> bytes:
    """One round of a UHFReader288 on one antenna, session 0, without a mask."""
    content = bytes((q, 0, 1, 0, 0, 0, 0, 0x80 + antenna - 1, round(scan_time_s * 10)))
    return encode(Frame(address, INVENTORY, content))


def set_power(dbm: float, address: int = EVERY_ADDRESS) -> bytes:
    """Set the transmit power. ValueError unless it is 0 to 33 whole dBm."""
    if dbm != int(dbm) or not 0 <= dbm <= MOST_POWER_DBM:
        raise ValueError(f"This reader's power is 0 to 33 dBm in whole steps, not {dbm:g}.")
    return encode(Frame(address, SET_POWER, bytes((int(dbm),))))


def set_band(region: str, address: int = EVERY_ADDRESS) -> bytes:
    """Use all channels of a region's band. ValueError with the known regions if it is another."""
    if region not in BANDS:
        raise ValueError(f"This reader has no region {region}: give one of {', '.join(BANDS)}.")
    band, highest = BANDS[region]
    return encode(Frame(address, SET_BAND, bytes(((band & 0x0C) << 4 | highest, band << 6 & 0xC0))))


def _checked(buffer: bytearray, start: int) -> bytes | Skip | None:
    """The frame without its CRC, once it is whole and the CRC is right."""
    size = buffer[start] + 1
    if len(buffer) - start < size:
        return None
    body = bytes(buffer[start : start + size - CRC_BYTES])
    if crc16_mcrf4xx(body).to_bytes(2, "little") != buffer[start + size - CRC_BYTES : start + size]:
        return Skip(1, "checksum")
    return body


def _plain_entries(content: bytes) -> list[Entry] | None:
    """Count, then length and EPC of each."""
    found, at = [], 1
    for _ in range(content[0]):
        epc = _epc_at(content, at)
        if epc is None:
            return None
        found.append(Entry(epc))
        at += 1 + len(epc)
    return found if at == len(content) else None


def _rich_entries(content: bytes) -> list[Entry] | None:
    """Antenna bit, count, then length, EPC and strength of each."""
    if len(content) < 2 or content[0] not in ANTENNAS:
        return None
    found, at = [], 2
    for _ in range(content[1]):
        epc = _epc_at(content, at)
        end = at + 1 + len(epc or b"")
        if epc is None or end >= len(content):
            return None
        found.append(Entry(epc, ANTENNAS[content[0]], content[end]))
        at = end + 1
    return found if at == len(content) else None


def _epc_at(content: bytes, at: int) -> bytes | None:
    if at >= len(content):
        return None
    length = content[at]
    epc = content[at + 1 : at + 1 + length]
    return None if len(epc) != length or length % 2 or length > MAX_EPC_BYTES else epc
