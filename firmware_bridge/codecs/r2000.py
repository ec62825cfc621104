"""Boards with the Impinj R2000 chip: `A0 length address command … check`.

Sans I/O. Formats: firmware_bridge/protocols/r2000.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from firmware_bridge.codecs.checksums import complement8
from firmware_bridge.codecs.damage import DamageReason
from firmware_bridge.codecs.frames import Cut, FrameDecoder, Skip, Whole
from firmware_bridge.codecs.gen2 import contradiction, epc_length, hex_of, is_epc
from firmware_bridge.readings import TagRead

HEAD = 0xA0
EVERY_ADDRESS = 0xFF
AROUND_BYTES = 5
SHORTEST_LENGTH = 3
MAX_FRAME = 257

RESET = 0x70
FIRMWARE = 0x72
SET_ANTENNA = 0x74
SET_POWER, GET_POWER = 0x76, 0x77
SET_REGION, GET_REGION = 0x78, 0x79
SET_MATCH = 0x85
INVENTORY = 0x89
FAST_SWITCH = 0x8A
SESSION_INVENTORY = 0x8B
INVENTORIES = (INVENTORY, FAST_SWITCH, SESSION_INVENTORY)

RESULTS = frozenset((0x61, RESET, 0x71, 0x73, SET_ANTENNA, SET_POWER, SET_REGION, 0x7A, SET_MATCH))
VALUES: Mapping[int, tuple[int, ...]] = MappingProxyType(
    {0x60: (2,), FIRMWARE: (2,), 0x75: (1,), GET_POWER: (1, 4), GET_REGION: (3, 6), 0x7B: (2,)}
    | {0x7E: (1,), 0x92: (2,)}
)
OTHERS = frozenset((*range(0x80, 0x85), 0x86, *range(0x90, 0x94)))
COMMANDS = RESULTS | VALUES.keys() | OTHERS | frozenset(INVENTORIES)

SUCCESS = 0x10
FAIL = 0x11
ANTENNA_MISSING = 0x22
CODES = frozenset(
    (*range(0x10, 0x12), *range(0x20, 0x26), *range(0x31, 0x39), 0x3C, *range(0x40, 0x58), 0xEE)
)
END_BYTES = 7
FAST_SWITCH_BYTES = 10
TAG_OVERHEAD = 4
RSSI_OFFSET = 129
DISABLED = 0xFF
MOST_POWER_DBM = 33

REGIONS = {"US": (1, 7, 59), "EU": (2, 0, 6), "CN": (3, 43, 53)}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of either direction; they look alike."""

    address: int
    command: int
    content: bytes = b""


def encode(frame: Frame) -> bytes:
    """The bytes of a frame; ValueError if the content is too long for its length byte."""
    if len(frame.content) + SHORTEST_LENGTH > 0xFF:
        raise ValueError("a frame holds at most 252 bytes")
    length = len(frame.content) + SHORTEST_LENGTH
    body = bytes((HEAD, length, frame.address, frame.command)) + frame.content
    return body + bytes((complement8(body),))


def cut_reply(buffer: bytearray, start: int) -> Cut[Frame]:
    """What stands at `start`, read as an answer: its shape must be one that its command has."""
    return _cut(buffer, start, reply=True)


def cut_command(buffer: bytearray, start: int) -> Cut[Frame]:
    """What stands at `start`, read as a command."""
    return _cut(buffer, start, reply=False)


def decoder() -> FrameDecoder[Frame]:
    """A decoder of what readers say."""
    return FrameDecoder(cut_reply, limit=MAX_FRAME)


def command_decoder() -> FrameDecoder[Frame]:
    """A decoder of what computers send."""
    return FrameDecoder(cut_command, limit=MAX_FRAME)


def is_reply(frame: Frame) -> bool:
    """Whether a reader could have said this."""
    return frame.address != EVERY_ADDRESS and _misshapen(frame) is None


def is_tag(frame: Frame) -> bool:
    """Whether an answer of an inventory reports a tag."""
    long = len(frame.content) > TAG_OVERHEAD and len(frame.content) != END_BYTES
    return frame.command in INVENTORIES and long


def answer_of(frame: Frame) -> bytes | None:
    """The PC word and number of the tag that an answer reports; none of other answers."""
    return frame.content[1:-1] if is_tag(frame) else None


def tags(frame: Frame) -> tuple[TagRead, ...]:
    """The tag that an answer reports; none of other answers, and of a tag without an EPC."""
    answer = answer_of(frame)
    if answer is None or not is_epc(answer[0] << 8):
        return ()
    return (
        TagRead(
            hex_of(answer[2:]),
            rssi_dbm=float(frame.content[-1] - RSSI_OFFSET),
            antenna=(frame.content[0] & 0x03) + 1,
        ),
    )


def code_of(frame: Frame) -> int | None:
    """The result or error code of an answer; none if it carries something else."""
    if frame.command in INVENTORIES:
        return frame.content[-1] if len(frame.content) in (1, 2) else None
    if frame.command in RESULTS or (len(frame.content) == 1 and frame.command in OTHERS):
        return frame.content[0]
    return None


