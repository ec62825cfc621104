"""What the window is given to show the bench live."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """One live picture: `rgb` holds `height` rows of `width` pixels, a byte for each channel."""

    rgb: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class LiveView:
    """One camera's live pictures, for one reader.

    `aspect` is the width of what the camera sees over its height. `latest` gives the newest picture
    that it has not given yet, none if there is none; it never waits.
    """

    name: str
    aspect: float
    latest: Callable[[], LiveFrame | None]
