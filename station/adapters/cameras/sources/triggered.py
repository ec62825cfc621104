"""What cameras with a software trigger share: a whole frame, triggered when it is asked for."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.adapters.cameras.sources.pictures import live
from station.adapters.cameras.sources.source import PixelExposure

MOST_TORN = 3
CHECK_EVERY = 100
"""Live pictures between two looks at the settings."""


@dataclass(frozen=True, slots=True)
class TriggeredSettings:
    """What the camera must have; None leaves a value as the camera has it, its automatic off.

    `exposure_us` is in microseconds, `gain` in the camera's own units. `balance` are the gains of
    white balance by colour (`red`, `green`, `blue`).
    """

    width: int
    height: int
    pixel_format: str
    exposure_us: float | None = None
    gain: float | None = None
    balance: Mapping[str, float] = field(default_factory=dict)


class TriggeredSource(ABC):
    """Frames are triggered one by one; one that came with gaps is triggered anew."""

    def __init__(self, name: str) -> None:
        """`name` is how messages call the camera."""
        self._name = name
        self._sequence = 0
        self._looks = 0

    def grab(self, light: str) -> PixelExposure:  # noqa: ARG002  a camera sees the light by itself
        """A frame triggered now; LookupError if it came with gaps three times over."""
        self._read_back("has lost")
        for _ in range(MOST_TORN):
            taken = self._triggered_frame()
            if taken is not None:
                pixels, triggered_s = taken
                self._sequence += 1
                return PixelExposure(pixels, self._sequence, triggered_s)
        raise LookupError(
            f"Pictures of {self._name} come with gaps: check its cable and its network."
        )

    def look(self) -> NDArray[np.uint8]:
        """A frame triggered now, as a live picture; LookupError if parts of it were lost."""
        self._looks += 1
        if self._looks % CHECK_EVERY == 0:
            self._read_back("has lost")
        taken = self._triggered_frame()
        if taken is None:
            raise LookupError(f"A picture of {self._name} came with gaps.")
        return live(taken[0])

    @abstractmethod
    def _read_back(self, verb: str) -> dict[str, float]:
        """What the camera says of its settings; SettingsError, with `verb`, for another one."""

    @abstractmethod
    def _triggered_frame(self) -> tuple[NDArray[Any], float] | None:
        """One frame and when it was triggered; none if parts of it were lost on the way."""
