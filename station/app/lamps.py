"""What lights up at the bench: light controllers for the pictures, the board's lamps for people."""

import math
from collections.abc import Callable, Mapping
from functools import partial

from firmware_bridge.clients.board import BenchBoard, BoardNotice
from firmware_bridge.codecs.board_messages import LAMP_MODES, LAMPS, PATTERNS
from firmware_bridge.readings import Back, Lost
from station.adapters.clock import SystemClock


class LightDevice:
    """One controller as the bench's lights need it."""

    def __init__(
        self, set_levels: Callable[[Mapping[str, float]], float], clock: SystemClock
    ) -> None:
        """`set_levels` has it done on the controller's own thread."""
        self.set_levels = set_levels
        self._clock = clock
        self.disturbed_s = -math.inf

    def hear(self, reading: object) -> None:
        """Take what the controller says; on its thread."""
        if isinstance(reading, Lost | Back | BoardNotice):
            self.disturbed_s = self._clock.monotonic()


class BoardOutputs:
    """The lamps and the sounder of a board; nobody waits for them."""

    def __init__(self, post: Callable[[Callable[[BenchBoard], object]], None]) -> None:
        """`post` does a deed with the board's client soon."""
        self._post = post
        self._shown: dict[str, str] | None = None

    def show(self, lamps: Mapping[str, str]) -> None:
        """Light these lamps and no others."""
        wanted = {name: mode for name, mode in lamps.items() if mode != "off"}
        if wanted == self._shown:
            return
        self._shown = wanted
        modes = {lamp: mode for lamp in LAMPS for mode in LAMP_MODES if wanted.get(lamp) == mode}
        self._post(lambda board: board.set_lamps(modes))

    def say(self, sound: str) -> None:
        """Sound a pattern."""
        for pattern in PATTERNS:
            if pattern == sound:
                self._post(partial(BenchBoard.sound, pattern=pattern))
