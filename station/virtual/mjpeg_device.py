"""A USB camera as OpenCV's V4L2 backend shows one: it takes settings and sends motion JPEG.

For measuring the real USB source where there is no camera. Pictures come at a steady rate; each has
its number in the density field of its JFIF header, so no two are alike. Their pixels come in no
order: in turn, whoever looks at every so manieth would see one and the same.
"""

import random
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2

_DENSITY = slice(14, 18)
"""Where a JFIF header has the density of its pixels, which nothing here looks at."""


def noisy_jpegs(picture: NDArray[np.uint8], count: int, seed: int) -> list[bytes]:
    """The picture, RGB, as a sensor would see it so often, each with noise of its own, as JPEG."""
    chance = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    sheet = chance.normal(0, 2, (height + 64, width + 64, 1)).astype(np.int16)
    jpegs = []
    for _ in range(count):
        x, y = chance.integers(0, 64, 2)
        noisy = picture.astype(np.int16) + sheet[y : y + height, x : x + width]
        seen = np.clip(noisy, 0, 255).astype(np.uint8)
        seen = np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2BGR), np.uint8)
        jpegs.append(cv2.imencode(".jpg", seen, (cv2.IMWRITE_JPEG_QUALITY, 90))[1].tobytes())
    return jpegs


class MjpegDevice:
    """The part of `cv2.VideoCapture` that a USB source uses, over pictures made before."""

    def __init__(self, jpegs: Sequence[bytes], rate: float) -> None:
        """Any of the `jpegs` is sent each time, `rate` of them a second."""
        self._jpegs = jpegs
        self._chance = random.Random(0)  # noqa: S311  it is noise, no secret
        self._period_s = 1 / rate
        self._settings: dict[int, float] = {}
        self._begun_s = time.monotonic()
        self._number = 0
        self._stamp_s = 0.0

    def open(self, device: str, backend: int) -> "MjpegDevice":
        """The device itself, whatever is asked."""
        del device, backend
        return self

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        """It always is."""
        return True

    def set(self, propId: int, value: float) -> bool:  # noqa: N803  OpenCV's name
        """Take any setting."""
        self._settings[propId] = value
        return True

    def get(self, propId: int) -> float:  # noqa: N803  OpenCV's name
        """The setting as taken, or in milliseconds when the exposure of the last frame began."""
        if propId == cv2.CAP_PROP_POS_MSEC:
            return self._stamp_s * 1000
        return self._settings.get(propId, -1.0)

    def grab(self) -> bool:
        """Wait until the next frame is exposed and read out, which takes one period."""
        now = time.monotonic()
        self._number = max(self._number + 1, int((now - self._begun_s) / self._period_s))
        self._stamp_s = self._begun_s + self._number * self._period_s
        time.sleep(max(0.0, self._stamp_s + self._period_s - now))
        return True

    def retrieve(self) -> tuple[bool, NDArray[Any] | None]:
        """The frame as the camera compressed it."""
        jpeg = bytearray(self._chance.choice(self._jpegs))
        jpeg[_DENSITY] = (self._number % 2**32).to_bytes(4, "big")
        return True, np.frombuffer(bytes(jpeg), np.uint8).reshape(1, -1)

    def release(self) -> None:
        """Nothing is held."""
