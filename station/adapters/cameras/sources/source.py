"""What every source of frames is, inside the camera's child process."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


class SettingsError(OSError):
    """The camera does not have the settings that were asked; the text is one sentence.

    The child ends as for a lost camera, so the next one sets everything anew.
    """


class TornError(LookupError):
    """A frame came, and not all of it; the text is one sentence."""


class Taken(Protocol):
    """One exposure as a file: the bytes as the camera delivered them, its own count, its
    monotonic time."""

    @property
    def evidence(self) -> bytes: ...
    @property
    def media_type(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def monotonic_s(self) -> float: ...


@runtime_checkable
class TakenPixels(Protocol):
    """One exposure as pixels: grey or BGR, 8 bit."""

    @property
    def pixels(self) -> NDArray[Any]: ...
    @property
    def sequence(self) -> int: ...
    @property
    def monotonic_s(self) -> float: ...


class FrameSource(Protocol):
    """A camera as its child process sees it.

    Any method raises OSError, in one sentence, once the camera is lost; the child then ends.
    SettingsError, which is one, says that the camera is there with settings of its own.
    """

    def open(self) -> dict[str, float]:
        """Open the camera and give its properties as read back."""
        ...

    def identity(self) -> str:
        """Which camera this is, as the open camera itself says; empty if it cannot tell."""
        ...

    def grab(self, light: str) -> Taken | TakenPixels:
        """The next frame; `light` is the light as applied.

        LookupError or EOFError, in one sentence, if the source is well and has no such frame;
        TornError, which is the former, if it came damaged.
        """
        ...

    def look(self) -> NDArray[np.uint8] | None:
        """A live picture, RGB uint8 [180, 320, 3]; none if the source has no such thing.

        LookupError if this one came damaged; a camera that sends no other counts as silent.
        """
        ...

    def close(self) -> None:
        """Let go of the camera."""
        ...


@dataclass(frozen=True, slots=True)
class Exposure:
    """One exposure that came as a file."""

    evidence: bytes
    media_type: str
    sequence: int
    monotonic_s: float


@dataclass(frozen=True, slots=True)
class PixelExposure:
    """One exposure that came as pixels: grey or BGR, 8 bit."""

    pixels: NDArray[Any]
    sequence: int
    monotonic_s: float
