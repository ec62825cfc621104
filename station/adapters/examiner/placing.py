"""Where the item lies: the part of a picture that is neither empty bench nor the item's shadow."""

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from models.runtime.region import Region

Picture = NDArray[np.uint8]

_STEP = 4
_BRIGHTER = 1.18
_COLOURED = 0.10
_DARKEST = 12.0
_EDGE = 3.0
_SMALLEST_SHARE = 0.005
_JOIN = 15
_SMALLEST_PART = 12


def item_region(picture: Picture, empty: Picture) -> Region | None:
    """The convex outline of the item in `picture`; none if nothing lies there.

    Both are uint8 [height, width, 3] RGB of one size; `empty` is the bench under the same light.
    A shadow dims all channels of the bench alike and fades away softly. So the item is what is
    brighter or of another colour than the bench, and what has sharp edges that the bench has not.
    Use a light that casts no hard shadows.
    """
    item = _unlike_bench(picture, empty) | _new_edges(picture, empty)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_JOIN, _JOIN))
    joined = cv2.morphologyEx(item, cv2.MORPH_CLOSE, kernel)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    if areas.max() < _SMALLEST_SHARE * item.size:
        return None
    rows, columns = np.nonzero((labels == int(areas.argmax())) & (item > 0))
    hull = cv2.convexHull(np.column_stack([columns, rows]).astype(np.int32)).reshape(-1, 2)
    middle = (_STEP - 1) / 2
    return Region(tuple((float(x) * _STEP + middle, float(y) * _STEP + middle) for x, y in hull))


def _unlike_bench(picture: Picture, empty: Picture) -> NDArray[np.uint8]:
    now, before = (_small(each, _STEP) for each in (picture, empty))
    ratio = (now + _DARKEST) / (before + _DARKEST)
    mean = ratio.mean(axis=2)
    spread = (ratio.max(axis=2) - ratio.min(axis=2)) / mean
    return np.asarray((mean > _BRIGHTER) | (spread > _COLOURED), np.uint8)


def _new_edges(picture: Picture, empty: Picture) -> NDArray[np.uint8]:
    """Cells of `_STEP` pixels through which a sharp edge runs, where it is part of a longer one."""
    now, before = (_steepness(each) for each in (picture, empty))
    edge = ((now - before) > _EDGE).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(edge, connectivity=8)
    long = stats[:, cv2.CC_STAT_AREA] >= _SMALLEST_PART
    long[0] = False
    kept = long[labels].astype(np.uint8)
    fewer = cv2.dilate(kept, np.ones((2, 2), np.uint8))
    height, width = picture.shape[0] // _STEP, picture.shape[1] // _STEP
    return np.asarray(fewer[: 2 * height : 2, : 2 * width : 2], np.uint8)


def _steepness(picture: Picture) -> NDArray[np.float32]:
    """Grey levels per cell of half of `_STEP` pixels, after a blur against noise."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    size = (picture.shape[1] * 2 // _STEP, picture.shape[0] * 2 // _STEP)
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (3, 3), 0)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _small(picture: Picture, step: int) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (width // step, height // step), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.float32)
