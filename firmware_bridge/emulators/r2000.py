"""An imitated board with the Impinj R2000 chip."""

from firmware_bridge.codecs import r2000
from firmware_bridge.codecs.gen2 import with_pc
from firmware_bridge.codecs.r2000 import Frame
from firmware_bridge.emulators.tag_field import FieldTag, TagField

ADDRESS = 0x01
ROUND_S = 0.05
CHANNELS = (35, 29, 4, 17)
RATE = 17
BAD_PARAMETER = 0x41
BAD_ANTENNA = 0x47
BAD_POWER = 0x48


class R2000Imitation:
    """An `Imitation` that knows inventories, power, region and antenna; it keeps its settings.

    Deeds: those of a `TagField` with `no-antenna` and `antenna`; the protocol carries no count.
    """

    def __init__(self) -> None:
        self._field = TagField(has_antenna_check=True)
        self._decoder = r2000.command_decoder()
        self._region = bytes(r2000.REGIONS["EU"])
        self._power = 30
        self._antenna = 0
        self._asked: Frame | None = None
        self._round_at = 0.0

    def plugged(self, now: float) -> list[bytes]:
        """Power on: nothing is said; the work antenna is the first."""
        self._decoder.reset(now)
        self._asked = None
        self._antenna = 0
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer every command that is complete; an inventory is answered after its round."""
        answers: list[bytes] = []
        for frame in self._decoder.feed(content, now):
            if isinstance(frame, Frame) and frame.address in (ADDRESS, r2000.EVERY_ADDRESS):
                answers += self._answer(frame, now)
        return answers

    def tick(self, now: float) -> list[bytes]:
        """Answer the inventory whose round is over."""
        if self._asked is None or now < self._round_at:
            return []
        asked, self._asked = self._asked, None
        command = asked.command
        if not self._field.antenna:
            return [_reply(command, bytes((r2000.ANTENNA_MISSING,)))]
        if command == r2000.FAST_SWITCH:
            self._switch(asked.content)
        tags = self._field.read(now)
        said = [self._report(command, tag, number) for number, tag in enumerate(tags)]
        return [*said, _reply(command, self._end(command, len(tags)))]

    def act(self, line: str, now: float) -> list[bytes]:
        """Do a deed with the tags in the field or the antenna."""
        del now
        self._field.act(line)
        return []

    def spoil(self, frame: bytes) -> bytes:
        """The frame with a wrong check byte."""
        return frame[:-1] + bytes((frame[-1] ^ 0x01,))

    def _answer(self, frame: Frame, now: float) -> list[bytes]:
        if frame.command in r2000.INVENTORIES:
            self._asked = frame
            self._round_at = now + ROUND_S
            return []
        return [_reply(frame.command, self._setting(frame))]

    def _setting(self, frame: Frame) -> bytes:
        content = frame.content
        match frame.command:
            case r2000.FIRMWARE:
                return b"\x08\x02"
            case r2000.GET_REGION:
                return self._region
            case r2000.GET_POWER:
                return bytes((self._power,))
            case r2000.SET_REGION if len(content) == 3:
                self._region = content
            case r2000.SET_POWER if len(content) in (1, 4):
                if content[0] > r2000.MOST_POWER_DBM:
                    return bytes((BAD_POWER,))
                self._power = content[0]
            case r2000.SET_ANTENNA if len(content) == 1:
                if content[0] > 3:
                    return bytes((BAD_ANTENNA,))
                self._antenna = content[0]
            case r2000.SET_MATCH | r2000.RESET:
                pass
            case _:
                return bytes((BAD_PARAMETER,))
        return bytes((r2000.SUCCESS,))

    def _switch(self, content: bytes) -> None:
        """Go on to the next antenna that is asked for."""
        antennas = [antenna for antenna in content[0:8:2] if antenna != r2000.DISABLED]
        later = [antenna for antenna in antennas if antenna > self._antenna]
        self._antenna = min(later or antennas or [0])

    def _end(self, command: int, reads: int) -> bytes:
        if command == r2000.FAST_SWITCH:
            return reads.to_bytes(3, "big") + round(ROUND_S * 1000).to_bytes(4, "big")
        return bytes((self._antenna,)) + RATE.to_bytes(2, "big") + reads.to_bytes(4, "big")

    def _report(self, command: int, tag: FieldTag, number: int) -> bytes:
        place = CHANNELS[number % len(CHANNELS)] << 2 | self._antenna
        rssi = tag.rssi_dbm + r2000.RSSI_OFFSET
        return _reply(command, bytes((place,)) + with_pc(tag.epc) + bytes((rssi,)))


def _reply(command: int, content: bytes) -> bytes:
    return r2000.encode(Frame(ADDRESS, command, content))
