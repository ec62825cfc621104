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

CUT_OFF = (0.1, 0.5)
"""How much of the item lies outside the picture."""
HANDS = ((124, 158, 208), (70, 95, 140), (200, 120, 40), (40, 40, 44), (235, 235, 235))
"""BGR: two skins, and gloves in blue, black and white."""

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


def cut_off(
    picture: Picture, empty: Picture, inside: NDArray[np.bool_], chance: np.random.Generator
) -> Picture:
    """The item laid so that a part of it is outside the picture."""
    height, width = inside.shape
    rows, columns = np.nonzero(inside)
    out = float(chance.uniform(*CUT_OFF))
    across, down = int(columns.max() - columns.min()), int(rows.max() - rows.min())
    shift = {
        "left": (-columns.min() - out * across, 0),
        "right": (width - columns.max() + out * across, 0),
        "top": (0, -rows.min() - out * down),
        "bottom": (0, height - rows.max() + out * down),
    }[str(chance.choice(("left", "right", "top", "bottom")))]
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
    there = cv2.warpAffine(inside.astype(np.uint8), matrix, (width, height)) > 0
    moved = cv2.warpAffine(picture, matrix, (width, height))
    bare = np.where(inside[..., None], empty, picture)
    return _taken(np.where(there[..., None], moved, bare), chance)


def reached_into(
    picture: Picture, empty: Picture, inside: NDArray[np.bool_], chance: np.random.Generator
) -> Picture:
    """A hand over the item: bare, or in a glove of some colour, from any side."""
    del empty
    height, width = inside.shape
    colour = HANDS[int(chance.integers(len(HANDS)))]
    where, reach = float(chance.uniform(0.2, 0.8)), float(chance.uniform(0.25, 0.55))
    thick = 0.05 * width
    middle, axes = {
        "left": ((0, where * height), (reach * width, thick)),
        "right": ((width, where * height), (reach * width, thick)),
        "top": ((where * width, 0), (thick, reach * height)),
        "bottom": ((where * width, height), (thick, reach * height)),
    }[str(chance.choice(("left", "right", "top", "bottom")))]
    seen = picture.copy()
    at, size = (int(middle[0]), int(middle[1])), (int(axes[0]), int(axes[1]))
    cv2.ellipse(seen, at, size, 0, 0, 360, colour, cv2.FILLED, cv2.LINE_AA)
    return _taken(seen, chance)


def from_elsewhere(
    picture: Picture, empty: Picture, inside: NDArray[np.bool_], chance: np.random.Generator
) -> Picture:
    """What another camera sees, which hangs on the other side."""
    del empty, inside
    return _taken(np.ascontiguousarray(picture[::-1, ::-1]), chance)


ON_BENCH: Mapping[
    str, Callable[[Picture, Picture, NDArray[np.bool_], np.random.Generator], Picture]
] = MappingProxyType({"cut off": cut_off, "hand": reached_into, "other camera": from_elsewhere})
"""Ways that show only beside the empty bench; each takes its picture too."""


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
