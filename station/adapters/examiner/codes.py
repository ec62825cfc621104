"""The codes on an item, in a picture of it."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from models.runtime.opencv import cv2
from models.runtime.region import Region
from station.adapters.examiner.examining import Picture
from station.domain.inspection import MOST_CODES
from station.domain.scan import LONGEST_CODE


class SeenCode(Protocol):
    """A code in a picture: its text behind the AIM identifier, and its corners in pixels."""

    @property
    def text(self) -> str: ...
    @property
    def corners(self) -> tuple[tuple[int, int], ...]: ...


ReadCodes = Callable[[Picture], Sequence[SeenCode]]
"""Reads the codes of an RGB picture, as `station.adapters.symbols.read_symbols` does."""


def no_codes(_picture: Picture) -> tuple[SeenCode, ...]:
    """For where codes do not matter."""
    return ()


def codes_on(region: Region, found: Sequence[SeenCode]) -> tuple[str, ...]:
    """The texts of the codes whose middle lies on the item, each once, at most `MOST_CODES`.

    One longer than `LONGEST_CODE` is left out: cut short it would be another code.
    """
    outline = np.array(region.polygon, np.float32)
    texts = (
        code.text
        for code in found
        if len(code.text) <= LONGEST_CODE
        and cv2.pointPolygonTest(outline, _middle(code), measureDist=False) >= 0
    )
    return tuple(dict.fromkeys(texts))[:MOST_CODES]


def _middle(code: SeenCode) -> tuple[float, float]:
    xs, ys = zip(*code.corners, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)
