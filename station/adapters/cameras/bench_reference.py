"""The empty bench under one light, and what of it a picture still shows."""

from dataclasses import dataclass

import numpy as np

from models.runtime.opencv import cv2
from station.adapters.cameras.reduced import Cells, Level, Linear, level_of

_DARKEST = 0.004
_WIDEST = 0.5
"""The light of a bench that is still known lies within this factor of the reference, as a log."""
_BINS = 200
_FITS = 0.06
_SMOOTH_PX = 1.2
_FLAT_PX = 6.0
_PATTERN_PX = 3.0
_BOLDEST = 0.1
_FEWEST_CELLS = 400
_RIM_PX, _EDGE_PX = 5, 3
_FOREIGN_HUE = 0.12
_FOREIGN_GAIN = 1.15
_DARKEST_SHADOW = 0.6
_HARD_STEP = 0.9


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
    """One picture of the empty bench under one light.

    `flat` is its level without its texture, `spread` how unevenly that light falls: the standard
    deviation of the level's logarithm.
    """

    def __init__(self, empty: Linear) -> None:
        self.linear = empty
        self.level = level_of(empty)
        self.flat = _smoothed(self.level, _FLAT_PX)
        self.spread = float(np.std(np.log(np.maximum(self.flat, _DARKEST))))
        self._pattern = _pattern_of(self.level)
        self._smooth = _smoothed(self.level)
        self._lit = self._smooth > _DARKEST

    def unlike(self, other: "BenchReference") -> float:
        """How differently another light falls over the bench: the spread of their ratio's log."""
        both = (self.flat > _DARKEST) & (other.flat > _DARKEST)
        return float(np.std(np.log(self.flat[both] / other.flat[both]))) if both.any() else 0.0

    def alike(self, level: Level, cells: Cells | None = None) -> float:
        """The correlation of a picture's fine pattern with the bench's, where it shows the bench.

        Dirt, grain and weave are where they are: another camera, or this one moved, sees none of
        them there. 0 where too little of the bench shows.
        """
        where = self._lit if cells is None else self._lit & cells
        where = cv2.erode(where.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)
        if np.count_nonzero(where) < _FEWEST_CELLS:
            return 0.0
        one, other = self._pattern[where], _pattern_of(level)[where]
        one, other = one - one.mean(), other - other.mean()
        both = float(np.sqrt(np.mean(one * one) * np.mean(other * other)))
        return float(np.mean(one * other)) / both if both > 0 else 0.0

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
    scale, hue = _beside(picture, empty, light, _RIM_PX)
    foreign = (hue > _FOREIGN_HUE) | (scale > _FOREIGN_GAIN)
    # Shadows fade in along the rim; a dark sleeve has an edge.
    scale, _ = _beside(picture, empty, light, _EDGE_PX)
    along = np.log(scale + 0.05)
    step = np.abs(np.roll(along, -_EDGE_PX) - np.roll(along, _EDGE_PX))
    if float(step.max()) > _HARD_STEP:
        foreign |= scale < _DARKEST_SHADOW
    return float(np.mean(foreign))


def _beside(picture: Linear, empty: Linear, light: float, px: int) -> tuple[Level, Level]:
    """Along the rim, evened over so many cells: the light beside the bench's, and a foreign hue."""
    seen = _rim(np.asarray(cv2.blur(picture, (px, px)), np.float32))
    known = _rim(np.asarray(cv2.blur(empty, (px, px)), np.float32)) * np.float32(light)
    squared = np.einsum("ij,ij->i", known, known) + np.float32(1e-6)
    scale = np.einsum("ij,ij->i", seen, known) / squared
    hue = np.linalg.norm(seen - scale[:, None] * known, axis=1) / (np.sqrt(squared) + 0.01)
    return np.asarray(scale, np.float32), np.asarray(hue, np.float32)


def _pattern_of(level: Level) -> Level:
    """What is finer than the light falls, as a share of it; bold things do not outweigh all."""
    shade = np.log(np.maximum(level, _DARKEST))
    around = cv2.GaussianBlur(shade, (0, 0), _PATTERN_PX)
    return np.asarray(np.clip(shade - around, -_BOLDEST, _BOLDEST), np.float32)


def _rim(picture: Linear) -> Linear:
    """The outermost cells [n, 3], once around."""
    top, right, bottom, left = picture[0], picture[:, -1], picture[-1, ::-1], picture[::-1, 0]
    return np.concatenate([top, right, bottom, left])


def _smoothed(level: Level, px: float = _SMOOTH_PX) -> Level:
    return np.asarray(cv2.GaussianBlur(level, (0, 0), px), np.float32)
