"""Pixels of a source as evidence, and as a preview."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.link import LOOK_HEIGHT, LOOK_WIDTH

PNG = "image/png"
JPEG = "image/jpeg"

# Noise hardly compresses, so the quickest of the lossless settings.
_QUICKLY = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def shrink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey picture of any size as a preview, uint8 [180, 320]."""
    small = cv2.resize(grey, (LOOK_WIDTH, LOOK_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def preview(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """A grey or BGR picture, 8-bit, as a preview, uint8 [180, 320]."""
    small = shrink(np.asarray(pixels, np.uint8))
    if small.ndim == 2:
        return small
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def lossless(pixels: NDArray[Any]) -> bytes:
    """A grey or BGR picture, 8-bit, as PNG; OSError if it is none."""
    if pixels.dtype != np.uint8:
        raise OSError("The camera delivers more than 8 bits a channel: choose an 8-bit format.")
    good, png = cv2.imencode(".png", pixels, _QUICKLY)
    if not good:
        raise OSError("The camera's picture cannot be kept: choose another pixel format.")
    return png.tobytes()
