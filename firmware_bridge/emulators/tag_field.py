"""The tags that lie before an imitated reader."""

from dataclasses import dataclass, field

from firmware_bridge.codecs.gen2 import MAX_EPC_BYTES

USUAL_RSSI_DBM = -55
REPORT_EVERY_S = 0.05
DEEDS = "Deeds are: tag EPC [RSSI] [COUNT], remove EPC, clear, no-antenna, antenna."


@dataclass
class FieldTag:
    """One tag: its EPC, its strength, and how many reads one report of it stands for."""

    epc: bytes
    rssi_dbm: int = USUAL_RSSI_DBM
    count: int = 1
    reported_at: float = field(default=float("-inf"))


class TagField:
    """Tags come and go by deeds; each is reported at most twenty times a second."""

    def __init__(self, *, has_antenna_check: bool = False) -> None:
        """With `has_antenna_check` the reader notices that its antenna is missing."""
        self.antenna = True
        self._has_antenna_check = has_antenna_check
        self._tags: dict[bytes, FieldTag] = {}

    def act(self, line: str) -> None:
        """Do one deed; ValueError with a sentence that names the deeds if it is none."""
        words = line.split()
        match words:
            case ["tag", epc, *numbers] if len(numbers) <= 2:
                tag = FieldTag(_epc(epc), *(_number(number) for number in numbers))
                if not -128 <= tag.rssi_dbm <= 0 or not 1 <= tag.count <= 255:
                    raise ValueError("A tag's RSSI is -128 to 0 dBm and its count 1 to 255.")
                self._tags[tag.epc] = tag
            case ["remove", epc]:
                self._tags.pop(_epc(epc), None)
            case ["clear"]:
                self._tags.clear()
            case ["no-antenna" | "antenna" as deed] if self._has_antenna_check:
                self.antenna = deed == "antenna"
            case _:
                raise ValueError(f"A tag reader cannot do {line!r}. {DEEDS}")

    def read(self, now: float) -> list[FieldTag]:
        """The tags of a round that ends at `now`: those not reported within the last 50 ms."""
        due = [
            tag for tag in self._tags.values() if now - tag.reported_at >= 0.999 * REPORT_EVERY_S
        ]
        for tag in due:
            tag.reported_at = now
        return due if self.antenna else []


def _epc(text: str) -> bytes:
    try:
        epc = bytes.fromhex(text)
    except ValueError:
        epc = b""
    if not epc or len(epc) % 2 or len(epc) > MAX_EPC_BYTES:
        raise ValueError(f"{text!r} is no EPC: give 4 to 124 hex digits, a multiple of four.")
    return epc


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no whole number. {DEEDS}") from error
