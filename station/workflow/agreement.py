"""How well proposed grades agree with the truth: the figures a model is judged by."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from station.domain.grading import Grade

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of `n` cases with its 95 % Wilson score interval; no value for no case."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Graded:
    """One item: its true grade, the machine's (none if it made none), and whether it asked."""

    truth: Grade
    proposed: Grade | None
    needs_review: bool

    @property
    def resold(self) -> bool:
        """Whether the machine alone would have put it back on sale."""
        return self.proposed is Grade.RESELLABLE and not self.needs_review


@dataclass(frozen=True, slots=True)
class Agreement:
    """Accuracy and Cohen's kappa of the proposed grade, and what automation would have cost.

    `miss` is P(resold | not resellable), `leak` P(not resellable | resold), `review_load` the
    share a person must look at. An item without a proposed grade counts as wrong.
    """

    grade_accuracy: Rate
    kappa: Rate
    miss: Rate
    leak: Rate
    review_load: Rate


def agreement(items: Sequence[Graded]) -> Agreement:
    """The figures over a set of items."""
    bad = [item for item in items if item.truth is not Grade.RESELLABLE]
    resold = [item for item in items if item.resold]
    return Agreement(
        grade_accuracy=rate(sum(item.truth is item.proposed for item in items), len(items)),
        kappa=_kappa(items),
        miss=rate(sum(item.resold for item in bad), len(bad)),
        leak=rate(sum(item.truth is not Grade.RESELLABLE for item in resold), len(resold)),
        review_load=rate(sum(item.needs_review for item in items), len(items)),
    )


def rate(hits: int, n: int) -> Rate:
    """A share with its Wilson score interval (E. B. Wilson, 1927)."""
    if n == 0:
        return Rate(None, None, None, 0)
    share = hits / n
    centre = share + _Z**2 / (2 * n)
    spread = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return Rate(share, max(0.0, low), min(1.0, high), n)


def _kappa(items: Sequence[Graded]) -> Rate:
    """Cohen's kappa with its large-sample interval (Fleiss, Cohen, Everitt 1969, simplified)."""
    n = len(items)
    if n == 0:
        return Rate(None, None, None, 0)
    truths = Counter(item.truth for item in items)
    answers = Counter(item.proposed for item in items)
    seen = sum(item.truth is item.proposed for item in items) / n
    chance = sum(truths[grade] * answers[grade] for grade in Grade) / n**2
    if chance == 1:
        return Rate(1.0, None, None, n)
    value = (seen - chance) / (1 - chance)
    error = math.sqrt(seen * (1 - seen) / n) / (1 - chance)
    return Rate(value, max(-1.0, value - _Z * error), min(1.0, value + _Z * error), n)
