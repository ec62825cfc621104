"""M100, QM100, YRM100 and R200 reader modules: `BB type command length(2) … sum 7E`.

Sans I/O. Formats: firmware_bridge/protocols/m100.md.
"""

from dataclasses import dataclass

from firmware_bridge.codecs.checksums import sum8
from firmware_bridge.codecs.damage import DamageReason
from firmware_bridge.codecs.frames import Cut, FrameDecoder, Skip, Whole
from firmware_bridge.codecs.gen2 import MAX_EPC_BYTES, contradiction, hex_of, is_epc
from firmware_bridge.readings import TagRead

HEAD = 0xBB
END = 0x7E
AROUND_BYTES = 7
MAX_CONTENT = 512
MAX_FRAME = MAX_CONTENT + AROUND_BYTES

COMMAND, REPLY, NOTICE = 0x00, 0x01, 0x02

MODULE_INFO = 0x03
SET_REGION = 0x07
GET_REGION = 0x08
SET_SELECT = 0x0C
SELECT_MODE = 0x12
SINGLE_INVENTORY = 0x22
MULTI_INVENTORY = 0x27
STOP = 0x28
READ_MEMORY = 0x39
SET_POWER = 0xB6
GET_POWER = 0xB7
ERROR = 0xFF

NO_TAG = 0x15
DONE = 0x00
MOST_ROUNDS = 0xFFFF
MOST_POWER_DBM = 33.0
RSSI_BYTES, CRC_BYTES = 1, 2
TAG_BYTES = RSSI_BYTES + 2 + CRC_BYTES

REGIONS = {"CN": 1, "US": 2, "EU": 3, "CN800": 4, "KR": 6}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: `kind` is COMMAND, REPLY or NOTICE; `content` what its length counts."""

    kind: int
    command: int
    content: bytes = b""


def encode(frame: Frame) -> bytes:
    """The bytes of a frame; ValueError beyond `MAX_CONTENT`."""
    if len(frame.content) > MAX_CONTENT:
        raise ValueError(f"a frame holds at most {MAX_CONTENT} bytes")
    body = bytes((frame.kind, frame.command)) + len(frame.content).to_bytes(2, "big")
    body += frame.content
    return bytes((HEAD, *body, sum8(body), END))


def cut(buffer: bytearray, start: int) -> Cut[Frame]:
    """What stands at `start`; a tag whose PC word or CRC disagrees is damage."""
    if buffer[start] != HEAD:
        head = buffer.find(HEAD, start)
        return Skip((head if head >= 0 else len(buffer)) - start, "noise")
    have = len(buffer) - start
    if have > 1 and buffer[start + 1] > NOTICE:
        return Skip(1, "noise")
    if have < 5:
        return None
    kind, command = buffer[start + 1], buffer[start + 2]
    length = buffer[start + 3] << 8 | buffer[start + 4]
    tag = kind == NOTICE and command == SINGLE_INVENTORY
    if length > MAX_CONTENT or (tag and not TAG_BYTES <= length <= TAG_BYTES + MAX_EPC_BYTES):
        return Skip(1, "length")
    size = length + AROUND_BYTES
    if have < size:
        return None
    if buffer[start + size - 1] != END:
        return Skip(1, "end")
    if sum8(bytes(buffer[start + 1 : start + size - 2])) != buffer[start + size - 2]:
        return Skip(1, "checksum")
    frame = Frame(kind, command, bytes(buffer[start + 5 : start + size - 2]))
    reason = _contradiction(frame)
    if reason is not None:
        return Skip(size if reason == "empty" else 1, reason)
    return Whole(size, frame)


def decoder() -> FrameDecoder[Frame]:
    """A decoder of both directions; they differ by a frame's kind."""
    return FrameDecoder(cut, limit=MAX_FRAME)


def answer_of(frame: Frame) -> bytes | None:
    """The PC word and number of the tag that a notice reports; none of other frames."""
    if frame.kind != NOTICE or frame.command != SINGLE_INVENTORY:
        return None
    return frame.content[RSSI_BYTES:-CRC_BYTES]


def tags(frame: Frame) -> tuple[TagRead, ...]:
    """The tag that a notice reports; none of other frames, and of a tag without an EPC."""
    answer = answer_of(frame)
    if answer is None or not is_epc(answer[0] << 8):
        return ()
    rssi = frame.content[0] - 256 if frame.content[0] > 127 else frame.content[0]
    return (TagRead(hex_of(answer[2:]), rssi_dbm=float(rssi)),)


def error_code(frame: Frame) -> int | None:
    """The code of an error reply; none if the frame is no error."""
    if frame.kind == REPLY and frame.command == ERROR and frame.content:
        return frame.content[0]
    return None


def module_info(part: int = 0) -> bytes:
    """Ask for the hardware version (0), software version (1) or maker (2)."""
    return encode(Frame(COMMAND, MODULE_INFO, bytes((part,))))


def single_inventory() -> bytes:
    """One round: answered by tags or by the error `NO_TAG`."""
    return encode(Frame(COMMAND, SINGLE_INVENTORY))


def multi_inventory(rounds: int = MOST_ROUNDS) -> bytes:
    """Many rounds, each answered as a single one. ValueError beyond 0 to 65535."""
    if not 0 <= rounds <= MOST_ROUNDS:
        raise ValueError(f"rounds are 0 to {MOST_ROUNDS}")
    return encode(Frame(COMMAND, MULTI_INVENTORY, b"\x22" + rounds.to_bytes(2, "big")))


def stop() -> bytes:
    """End a multi inventory."""
    return encode(Frame(COMMAND, STOP))


def set_region(region: str) -> bytes:
    """ValueError with the known regions, one of `REGIONS`, if it is another."""
    if region not in REGIONS:
        raise ValueError(f"An M100 has no region {region}: give one of {', '.join(REGIONS)}.")
    return encode(Frame(COMMAND, SET_REGION, bytes((REGIONS[region],))))


def get_power() -> bytes:
    """Ask for the transmit power."""
    return encode(Frame(COMMAND, GET_POWER))


def set_power(dbm: float) -> bytes:
    """Set the transmit power in steps of 0.01 dBm. ValueError beyond 0 to 33 dBm."""
    if not 0 <= dbm <= MOST_POWER_DBM:
        raise ValueError(f"An M100's power is 0 to {MOST_POWER_DBM:g} dBm, not {dbm:g}.")
    return encode(Frame(COMMAND, SET_POWER, round(dbm * 100).to_bytes(2, "big")))


def read_memory(password: bytes, bank: int, address: int, words: int) -> bytes:
    """Read words of a tag's memory bank with its access password of four bytes."""
    content = password + bytes((bank,)) + address.to_bytes(2, "big") + words.to_bytes(2, "big")
    return encode(Frame(COMMAND, READ_MEMORY, content))


def select(parameter: int, pointer: int, mask: bytes) -> bytes:
    """Select tags by a mask at a bit address; `parameter` is target, action and bank."""
    content = bytes((parameter,)) + pointer.to_bytes(4, "big") + bytes((len(mask) * 8, 0)) + mask
    return encode(Frame(COMMAND, SET_SELECT, content))


def _contradiction(frame: Frame) -> DamageReason | None:
    answer = answer_of(frame)
    if answer is not None:
        return contradiction(answer, frame.content[-CRC_BYTES:])
    if frame.kind == REPLY and frame.command == ERROR and not frame.content:
        return "content"
    return None
