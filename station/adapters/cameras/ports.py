"""What the rig is given: its lights, its child processes, and where frames and events go."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from station.domain.capture import Frame
from station.domain.events import Event
from station.domain.light_proof import Mix

Emit = Callable[[Event], None]
"""Takes an event to the bench; called from the rig's own thread."""

Keep = Callable[[str, Frame, bytes], None]
"""Makes evidence durable, given inspection, facts and bytes; StationError if it cannot."""


class Clock(Protocol):
    """Wall and monotonic time."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


class Light(Protocol):
    """The bench's light."""

    def apply(self, light: str | Mix) -> float:
        """Set a light, or several mixed, absolutely: again is the same.

        Returns in how many seconds the lamps have settled, as far as their controllers say.
        StationError if it cannot be set.
        """
        ...

    def steady_since(self, monotonic_s: float) -> bool:
        """Whether no controller was away, restarted or went to its safe level since then."""
        ...


class Child(Protocol):
    """A running child process."""

    def send(self, message: object) -> None:
        """OSError if the child is gone."""
        ...

    def kill(self) -> bool:
        """End it at once; False if it may still be running."""
        ...


class Children(Protocol):
    """Starts the child process, so often and no oftener."""

    def wait_s(self) -> float:
        """Seconds until a start is allowed; 0 if it is now."""
        ...

    def start(self, deliver: Callable[[object | None], None]) -> Child:
        """Start one; its messages go to `deliver` in another thread, None once it is gone."""
        ...
