"""A fault's outline found again on the full-resolution pictures, from a detector's rough one."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.centreline import centrelines
from calibration.region import Cells, Floats, Region, region_of_mask
from calibration.views import Light, Views

Signal = Callable[[Sequence[Light]], Light]

ROUNDS = 3
LINE_ROUNDS = 10
"""Of a thin fault: the later rounds follow it past the ends that were proposed."""
STEP = 0.5
"""Pixels between the cells of a refined region."""
FINEST_AREA_PX = 40_000
"""Regions above this area are refined to whole pixels."""

_SHRINKAGE = 0.15
_FLOOR = 5e-6
"""Least variance of a signal's channel: a quarter of an 8-bit step in the middle tones, squared."""
_LEAST_CORE = 20
_LEAST_RING = 20
_SETTLED_PX = 3
_REACH_PX = 14.0
_GROWTH_PX = 3.0
_GROWTH_SHARE = 0.12
_MARGIN_PX = 10


@dataclass(frozen=True, slots=True)
class Outlining:
    """How faults of a kind are told from their surround.

    A detector's outline is trusted as far as `slack_px` + `slack_share` · √area (of its widest
    part for lines); `line` is set where the fault is thin, so that it may run on past the ends
    that the detector saw.
    """

    signal: Signal
    slack_px: float
    slack_share: float
    line: bool = False


@dataclass(frozen=True, slots=True)
class Refined:
    """The region found, and how clearly it stands out.

    `contrast` is the distance between fault and surround in standard deviations of either
    (Mahalanobis, along the direction that parts them best); 0 where they do not differ.
    """

    region: Region
    contrast: float


def refine(rough: Region, views: Views, how: Outlining) -> Refined:
    """Return the region whose edge lies half-way between the fault's light and its surround's.

    Linear discriminant analysis (Fisher 1936) between the rough region and a ring around it gives
    the mixture of channels in which they differ most; light mixes linearly under blur, so its
    half-height contour lies at the true edge. Each pixel then weighs that evidence against its
    distance from the rough outline: where the fault hardly shows, the outline stays as it was.
    Both are done `ROUNDS` times, each starting from the region found before.

    The rough region comes back as it is, with contrast 0, where it lies outside the pictures or
    too little is seen of the fault or its surround.
    """
    if views.shape is None:
        return Refined(rough, 0.0)
    search = _Search.of(rough, views, how)
    if search is None:
        return Refined(rough, 0.0)
    contrast = search.run()
    region = search.region()
    return Refined(rough, 0.0) if region is None else Refined(region, contrast)


