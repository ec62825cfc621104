"""Outlines such as a detector proposes, made from true ones.

The errors are set after those of a real pack, `carton-1`, on pictures whose truth is known: its
outlines run about a pixel wide of the truth, waver, are smoothed by its stride of two pixels, and
of a scratch they often miss an end. `regrade measure edges --pack` measures another pack's own.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.region import Cells

Floats32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sloppiness:
    """How outlines of a kind err. Lengths are `px` plus a share of the fault's extent: the root
    of its area, or of a thin fault `_THIN_PX`.

    `wide` is the mean distance by which the edge lies outside the true one, `wide_sd` its
    deviation from fault to fault, `waver` its deviation along the edge, `shift` that of the whole.
    `loses_end` is how often an end of a thin fault goes unseen, up to `lost` of its length.
    """

    wide_px: float = 1.0
    wide_share: float = 0.03
    wide_sd_px: float = 0.8
    wide_sd_share: float = 0.05
    waver_px: float = 0.7
    waver_share: float = 0.03
    shift_px: float = 0.5
    shift_share: float = 0.015
    loses_end: float = 0.0
    lost: float = 0.4


_THIN = Sloppiness(loses_end=0.5)
_THIN_PX = 6.0
USUAL = Sloppiness()
SLOPPINESS: Mapping[str, Sloppiness] = MappingProxyType(
    {
        "scratch": _THIN,
        "crack": _THIN,
        "broken_seal": _THIN,
        "dent": Sloppiness(wide_sd_share=0.10, waver_share=0.06),
    }
)


def proposed(
    truth: Cells, kind: str, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Return a mask (H x W, 0 or 1) like a detector's and the frame pixel (x, y) of its [0, 0].

    `truth` is the true mask of the whole frame, with some pixel inside. The answer is cut to the
    frame and holds some pixel: where the errors would leave nothing, it is the truth.
    """
    how = SLOPPINESS.get(kind, USUAL)
    thin = how.loses_end > 0
    rows, columns = np.nonzero(truth)
    area = len(rows)
    extent = _THIN_PX if thin else math.sqrt(area)
    margin = int(12 + 0.4 * extent)
    top, left = max(0, int(rows.min()) - margin), max(0, int(columns.min()) - margin)
    crop = np.ascontiguousarray(
        truth[top : int(rows.max()) + margin + 1, left : int(columns.max()) + margin + 1], np.uint8
    )
    seen = _without_an_end(crop, how, rng) if rng.random() < how.loses_end else crop
    wide = rng.normal(how.wide_px + how.wide_share * extent, how.wide_sd_px)
    wide += rng.normal(0, how.wide_sd_share) * extent
    waver = (how.waver_px + how.waver_share * extent) * _bumps(rng, crop.shape, 0.4 * extent)
    shift = rng.normal(0, how.shift_px + how.shift_share * extent, 2)
    distance = cv2.GaussianBlur(_signed_distance(seen), (0, 0), 1.2)
    rough = np.asarray(distance < wide + waver, np.uint8)
    moved = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    rough = np.asarray(cv2.warpAffine(rough, moved, crop.shape[::-1]), np.uint8)
    return (rough if rough.any() else crop), (left, top)


def _without_an_end(
    crop: NDArray[np.uint8], how: Sloppiness, rng: np.random.Generator
) -> NDArray[np.uint8]:
    points = np.argwhere(crop)
    middle = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - middle, full_matrices=False)
    rows, columns = np.indices(crop.shape)
    along = (rows - middle[0]) * axes[0, 0] + (columns - middle[1]) * axes[0, 1]
    covered = along[crop > 0]
    low, high = float(covered.min()), float(covered.max())
    cut = rng.uniform(0, how.lost) * (high - low)
    kept = along > low + cut if rng.random() < 0.5 else along < high - cut
    shorter = crop * kept.astype(np.uint8)
    return shorter if np.count_nonzero(shorter) > 4 else crop


def _bumps(rng: np.random.Generator, shape: tuple[int, ...], cell: float) -> Floats32:
    """Smooth noise of unit deviation with bumps `cell` pixels across."""
    cell = max(4.0, cell)
    coarse = rng.standard_normal((int(shape[0] / cell) + 3, int(shape[1] / cell) + 3))
    wide = cv2.resize(
        coarse.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC
    )
    return np.asarray(wide, np.float32)


def _signed_distance(cells: NDArray[np.uint8]) -> Floats32:
    away = cv2.distanceTransform(1 - cells, cv2.DIST_L2, 5)
    return np.asarray(away - cv2.distanceTransform(cells, cv2.DIST_L2, 5), np.float32)
