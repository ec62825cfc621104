"""The part of a picture that is looked at."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2

Polygon = tuple[tuple[float, float], ...]
"""Corners (x, y) in picture pixels, pixel centres at integers."""


@dataclass(frozen=True, slots=True)
class Box:
    """Whole pixels: columns x to x + width - 1, rows y to y + height - 1."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def intersection(self, other: Self) -> Self:
        """What both cover; width or height is 0 where they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        width = max(0, min(self.right, other.right) - x)
        height = max(0, min(self.bottom, other.bottom) - y)
        return type(self)(x, y, width, height)


@dataclass(frozen=True, slots=True)
class Region:
    """A polygon of at least three corners in picture pixels."""

    polygon: Polygon

    def __post_init__(self) -> None:
        if len(self.polygon) < 3 or not all(math.isfinite(v) for p in self.polygon for v in p):
            raise ValueError("A region needs at least three corners with finite coordinates.")

    @classmethod
    def of_box(cls, box: Box) -> Self:
        """The region that covers exactly the pixels of `box`."""
        right, bottom = float(box.right - 1), float(box.bottom - 1)
        left, top = float(box.x), float(box.y)
        return cls(((left, top), (right, top), (right, bottom), (left, bottom)))

    def box(self) -> Box:
        """The smallest box that holds the polygon."""
        xs = [x for x, _ in self.polygon]
        ys = [y for _, y in self.polygon]
        x, y = math.floor(min(xs)), math.floor(min(ys))
        return Box(x, y, math.ceil(max(xs)) - x + 1, math.ceil(max(ys)) - y + 1)

    def mask(self, box: Box, stride: int = 1) -> NDArray[np.uint8]:
        """1 in each cell of `stride` by `stride` pixels of `box` that the region touches, else 0.

        uint8 [box.height / stride, box.width / stride]; partly covered cells count as touched.
        """
        mask = np.zeros((box.height // stride, box.width // stride), np.uint8)
        corners = np.array(self.polygon, np.float64) - (box.x, box.y)
        cells = (corners + 0.5) / stride - 0.5
        fixed = np.rint(np.clip(cells, -4096, 65536) * 16).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 1, shift=4)
        return mask
