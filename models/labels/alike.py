"""Whether two pictures are the same picture: encoded anew, resized, a little brighter or noisier.

Candidates have nearly the same difference hash (256 signs of the brightness step to the right on a
17 x 16 reduction); they are alike if their reductions to 32 x 32, each with its mean and contrast
taken out, differ by little everywhere. Pictures of two items of one product on one bench are not.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2

_SIDE = 16
_SMALL = 32
_MOST_SIGNS = 20
_MOST_DIFFERENCE = 0.35
"""Largest difference of two reductions at any place, in standard deviations of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What is kept of a picture: the SHA-256 of its file, 32 bytes of signs, its reduction."""

    digest: bytes
    signs: NDArray[np.uint8]
    small: NDArray[np.float32]


def likeness(content: bytes, picture: NDArray[np.uint8]) -> Likeness:
    """Of a picture's file content and its pixels, uint8 [H, W, 3]."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    steps = cv2.resize(grey, (_SIDE + 1, _SIDE), interpolation=cv2.INTER_AREA).astype(np.int16)
    signs = np.packbits(steps[:, 1:] > steps[:, :-1])
    small = cv2.resize(grey, (_SMALL, _SMALL), interpolation=cv2.INTER_AREA).astype(np.float32)
    spread = max(float(small.std()), 1.0)
    level = (small - small.mean()) / spread
    return Likeness(hashlib.sha256(content).digest(), signs, level.astype(np.float32))


def alike_pairs(pictures: Sequence[Likeness]) -> list[tuple[int, int]]:
    """The places of every two pictures that are alike, the earlier one first."""
    if len(pictures) < 2:
        return []
    signs = np.stack([picture.signs for picture in pictures]).view(np.uint64)
    pairs = []
    for n in range(len(pictures) - 1):
        different = np.bitwise_count(signs[n + 1 :] ^ signs[n]).sum(axis=1)
        for after in np.flatnonzero(different <= _MOST_SIGNS):
            m = n + 1 + int(after)
            if _same(pictures[n], pictures[m]):
                pairs.append((n, m))
    return pairs


def _same(one: Likeness, other: Likeness) -> bool:
    if one.digest == other.digest:
        return True
    return float(np.abs(one.small - other.small).max()) <= _MOST_DIFFERENCE
