"""What an imitated bench board drives: lights that settle, lamps that blink, a sounder.

Times are whole milliseconds of the board's clock.
"""

from collections.abc import Sequence

from firmware_bridge.codecs.board_messages import LAMPS, SOUNDS_MS, LampMode, Pattern

HALF_BLINK_MS = 500
DARK: tuple[LampMode, ...] = tuple("off" for _ in LAMPS)


class BoardOutputs:
    """The outputs of one board; `lights` are the levels now applied, in permille."""

    def __init__(self, settle_ms: Sequence[int], safe_permille: int) -> None:
        self.safe = (safe_permille,) * len(settle_ms)
        self.lights: tuple[int, ...] = ()
        self._settle_ms = tuple(settle_ms)
        self._settled_at = 0
        self._modes = DARK
        self._blinks_from = 0
        self._pattern: Pattern = "silence"
        self._sounds_from = 0

    def start(self, now: int) -> None:
        """Power: lights at the safe level, everything else off."""
        self.lights = self.safe
        self._settled_at = now + max(self._settle_ms)
        self.silence(now)

    def silence(self, now: int) -> None:
        """Lamps and sounder off."""
        self.set_lamps(DARK, now)
        self.sound("silence", now)

    def set_lights(self, permille: Sequence[int], now: int) -> None:
        """Apply levels; a channel that changes settles anew."""
        for before, after, settle_ms in zip(self.lights, permille, self._settle_ms, strict=True):
            if before != after:
                self._settled_at = max(self._settled_at, now + settle_ms)
        self.lights = tuple(permille)

    def settle_ms(self, now: int) -> int:
        """How long until all lights are settled."""
        return max(0, self._settled_at - now)

    def set_lamps(self, modes: Sequence[LampMode], now: int) -> None:
        """Apply lamp modes; all that blink begin lit."""
        self._modes = tuple(modes)
        self._blinks_from = now

    def sound(self, pattern: Pattern, now: int) -> None:
        """Begin a pattern in place of one that still sounds."""
        self._pattern = pattern
        self._sounds_from = now

    def lit(self, now: int) -> tuple[bool, ...]:
        """Which lamps are lit, in the order of `LAMPS`."""
        bright = (now - self._blinks_from) // HALF_BLINK_MS % 2 == 0
        return tuple(mode == "on" or (mode == "blink" and bright) for mode in self._modes)

    def sounding(self, now: int) -> bool:
        """Whether the sounder sounds."""
        passed = now - self._sounds_from
        for place, spell_ms in enumerate(SOUNDS_MS[self._pattern]):
            if passed < spell_ms:
                return place % 2 == 0
            passed -= spell_ms
        return False
