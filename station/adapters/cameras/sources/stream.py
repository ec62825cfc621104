"""A network stream or a film through OpenCV's FFmpeg: always its latest frame."""

import re
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.sources.pictures import JPEG, live
from station.adapters.cameras.sources.source import Exposure, PixelExposure, SettingsError

_OPEN_MS = 8_000
_READ_MS = 2_000
_PATIENCE_S = 1.8
_FILM_RATE = 25.0
_AS_IT_CAME = -1
_REDUCED = (
    (1280, cv2.IMREAD_REDUCED_COLOR_4),
    (640, cv2.IMREAD_REDUCED_COLOR_2),
    (0, cv2.IMREAD_COLOR),
)
"""From which width on a JPEG may be decoded at what part of its size to be shown live."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """The size of the pictures, and how long a network camera takes from exposure to delivery.

    A stream states no time of exposure, so `latency_s` has to be the longest that is seen: a frame
    counts as exposed that long before it came. It is of no use to a film.
    """

    width: int
    height: int
    latency_s: float = 0.5


class StreamSource:
    """RTSP or HTTP from a camera, or a film file. Motion JPEG is kept as it came, all else as PNG.

    FFmpeg decodes other formats, and OpenCV scales what comes in a new size in mid-stream to the
    old one: of motion JPEG a change of size is seen, of H.264 and H.265 it is not.

    A thread reads all the time, so that no frame waits and grows old. A grab gives the first frame
    exposed after it was asked for. A film is played at its own rate. At the end of a film, when a
    stream pauses for 1.8 s or ends, the camera is lost; opening it again is the child's restart.
    """

    def __init__(self, url: str, settings: StreamSettings) -> None:
        """`url` is a network address, or the path of a film."""
        self._url = url
        self._settings = settings
        self._live = "://" in url
        self._name = _without_password(url)
        self._reader: _Reader | None = None
        self._jpegs = False
        self._sequence = 0

    def open(self) -> dict[str, float]:
        """Open it and wait for a frame; SettingsError if its pictures have another size."""
        settings = self._settings
        capture = cv2.VideoCapture(
            self._url,
            cv2.CAP_FFMPEG,
            [
                cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
                _OPEN_MS,
                cv2.CAP_PROP_READ_TIMEOUT_MSEC,
                _READ_MS,
            ],
        )
        if not capture.isOpened():
            capture.release()
            if self._live:
                raise OSError(f"{self._name} cannot be opened: check its address and its network.")
            raise OSError(f"{self._name} is not there or is no film: correct its path.")
        width, height = (
            capture.get(name) for name in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        rate = capture.get(cv2.CAP_PROP_FPS)
        if (width, height) != (settings.width, settings.height):
            capture.release()
            raise SettingsError(
                f"{self._name} delivers {width:g}x{height:g} pixels,"
                f" {settings.width}x{settings.height} was asked: correct one of them."
            )
        self._jpegs = capture.get(cv2.CAP_PROP_FOURCC) == cv2.VideoWriter.fourcc(*"MJPG")
        if self._jpegs:
            self._jpegs = capture.set(cv2.CAP_PROP_FORMAT, _AS_IT_CAME)
        latency_s = settings.latency_s if self._live else 0.0
        self._reader = _Reader(capture, latency_s, None if self._live else rate or _FILM_RATE)
        return {"width": width, "height": height, "rate": rate}

    def identity(self) -> str:
        """A stream does not say which camera it comes from."""
        return ""

    def grab(self, light: str) -> Exposure | PixelExposure:  # noqa: ARG002  a camera sees the light by itself
        """The first frame exposed from now on."""
        pixels, exposed_s = self._next(time.monotonic())
        self._sequence += 1
        if self._jpegs:
            return Exposure(pixels.tobytes(), JPEG, self._sequence, exposed_s)
        return PixelExposure(pixels, self._sequence, exposed_s)

    def look(self) -> NDArray[np.uint8]:
        """The next frame to come as a live picture, however long ago it was exposed."""
        pixels = self._next(time.monotonic() - self._settings.latency_s)[0]
        if self._jpegs:
            how = next(how for width, how in _REDUCED if self._settings.width >= width)
            small = cv2.imdecode(np.frombuffer(pixels.tobytes(), np.uint8), how)
            if small is None:
                raise LookupError(f"{self._name} delivered a torn picture.")
            return live(small)
        return live(pixels)

    def close(self) -> None:
        """Let go of the stream."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _next(self, wanted_s: float) -> tuple[NDArray[Any], float]:
        if self._reader is None:
            raise OSError(f"{self._name} is not open.")
        taken = self._reader.after(wanted_s, _PATIENCE_S + self._settings.latency_s)
        if taken is None:
            what = "check the camera and its network" if self._live else "the film is over"
            raise OSError(f"{self._name} delivers no more pictures: {what}.")
        return taken


class _Reader:
    """Owns the capture in a thread of its own and decodes what somebody waits for."""

    def __init__(self, capture: cv2.VideoCapture, latency_s: float, rate: float | None) -> None:
        self._capture = capture
        self._latency_s = latency_s
        self._rate = rate
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._wanted_s: float | None = None
        self._taken: tuple[NDArray[Any], float] | None = None
        self._over = False
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)
        self._thread.start()

    def after(self, wanted_s: float, patience_s: float) -> tuple[NDArray[Any], float] | None:
        """The first frame exposed at `wanted_s` or later, with its time; None if none comes."""
        with self._changed:
            self._wanted_s, self._taken = wanted_s, None
            self._changed.wait_for(lambda: self._taken or self._over, patience_s)
            self._wanted_s = None
            return self._taken

    def close(self) -> None:
        """End the thread; a read that hangs is left to the end of the process."""
        self._closing.set()
        self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        begun_s, frames = time.monotonic(), 0
        try:
            while not self._closing.is_set() and self._capture.grab():
                if self._rate:
                    self._closing.wait(max(0.0, begun_s + frames / self._rate - time.monotonic()))
                frames += 1
                self._offer(time.monotonic() - self._latency_s)
        except cv2.error:
            pass
        finally:
            self._capture.release()
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _offer(self, exposed_s: float) -> None:
        with self._changed:
            if self._wanted_s is None or self._taken or exposed_s < self._wanted_s:
                return
            good, pixels = self._capture.retrieve()
            if good and pixels is not None and pixels.size:
                self._taken = (pixels, exposed_s)
                self._changed.notify_all()


def _without_password(url: str) -> str:
    """`url` as it may be shown, whatever signs the name and the password are of."""
    return re.sub(r"(?<=://).*@", "", url)
