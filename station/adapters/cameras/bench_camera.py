"""One camera of the bench as its rig knows it: its child's life, and what its frames must show."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from station.adapters.cameras.freshness import Freshness
from station.adapters.cameras.lifeline import Lifeline, Patience
from station.adapters.cameras.link import LOOK_HEIGHT, LOOK_WIDTH, Looked
from station.adapters.cameras.ports import Children, Clock, Emit
from station.adapters.cameras.presence import Look, Presence


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """A camera's name, the size of the pictures it keeps, and how long it may take.

    `black_below` is a mean grey value; `frozen_s` is how long live pictures may be the same to the
    last bit, which those of a working sensor never are.
    """

    name: str
    width: int
    height: int
    answer_s: float = 2.5
    frozen_s: float = 2.5
    patience: Patience = field(default_factory=Patience)
    black_below: float = 6.0


class BenchCamera:
    """A camera with its child; `presence` watches the bench through it, if it is to."""

    def __init__(
        self,
        settings: CameraSettings,
        children: Children,
        post: Callable[[int, object | None], None],
        emit: Emit,
        clock: Clock,
        presence: Presence | None = None,
    ) -> None:
        self.settings = settings
        self.presence = presence
        self.fresh = Freshness(settings.width, settings.height, settings.black_below)
        self.lifeline = Lifeline(settings.name, children, post, emit, clock, settings.patience)
        self._look = b""
        self._same_since_s = 0.0

    @property
    def name(self) -> str:
        """What recipes call it."""
        return self.settings.name

    @property
    def answer_s(self) -> float:
        """How long it may take to answer for a picture now; its first one takes longer."""
        return max(self.settings.answer_s, self.lifeline.first_s)

    def restarted(self) -> None:
        """Its child was lost: the next one counts anew, its pictures must still be new ones."""
        self.fresh.restarted()
        self._look = b""

    def frozen(self, looked: Looked) -> bool:
        """Whether its live pictures have been one and the same for too long.

        In the dark, or wide open, a working sensor too gives one value for ever.
        """
        if looked.pixels != self._look or not self._shows_something(looked):
            self._look, self._same_since_s = looked.pixels, looked.monotonic_s
        return looked.monotonic_s - self._same_since_s >= self.settings.frozen_s

    def _shows_something(self, looked: Looked) -> bool:
        look = look_of(looked)
        return bool(look.mean() >= self.settings.black_below and look.min() < look.max())


def look_of(looked: Looked) -> Look:
    """The bench as the presence watch sees it."""
    return np.frombuffer(looked.pixels, np.uint8).reshape(LOOK_HEIGHT, LOOK_WIDTH)