class _Search:
    """One crop, what was proposed in it, and what has been found so far."""

    def __init__(
        self, proposed: Cells, within: Cells, signal: Light, corner: tuple[int, int], how: Outlining
    ) -> None:
        self._proposed = proposed
        self._found = proposed
        self._within = within
        self._signal = signal
        self._corner = corner
        self._how = how
        area = float(np.count_nonzero(proposed))
        depth = cv2.distanceTransform(proposed.astype(np.uint8), cv2.DIST_L2, 5)
        extent = 2 * float(depth.max()) if how.line else math.sqrt(area)
        self._slack = how.slack_px + how.slack_share * extent
        self._growth = _GROWTH_PX + _GROWTH_SHARE * extent
        self._distance = _signed_distance(proposed)
        self._evidence: Light | None = None
        self._ring_px = _MARGIN_PX if how.line else _MARGIN_PX + 0.3 * math.sqrt(area)

    @classmethod
    def of(cls, rough: Region, views: Views, how: Outlining) -> "_Search | None":
        shape = views.shape
        if shape is None:
            return None
        left, top = (math.floor(value) for value in rough.origin)
        height, width = (math.ceil(side * rough.step) for side in rough.cells.shape)
        margin = _MARGIN_PX + 4
        margin += round(5 * _REACH_PX if how.line else 0.35 * math.sqrt(rough.area_px2))
        top, left = max(0, top - margin), max(0, left - margin)
        lower = min(shape[0], top + height + 2 * margin)
        right = min(shape[1], left + width + 2 * margin)
        if top >= lower or left >= right:
            return None
        crop = (slice(top, lower), slice(left, right))
        proposed = rough.covers(crop)
        within = np.ones(proposed.shape, np.bool_) if views.within is None else views.within[crop]
        if not proposed.any():
            return None
        return cls(proposed, within, how.signal(views.light(crop)), (left, top), how)

    def run(self) -> float:
        contrast = 0.0
        for number in range(LINE_ROUNDS if self._how.line else ROUNDS):
            before = np.count_nonzero(self._found)
            parted = self._parted()
            if parted is None:
                return contrast
            likeness, contrast = parted
            prior = -self._distance / self._slack
            near = self._distance < self._growth
            if self._how.line and number >= ROUNDS - 1:
                ahead = self._beyond_the_ends()
                prior[ahead] = np.maximum(prior[ahead], 0)
                near |= ahead
            weighed = prior + contrast**2 / 2 * (np.clip(likeness, -1, 2) - 0.5)
            evidence = cv2.GaussianBlur(weighed.astype(np.float32), (0, 0), 0.8)
            self._evidence = np.asarray(evidence, np.float32)
            self._keep(self._evidence, near)
            if number >= ROUNDS and abs(np.count_nonzero(self._found) - before) <= _SETTLED_PX:
                break
        return contrast

    def region(self) -> Region | None:
        """What was found, in cells of `STEP` pixels where it is small."""
        if not self._found.any():
            return None
        left, top = self._corner
        if self._evidence is None or np.count_nonzero(self._found) > FINEST_AREA_PX:
            return region_of_mask(self._found, (left, top))
        grown = cv2.dilate(self._found.astype(np.uint8), np.ones((3, 3), np.uint8))
        near = np.asarray((grown > 0) & self._within, np.uint8)
        rows, columns = self._found.shape
        parts = round(1 / STEP)
        # Cells of an odd split would share centres with pixels; of an even one they lie between.
        size = (columns * parts, rows * parts)
        fine = cv2.resize(self._evidence, size, interpolation=cv2.INTER_LINEAR) > 0
        fine &= cv2.resize(near, size, interpolation=cv2.INTER_NEAREST) > 0
        if not fine.any():
            return region_of_mask(self._found, (left, top))
        return _scaled(fine, STEP, (left - 0.5 + STEP / 2, top - 0.5 + STEP / 2))

    def _parted(self) -> tuple[Light, float] | None:
        """Likeness to the fault (0 surround, 1 fault) of each pixel, and the contrast."""
        core = _eroded(self._found)
        if self._how.line or np.count_nonzero(core) < _LEAST_CORE:
            core = self._found
        gap = 1.5 if self._evidence is None else 2.0
        away = _signed_distance(self._found)
        ring = (away > gap) & (away < self._ring_px + gap) & self._within
        fault, around = self._signal[core], self._signal[ring]
        if len(fault) < 3 or len(around) < _LEAST_RING:
            return None
        step = fault.mean(axis=0) - around.mean(axis=0)
        spread = (_covariance(fault) + _covariance(around)) / 2
        spread += _SHRINKAGE * np.diag(np.diag(spread)) + _FLOOR * np.eye(len(step))
        weight = np.linalg.solve(spread, step)
        # What as many channels of mere noise would seem to differ by is taken off.
        squared = float(step @ weight) - 1.5 * len(step) / len(fault)
        if squared <= 0:
            return None
        likeness = (self._signal - around.mean(axis=0)) @ (weight / float(step @ weight))
        return np.asarray(likeness, np.float32), math.sqrt(squared)

    def _keep(self, evidence: Light, near: Cells) -> None:
        """Keep the parts that touch what was proposed or found, not far outside it."""
        candidate = (evidence > 0) & self._within & near
        count, labels = cv2.connectedComponents(candidate.astype(np.uint8), connectivity=8)
        kept = np.zeros(count, np.bool_)
        kept[np.unique(labels[self._proposed | self._found])] = True
        kept[0] = False
        found = kept[labels]
        if found.any():
            self._found = found

    def _beyond_the_ends(self) -> Cells:
        """The places in front of each end of the line found so far."""
        open_ = np.zeros(self._found.shape, np.uint8)
        for line in centrelines(np.pad(self._found, 1)):
            for end, before in ((line[0], line[:8]), (line[-1], line[::-1][:8])):
                heading = end - before[-1]
                norm = float(np.hypot(*heading))
                if norm < 1:
                    continue
                ahead = end + heading / norm * _REACH_PX
                first, last = (tuple(int(v) for v in np.round(p - 1)) for p in (end, ahead))
                cv2.line(open_, first, last, (1,), 5)
        return open_ > 0


def _signed_distance(cells: Cells) -> Floats:
    """Distance in cells to the region, negative inside it."""
    inside = cells.astype(np.uint8)
    away = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    return np.asarray(away - cv2.distanceTransform(inside, cv2.DIST_L2, 5), np.float64)


def _eroded(cells: Cells) -> Cells:
    return cv2.erode(cells.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def _covariance(values: Light) -> Floats:
    away = values - values.mean(axis=0)
    return np.asarray(away.T @ away / len(values), np.float64)


def _scaled(cells: Cells, step: float, origin: tuple[float, float]) -> Region:
    region = region_of_mask(cells, (0, 0))
    x, y = region.origin
    return Region(region.cells, (origin[0] + x * step, origin[1] + y * step), step)
