"""Average precision, recall and ranking figures, each with its interval by bootstrap.

All are computed from weighted cases, so that a resample is nothing but another set of weights.
Whole returns are resampled: pictures and faults of one return are not independent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.matching import IOU_LEVELS, Matches
from models.runtime.metrics import Figure

Weights = NDArray[np.float64]
"""float64 [returns]: how often each return stands in a resample."""

_RECALLS = np.linspace(0, 1, 101)
_SEED = 20260101


@dataclass(frozen=True, slots=True, eq=False)
class ClassCases:
    """All detections of one class, surest first: confidence [D], matched [D, levels], the return
    of each [D]; and the true instances of each return [returns]."""

    confidence: NDArray[np.float64]
    matched: NDArray[np.bool_]
    owner: NDArray[np.int64]
    true: NDArray[np.float64]

    @classmethod
    def of(cls, poses: Iterable[tuple[int, Matches]], returns: int) -> "ClassCases":
        """The cases of poses, each with the number of its return."""
        found = list(poses)
        true = np.zeros(returns)
        for number, matches in found:
            true[number] += matches.true
        confidence = np.concatenate([np.zeros(0), *(m.confidence for _, m in found)])
        matched = np.concatenate(
            [np.zeros((0, len(IOU_LEVELS)), bool), *(m.matched for _, m in found)]
        )
        owner = np.repeat([number for number, _ in found], [len(m.confidence) for _, m in found])
        order = np.argsort(-confidence, kind="stable")
        return cls(confidence[order], matched[order], owner[order].astype(np.int64), true)

    def average_precision(self, weights: Weights) -> NDArray[np.float64]:
        """AP at each overlap [levels], interpolated at 101 recalls; NaN without true instances."""
        true = float(weights @ self.true)
        if true == 0:
            return np.full(len(IOU_LEVELS), np.nan)
        weight = weights[self.owner][:, None]
        right = np.cumsum(weight * self.matched, axis=0)
        reported = np.cumsum(weight, axis=0)
        precision = np.divide(right, reported, out=np.zeros_like(right), where=reported > 0)
        envelope = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
        padded = np.vstack([envelope, np.zeros(len(IOU_LEVELS))])
        # Rounding must not put a recall of exactly 0.7 past the grid's own 0.7.
        recall = right / true + 1e-9
        return np.array(
            [
                padded[np.searchsorted(recall[:, level], _RECALLS), level].mean()
                for level in range(len(IOU_LEVELS))
            ]
        )

    def recall(self, weights: Weights, least: float) -> float:
        """Share of true instances found at IoU 0.5 with a confidence of at least `least`."""
        true = float(weights @ self.true)
        if true == 0:
            return float("nan")
        reported = self.confidence >= least
        return float(weights[self.owner] @ (self.matched[:, 0] & reported)) / true


def ranking(scores: Sequence[float], faulty: Sequence[bool], weights: NDArray[np.float64]) -> float:
    """Area under the ROC curve: the chance that a faulty picture scores above a clean one.

    Equal scores count one half (Mann and Whitney); NaN unless both kinds of picture are there.
    """
    values, place = np.unique(np.asarray(scores, np.float64), return_inverse=True)
    label = np.asarray(faulty, bool)
    bad = np.bincount(place[label], weights[label], len(values))
    good = np.bincount(place[~label], weights[~label], len(values))
    if bad.sum() == 0 or good.sum() == 0:
        return float("nan")
    below = np.cumsum(good) - good
    return float((bad * (below + good / 2)).sum() / (bad.sum() * good.sum()))


def resamples(returns: int, count: int) -> NDArray[np.float64]:
    """Weights [1 + count, returns]: the set itself, then bootstrap resamples, always the same."""
    generator = np.random.default_rng(_SEED)
    drawn = generator.multinomial(returns, np.full(returns, 1 / returns), count)
    return np.vstack([np.ones(returns), drawn])


def figure(values: Sequence[float] | NDArray[np.float64], n: int) -> Figure:
    """The first value, of the set itself, with the central 95 % of the resamples' after it.

    Unknown where the first is not a number; resamples without a value are left out.
    """
    value, *drawn = (float(each) for each in values)
    if not np.isfinite(value):
        return Figure(n=n)
    spread = [each for each in drawn if np.isfinite(each)]
    if not spread:
        return Figure(value=value, n=n)
    low, high = np.percentile(spread, [2.5, 97.5])
    return Figure(value=value, low=float(low), high=float(high), n=n)
