"""A crop with its target, and the geometry by which crops are cut."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""RGB, uint8 [H, W, 3]."""

Target = NDArray[np.uint8]
"""Per-class mask, uint8 [H, W, K], 0 or 255."""


@dataclass(frozen=True, slots=True)
class Crop:
    """What the network learns from: a square picture and the per-class masks of its faults."""

    picture: Picture
    target: Target


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
    """The crop of ``picture`` under ``view``, mirrored beyond its edges."""
    flags = cv2.INTER_LINEAR
    if view.scale < 0.75:
        blur = 0.5 / view.scale
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), blur), dtype=np.uint8)
    return np.asarray(
        cv2.warpAffine(
            picture, view.matrix(size), (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT_101
        ),
        dtype=np.uint8,
    )


def cut_labels(labels: NDArray[np.uint8], view: View, size: int) -> NDArray[np.uint8]:
    """The crop of a label picture [H, W] under ``view``: labels are never mixed."""
    return np.asarray(
        cv2.warpAffine(
            labels,
            view.matrix(size),
            (size, size),
            flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_REFLECT_101,
        ),
        dtype=np.uint8,
    )
