"""ThingMagic M6e and M7e modules: `FF length op … CRC(2)`; answers carry a status behind the op.

Sans I/O. Formats: firmware_bridge/protocols/thingmagic.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_bridge.codecs.checksums import crc16_shifted_in
from firmware_bridge.codecs.damage import DamageReason
from firmware_bridge.codecs.frames import Cut, FrameDecoder, Skip, Whole
from firmware_bridge.codecs.gen2 import contradiction, hex_of, is_epc, tag_crc
from firmware_bridge.readings import TagRead

HEAD = 0xFF
CRC_BYTES = 2
COMMAND_OVERHEAD = 5
REPLY_OVERHEAD = 7
MAX_FRAME = 255 + REPLY_OVERHEAD

VERSION = 0x03
BOOT = 0x04
READ_SINGLE = 0x21
READ_MULTIPLE = 0x22
STREAM = 0x2F
SET_ANTENNA = 0x91
SET_POWER = 0x92
SET_PROTOCOL = 0x93
SET_REGION = 0x97
SET_OPTION = 0x9A

OPS = frozenset(
    {VERSION, BOOT, 0x06, 0x23, 0x24, 0x26, 0x28, 0x29, 0x2A, STREAM, SET_OPTION}
    | {READ_SINGLE, READ_MULTIPLE, *range(0x61, 0x69)}
    | {*range(SET_ANTENNA, SET_REGION + 2)}
)

OK = 0x0000
NO_TAGS = 0x0400
TOO_HOT = 0x0504
HIGH_RETURN_LOSS = 0x0505
HIGHEST_STATUS_PAGE = 0x06
ASSERTION_PAGE = 0x7F

FLAGS = b"\x01\xff"
FIXED_BYTES = 21
BEHIND_DATA_BYTES = 3
LONGEST_PLAIN_BYTES = 8
MOST_ANTENNAS = 16
"""Half a byte names the antenna in a record: the last one is written 0."""
MOST_POWER_DBM = 31.5

REGIONS = {"US": 0x01, "EU": 0x08, "CN": 0x06, "NA2": 0x0D, "NA3": 0x0E, "OPEN": 0xFF}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a module answers, with its status, or what the computer sends, without one."""

    op: int
    content: bytes = b""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One tag as a stream reports it: PC word and number, and `data` that was read with it."""

    answer: bytes
    rssi_dbm: int
    antenna: int
    frequency_khz: int
    timestamp_ms: int
    count: int = 1
    data: bytes = b""


def encode(frame: Frame) -> bytes:
    """The bytes of a frame; ValueError beyond 255 bytes of content."""
    if len(frame.content) > 0xFF:
        raise ValueError("a frame holds at most 255 bytes")
    body = bytes((len(frame.content), frame.op))
    if frame.status is not None:
        body += frame.status.to_bytes(2, "big")
    body += frame.content
    return bytes((HEAD,)) + body + crc16_shifted_in(body).to_bytes(2, "big")


def cut_reply(buffer: bytearray, start: int) -> Cut[Frame]:
    """What stands at `start`, read as an answer; a tag record that contradicts itself is damage."""
    if len(buffer) - start > 3 and buffer[start] == HEAD:
        page = buffer[start + 3]
        if page > HIGHEST_STATUS_PAGE and page != ASSERTION_PAGE:
            return Skip(1, "noise")
    body = _checked(buffer, start, REPLY_OVERHEAD)
    if not isinstance(body, bytes):
        return body
    size = len(body) + 1 + CRC_BYTES
    frame = Frame(body[1], body[4:], body[2] << 8 | body[3])
    reason = _contradiction(frame)
    if reason is not None:
        return Skip(size if reason == "empty" else 1, reason)
    return Whole(size, frame)


def cut_command(buffer: bytearray, start: int) -> Cut[Frame]:
    """What stands at `start`, read as a command."""
    body = _checked(buffer, start, COMMAND_OVERHEAD)
    if not isinstance(body, bytes):
        return body
    return Whole(len(body) + 1 + CRC_BYTES, Frame(body[1], body[2:]))


def decoder() -> FrameDecoder[Frame]:
    """A decoder of what modules say."""
    return FrameDecoder(cut_reply, limit=MAX_FRAME)


def command_decoder() -> FrameDecoder[Frame]:
    """A decoder of what computers send."""
    return FrameDecoder(cut_command, limit=MAX_FRAME)


def record_of(frame: Frame) -> Record | None:
    """The tag that an answer of a running stream reports; none of other frames."""
    content = frame.content
    if not _has_record(frame):
        return None
    bits = int.from_bytes(content[19:21], "big")
    data_end = FIXED_BYTES + (bits + 7) // 8
    return Record(
        answer=content[data_end + BEHIND_DATA_BYTES : -CRC_BYTES],
        rssi_dbm=content[7] - 256 if content[7] > 127 else content[7],
        antenna=content[8] >> 4 or MOST_ANTENNAS,
        frequency_khz=int.from_bytes(content[9:12], "big"),
        timestamp_ms=int.from_bytes(content[12:16], "big"),
        count=max(content[6], 1),
        data=content[FIXED_BYTES:data_end],
    )


def answer_of(frame: Frame) -> bytes | None:
    """The PC word and number of the tag that a stream reports; none of other frames."""
    record = record_of(frame)
    return None if record is None else record.answer


def tags(frame: Frame) -> tuple[TagRead, ...]:
    """The tag that a stream reports; none of other frames, and of a tag without an EPC."""
    record = record_of(frame)
    if record is None or not is_epc(record.answer[0] << 8):
        return ()
    return (
        TagRead(
            hex_of(record.answer[2:]),
            rssi_dbm=float(record.rssi_dbm),
            antenna=record.antenna,
            count=record.count,
        ),
    )


def version() -> bytes:
    """Ask for the versions of boot loader, hardware and firmware."""
    return encode(Frame(VERSION))


def boot_firmware() -> bytes:
    """Leave the boot loader; a module that has left it answers with an error."""
    return encode(Frame(BOOT))


def set_region(region: str) -> bytes:
    """ValueError with the known regions, one of `REGIONS`, if it is another."""
    if region not in REGIONS:
        raise ValueError(f"A ThingMagic has no region {region}: give one of {', '.join(REGIONS)}.")
    return encode(Frame(SET_REGION, bytes((REGIONS[region],))))


def set_gen2() -> bytes:
    """Read tags of the Gen2 protocol."""
    return encode(Frame(SET_PROTOCOL, b"\x00\x05"))


def set_antenna(antenna: int) -> bytes:
    """Send and receive single reads at one antenna."""
    return encode(Frame(SET_ANTENNA, bytes((antenna, antenna))))


def set_antennas(antennas: Sequence[int]) -> bytes:
    """Let a stream search at these antennas."""
    pairs = bytes(port for antenna in antennas for port in (antenna, antenna))
    return encode(Frame(SET_ANTENNA, b"\x02" + pairs))


def set_power(dbm: float) -> bytes:
    """Set the transmit power in steps of 0.01 dBm. ValueError beyond 0 to 31.5 dBm."""
    if not 0 <= dbm <= MOST_POWER_DBM:
        raise ValueError(f"A ThingMagic's power is 0 to {MOST_POWER_DBM:g} dBm, not {dbm:g}.")
    return encode(Frame(SET_POWER, round(dbm * 100).to_bytes(2, "big")))


def read_single(timeout_ms: int) -> bytes:
    """Look for one tag for so long."""
    return encode(Frame(READ_SINGLE, timeout_ms.to_bytes(2, "big")))


def filter_off() -> bytes:
    """Report a tag each time it is read, not once."""
    return encode(Frame(SET_OPTION, b"\x01\x0c\x00"))


def start_stream() -> bytes:
    """Read without end and report each tag with every piece of metadata."""
    return encode(Frame(STREAM, bytes.fromhex("00000122000005072210001B03E801FF")))


def stop_stream() -> bytes:
    """End the stream."""
    return encode(Frame(STREAM, b"\x00\x00\x02"))


def record_content(record: Record) -> bytes:
    """A tag record's bytes behind the status."""
    fixed = b"\x10\x03\x1b" + FLAGS + bytes((1, record.count, record.rssi_dbm & 0xFF))
    fixed += bytes((record.antenna % MOST_ANTENNAS * 0x11,))
    fixed += record.frequency_khz.to_bytes(3, "big") + record.timestamp_ms.to_bytes(4, "big")
    fixed += b"\x00\xa0\x05" + (len(record.data) * 8).to_bytes(2, "big") + record.data + b"\x01"
    answer = record.answer + tag_crc(record.answer)
    return fixed + (len(answer) * 8).to_bytes(2, "big") + answer


