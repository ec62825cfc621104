"""Shapes drawn with known sizes: a pixel is covered when its centre is."""

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
Points = NDArray[np.float64]


def stroke(points: Points, width_px: float, size: int) -> Mask:
    """Draw a round-ended stroke along a polyline (N x 2, x and y)."""
    y, x = np.mgrid[0:size, 0:size].astype(float)
    distance = np.full((size, size), np.inf)
    for (x1, y1), (x2, y2) in pairwise(points):
        dx, dy = x2 - x1, y2 - y1
        along = np.clip(((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy), 0, 1)
        distance = np.minimum(distance, np.hypot(x - x1 - along * dx, y - y1 - along * dy))
    return (distance <= width_px / 2).astype(np.uint8)


def ellipse(centre: tuple[float, float], semi: tuple[float, float], turn: float, size: int) -> Mask:
    """Draw a filled ellipse with semi-axes `semi`, turned by `turn` radians."""
    y, x = np.mgrid[0:size, 0:size].astype(float)
    u, v = x - centre[0], y - centre[1]
    along = u * math.cos(turn) + v * math.sin(turn)
    across = v * math.cos(turn) - u * math.sin(turn)
    return (np.hypot(along / semi[0], across / semi[1]) <= 1).astype(np.uint8)


def arc(length_px: float, radius_px: float, turn: float, centre: tuple[float, float]) -> Points:
    """Return an arc of a circle, its middle of extent at `centre`; a great radius is a line."""
    angles = np.linspace(-0.5, 0.5, 25) * length_px / radius_px + turn
    points = radius_px * np.column_stack([np.cos(angles), np.sin(angles)])
    return np.asarray(points - (points.min(axis=0) + points.max(axis=0)) / 2 + np.array(centre))
