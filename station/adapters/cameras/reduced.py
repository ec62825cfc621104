"""Pictures averaged down to a fixed size, in linear light, where lights add up."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2

WIDTH, HEIGHT = 320, 180

Picture: TypeAlias = NDArray[np.uint8]
"""uint8 [height, width, 3] RGB."""
Linear: TypeAlias = NDArray[np.float32]
"""float32 [180, 320, 3], linear R, G, B from 0 to 1."""
Level: TypeAlias = NDArray[np.float32]
"""float32 [180, 320], linear light from 0 to 1."""

Cells: TypeAlias = NDArray[np.bool_]
"""bool [180, 320]."""

_GREY = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Luminance of linear sRGB (IEC 61966-2-1)."""


def _linear_of() -> NDArray[np.float32]:
    coded = np.arange(256) / 255
    low, high = coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4
    return np.where(coded <= 0.04045, low, high).astype(np.float32)


_LINEAR = _linear_of()


def reduced(picture: Picture) -> Linear:
    """The picture in small, decoded from sRGB. A camera with another tone curve is off by that."""
    height, width = picture.shape[:2]
    if width >= 4 * WIDTH:
        # The first halving is quick in 8 bits; what is lost by averaging coded values is texture.
        half = width // 2, height // 2
        picture = np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), np.uint8)
    small = cv2.resize(cv2.LUT(picture, _LINEAR), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def cells_of(boxes: Sequence[tuple[int, int, int, int]], picture: Picture, margin: int) -> Cells:
    """The cells of a small picture that boxes (x, y, width, height) of the whole one touch, and
    `margin` cells around them."""
    height, width = picture.shape[:2]
    cells = np.zeros((HEIGHT, WIDTH), np.bool_)
    for x, y, wide, high in boxes:
        left, right = x * WIDTH // width - margin, -(-(x + wide) * WIDTH // width) + margin
        top, bottom = y * HEIGHT // height - margin, -(-(y + high) * HEIGHT // height) + margin
        cells[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    return cells


def level_of(linear: Linear) -> Level:
    """The luminance of a small picture."""
    return np.asarray(linear @ _GREY, np.float32)
