"""Barcodes in pictures: what `zxing-cpp` finds becomes text that the scan grammar reads."""

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from models.runtime.opencv import cv2

LOOKS = (1.0, 1.5, 2.0)
LOOKS_AT_LARGE = (1.0, 0.75, 0.5)
LARGE_PX = 1600
_SMALLEST_PX = 2
_WEAKLY_CHECKED = frozenset("EFIX")
"""AIM letters of EAN/UPC, Codabar, ITF and others: one check digit or none."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code in a picture: its text behind the AIM identifier, with GS where the symbol has it.

    `content` are the bytes as encoded, `corners` lie clockwise in picture pixels.
    """

    text: str
    content: bytes
    corners: tuple[tuple[int, int], ...]

    @property
    def plain(self) -> str:
        """The text without identifier."""
        return self.text[3:]


def read_symbols(
    picture: NDArray[np.uint8],
    *,
    patience_s: float = math.inf,
    spent_s: Callable[[], float] = time.thread_time,
) -> tuple[Symbol, ...]:
    """The codes in an RGB picture (height, width, 3), from top to bottom.

    The picture is looked at in three sizes. A code that a single check digit guards is told only
    if two of them agree: a blurred EAN can read as another valid one. Add-ons of EAN and UPC are
    left out, since they name no item. The same code twice in a picture is told once.

    No further look begins once the earlier ones took `patience_s` seconds by `spent_s`, the time
    that this thread was computing.
    """
    height, width = picture.shape[:2]
    if min(height, width) < _SMALLEST_PX:
        return ()
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    scales = LOOKS if max(height, width) <= LARGE_PX else LOOKS_AT_LARGE
    began_s = spent_s()
    looks = [_look(grey, scale) for scale in scales if spent_s() - began_s < patience_s]
    seen = Counter(text for look in looks for text in look)
    told = {text: symbol for look in reversed(looks) for text, symbol in look.items()}
    sure = [s for s in told.values() if s.text[1] not in _WEAKLY_CHECKED or seen[s.text] > 1]
    return tuple(sorted(sure, key=lambda s: (min(y for _, y in s.corners), s.corners, s.text)))


def _look(grey: NDArray[np.uint8], scale: float) -> dict[str, Symbol]:
    if scale != 1:
        way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way), np.uint8)
    symbols = (
        Symbol(found.symbology_identifier + found.text, bytes(found.bytes), _corners(found, scale))
        for found in zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain)
        if found.valid and found.symbology_identifier
    )
    return {symbol.text: symbol for symbol in symbols}


def _corners(found: zxingcpp.Barcode, scale: float) -> tuple[tuple[int, int], ...]:
    place = found.position
    four = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    return tuple((round(point.x / scale), round(point.y / scale)) for point in four)
