"""An imitated A&D balance in the standard format."""

from collections.abc import Sequence
from decimal import Decimal

from firmware_bridge.codecs.aandd import (
    AandDCommand,
    aandd_command_decoder,
    overload_line,
    standard_line,
)
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.emulators.pan import Pan

REPEAT_S = 0.2
CENTIGRAM = Decimal("0.01")
UNKNOWN = b"EC,E01\r\n"
NOT_NOW = b"EC,E11\r\n"


class AandDImitation:
    """A balance with a display step of 0.01 g that does not acknowledge what it carries out."""

    def __init__(self, deeds: Sequence[str] = ()) -> None:
        self._pan = Pan()
        self._decoder = aandd_command_decoder()
        self._repeat_at: float | None = None
        self._stable_wanted = False
        for deed in deeds:
            self._pan.act(deed)

    def plugged(self, now: float) -> list[bytes]:
        """Power: zero and tare are gone."""
        self._decoder.reset(now)
        self._repeat_at, self._stable_wanted = None, False
        self._pan.power_up()
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer commands in order."""
        said: list[bytes] = []
        for event in self._decoder.feed(content, now):
            if isinstance(event, Damage):
                said.append(UNKNOWN)
            elif self._pan.refusing:
                said.append(NOT_NOW)
            else:
                said += self._answer(event, now)
        return said

    def tick(self, now: float) -> list[bytes]:
        """What `SIR` repeats, and what `S` has waited for."""
        self._decoder.flush(now)
        if self._stable_wanted and self._pan.status == "stable":
            self._stable_wanted = False
            return [self._line()]
        if self._repeat_at is not None and now >= self._repeat_at:
            self._repeat_at = now + REPEAT_S
            return [self._line()]
        return []

    def act(self, line: str, now: float) -> list[bytes]:
        """Change what lies on the pan; see `Pan.act`."""
        self._pan.act(line)
        return self.tick(now)

    def spoil(self, frame: bytes) -> bytes:
        """A&D lines have no checksum: the frame stays as it is."""
        return frame

    def _answer(self, asked: AandDCommand, now: float) -> list[bytes]:
        match asked.name:
            case "Q" | "SI":
                return [self._line()]
            case "S":
                self._stable_wanted = True
                return self.tick(now)
            case "SIR":
                self._repeat_at = now + REPEAT_S
                return [self._line()]
            case "C":
                self._repeat_at, self._stable_wanted = None, False
                return []
            case "R" | "Z":
                self._pan.set_zero()
                return []
            case "T":
                self._pan.set_tare()
                return []
        return [UNKNOWN]

    def _line(self) -> bytes:
        if self._pan.status in ("overload", "underload"):
            return overload_line(negative=self._pan.status == "underload")
        header = "US" if self._pan.status == "unstable" else "ST"
        return standard_line(header, self._pan.net.quantize(CENTIGRAM), "g")
