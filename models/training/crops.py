"""A crop with its target, and the geometry by which crops are cut."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""RGB or the planes of several lamps, uint8 [H, W, P]."""

Target = NDArray[np.uint8]
"""Per-class mask, uint8 [H, W, K], 0 or 255."""


@dataclass(frozen=True, slots=True)
class Crop:
    """What the network learns from: a square of planes and the per-class masks of its faults.

    ``known`` is 255 where the target can be relied on; None where it can everywhere.
    """

    picture: Picture
    target: Target
    known: Target | None = None


@dataclass(frozen=True, slots=True)
class View:
    """How a square crop lies in its source picture.

    ``scale`` is crop pixels per source pixel, ``angle`` in degrees counter-clockwise.
    """

    centre: tuple[float, float]
    scale: float
    angle: float
    mirrored: bool

    def matrix(self, size: int) -> NDArray[np.float64]:
        """The 2x3 affine map from source pixels to the pixels of a crop of ``size``."""
        matrix = np.array(cv2.getRotationMatrix2D(self.centre, self.angle, self.scale), np.float64)
        matrix[:, 2] += size / 2 - np.asarray(self.centre)
        if self.mirrored:
            matrix[0] *= -1.0
            matrix[0, 2] += size - 1
        return matrix


def random_view(
    rng: np.random.Generator, centre: tuple[float, float], scales: tuple[float, float]
) -> View:
    """A view around ``centre``: log-uniform scale, half of the time turned by quarters only."""
    scale = float(np.exp(rng.uniform(np.log(scales[0]), np.log(scales[1]))))
    angle = float(rng.uniform(0, 360)) if rng.random() < 0.5 else 90.0 * int(rng.integers(4))
    return View(centre=centre, scale=scale, angle=angle, mirrored=bool(rng.random() < 0.5))


def cut(picture: Picture, view: View, size: int) -> Picture:
    """The crop of ``picture``, uint8 [H, W, P], under ``view``, mirrored beyond its edges."""
    window, placed = _window(picture, view, size)
    if view.scale < 0.75:
        window = np.asarray(cv2.GaussianBlur(window, (0, 0), 0.5 / view.scale), dtype=np.uint8)
    return _warped(window, placed, size, cv2.INTER_LINEAR).reshape(size, size, -1)


def cut_labels(labels: NDArray[np.uint8], view: View, size: int) -> NDArray[np.uint8]:
    """The crop of a label picture [H, W] under ``view``: labels are never mixed."""
    window, placed = _window(labels, view, size)
    return _warped(window, placed, size, cv2.INTER_NEAREST)


def _window(picture: NDArray[np.uint8], view: View, size: int) -> tuple[NDArray[np.uint8], View]:
    """The part of ``picture`` that a crop can reach, and ``view`` within it."""
    reach = size / view.scale * 0.75 + 4 + 2 / view.scale
    height, width = picture.shape[:2]
    (left, right), (top, bottom) = (
        _reached(middle, reach, length)
        for middle, length in zip(view.centre, (width, height), strict=True)
    )
    window = np.ascontiguousarray(picture[top:bottom, left:right])
    centre = view.centre[0] - left, view.centre[1] - top
    return window, replace(view, centre=centre)


def _reached(middle: float, reach: float, length: int) -> tuple[int, int]:
    low, high = int(middle - reach), int(middle + reach) + 1
    # Beyond an edge its neighbourhood is mirrored, so as much of it is needed as lies outside.
    return max(0, min(low, 2 * length - high - 2)), min(length, max(high, 2 - low))


def _warped(window: NDArray[np.uint8], view: View, size: int, flags: int) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.warpAffine(
            window, view.matrix(size), (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT_101
        ),
        dtype=np.uint8,
    )
