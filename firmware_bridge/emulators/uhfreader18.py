"""An imitated UHFReader18 or UHFReader288."""

from firmware_bridge.codecs import uhfreader18
from firmware_bridge.codecs.uhfreader18 import Dialect, Frame
from firmware_bridge.emulators.tag_field import FieldTag, TagField

ROUND_S = 0.05
MOST_TAG_BYTES = 240
TYPES: dict[Dialect, int] = {"reader18": 0x09, "reader288": 0x0C}


class UhfReader18Imitation:
    """An `Imitation` that knows info, power, band and inventory; it keeps its settings unpowered.

    Deeds: those of a `TagField`, and `dialect reader18` or `dialect reader288`. Tags lie before
    the antenna that is asked.
    """

    def __init__(self, dialect: Dialect = "reader288") -> None:
        self._dialect: Dialect = dialect
        self._field = TagField(has_antenna_check=True)
        self._decoder = uhfreader18.command_decoder()
        self._band = b"\x4e\x00"
        self._power = 0x1E
        self._asked: Frame | None = None
        self._round_at = 0.0

    def plugged(self, now: float) -> list[bytes]:
        """Power on: nothing is said."""
        self._decoder.reset(now)
        self._asked = None
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer every command that is complete; an inventory is answered after its round."""
        answers: list[bytes] = []
        for frame in self._decoder.feed(content, now):
            if isinstance(frame, Frame) and frame.address in (0, uhfreader18.EVERY_ADDRESS):
                answers += self._answer(frame, now)
        return answers

    def tick(self, now: float) -> list[bytes]:
        """Answer the inventory whose round is over."""
        if self._asked is None or now < self._round_at:
            return []
        asked, self._asked = self._asked, None
        if not self._field.antenna:
            return [_reply(asked.command, uhfreader18.ANTENNA_ERROR)]
        antenna = asked.content[7] - 0x7F if self._dialect == "reader288" else None
        return self._round(self._field.read(now), antenna)

    def act(self, line: str, now: float) -> list[bytes]:
        """Do a deed."""
        del now
        match line.split():
            case ["dialect", "reader18" | "reader288" as dialect]:
                self._dialect = "reader18" if dialect == "reader18" else "reader288"
            case _:
                self._field.act(line)
        return []

    def spoil(self, frame: bytes) -> bytes:
        """The frame with a wrong CRC."""
        return frame[:-1] + bytes((frame[-1] ^ 0x01,))

    def _answer(self, frame: Frame, now: float) -> list[bytes]:
        content = frame.content
        match frame.command:
            case uhfreader18.INFO:
                return [_reply(frame.command, uhfreader18.OK, self._info())]
            case uhfreader18.SET_POWER if len(content) == 1:
                good = content[0] <= uhfreader18.MOST_POWER_DBM
                self._power = content[0] if good else self._power
                status = uhfreader18.OK if good else uhfreader18.BAD_PARAMETER
                return [_reply(frame.command, status)]
            case uhfreader18.SET_BAND if len(content) == 2:
                self._band = content
                return [_reply(frame.command, uhfreader18.OK)]
            case uhfreader18.INVENTORY if len(content) == self._inventory_length():
                if content and content[7] - 0x7F not in uhfreader18.ANTENNAS.values():
                    return [_reply(frame.command, uhfreader18.BAD_PARAMETER)]
                self._asked = frame
                self._round_at = now + ROUND_S
                return []
            case uhfreader18.INVENTORY | uhfreader18.SET_POWER | uhfreader18.SET_BAND:
                return [_reply(frame.command, uhfreader18.BAD_LENGTH)]
            case _:
                return [_reply(frame.command, uhfreader18.BAD_COMMAND)]

    def _inventory_length(self) -> int:
        return 9 if self._dialect == "reader288" else 0

    def _info(self) -> bytes:
        common = bytes((0x00, 0x16, TYPES[self._dialect], 0x03)) + self._band
        common += bytes((self._power, 0x0A))
        return common + (b"\x01\x00\x00\x00" if self._dialect == "reader288" else b"")

    def _round(self, tags: list[FieldTag], antenna: int | None) -> list[bytes]:
        head = b"" if antenna is None else bytes((1 << antenna - 1,))
        said: list[bytes] = []
        while tags:
            count, content = 0, b""
            while tags and len(content) + len(tags[0].epc) + 2 <= MOST_TAG_BYTES:
                tag = tags.pop(0)
                rssi = tag.rssi_dbm + uhfreader18.RSSI_OFFSET
                content += bytes((len(tag.epc),)) + tag.epc
                content += b"" if antenna is None else bytes((rssi,))
                count += 1
            content = head + bytes((count,)) + content
            said.append(_reply(uhfreader18.INVENTORY, uhfreader18.MORE, content))
        if antenna is None and not said:
            return [_reply(uhfreader18.INVENTORY, uhfreader18.NO_TAG)]
        said.append(_reply(uhfreader18.INVENTORY, uhfreader18.DONE, head + b"\x00"))
        return said


def _reply(command: int, status: int, content: bytes = b"") -> bytes:
    return uhfreader18.encode(Frame(0, command, content, status))
