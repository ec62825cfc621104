"""Where frames come from, inside the camera's child process."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.link import LOOK_HEIGHT, LOOK_WIDTH

_MEDIA_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
_DRIVER_BUFFERS = 4
_GREY_QUARTER = cv2.IMREAD_REDUCED_GRAYSCALE_4


class Taken(Protocol):
    """One exposure: the bytes as the camera delivered them, its own count, its monotonic time."""

    @property
    def evidence(self) -> bytes: ...
    @property
    def media_type(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def monotonic_s(self) -> float: ...


class FrameSource(Protocol):
    """A camera as its child process sees it.

    Any method raises OSError, in one sentence, once the camera is lost; the child then ends.
    """

    def open(self) -> dict[str, float]:
        """Open the camera and give its properties as read back."""
        ...

    def grab(self, light: str) -> Taken:
        """The next frame; `light` is the light as applied.

        LookupError or EOFError, in one sentence, if the source is well and has no such frame.
        """
        ...

    def look(self) -> NDArray[np.uint8] | None:
        """A preview, grey uint8 [180, 320]; none if the source has no live picture."""
        ...

    def close(self) -> None:
        """Let go of the camera."""
        ...


@dataclass(frozen=True, slots=True)
class Exposure:
    """One exposure of the sources here."""

    evidence: bytes
    media_type: str
    sequence: int
    monotonic_s: float


def shrink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey picture of any size as a preview, uint8 [180, 320]."""
    small = cv2.resize(grey, (LOOK_WIDTH, LOOK_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


class FolderSource:
    """The JPEG and PNG pictures of a folder in the order of their names, each one once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Path] = []
        self._sequence = 0

    def open(self) -> dict[str, float]:
        """List the folder; OSError if it cannot be read or holds no picture."""
        try:
            files = sorted(f for f in self._folder.iterdir() if f.suffix.lower() in _MEDIA_TYPES)
        except OSError as error:
            raise OSError(f"The picture folder {self._folder} cannot be read.") from error
        if not files:
            raise OSError(f"The picture folder {self._folder} holds no JPEG or PNG.")
        self._files = files
        return {"pictures": float(len(self._files))}

    def grab(self, light: str) -> Exposure:  # noqa: ARG002  the pictures have their light in them
        """The next picture; EOFError after the last one."""
        if self._sequence >= len(self._files):
            raise EOFError(f"{self._folder} has no more pictures: put new ones into it.")
        file = self._files[self._sequence]
        self._sequence += 1
        media_type = _MEDIA_TYPES[file.suffix.lower()]
        return Exposure(file.read_bytes(), media_type, self._sequence, time.monotonic())

    def look(self) -> None:
        """A folder has no live picture."""

    def close(self) -> None:
        """Nothing is held open."""


class UvcSource:
    """A USB video camera through V4L2, delivering Motion JPEG; its own bytes are the evidence.

    Written from the driver's documentation and verified here only as far as a missing device goes:
    prove it on the camera at hand before trusting it. Exposure, white balance and focus are set
    to the given values, so two frames differ by the item and not by the camera.
    """

    def __init__(
        self, device: str, width: int, height: int, settings: Iterable[tuple[int, float]] = ()
    ) -> None:
        """`device` is a stable path such as `/dev/v4l/by-id/…`; `settings` are OpenCV properties
        (`cv2.CAP_PROP_…`) with their values, applied in order after format and size."""
        self._device = device
        self._size = (width, height)
        self._settings = tuple(settings)
        self._capture: cv2.VideoCapture | None = None
        self._sequence = 0

    def open(self) -> dict[str, float]:
        """Open and set the camera; OSError if it is absent or does not take format or size."""
        if not Path(self._device).exists():
            raise OSError(f"There is no camera at {self._device}: plug it in or correct the path.")
        capture = cv2.VideoCapture(self._device, cv2.CAP_V4L2)
        if not capture.isOpened():
            raise OSError(f"The camera at {self._device} cannot be opened: is it in use elsewhere?")
        self._capture = capture
        width, height = self._size
        mjpg = float(cv2.VideoWriter.fourcc(*"MJPG"))
        # The driver forgets the size when the format changes, so the format comes first.
        wanted = (
            (cv2.CAP_PROP_FOURCC, mjpg),
            (cv2.CAP_PROP_FRAME_WIDTH, float(width)),
            (cv2.CAP_PROP_FRAME_HEIGHT, float(height)),
            (cv2.CAP_PROP_CONVERT_RGB, 0.0),
            (cv2.CAP_PROP_BUFFERSIZE, 1.0),
            *self._settings,
        )
        properties: dict[str, float] = {}
        for name, value in wanted:
            capture.set(name, value)
            properties[str(name)] = capture.get(name)
        for name, value in wanted[:4]:
            if properties[str(name)] != value:
                raise OSError(
                    f"The camera at {self._device} does not deliver Motion JPEG of"
                    f" {width}x{height}: choose another size or camera."
                )
        return properties

    def grab(self, light: str) -> Exposure:  # noqa: ARG002  a camera sees the light by itself
        """The next frame, with the driver's own time of it."""
        if self._capture is None:
            raise OSError(f"The camera at {self._device} is not open.")
        before = time.monotonic()
        self._advance()
        # V4L2 stamps buffers with the monotonic clock.
        stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if not 0 < stamp <= time.monotonic():
            # Without a stamp only a frame behind every one that was waiting is surely new.
            for _ in range(_DRIVER_BUFFERS):
                self._advance()
            stamp = before
        good, raw = self._capture.retrieve()
        if not good or raw is None or raw.size == 0:
            raise OSError(f"The camera at {self._device} delivered nothing: check its cable.")
        self._sequence += 1
        return Exposure(raw.tobytes(), "image/jpeg", self._sequence, stamp)

    def _advance(self) -> None:
        if self._capture is None or not self._capture.grab():
            raise OSError(f"The camera at {self._device} is lost: check its cable.")

    def look(self) -> NDArray[np.uint8]:
        """The next frame, decoded at a quarter of its size."""
        evidence = np.frombuffer(self.grab("").evidence, np.uint8)
        grey = cv2.imdecode(evidence, _GREY_QUARTER)
        if grey is None:
            raise OSError(f"The camera at {self._device} delivered no picture: check its cable.")
        return shrink(np.asarray(grey, np.uint8))

    def close(self) -> None:
        """Let go of the camera."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None
