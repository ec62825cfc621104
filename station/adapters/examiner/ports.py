"""What the examiner is given: its child processes, shared pixels, evidence, and where events go."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from station.domain.events import Event

Emit = Callable[[Event], None]
"""Takes an event to the bench; called from the examiner's own thread."""

Evidence = Callable[[str], bytes]
"""The evidence bytes of a digest; StationError if they are absent or altered."""


class Clock(Protocol):
    """Wall and monotonic time."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


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


class Place(Protocol):
    """Where a picture's pixels lie in shared memory."""

    @property
    def name(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


Lend = Callable[[str], AbstractContextManager[Place | None]]
"""The place of a digest's pixels, which stay there meanwhile; none if they are gone."""
