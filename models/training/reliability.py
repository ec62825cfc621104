"""What the scores of a class mean: the share of findings with such a score that are true."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Points = tuple[tuple[float, float], ...]
"""Raw scores with the share of true findings at each, both rising."""

_LEAST_IN_POINT = 8
_GROWTH = 1.4
_PRIOR = 1.0
"""Findings added to each group, half of them true: a small group claims no certainty."""


class Scored(Protocol):
    """A finding that was looked at: its raw score and whether it was true."""

    @property
    def confidence(self) -> float: ...
    @property
    def right(self) -> bool: ...


def observed_shares(findings: Sequence[Scored]) -> Points:
    """The mapping of ``findings``' scores, by isotonic regression (Ayer et al. 1955).

    Findings are taken in groups, small ones of the surest and larger ones below; neighbouring
    groups whose shares fall are pooled. Without findings the mapping is empty.
    """
    ranked = sorted(findings, key=lambda each: each.confidence)
    if not ranked:
        return ()
    groups: list[_Group] = []
    for begin, end in pairwise(_bounds(len(ranked))):
        part = ranked[begin:end]
        group = _Group(
            sum(each.confidence for each in part), sum(each.right for each in part), len(part)
        )
        while groups and (groups[-1].share >= group.share or groups[-1].score >= group.score):
            group = groups.pop().joined(group)
        groups.append(group)
    return tuple((group.score, group.share) for group in groups)


def confidence(points: Points, raw: float) -> float:
    """What a raw score means, as the bench maps it; the raw score itself without points."""
    if not points:
        return raw
    scores, shares = zip(*points, strict=True)
    return float(np.interp(raw, scores, shares))


def expected_calibration_error(
    claimed: NDArray[np.float64], true: NDArray[np.bool_], bins: int = 10
) -> float:
    """The mean distance between claimed confidence and share true over bins (Naeini et al. 2015).

    NaN without findings.
    """
    if not len(claimed):
        return float("nan")
    places = np.minimum((claimed * bins).astype(int), bins - 1)
    gaps = [
        abs(float(claimed[places == place].mean()) - float(true[places == place].mean()))
        * int((places == place).sum())
        for place in np.unique(places)
    ]
    return sum(gaps) / len(claimed)


def _bounds(count: int) -> list[int]:
    """Where groups begin and end, from the least sure to the surest."""
    bounds, size = [count], float(_LEAST_IN_POINT)
    while bounds[-1] > 0:
        end = bounds[-1] - int(size)
        # What is left over would be too small a group of its own.
        bounds.append(end if end >= size else 0)
        size *= _GROWTH
    return bounds[::-1]


class _Group:
    def __init__(self, scores: float, right: int, count: int) -> None:
        self.scores, self.right, self.count = scores, right, count

    @property
    def score(self) -> float:
        return round(self.scores / self.count, 4)

    @property
    def share(self) -> float:
        return round((self.right + _PRIOR / 2) / (self.count + _PRIOR), 4)

    def joined(self, other: "_Group") -> "_Group":
        return _Group(
            self.scores + other.scores, self.right + other.right, self.count + other.count
        )
