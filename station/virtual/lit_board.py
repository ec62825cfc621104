"""The bench board of the virtual world: the emulated one, and the lamps it lights."""

from collections.abc import Callable

from firmware_bridge.codecs.board_messages import LAMPS
from firmware_bridge.emulators.board import BoardImitation

CHANNELS = {"1": "bright", "2": "raking"}
"""Which lamp hangs on which channel."""

DARK = "off"


class LitBoard:
    """An `Imitation` whose light channels shine on the world, once they have settled.

    Of the lamps the brightest is the light there is; none above the board's safe level is dark.
    """

    def __init__(self, light: Callable[[str], None]) -> None:
        """`light` sets the world's light by name; it is called where that changes."""
        self._board = BoardImitation()
        self._light = light
        self._shining: str | None = None

    def plugged(self, now: float) -> list[bytes]:
        """Power and a wire: the board starts at its safe level."""
        return self._shone(self._board.plugged(now), now)

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer every frame of the computer."""
        return self._shone(self._board.hear(content, now), now)

    def tick(self, now: float) -> list[bytes]:
        """The event that is due, first or again."""
        return self._shone(self._board.tick(now), now)

    def act(self, line: str, now: float) -> list[bytes]:
        """Press or release the pedal, and what else the board knows."""
        return self._shone(self._board.act(line, now), now)

    def spoil(self, frame: bytes) -> bytes:
        """The frame with a wrong checksum."""
        return self._board.spoil(frame)

    def lit(self, now: float) -> tuple[str, ...]:
        """The lamps for people that are lit at the moment `now`."""
        shining = self._board.outputs.lit(int(now * 1000))
        return tuple(lamp for lamp, on in zip(LAMPS, shining, strict=True) if on)

    def _shone(self, frames: list[bytes], now: float) -> list[bytes]:
        outputs = self._board.outputs
        if outputs.settle_ms(int(now * 1000)) == 0:
            lit = [
                (level, CHANNELS[str(number)])
                for number, (level, safe) in enumerate(
                    zip(outputs.lights, outputs.safe, strict=True), 1
                )
                if level > safe and str(number) in CHANNELS
            ]
            shining = max(lit)[1] if lit else DARK
            if shining != self._shining:
                self._shining = shining
                self._light(shining)
        return frames
