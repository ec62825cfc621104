"""The foot switch: each step on it is the key that takes the picture."""

from collections.abc import Callable

from firmware_bridge.readings import Pedal
from station.domain.events import Event, Key, KeyPressed
from station.ports import Clock, Identifiers


class FootSwitch:
    """Turns what a device reads into keys; letting go of the pedal means nothing."""

    def __init__(
        self, *, emit: Callable[[Event], None], clock: Clock, identifiers: Identifiers
    ) -> None:
        self._emit = emit
        self._clock = clock
        self._identifiers = identifiers

    def hear(self, reading: object) -> None:
        """Take a reading of any kind."""
        if reading == Pedal(pressed=True):
            self._emit(KeyPressed(self._clock.now(), Key.TAKE, self._identifiers.fresh()))
