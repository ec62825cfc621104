"""A printed sheet as shapes in mm: what a PDF and a rendered picture are both made from."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.boards.board import Floats

PAPER = 0.85
INK = 0.04
"""Reflectance of white paper and of black toner."""

_FINE = 4
"""Cells a pixel, each way, that a raster's edges are averaged from."""


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled convex shape: corners (N x 2 mm from the sheet's upper left, y down), clockwise as
    seen, and its grey from 0 (black) to 1 (paper)."""

    corners: tuple[tuple[float, float], ...]
    grey: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text whose base line starts at (x, y) mm, `size_mm` high; Latin letters only."""

    x: float
    y: float
    text: str
    size_mm: float = 3.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """White paper of width x height mm with shapes, later ones over earlier ones, and text."""

    width_mm: float
    height_mm: float
    shapes: tuple[Polygon, ...]
    texts: tuple[Line, ...] = ()

    def raster(self, px_per_mm: float) -> NDArray[np.float32]:
        """Return the sheet's reflectance, H x W, from `INK` to `PAPER`, edges anti-aliased.

        Text is left out: no measurement looks at it.
        """
        scale = px_per_mm * _FINE
        size = (round(self.height_mm * scale), round(self.width_mm * scale))
        tone = np.full(size, 255, np.uint8)
        for shape in self.shapes:
            _fill(tone, np.array(shape.corners) * scale, round(shape.grey * 255))
        shrunk = (round(self.width_mm * px_per_mm), round(self.height_mm * px_per_mm))
        small = cv2.resize(tone, shrunk, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        return np.asarray(INK + (PAPER - INK) * small, np.float32)


def _fill(tone: NDArray[np.uint8], corners: Floats, grey: int) -> None:
    """Paint the cells whose centres lie in a convex polygon (N x 2, in cells)."""
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    high = np.ceil(corners.max(axis=0)).astype(int)
    part = tone[low[1] : high[1], low[0] : high[0]]
    y, x = np.mgrid[low[1] : low[1] + part.shape[0], low[0] : low[0] + part.shape[1]] + 0.5
    edges = np.roll(corners, -1, axis=0) - corners
    inside = np.ones(part.shape, np.bool_)
    for (corner_x, corner_y), (along_x, along_y) in zip(corners, edges, strict=True):
        inside &= along_x * (y - corner_y) - along_y * (x - corner_x) >= 0
    part[inside] = grey


def rectangle(x: float, y: float, width: float, height: float, grey: float = 0.0) -> Polygon:
    """An upright rectangle from its upper left corner."""
    right, lower = x + width, y + height
    return Polygon(((x, y), (right, y), (right, lower), (x, lower)), grey)


def turned_square(x: float, y: float, side: float, degrees: float, grey: float = 0.0) -> Polygon:
    """A square around (x, y), turned clockwise as seen."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    half = side / 2
    ring: Floats = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    corners = ring @ turn.T + [x, y]
    return Polygon(tuple((float(a), float(b)) for a, b in corners), grey)