def _checked(buffer: bytearray, start: int, overhead: int) -> bytes | Skip | None:
    """Length, op and what follows, without the CRC, once it is whole and the CRC is right."""
    if buffer[start] != HEAD:
        head = buffer.find(HEAD, start)
        return Skip((head if head >= 0 else len(buffer)) - start, "noise")
    have = len(buffer) - start
    if have > 2 and buffer[start + 2] not in OPS:
        return Skip(1, "noise")
    if have < 3 or have < buffer[start + 1] + overhead:
        return None
    end = start + buffer[start + 1] + overhead
    body = bytes(buffer[start + 1 : end - CRC_BYTES])
    if crc16_shifted_in(body).to_bytes(2, "big") != buffer[end - CRC_BYTES : end]:
        return Skip(1, "checksum")
    return body


def _has_record(frame: Frame) -> bool:
    long = len(frame.content) > LONGEST_PLAIN_BYTES
    return frame.op == READ_MULTIPLE and frame.status == OK and long


def _contradiction(frame: Frame) -> DamageReason | None:
    if not _has_record(frame):
        return None
    content = frame.content
    if len(content) < FIXED_BYTES + BEHIND_DATA_BYTES or content[3:6] != FLAGS + b"\x01":
        return "content"
    behind = FIXED_BYTES + (int.from_bytes(content[19:21], "big") + 7) // 8
    answer = content[behind + BEHIND_DATA_BYTES :]
    if int.from_bytes(content[behind + 1 : behind + BEHIND_DATA_BYTES], "big") != 8 * len(answer):
        return "content"
    return contradiction(answer[:-CRC_BYTES], answer[-CRC_BYTES:])
