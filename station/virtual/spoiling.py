"""Good pictures made bad, in ways that the image gates must stop."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2

Picture = NDArray[np.uint8]
"""uint8 [height, width, 3]."""

BLUR_PX = 6.0
"""Radius of the disc that a point becomes out of focus."""
MOTION_PX = 15.0
"""How far the picture moves during the exposure."""
CLIPPED = 0.35
"""The part of the item that comes to lie at the end of the scale."""
GLARE = 0.08
"""The part of the item that a reflection drowns."""

_QUALITY = 90
_NOISE = 1.2
_END = 255.0


def blurred(picture: Picture, chance: np.random.Generator, inside: NDArray[np.bool_]) -> Picture:
    """Out of focus."""
    del inside
    return _taken(cv2.filter2D(picture, -1, _disc(BLUR_PX)), chance)


def smeared(picture: Picture, chance: np.random.Generator, inside: NDArray[np.bool_]) -> Picture:
    """Moved during the exposure, in any direction."""
    del inside
    return _taken(cv2.filter2D(picture, -1, _line(MOTION_PX, chance.uniform(0, np.pi))), chance)


def clipped(picture: Picture, chance: np.random.Generator, inside: NDArray[np.bool_]) -> Picture:
    """Exposed so long that a part of the item is at the end of the scale."""
    least = picture.min(axis=2)[inside].astype(np.float32)
    gain = _END / max(1.0, float(np.quantile(least, 1 - CLIPPED)))
    return _taken(np.clip(picture * np.float32(max(gain, 1.0) * 1.02), 0, _END), chance)


def glaring(picture: Picture, chance: np.random.Generator, inside: NDArray[np.bool_]) -> Picture:
    """A lamp mirrored in the item: a saturated patch with a soft rim, somewhere on it."""
    rows, columns = np.nonzero(inside)
    at = int(chance.integers(len(rows)))
    area = GLARE * len(rows)
    flat = float(chance.uniform(0.5, 1.0))
    height, width = inside.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = float(chance.uniform(0, np.pi))
    across, along = (x - columns[at]), (y - rows[at])
    u = across * np.cos(turn) + along * np.sin(turn)
    v = (along * np.cos(turn) - across * np.sin(turn)) / flat
    inner = np.sqrt(area / (np.pi * flat))
    distance = np.hypot(u, v) / inner
    # The patch is cut off by the item's edge, so it grows until enough of it lies on the item.
    reach = float(np.quantile(distance[inside], GLARE))
    light = np.clip(2 - distance / max(reach, 1e-3), 0, 1) ** 2 * 320
    light[~inside] = 0
    return _taken(np.clip(picture + light[..., None], 0, _END), chance)


SPOILED: Mapping[str, Callable[[Picture, np.random.Generator, NDArray[np.bool_]], Picture]] = (
    MappingProxyType(
        {"blurred": blurred, "smeared": smeared, "clipped": clipped, "glaring": glaring}
    )
)
"""By name; each takes a picture, a source of chance and where the item is, bool [height, width]."""


def moved(picture: Picture, empty: Picture, inside: NDArray[np.bool_], shift: tuple[int, int],
          turn_deg: float) -> Picture:  # fmt: skip
    """The item moved and turned a little on the bench, which shows where it lay."""
    rows, columns = np.nonzero(inside)
    middle = float(columns.mean()), float(rows.mean())
    matrix = cv2.getRotationMatrix2D(middle, turn_deg, 1.0)
    matrix[:, 2] += shift
    size = picture.shape[1], picture.shape[0]
    there = cv2.warpAffine(picture, matrix, size)
    mask = cv2.warpAffine(inside.astype(np.uint8), matrix, size) > 0
    seen = np.where(inside[..., None], empty, picture)
    return np.asarray(np.where(mask[..., None], there, seen), np.uint8)


def _taken(level: NDArray[np.generic], chance: np.random.Generator) -> Picture:
    """With the noise of a sensor, as a JPEG gives it back."""
    noisy = level.astype(np.float32) + chance.normal(0, _NOISE, level.shape).astype(np.float32)
    coded = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    _, encoded = cv2.imencode(".jpg", coded, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    return np.asarray(decoded, np.uint8)


def _disc(radius: float) -> NDArray[np.float32]:
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(disc / disc.sum(), np.float32)


def _line(length: float, angle: float) -> NDArray[np.float32]:
    reach = int(np.ceil(length / 2)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    along = np.abs(x * np.cos(angle) + y * np.sin(angle))
    across = np.abs(y * np.cos(angle) - x * np.sin(angle))
    line = np.clip(length / 2 + 0.5 - along, 0, 1) * np.clip(1 - across, 0, 1)
    return np.asarray(line / line.sum(), np.float32)
