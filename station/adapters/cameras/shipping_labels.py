"""Where a shipping label lies in a picture: the paper around a code that names no goods."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.jpeg import Box
from station.domain.scan import (
    NotUnderstood,
    ParcelScanned,
    PlainScanned,
    ReturnOrderScanned,
    read_scan,
)

_SHIPPING = (ParcelScanned, ReturnOrderScanned, PlainScanned, NotUnderstood)
"""What a code on a shipping label may mean. Goods, their attributes and our own labels stay."""

_WORKED_PX = 640
_PAPER_STEP = 30.0
"""How far paper differs from its own middle level, in grey levels or in chroma of 8-bit Lab."""
_PRINT_SHARE = 0.03
"""Print thinner than this share of the picture's width does not part the paper."""
_MOST_SHARE = 0.5
_AROUND = 1.5


class SeenCode(Protocol):
    """A code in a picture: its text behind the AIM identifier, and its corners in pixels."""

    @property
    def text(self) -> str: ...
    @property
    def corners(self) -> tuple[tuple[int, int], ...]: ...


ReadCodes = Callable[[NDArray[np.uint8]], Sequence[SeenCode]]
"""Reads the codes of an RGB picture."""


def shipping_labels(
    read: ReadCodes, picture: NDArray[np.uint8], parcel_patterns: tuple[str, ...] = ()
) -> tuple[Box, ...]:
    """The boxes of the shipping labels in an RGB picture, uint8 [height, width, 3].

    A label without a code that can be read is not found: it is the code that gives it away.
    """
    codes = [
        code
        for code in read(picture)
        if isinstance(read_scan(code.text, parcel_patterns), _SHIPPING)
    ]
    if not codes:
        return ()
    scale = min(1.0, _WORKED_PX / picture.shape[1])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32)
    return tuple(dict.fromkeys(_label(lab, scale, code, picture.shape) for code in codes))


def _label(lab: NDArray[np.float32], scale: float, code: SeenCode, shape: tuple[int, ...]) -> Box:
    corners = np.array(code.corners, np.float32) * scale
    x, y, width, height = cv2.boundingRect(corners)
    around = _grown((x, y, width, height), _AROUND, lab.shape)
    paper = _paper(lab, (x, y, width, height))
    found = around if paper is None else _union(paper, (x, y, width, height))
    left, top, wide, high = _grown(found, 1.02, lab.shape)
    full = (round(left / scale), round(top / scale), round(wide / scale), round(high / scale))
    return _inside(full, shape)


def _paper(lab: NDArray[np.float32], code: Box) -> Box | None:
    """The box of the paper that the code is printed on; none if it is not set off."""
    x, y, width, height = _grown(code, 1.2, lab.shape)
    near = lab[y : y + height, x : x + width].reshape(-1, 3)
    light = near[near[:, 0] >= np.percentile(near[:, 0], 70)]
    like = np.abs(lab - np.median(light, axis=0)).max(axis=2) < _PAPER_STEP
    side = max(3, round(_PRINT_SHARE * lab.shape[1]))
    kernel = np.ones((side, side), np.uint8)
    joined = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    _, marks, stats, _ = cv2.connectedComponentsWithStats(joined)
    inside = marks[y : y + height, x : x + width]
    counts = np.bincount(inside[inside > 0].ravel(), minlength=1)
    if counts.sum() == 0:
        return None
    left, top, wide, high, _ = (int(value) for value in stats[int(counts.argmax())])
    if wide * high > _MOST_SHARE * marks.size:
        return None
    return left, top, wide, high


def _grown(box: Box, factor: float, shape: tuple[int, ...]) -> Box:
    x, y, width, height = box
    more_x, more_y = round(width * (factor - 1)), round(height * (factor - 1))
    return _inside((x - more_x, y - more_y, width + 2 * more_x, height + 2 * more_y), shape)


def _inside(box: Box, shape: tuple[int, ...]) -> Box:
    x, y, width, height = box
    left, top = max(0, x), max(0, y)
    return left, top, min(shape[1], x + width) - left, min(shape[0], y + height) - top


def _union(a: Box, b: Box) -> Box:
    left, top = min(a[0], b[0]), min(a[1], b[1])
    right, bottom = max(a[0] + a[2], b[0] + b[2]), max(a[1] + a[3], b[1] + b[3])
    return left, top, right - left, bottom - top
