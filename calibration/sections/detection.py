"""What the bench can find: probability of detection over size, by kind of fault."""

from typing import Literal

from pydantic.dataclasses import dataclass

from calibration.sections.values import TABLE, Count, Number, Positive, Share, Text


@dataclass(frozen=True, slots=True, config=TABLE)
class Detectability:
    """Probability of detection of one kind of fault on the bench plane (MIL-HDBK-1823A).

    The curve is the logistic 1 / (1 + exp(-(ln size - `mu`) / `sigma`)) of the size, in `unit`, of
    `quantity`. `a90` is the size from which 90 % are found, `a90_95` its upper 95 % bound (Cheng
    and Iles); either is absent where no size near those tried is found as often. `observer` says
    who looks, `false_calls` how often he calls a sound place a fault, `trials` how many faults the
    curve rests on. `low` and `high` bound the sizes tried.
    """

    defect: Text
    quantity: Text
    unit: Literal["mm", "mm2"]
    mu: Number
    sigma: Positive
    low: Positive
    high: Positive
    observer: Text
    false_calls: Share
    trials: Count
    a90: Positive | None = None
    a90_95: Positive | None = None
