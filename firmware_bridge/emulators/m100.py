"""An imitated M100 reader module."""

from firmware_bridge.codecs import m100
from firmware_bridge.codecs.gen2 import tag_crc, with_pc
from firmware_bridge.codecs.m100 import Frame
from firmware_bridge.emulators.tag_field import FieldTag, TagField

ROUND_S = 0.05
INFO = (b"M100 26dBm V1.0", b"V2.3.5", b"MagicRF")
BAD_COMMAND = 0x17
BAD_PARAMETER = 0x0E
NO_TAG_TO_READ = 0x09
MOST_POWER_CDBM = 2600


class M100Imitation:
    """An `Imitation` that knows inventories, power, region, select, module info and read.

    Deeds: `tag EPC [RSSI] [COUNT]`, `remove EPC`, `clear`; the protocol carries no count.
    """

    def __init__(self) -> None:
        self._field = TagField()
        self._decoder = m100.decoder()
        self._rounds_left = 0
        self._round_at = 0.0
        self._power = MOST_POWER_CDBM.to_bytes(2, "big")
        self._region = b"\x01"

    def plugged(self, now: float) -> list[bytes]:
        """Power on: nothing is said; power and region are the maker's."""
        self._decoder.reset(now)
        self._rounds_left = 0
        self._power = MOST_POWER_CDBM.to_bytes(2, "big")
        self._region = b"\x01"
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer every command that is complete."""
        answers: list[bytes] = []
        for frame in self._decoder.feed(content, now):
            if isinstance(frame, Frame) and frame.kind == m100.COMMAND:
                answers += self._answer(frame, now)
        return answers

    def tick(self, now: float) -> list[bytes]:
        """Report the round of a running multi inventory that is due."""
        if not self._rounds_left or now < self._round_at:
            return []
        self._rounds_left -= 1
        self._round_at = now + ROUND_S
        return self._round(now)

    def act(self, line: str, now: float) -> list[bytes]:
        """Do a deed with the tags in the field."""
        del now
        self._field.act(line)
        return []

    def spoil(self, frame: bytes) -> bytes:
        """The frame with a wrong sum."""
        return frame[:-2] + bytes((frame[-2] ^ 0x01, frame[-1]))

    def _answer(self, frame: Frame, now: float) -> list[bytes]:
        match frame.command:
            case m100.SINGLE_INVENTORY:
                return self._round(now)
            case m100.MULTI_INVENTORY:
                rounds = int.from_bytes(frame.content[1:3], "big")
                self._rounds_left = rounds or m100.MOST_ROUNDS
                self._round_at = now + ROUND_S
                return []
            case m100.STOP:
                self._rounds_left = 0
                return [_reply(frame, b"\x00")]
            case m100.READ_MEMORY:
                return self._memory(frame, now)
            case _:
                return [self._setting(frame)]

    def _setting(self, frame: Frame) -> bytes:
        content = frame.content
        match frame.command:
            case m100.MODULE_INFO if content in (b"\x00", b"\x01", b"\x02"):
                return _reply(frame, content + INFO[content[0]])
            case m100.GET_POWER:
                return _reply(frame, self._power)
            case m100.SET_POWER if int.from_bytes(content, "big") <= MOST_POWER_CDBM:
                self._power = content
                return _reply(frame, b"\x00")
            case m100.GET_REGION:
                return _reply(frame, self._region)
            case m100.SET_REGION if int.from_bytes(content, "big") in m100.REGIONS.values():
                self._region = content
                return _reply(frame, b"\x00")
            case m100.SET_SELECT | m100.SELECT_MODE:
                return _reply(frame, b"\x00")
            case m100.MODULE_INFO | m100.SET_POWER | m100.SET_REGION:
                return _error(BAD_PARAMETER)
            case _:
                return _error(BAD_COMMAND)

    def _round(self, now: float) -> list[bytes]:
        notices = [_notice(tag) for tag in self._field.read(now)]
        return notices or [_error(m100.NO_TAG)]

    def _memory(self, frame: Frame, now: float) -> list[bytes]:
        """The memory of the first tag, which holds zeros."""
        seen = self._field.read(now)
        if not seen:
            return [_error(NO_TAG_TO_READ)]
        pc_and_epc = with_pc(seen[0].epc)
        words = int.from_bytes(frame.content[7:9], "big")
        if words > 32:
            return [_error(BAD_PARAMETER)]
        return [_reply(frame, bytes((len(pc_and_epc),)) + pc_and_epc + bytes(2 * words))]


def _reply(frame: Frame, content: bytes) -> bytes:
    return m100.encode(Frame(m100.REPLY, frame.command, content))


def _error(code: int) -> bytes:
    return m100.encode(Frame(m100.REPLY, m100.ERROR, bytes((code,))))


def _notice(tag: FieldTag) -> bytes:
    pc_and_epc = with_pc(tag.epc)
    content = bytes((tag.rssi_dbm & 0xFF,)) + pc_and_epc + tag_crc(pc_and_epc)
    return m100.encode(Frame(m100.NOTICE, m100.SINGLE_INVENTORY, content))
