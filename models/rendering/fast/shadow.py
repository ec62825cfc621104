"""What a height field hides from a lamp and from the sky, by marching to its horizon."""

import cv2
import numpy as np

from models.rendering.fast.fields import Float, f32, step
from models.rendering.fast.lamps import Lamp

COARSE = 4
"""Cast shadows and sky are found on a grid this many pixels coarse."""

_NEAR = (1, 2, 3, 4.5, 6.5, 9, 13, 18)
_SKY = (1, 2.5, 6, 14, 30)
_FARTHEST = 300
_AZIMUTHS = 8


def horizon(
    height: Float, towards: tuple[float, float], reach: tuple[float, ...], mm: float
) -> Float:
    """Tangent of the horizon's rise seen from each cell towards ``towards`` (x, y).

    ``reach`` lists the distances in cells that are looked at, ``mm`` is the size of a cell.
    """
    return _horizons(height, towards, reach, mm, (height,))[0]


def _horizons(
    height: Float,
    towards: tuple[float, float],
    reach: tuple[float, ...],
    mm: float,
    eyes: tuple[Float, ...],
) -> list[Float]:
    """The horizon as seen from each of several heights over the same cells."""
    length = float(np.hypot(*towards))
    dx, dy = towards[0] / length, towards[1] / length
    highest = [np.full(height.shape, -8.0, np.float32) for _ in eyes]
    size = (height.shape[1], height.shape[0])
    for far in reach:
        matrix = np.array([[1, 0, far * dx], [0, 1, far * dy]])
        there = cv2.warpAffine(
            height, matrix, size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        for level, best in zip(eyes, highest, strict=True):
            np.maximum(best, (there - level) * np.float32(1 / (far * mm)), out=best)
    return highest


def _far(tallest_mm: float, least_rise: float, mm: float) -> tuple[float, ...]:
    """Distances in cells that a shadow can reach, close enough together to leave no steps."""
    most = min(_FARTHEST, int(tallest_mm / max(least_rise, 0.05) / mm) + 2)
    return (*range(1, min(most, 24)), *range(24, min(most, 80), 2), *range(80, most, 3))


def far_visibility(
    height: Float, lamp: Lamp, at_mm: tuple[float, float], mm: float
) -> tuple[Float, Float]:
    """Share of the lamp seen over a coarse height field; large lamps count in quarters.

    Cells at an upright edge lie half high, half low: the first answer is for the low half, the
    second for the high half.
    """
    block = np.ones((3, 3), np.uint8)
    eyes = (f32(cv2.erode(height, block)), f32(cv2.dilate(height, block)))
    large = lamp.solid_angle > 0.12
    sources = lamp.quarters() if large else [lamp.centre]
    totals = [np.zeros(height.shape, np.float32) for _ in eyes]
    tallest = float(height.max())
    for source in sources:
        towards = (source[0] - at_mm[0], source[1] - at_mm[1])
        away = float(np.hypot(*towards)) + 1e-3
        rise = source[2] / away
        half = min(lamp.half_mm) * (0.6 if large else 1.0)
        spread = (1 + rise**2) * half / float(np.hypot(away, source[2]))
        reach = _far(tallest, rise - spread, mm)
        for total, seen in zip(totals, _horizons(height, towards, reach, mm, eyes), strict=True):
            total += step(rise + spread, rise - spread, seen)
    low, high = (
        f32(cv2.GaussianBlur(total / np.float32(len(sources)), (0, 0), 0.7)) for total in totals
    )
    return low, high


def near_visibility(height: Float, lamp: Lamp, at_mm: tuple[float, float], mm: float) -> Float:
    """Share of the lamp seen past the fine relief around each pixel."""
    towards = (lamp.centre[0] - at_mm[0], lamp.centre[1] - at_mm[1])
    away = float(np.hypot(*towards)) + 1e-3
    rise = lamp.centre[2] / away
    spread = (1 + rise**2) * min(lamp.half_mm) / float(np.hypot(away, lamp.centre[2]))
    return step(rise + spread, rise - spread, horizon(height, towards, _NEAR, mm))


def sky_share(height: Float, mm: float) -> Float:
    """Share of a uniform sky seen from each cell of a coarse height field."""
    total = np.zeros(height.shape, np.float32)
    for number in range(_AZIMUTHS):
        angle = 2 * np.pi * (number + 0.5) / _AZIMUTHS
        rise = np.maximum(horizon(height, (np.cos(angle), np.sin(angle)), _SKY, mm), 0)
        total += 1 / (1 + rise * rise)
    return f32(total / np.float32(_AZIMUTHS))
