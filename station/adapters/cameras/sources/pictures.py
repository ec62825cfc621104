"""Pixels of a source as a live picture."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.link import LOOK_HEIGHT, LOOK_WIDTH

PNG = "image/png"
JPEG = "image/jpeg"


def shrink(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey or colour picture of any size, at the size of a live one, 180 rows of 320."""
    small = cv2.resize(picture, (LOOK_WIDTH, LOOK_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def live(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """A grey or BGR picture, 8-bit, as a live picture, RGB uint8 [180, 320, 3]."""
    small = shrink(np.asarray(pixels, np.uint8))
    way = cv2.COLOR_GRAY2RGB if small.ndim == 2 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(small, way), np.uint8)