def firmware(address: int = EVERY_ADDRESS) -> bytes:
    """Ask for the version."""
    return encode(Frame(address, FIRMWARE))


def reset(address: int = EVERY_ADDRESS) -> bytes:
    """Restart the reader."""
    return encode(Frame(address, RESET))


def set_antenna(antenna: int, address: int = EVERY_ADDRESS) -> bytes:
    """Work with one antenna, 1 to 4."""
    return encode(Frame(address, SET_ANTENNA, bytes((antenna - 1,))))


def get_power(address: int = EVERY_ADDRESS) -> bytes:
    """Ask for the transmit power."""
    return encode(Frame(address, GET_POWER))


def set_power(dbm: float, address: int = EVERY_ADDRESS) -> bytes:
    """Set all antennas' power. ValueError unless it is 0 to 33 whole dBm."""
    if dbm != int(dbm) or not 0 <= dbm <= MOST_POWER_DBM:
        raise ValueError(f"This reader's power is 0 to 33 dBm in whole steps, not {dbm:g}.")
    return encode(Frame(address, SET_POWER, bytes((int(dbm),))))


def get_region(address: int = EVERY_ADDRESS) -> bytes:
    """Ask for the region and its lowest and highest channel."""
    return encode(Frame(address, GET_REGION))


def set_region(region: str, address: int = EVERY_ADDRESS) -> bytes:
    """Use all channels of a region. ValueError with the known regions if it is another."""
    if region not in REGIONS:
        raise ValueError(f"This reader has no region {region}: give one of {', '.join(REGIONS)}.")
    return encode(Frame(address, SET_REGION, bytes(REGIONS[region])))


def inventory(repeat: int = 1, address: int = EVERY_ADDRESS) -> bytes:
    """One round that reports each tag as it is read."""
    return encode(Frame(address, INVENTORY, bytes((repeat,))))


def session_inventory(
    session: int, target: int, repeat: int = 1, address: int = EVERY_ADDRESS
) -> bytes:
    """As `inventory`, in a session of 0 to 3 with target A (0) or B (1)."""
    return encode(Frame(address, SESSION_INVENTORY, bytes((session, target, repeat))))


def fast_switch(antennas: Sequence[int], address: int = EVERY_ADDRESS) -> bytes:
    """As `inventory`, with each of up to four antennas in turn."""
    slots = [(antenna - 1, 1) for antenna in antennas]
    slots += [(DISABLED, 0)] * (4 - len(slots))
    content = bytes(value for slot in slots for value in slot) + bytes((0, 1))
    return encode(Frame(address, FAST_SWITCH, content))


def set_match(epc: bytes, address: int = EVERY_ADDRESS) -> bytes:
    """Let access commands work with the tag of this EPC alone."""
    return encode(Frame(address, SET_MATCH, bytes((0, len(epc))) + epc))


def _cut(buffer: bytearray, start: int, *, reply: bool) -> Cut[Frame]:
    if buffer[start] != HEAD:
        head = buffer.find(HEAD, start)
        return Skip((head if head >= 0 else len(buffer)) - start, "noise")
    have = len(buffer) - start
    if have > 1 and buffer[start + 1] < SHORTEST_LENGTH:
        return Skip(1, "length")
    if have > 2 and reply and buffer[start + 2] == EVERY_ADDRESS:
        return Skip(1, "noise")
    if have > 3 and buffer[start + 3] not in COMMANDS:
        return Skip(1, "noise")
    if have < AROUND_BYTES or have < buffer[start + 1] + 2:
        return None
    size = buffer[start + 1] + 2
    body = bytes(buffer[start : start + size - 1])
    if complement8(body) != buffer[start + size - 1]:
        return Skip(1, "checksum")
    frame = Frame(body[2], body[3], body[4:])
    reason = _misshapen(frame) if reply else None
    if reason is not None:
        return Skip(size if reason == "empty" else 1, reason)
    return Whole(size, frame)


def _misshapen(frame: Frame) -> DamageReason | None:
    """Why an answer is none; `noise` if it could still be a command."""
    content, command = frame.content, frame.command
    if is_tag(frame):
        pc = int.from_bytes(content[1:3], "big")
        if command == FAST_SWITCH and len(content) == FAST_SWITCH_BYTES and epc_length(pc) != 6:
            return "noise"
        return contradiction(content[1:-1]) or ("content" if content[-1] > RSSI_OFFSET else None)
    if command in INVENTORIES:
        if len(content) == TAG_OVERHEAD:
            return contradiction(content[1:-1])
        known = len(content) == END_BYTES or (len(content) in (1, 2) and content[-1] in CODES)
        return None if known else "noise"
    if command in RESULTS:
        return None if len(content) == 1 and content[0] in CODES else "noise"
    lengths = VALUES.get(command)
    if lengths is not None and len(content) not in (*lengths, 1):
        return "noise"
    return None if content else "noise"
