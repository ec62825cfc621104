"""The bench board of the virtual world: the emulated one, and the lamps it lights."""

from collections.abc import Callable, Mapping

from firmware_bridge.codecs.board_messages import LAMPS
from firmware_bridge.emulators.board import BoardImitation

CHANNELS = {"1": "bright", "2": "raking"}
"""Which lamp hangs on which channel."""
LIGHTS = {light: {"board": {channel: 1.0}} for channel, light in CHANNELS.items()}
"""The levels of each light, as a configuration has them; the board is called `board`."""


class LitBoard:
    """An `Imitation` whose light channels shine on the world, once they have settled.

    A lamp that is no brighter than the board's safe level counts as dark.
    """

    def __init__(self, shine: Callable[[Mapping[str, float]], None]) -> None:
        """`shine` sets the world's lamps to shares of full light, whenever they change."""
        self._board = BoardImitation()
        self._shine = shine
        self._shining: dict[str, float] | None = None

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

    def shining(self, now: float) -> Mapping[str, float]:
        """Shares of full light by lamp at the moment `now`; the old ones while lights settle."""
        outputs = self._board.outputs
        if outputs.settle_ms(int(now * 1000)) > 0:
            return self._shining or {}
        levels = zip(outputs.lights, outputs.safe, strict=True)
        return {
            CHANNELS[str(number)]: level / 1000
            for number, (level, safe) in enumerate(levels, 1)
            if level > safe and str(number) in CHANNELS
        }

    def _shone(self, frames: list[bytes], now: float) -> list[bytes]:
        if self._board.outputs.settle_ms(int(now * 1000)) == 0:
            shining = dict(self.shining(now))
            if shining != self._shining:
                self._shining = shining
                self._shine(shining)
        return frames
