"""What the bench can find: probability of detection over size, by kind of fault."""

from pydantic.dataclasses import dataclass

from calibration.sections.values import TABLE, Count, NotNegative, Positive, Text


@dataclass(frozen=True, slots=True, config=TABLE)
class Detectability:
    """Probability of detection of one kind of fault (MIL-HDBK-1823A).

    The curve is the logistic 1 / (1 + exp(-(ln size - `mu`) / `sigma`)) of the size in mm of
    `quantity`; `a90_mm` is the size found with probability 0.90, `a90_95_mm` its upper 95 % bound.
    `contrast` says which faults it holds for; `trials` is how many it rests on.
    """

    defect: Text
    quantity: Text
    mu: float
    sigma: Positive
    a90_mm: Positive
    a90_95_mm: Positive
    contrast: NotNegative | None = None
    trials: Count | None = None
