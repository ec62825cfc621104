"""An imitated ThingMagic M6e or M7e module."""

from firmware_bridge.codecs import thingmagic
from firmware_bridge.codecs.gen2 import tag_crc, with_pc
from firmware_bridge.codecs.thingmagic import Frame, Record
from firmware_bridge.emulators.tag_field import TagField

ROUND_S = 0.05
KEEP_ALIVE_S = 1.0
FREQUENCY_KHZ = 924_250
VERSIONS = bytes.fromhex("1407160030000003 2016081201090008 00000030".replace(" ", ""))
BAD_OP = 0x0101
BAD_PARAMETER = 0x0105
MOST_POWER_CDBM = 2700


class ThingMagicImitation:
    """An `Imitation` that knows the continuous read, single reads, power, region and antennas.

    Deeds: those of a `TagField` with `no-antenna` and `antenna`. Reports carry a tag's count.
    """

    def __init__(self) -> None:
        self._field = TagField(has_antenna_check=True)
        self._decoder = thingmagic.command_decoder()
        self._booted = False
        self._antenna = 1
        self._streams = False
        self._said_at = 0.0
        self._round_at = 0.0
        self._started_at = 0.0

    def plugged(self, now: float) -> list[bytes]:
        """Power on: nothing is said; settings are the maker's."""
        self._decoder.reset(now)
        self._booted = False
        self._antenna = 1
        self._streams = False
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer every command that is complete."""
        frames = self._decoder.feed(content, now)
        return [self._answer(frame, now) for frame in frames if isinstance(frame, Frame)]

    def tick(self, now: float) -> list[bytes]:
        """Report the tags of the stream's round that is over, or that the stream is alive."""
        if not self._streams or now < self._round_at:
            return []
        self._round_at = now + ROUND_S
        said = self._records(now)
        if not said and now - self._said_at >= KEEP_ALIVE_S:
            lost = not self._field.antenna
            status = thingmagic.HIGH_RETURN_LOSS if lost else thingmagic.NO_TAGS
            said = [_reply(thingmagic.READ_MULTIPLE, status)]
        if said:
            self._said_at = now
        return said

    def act(self, line: str, now: float) -> list[bytes]:
        """Do a deed with the tags in the field or the antenna."""
        del now
        self._field.act(line)
        return []

    def spoil(self, frame: bytes) -> bytes:
        """The frame with a wrong CRC."""
        return frame[:-1] + bytes((frame[-1] ^ 0x01,))

    def _answer(self, frame: Frame, now: float) -> bytes:
        content = frame.content
        match frame.op:
            case thingmagic.VERSION:
                return _reply(frame.op, content=VERSIONS)
            case thingmagic.BOOT:
                status, self._booted = (BAD_OP if self._booted else thingmagic.OK), True
                return _reply(frame.op, status)
            case thingmagic.STREAM if len(content) >= 3:
                self._streams = content[2] == 1
                self._started_at = self._said_at = now
                self._round_at = now + ROUND_S
                return _reply(frame.op)
            case thingmagic.READ_SINGLE:
                return self._single(now)
            case _:
                return _reply(frame.op, self._setting(frame))

    def _setting(self, frame: Frame) -> int:
        content = frame.content
        match frame.op:
            case thingmagic.SET_POWER:
                good = int.from_bytes(content, "big") <= MOST_POWER_CDBM
            case thingmagic.SET_REGION:
                good = int.from_bytes(content, "big") in thingmagic.REGIONS.values()
            case thingmagic.SET_ANTENNA:
                good = len(content) > 1 and content[-1] in range(1, thingmagic.MOST_ANTENNAS + 1)
                self._antenna = content[-1] if good else self._antenna
            case thingmagic.SET_PROTOCOL | thingmagic.SET_OPTION:
                good = True
            case _:
                return BAD_OP
        return thingmagic.OK if good else BAD_PARAMETER

    def _single(self, now: float) -> bytes:
        if not self._field.antenna:
            return _reply(thingmagic.READ_SINGLE, thingmagic.HIGH_RETURN_LOSS)
        seen = self._field.read(now)
        if not seen:
            return _reply(thingmagic.READ_SINGLE, thingmagic.NO_TAGS)
        crc = tag_crc(with_pc(seen[0].epc))
        return _reply(thingmagic.READ_SINGLE, content=seen[0].epc + crc)

    def _records(self, now: float) -> list[bytes]:
        said = []
        for tag in self._field.read(now):
            record = Record(
                answer=with_pc(tag.epc),
                rssi_dbm=tag.rssi_dbm,
                antenna=self._antenna,
                frequency_khz=FREQUENCY_KHZ,
                timestamp_ms=round((now - self._started_at) * 1000),
                count=tag.count,
            )
            content = thingmagic.record_content(record)
            said.append(_reply(thingmagic.READ_MULTIPLE, content=content))
        return said


def _reply(op: int, status: int = thingmagic.OK, content: bytes = b"") -> bytes:
    return thingmagic.encode(Frame(op, content, status))
