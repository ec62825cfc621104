"""The empty bench under one light, and what of it a picture still shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.reduced import Level, Linear, level_of

Cells = NDArray[np.bool_]
"""bool [180, 320]."""

_DARKEST = 0.004
_WIDEST = 0.5
"""The light of a bench that is still known lies within this factor of the reference, as a log."""
_BINS = 200
_FITS = 0.06
_SMOOTH_PX = 1.2
_FOREIGN_HUE = 0.3
_FOREIGN_GAIN = 1.35
_DARKEST_SHADOW = 0.35
_HARD_STEP = 0.6


@dataclass(frozen=True, slots=True)
class Shown:
    """`cells` show the bare bench, `light` times as bright as the reference."""

    cells: Cells
    light: float

    @property
    def share(self) -> float:
        """The part of the picture that does."""
        return float(np.count_nonzero(self.cells)) / self.cells.size


class BenchReference:
    """One picture of the empty bench under one light."""

    def __init__(self, empty: Linear) -> None:
        self.linear = empty
        self.level = level_of(empty)
        self._smooth = _smoothed(self.level)
        self._lit = self._smooth > _DARKEST

    def shown(self, level: Level) -> Shown:
        """Where a picture shows the bench: most places that do are darker or brighter alike.

        The light is the commonest ratio to the reference, so shadows and the item do not count.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(_smoothed(level) / self._smooth)
        ratio[~self._lit | ~np.isfinite(ratio)] = 2 * _WIDEST
        known = np.abs(ratio) < _WIDEST
        counts, edges = np.histogram(ratio[known], _BINS, (-_WIDEST, _WIDEST))
        peak = int(np.argmax(np.convolve(counts, np.ones(5), "same")))
        mode = float(edges[peak] + edges[peak + 1]) / 2
        for _ in range(2):
            near = np.abs(ratio - mode) < _FITS / 2
            mode = float(np.median(ratio[near])) if near.any() else mode
        return Shown(np.abs(ratio - mode) < _FITS, float(np.exp(mode)))


def covered_rim(picture: Linear, empty: Linear, light: float) -> float:
    """The part of the picture's rim that shows neither the bench nor a soft shadow on it."""
    seen, known = _rim(picture), _rim(empty) * np.float32(light)
    squared = np.einsum("ij,ij->i", known, known) + np.float32(1e-6)
    scale = np.einsum("ij,ij->i", seen, known) / squared
    hue = np.linalg.norm(seen - scale[:, None] * known, axis=1) / (np.sqrt(squared) + 0.01)
    foreign = (hue > _FOREIGN_HUE) | (scale > _FOREIGN_GAIN)
    # Shadows fade in along the rim; a dark sleeve has an edge.
    along = np.log(scale + 0.05)
    if float(np.abs(np.roll(along, -1) - np.roll(along, 1)).max()) > _HARD_STEP:
        foreign |= scale < _DARKEST_SHADOW
    return float(np.mean(foreign))


def _rim(picture: Linear) -> Linear:
    """The outermost cells [n, 3], once around."""
    top, right, bottom, left = picture[0], picture[:, -1], picture[-1, ::-1], picture[::-1, 0]
    return np.concatenate([top, right, bottom, left])


def _smoothed(level: Level) -> Level:
    return np.asarray(cv2.GaussianBlur(level, (0, 0), _SMOOTH_PX), np.float32)
