"""Where the item lies: what differs from the empty bench and is not its shadow.

A shadow darkens the bench without changing its hue, and fades out. So a place is the bench's if
it can be reached from the edge of the picture without crossing a change of hue, a gain in
brightness or a sharp change in brightness.
"""

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from models.runtime.region import Region

_WORKING_WIDTH = 320
"""The search runs on pictures averaged down to about this width, which also averages noise."""

_HUE = 3.0
"""Least change of hue, in 8-bit levels away from a scaled copy of the empty bench."""
_GAIN = 15.0
"""Least gain in brightness, in 8-bit levels."""
_STEP = 0.10
"""Least change of the logarithm of brightness, relative to the empty bench, within a cell."""
_QUIET = 0.3
"""At least this part of a picture shows the bench: its noise is measured there."""
_HUE_OVER_NOISE = 4.0
_STEP_OVER_NOISE = 3.0

_LEAST_AREA = 0.002
"""An item covers more than this part of the picture."""


def item_region(picture: NDArray[np.uint8], empty: NDArray[np.uint8]) -> Region | None:
    """The convex outline of the item in `picture`, or None where the bench looks empty.

    Both are uint8 [H, W, 3] RGB of one size, taken in the same light; ValueError otherwise.
    The outline errs on the large side, above all towards cast shadows.
    """
    if picture.shape != empty.shape or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError("A picture and that of the empty bench must be RGB and of one size.")
    scale = max(1, round(picture.shape[1] / _WORKING_WIDTH))
    foreign = _foreign(_reduced(picture, scale), _reduced(empty, scale))
    corners = _largest_hull(foreign)
    if corners is None:
        return None
    height, width = picture.shape[:2]
    # Cells are blocks of pixels: the outline runs through the outermost pixels of its cells.
    centre = corners.mean(axis=0)
    spread = corners * scale + np.where(corners > centre, scale - 1, 0)
    placed = np.clip(spread, 0, (width - 1, height - 1))
    return Region(tuple((float(x), float(y)) for x, y in placed))


def _reduced(picture: NDArray[np.uint8], scale: int) -> NDArray[np.float32]:
    size = max(1, picture.shape[1] // scale), max(1, picture.shape[0] // scale)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _foreign(picture: NDArray[np.float32], empty: NDArray[np.float32]) -> NDArray[np.uint8]:
    """1 where the bench is hidden, uint8 [h, w]."""
    squared = np.einsum("ijk,ijk->ij", empty, empty) + 1
    ratio = np.einsum("ijk,ijk->ij", picture, empty) / squared
    # Smoothed before its length is taken, so that noise cancels and does not add up.
    hue = np.linalg.norm(cv2.blur(picture - ratio[..., None] * empty, (5, 5)), axis=2)
    gain = (ratio - 1) * np.sqrt(squared / 3)
    brightness = cv2.GaussianBlur(np.log(ratio + 0.1), (3, 3), 0)
    step = cv2.morphologyEx(brightness, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    border = (
        (hue > max(_HUE, _HUE_OVER_NOISE * float(np.quantile(hue, _QUIET))))
        | (gain > _GAIN)
        | (step > max(_STEP, _STEP_OVER_NOISE * float(np.quantile(step, _QUIET))))
    )
    closed = cv2.morphologyEx(border.view(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels = cv2.connectedComponents(1 - closed, connectivity=4)
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    bench = np.isin(labels, rim[rim > 0])
    return (~bench).view(np.uint8)


def _largest_hull(foreign: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Corners [n, 2], x before y, of the convex hull around the largest connected part."""
    specks_gone = cv2.morphologyEx(foreign, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    whole = cv2.morphologyEx(specks_gone, cv2.MORPH_CLOSE, disc)
    contours, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < _LEAST_AREA * foreign.size:
        return None
    hull = cv2.approxPolyDP(cv2.convexHull(largest), 0.5, closed=True)
    return np.asarray(hull, np.float64).reshape(-1, 2)
