"""Who looks at pictures for faults, as good as the pictures allow: one learnt weighing of signs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.logistic import fit_logistic
from calibration.region import Floats, MeasurementError
from calibration.signs import NAMES

FOLDS = 5
_PRIOR_SD = 1.0
"""Of the weights of standardised signs; that of the offset is free."""
_FREE_SD = 1000.0
LEAST_SOUND = 20


@dataclass(frozen=True, slots=True)
class Observer:
    """Calls a place a fault of one kind where the weighed sum of its signs exceeds `threshold`.

    Signs are standardised by `means` and `scales` before `weights` (the offset, then one for each
    of `calibration.signs.NAMES`).
    """

    kind: str
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    threshold: float

    def __post_init__(self) -> None:
        lengths = {len(self.means), len(self.scales), len(self.weights) - 1}
        if lengths != {len(NAMES)} or min(self.scales) <= 0:
            raise MeasurementError(
                f"The observer of {self.kind} does not weigh {len(NAMES)} signs."
            )

    def calls(self, signs: Floats | None) -> bool:
        """Whether a place with these signs is called a fault; one that cannot be told is not."""
        return signs is not None and self.score(signs) > self.threshold

    def score(self, signs: Floats) -> float:
        """The log odds of a fault, faults and sound places being equally many."""
        standard = (signs - np.array(self.means)) / np.array(self.scales)
        return float(self.weights[0] + standard @ np.array(self.weights[1:]))


@dataclass(frozen=True, slots=True)
class Place:
    """The signs of a place, whether it is a fault, and the bench that pictured it."""

    signs: Floats
    fault: bool
    bench: int


def learn_observer(
    kind: str, places: Sequence[Place], false_calls: float
) -> tuple[Observer, NDArray[np.bool_]] | None:
    """Return the observer of a kind, and which of the places he calls faults.

    Logistic regression on all signs. The threshold is the score that `false_calls` of the sound
    places exceed; it, and which places are called, come from scores by an observer who learnt from
    other benches (`FOLDS` parts), so that he is no better on these than on new ones. None where
    there are too few sound places to set a threshold by.
    """
    signs = np.array([place.signs for place in places])
    fault = np.array([place.fault for place in places], np.bool_)
    part = np.array([place.bench for place in places], np.int64) % FOLDS
    if np.count_nonzero(~fault) < LEAST_SOUND or not fault.any():
        return None
    scores = np.empty(len(places))
    for each in range(FOLDS):
        held = part == each
        if not held.any():
            continue
        learnt = _observer(kind, signs[~held], fault[~held]) if not held.all() else None
        learnt = learnt or _observer(kind, signs, fault)
        scores[held] = [learnt.score(row) for row in signs[held]]
    threshold = float(np.quantile(scores[~fault], 1 - false_calls, method="higher"))
    whole = _observer(kind, signs, fault)
    observer = Observer(kind, whole.means, whole.scales, whole.weights, threshold)
    return observer, scores > threshold


def _observer(kind: str, signs: Floats, fault: NDArray[np.bool_]) -> Observer:
    means, scales = signs.mean(axis=0), signs.std(axis=0) + 1e-6
    design = np.column_stack([np.ones(len(signs)), (signs - means) / scales])
    share = float(np.clip(fault.mean(), 1e-3, 1 - 1e-3))
    weight = np.where(fault, 0.5 / share, 0.5 / (1 - share))
    spread = np.array([_FREE_SD, *(_PRIOR_SD,) * signs.shape[1]])
    found = fit_logistic(design, fault, spread, weight=weight)
    return Observer(
        kind,
        tuple(float(value) for value in means),
        tuple(float(value) for value in scales),
        tuple(float(value) for value in found.coefficients),
        0.0,
    )
