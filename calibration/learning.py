"""A table of edges from faults of known size."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.edges import ANY_KIND, Edge, EdgeTable, Grid
from calibration.region import Floats

COVERAGE = 0.95
LEAST_TRIALS = 40
"""A cell with fewer is not made: the grid gets fewer bins."""
_BINS = ((4, 3), (3, 3), (3, 2), (2, 2), (2, 1), (1, 1))
_LARGEST_FACTOR = 4.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One size as read and as it truly is, in the same unit, with what is known of the outline:
    its size in pixels and its contrast, None where it was not refined."""

    kind: str
    quantity: str
    size_px: float
    contrast: float | None
    read: float
    true: float


def learn(samples: Iterable[Sample], source: str) -> EdgeTable:
    """Return the table of edges that these samples show.

    Each kind, quantity and way of outlining is parted into bins of size and contrast that hold
    equally many samples. The factor of a cell is the median of true over read; u is half of what
    holds `COVERAGE` of the relative errors left, by the order statistic that keeps the promise in
    the mean over new samples (Vovk, Gammerman, Shafer 2005): the ⌈(n + 1) · 0.95⌉-th smallest.
    """
    groups: defaultdict[tuple[str, str, bool], list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.read > 0 and sample.true > 0:
            key = (sample.kind, sample.quantity, sample.contrast is not None)
            groups[key].append(sample)
    grids = {key: _grid(group) for key, group in sorted(groups.items())}
    return EdgeTable(source, grids)


def learn_pooled(samples: Sequence[Sample], source: str) -> EdgeTable:
    """Return the table of `learn`, and in it one cell for each quantity of all kinds together."""
    table = learn(samples, source)
    groups: defaultdict[tuple[str, str, bool], list[float]] = defaultdict(list)
    for each in samples:
        if each.read > 0 and each.true > 0:
            key = (ANY_KIND, each.quantity, each.contrast is not None)
            groups[key].append(each.true / each.read)
    pooled = {key: Grid((), (), ((_edge(np.array(some)),),)) for key, some in groups.items()}
    return EdgeTable(source, {**table.grids, **pooled})


def _grid(group: list[Sample]) -> Grid:
    sizes = np.array([sample.size_px for sample in group])
    contrasts = np.array([sample.contrast or 0.0 for sample in group])
    ratios = np.array([sample.true / sample.read for sample in group])
    refined = group[0].contrast is not None
    for rows, columns in _BINS:
        columns = columns if refined else 1
        size_bounds = _bounds(sizes, rows)
        contrast_bounds = _bounds(contrasts, columns)
        row = np.searchsorted(size_bounds, sizes, side="right")
        column = np.searchsorted(contrast_bounds, contrasts, side="right")
        parts = [
            [ratios[(row == r) & (column == c)] for c in range(len(contrast_bounds) + 1)]
            for r in range(len(size_bounds) + 1)
        ]
        if min(len(part) for line in parts for part in line) >= LEAST_TRIALS:
            break
    else:
        size_bounds, contrast_bounds, parts = np.empty(0), np.empty(0), [[ratios]]
    return Grid(
        tuple(float(v) for v in size_bounds),
        tuple(float(v) for v in contrast_bounds),
        tuple(tuple(_edge(part) for part in line) for line in parts),
    )


def _bounds(values: Floats, bins: int) -> Floats:
    return np.round(np.quantile(values, np.arange(1, bins) / bins), 3)


def _edge(ratios: NDArray[np.float64]) -> Edge:
    factor = float(np.clip(np.median(ratios), 1 / _LARGEST_FACTOR, _LARGEST_FACTOR))
    errors = np.sort(np.abs(1 - ratios / factor))
    rank = min(len(errors), math.ceil((len(errors) + 1) * COVERAGE))
    return Edge(round(factor, 4), round(float(errors[rank - 1]) / 2, 4), len(errors))
