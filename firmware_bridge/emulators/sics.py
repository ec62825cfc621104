"""An imitated Mettler-Toledo scale: MT-SICS levels 0 and 1 as far as a bench uses them."""

from collections.abc import Sequence
from decimal import Decimal

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.sics import (
    SicsCommand,
    sics_command_decoder,
    status_reply,
    text_reply,
    weight_reply,
)
from firmware_bridge.emulators.pan import Pan

REPEAT_S = 0.2
STABLE_WITHIN_S = 3.0
CENTIGRAM = Decimal("0.01")


class SicsImitation:
    """A balance with a display step of 0.01 g.

    `S`, `Z` and `T` wait 3 s for a still pan and then answer `I`, as the real one does. It says
    `I4` unasked when it gets power. `refuse` makes it answer every command with `EL`.
    """

    def __init__(self, deeds: Sequence[str] = (), *, serial: str = "B021002593") -> None:
        self._serial = serial
        self._pan = Pan()
        self._decoder = sics_command_decoder()
        self._repeat_at: float | None = None
        self._waiting: tuple[str, float] | None = None
        for deed in deeds:
            self._pan.act(deed)

    def plugged(self, now: float) -> list[bytes]:
        """Power: zero and tare are gone, and the serial number is said unasked."""
        self._decoder.reset(now)
        self._repeat_at = self._waiting = None
        self._pan.power_up()
        return [self._identity()]

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer commands in order."""
        said: list[bytes] = []
        for event in self._decoder.feed(content, now):
            if isinstance(event, Damage):
                said.append(b"ES\r\n")
            elif self._pan.refusing:
                said.append(b"EL\r\n")
            else:
                said += self._answer(event, now)
        return said

    def tick(self, now: float) -> list[bytes]:
        """What `SIR` repeats, and what a waiting command comes to."""
        self._decoder.flush(now)
        said: list[bytes] = []
        if self._waiting is not None:
            name, until = self._waiting
            if self._pan.status == "stable":
                self._waiting = None
                said += self._still(name)
            elif now >= until:
                self._waiting = None
                said.append(status_reply(name, "I"))
        if self._repeat_at is not None and now >= self._repeat_at:
            self._repeat_at = now + REPEAT_S
            said.append(self._weight("S"))
        return said

    def act(self, line: str, now: float) -> list[bytes]:
        """Change what lies on the pan; see `Pan.act`."""
        self._pan.act(line)
        return self.tick(now)

    def spoil(self, frame: bytes) -> bytes:
        """MT-SICS has no checksum: the frame stays as it is."""
        return frame

    def _answer(self, asked: SicsCommand, now: float) -> list[bytes]:
        if asked.name in ("S", "SI", "SIR", "@"):
            self._repeat_at = self._waiting = None
        match asked.name:
            case "SI" | "SIU":
                return [self._weight("S")]
            case "SIR":
                self._repeat_at = now + REPEAT_S
                return [self._weight("S")]
            case "S" | "SU" | "Z" | "T":
                name = "S" if asked.name == "SU" else asked.name
                if self._pan.status == "unstable":
                    self._waiting = (name, now + STABLE_WITHIN_S)
                    return []
                return self._still(name)
            case "ZI" | "TI" | "TA" | "TAC":
                return self._at_once(asked.name)
            case "@" | "I4":
                return [self._identity()]
            case "I2":
                return [text_reply("I2", "Imitated balance 6000.00 g")]
            case "D" | "DW":
                return [status_reply(asked.name, "A")]
        return [b"ES\r\n"]

    def _at_once(self, name: str) -> list[bytes]:
        match name:
            case "ZI":
                self._pan.set_zero()
                return [status_reply("ZI", "D" if self._pan.status == "unstable" else "S")]
            case "TI":
                self._pan.set_tare()
                return [self._weight("TI", self._pan.tare)]
            case "TAC":
                self._pan.clear_tare()
                return [status_reply("TAC", "A")]
        return [weight_reply("TA", "A", _shown(self._pan.tare), "g")]

    def _still(self, name: str) -> list[bytes]:
        if self._pan.status in ("overload", "underload"):
            return [status_reply(name, "+" if self._pan.status == "overload" else "-")]
        if name == "Z":
            self._pan.set_zero()
            return [status_reply("Z", "A")]
        if name == "T":
            self._pan.set_tare()
            return [self._weight("T", self._pan.tare)]
        return [self._weight("S")]

    def _weight(self, name: str, grams: Decimal | None = None) -> bytes:
        match self._pan.status:
            case "overload":
                return status_reply(name, "+")
            case "underload":
                return status_reply(name, "-")
            case status:
                letter = "D" if status == "unstable" else "S"
                shown = _shown(self._pan.net if grams is None else grams)
                return weight_reply(name, letter, shown, "g")

    def _identity(self) -> bytes:
        return text_reply("I4", self._serial)


def _shown(grams: Decimal) -> Decimal:
    return grams.quantize(CENTIGRAM)
