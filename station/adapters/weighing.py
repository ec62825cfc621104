"""The scale at the bench: settled weights become events."""

from collections.abc import Callable

from firmware_bridge.readings import Weight
from station.domain.events import Event, Weighed
from station.ports import Clock


class ScaleReader:
    """Passes settled weights on; `hear` is called on the thread that owns the scale."""

    def __init__(self, *, emit: Callable[[Event], None], clock: Clock) -> None:
        self._emit = emit
        self._clock = clock

    def hear(self, reading: object) -> None:
        """Take what the scale's client says; states of the scale are no events."""
        if isinstance(reading, Weight):
            self._emit(Weighed(self._clock.now(), reading.grams))
