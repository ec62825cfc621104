"""Events as a test waits for them, and clocks it can turn."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from station.domain.events import Event

E = TypeVar("E")


class Heard:
    """Takes events from any thread and lets a test wait for one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind so far."""
        with self._changed:
            return [event for event in self.events if isinstance(event, kind)]

    def drain(self) -> list[Event]:
        """The events since the last time, which are then forgotten."""
        with self._changed:
            events, self.events = self.events, []
            return events

    def wait_any(self, timeout_s: float) -> None:
        """Wait until there is an event that was not drained yet, or until the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.events, timeout_s)

    def wait(
        self,
        kind: type[E],
        count: int = 1,
        holds: Callable[[E], bool] = lambda event: True,
        timeout_s: float = 30.0,
    ) -> E:
        """The `count`-th event of a kind for which `holds`; fails if it does not come."""

        def found() -> list[E]:
            return [event for event in self.events if isinstance(event, kind) and holds(event)]

        with self._changed:
            assert self._changed.wait_for(lambda: len(found()) >= count, timeout_s), self.events
            return found()[count - 1]


class TurnedClock:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        """The wall clock, turned with the other."""
        return datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Seconds."""
        return self.seconds
