"""An imitated newer Chafon reader."""

from firmware_bridge.codecs import cf
from firmware_bridge.codecs.cf import Frame
from firmware_bridge.emulators.tag_field import TagField

ADDRESS = 0x01
ROUND_S = 0.05
ENDLESS = float("inf")
NAMES = (("CF-H1.0", 32), ("CF-F2.1", 32), ("000000000001", 12))
RADIO_NAMES = (("E710-V1.2", 32), ("E710", 32), ("000000000002", 12))
USUAL_SETTINGS = bytes.fromhex("01 00 00 80 04 00 01 01 03 86 02 BC 01 F4 32 1E 01 04 00 00 0C 0A")


class CfImitation:
    """An `Imitation` that knows inventories, power, settings and device info; it keeps its power.

    Deeds: `tag EPC [RSSI] [COUNT]`, `remove EPC`, `clear`; the protocol carries no count.
    """

    def __init__(self) -> None:
        self._field = TagField()
        self._decoder = cf.command_decoder()
        self._settings = bytearray(USUAL_SETTINGS + bytes(cf.ALL_BYTES - len(USUAL_SETTINGS)))
        self._rounds_left = 0.0
        self._until = 0.0
        self._round_at = 0.0

    def plugged(self, now: float) -> list[bytes]:
        """Power on: nothing is said."""
        self._decoder.reset(now)
        self._rounds_left = 0
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer every command that is complete."""
        answers: list[bytes] = []
        for frame in self._decoder.feed(content, now):
            if isinstance(frame, Frame) and frame.address in (ADDRESS, cf.EVERY_ADDRESS):
                answers += self._answer(frame, now)
        return answers

    def tick(self, now: float) -> list[bytes]:
        """Report the round that is over: its tags, or that there are none."""
        if not self._rounds_left or now < self._round_at:
            return []
        self._rounds_left -= 1
        self._round_at = now + ROUND_S
        if now >= self._until:
            self._rounds_left = 0
        said = [
            _reply(cf.INVENTORY, cf.OK, cf.tag_content(tag.epc, tag.rssi_dbm))
            for tag in self._field.read(now)
        ]
        return said if said and self._rounds_left else [*said, _reply(cf.INVENTORY, cf.NO_TAG)]

    def act(self, line: str, now: float) -> list[bytes]:
        """Do a deed with the tags in the field."""
        del now
        self._field.act(line)
        return []

    def spoil(self, frame: bytes) -> bytes:
        """The frame with a wrong CRC."""
        return frame[:-1] + bytes((frame[-1] ^ 0x01,))

    def _answer(self, frame: Frame, now: float) -> list[bytes]:
        content = frame.content
        match frame.command:
            case cf.INVENTORY if len(content) == 5:
                amount = int.from_bytes(content[1:], "big")
                by_rounds = content[0] == cf.BY_ROUNDS
                self._rounds_left = amount if by_rounds and amount else ENDLESS
                self._until = ENDLESS if by_rounds or not amount else now + amount
                self._round_at = now + ROUND_S
                return []
            case cf.STOP:
                self._rounds_left = 0
                return [_reply(frame.command)]
            case cf.INIT:
                return [_reply(frame.command)]
            case cf.DEVICE_INFO:
                names = (*NAMES, *RADIO_NAMES)
                info = b"".join(name.encode().ljust(size, b"\0") for name, size in names)
                return [_reply(frame.command, cf.OK, info)]
            case cf.GET_ALL:
                return [_reply(frame.command, cf.OK, bytes(self._settings))]
            case cf.SET_POWER if len(content) == 2 and content[0] <= cf.MOST_POWER_DBM:
                self._settings[cf.POWER_AT] = content[0]
                return [_reply(frame.command)]
            case _:
                return [_reply(frame.command, cf.BAD_PARAMETER)]


def _reply(command: int, status: int = cf.OK, content: bytes = b"") -> bytes:
    return cf.encode(Frame(ADDRESS, command, content, status))
