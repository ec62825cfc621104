"""Shapes that faults share: blobs of a wanted area and bands along a curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.rendering.field import TEXEL_MM, FloatArray, Mask, grid_mm


@dataclass(frozen=True, slots=True)
class Blob:
    """A wobbly ellipse: centre and semi-axes in mm, turn in radians, wobble of its radius."""

    x_mm: float
    y_mm: float
    semi_mm: tuple[float, float]
    turn: float
    wobble: tuple[tuple[float, float], ...]

    def radius(self, shape: tuple[int, int]) -> FloatArray:
        """Distance from the centre over the grid in units of the rim: 1 on the rim."""
        x, y = grid_mm(shape)
        u, v = x - np.float32(self.x_mm), y - np.float32(self.y_mm)
        cos, sin = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        a, b = np.float32(self.semi_mm[0]), np.float32(self.semi_mm[1])
        along, across = (cos * u + sin * v) / a, (cos * v - sin * u) / b
        angle = np.arctan2(across, along)
        rim = np.ones_like(angle)
        for order, (amplitude, phase) in enumerate(self.wobble, start=2):
            rim += np.float32(amplitude) * np.cos(order * angle + np.float32(phase))
        return np.asarray(np.hypot(along, across) / rim, dtype=np.float32)

    def scaled(self, factor: float) -> "Blob":
        """The same blob, ``factor`` times as large in each direction."""
        a, b = self.semi_mm
        return Blob(self.x_mm, self.y_mm, (a * factor, b * factor), self.turn, self.wobble)


def blob(
    rng: np.random.Generator,
    area_mm2: float,
    centre_mm: tuple[float, float],
    *,
    aspect: float,
    wobble: float,
) -> Blob:
    """A blob whose nominal area is ``area_mm2``."""
    small = float(np.sqrt(area_mm2 / np.pi / aspect))
    waves = tuple(
        (float(rng.normal(0, wobble / order)), float(rng.uniform(0, 2 * np.pi)))
        for order in range(2, 8)
    )
    turn = float(rng.uniform(0, np.pi))
    return Blob(centre_mm[0], centre_mm[1], (small * aspect, small), turn, waves)


@dataclass(frozen=True, slots=True)
class Band:
    """The neighbourhood of a curve over the grid.

    ``distance`` is mm from the curve (large far away), ``side`` its sign left and right,
    ``along`` the place on the curve, 0..1.
    """

    distance: FloatArray
    side: FloatArray
    along: FloatArray


def curve(
    rng: np.random.Generator, length_mm: float, bend: float, centre_mm: tuple[float, float]
) -> NDArray[np.float64]:
    """Points (n, 2) in mm, 0.5 mm apart, of a gently wandering curve around ``centre_mm``.

    ``bend`` is the deviation of the heading over the curve in radians.
    """
    steps = max(4, round(length_mm / 0.5))
    turns = np.linspace(-0.5, 0.5, steps) * float(rng.normal(0, bend))
    drift = np.cumsum(rng.normal(0, 0.35 * bend / np.sqrt(steps), steps))
    heading = float(rng.uniform(0, 2 * np.pi)) + turns + drift
    pace = length_mm / steps
    points = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1) * pace, axis=0)
    points = np.concatenate([np.zeros((1, 2)), points])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return np.asarray(points - middle + np.asarray(centre_mm), dtype=np.float64)


def band(points: NDArray[np.float64], shape: tuple[int, int], reach_mm: float) -> Band:
    """Distances from the polyline ``points`` over the grid, exact within ``reach_mm`` of it."""
    distance = np.full(shape, 1e3, dtype=np.float32)
    side = np.zeros(shape, dtype=np.float32)
    along = np.zeros(shape, dtype=np.float32)
    x, y = grid_mm(shape)
    segments = len(points) - 1
    for index in range(segments):
        start, end = points[index], points[index + 1]
        low = np.minimum(start, end) - reach_mm
        high = np.maximum(start, end) + reach_mm
        left, top = (max(0, int(value / TEXEL_MM)) for value in low)
        right, lower = (max(0, int(value / TEXEL_MM) + 2) for value in high)
        window = (slice(top, lower), slice(left, right))
        if distance[window].size == 0:
            continue
        u = x[:, left:right] - np.float32(start[0])
        v = y[top:lower] - np.float32(start[1])
        dx, dy = (np.float32(value) for value in end - start)
        square = dx * dx + dy * dy
        t = np.clip((u * dx + v * dy) / square, 0, 1)
        away = np.hypot(u - t * dx, v - t * dy)
        nearer = away < distance[window]
        distance[window] = np.where(nearer, away, distance[window])
        side[window] = np.where(nearer, np.sign(u * dy - v * dx), side[window])
        along[window] = np.where(nearer, (np.float32(index) + t) / segments, along[window])
    return Band(distance, side, along)


def inside_share(points: NDArray[np.float64], size_mm: tuple[float, float], rim_mm: float) -> float:
    """The share of points at least ``rim_mm`` inside a face of ``size_mm``."""
    x, y = points[:, 0], points[:, 1]
    inside = (x > rim_mm) & (x < size_mm[0] - rim_mm) & (y > rim_mm) & (y < size_mm[1] - rim_mm)
    return float(inside.mean())


def touches(mask: Mask, taken: Mask, gap_mm: float) -> bool:
    """Whether a mask comes nearer than ``gap_mm`` to what is taken."""
    import cv2

    if not taken.any():
        return False
    size = 2 * round(gap_mm / TEXEL_MM) + 1
    kernel = np.ones((size, size), dtype=np.uint8)
    return bool((cv2.dilate(taken.astype(np.uint8), kernel).astype(np.bool_) & mask).any())
