"""Probability of detection over size, and how it moves with the bench's sharpness and noise.

Hit/miss analysis of MIL-HDBK-1823A: the log odds of finding a fault are linear in the logarithm of
its size. Two terms are added, the logarithms of the bench's sharpness and noise, so that one fit
over many benches predicts the curve of another from its calibration alone.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from calibration.measurands import KINDS
from calibration.region import Floats, MeasurementError

SCHEMA = 1
SHIPPED = Path(__file__).with_name("pod.toml")
GAMMA = 5.138
"""One-sided 95 % bound on a whole curve of two parameters: the γ at which the mean of the tails of
χ² with one and with two degrees of freedom is 0.05 (Cheng and Iles 1988; MIL-HDBK-1823A, G.3)."""
SHARP = 0.25
"""Cycles per pixel, and `QUIET` levels: where the terms of sharpness and noise are nought."""
QUIET = 1.0
MID_LEVEL = 51.0
"""Linear light of a fifth, in 255ths: where a bench's noise is read off its noise model."""

_PRIOR_SD = (8.0, 4.0, 3.0, 3.0)
"""Of a weak Gaussian prior on the coefficients: it keeps the fit finite where every large fault is
found and every small one missed, and is felt nowhere else."""
_STEPS = 200
_SETTLED = 1e-8
_FAR = 1.5
"""Sizes further than this factor outside those tried are no answer."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a bench's pictures are like: `mtf50` in cycles per pixel, `noise` the deviation of
    linear light at `MID_LEVEL`, in 255ths."""

    mtf50: float
    noise: float

    def __post_init__(self) -> None:
        if not (self.mtf50 > 0 and self.noise > 0):
            raise MeasurementError("A bench's MTF50 and noise must be above nought.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One fault of known size in the pictures of one bench, and whether it was found.

    `size_px` is the length, or the root of the area, in pixels.
    """

    kind: str
    size_px: float
    condition: Condition
    found: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """The probability of detection of one kind on one bench, over its size in pixels.

    p = 1 / (1 + exp(-(`offset` + `slope` ln size_px))), with the coefficients' covariance.
    """

    kind: str
    offset: float
    slope: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    tried_px: tuple[float, float]
    trials: int

    def probability(self, size_px: float) -> float:
        """The probability of finding a fault of this size."""
        return _logistic(self.offset + self.slope * math.log(size_px))

    def lower(self, size_px: float) -> float:
        """Its lower 95 % bound, good for all sizes together (Cheng and Iles)."""
        at = math.log(size_px)
        (v00, v01), (_, v11) = self.covariance
        error = math.sqrt(max(0.0, GAMMA * (v00 + 2 * at * v01 + at * at * v11)))
        return _logistic(self.offset + self.slope * at - error)

    def found_from(self, probability: float = 0.9, *, bounded: bool = False) -> float | None:
        """The least size from which a fault is found with this probability; with `bounded` from
        which that is sure to 95 %. None where no size near those tried is."""
        low, high = self.tried_px[0] / _FAR, self.tried_px[1] * _FAR
        chance = self.lower if bounded else self.probability
        sizes = np.geomspace(low, high, 400)
        good = np.array([chance(float(size)) >= probability for size in sizes])
        if not good[-1]:
            # The bound falls again far outside what was tried: only there is that no answer.
            within = sizes <= self.tried_px[1]
            if not good[within].any():
                return None
            return float(sizes[int(np.argmax(good))])
        misses = np.flatnonzero(~good)
        return float(sizes[0 if not len(misses) else misses[-1] + 1])


@dataclass(frozen=True, slots=True)
class KindModel:
    """The fit of one kind: coefficients of 1, ln size_px, ln mtf50 / `SHARP`, ln noise / `QUIET`,
    their covariance, the sizes tried and how many."""

    kind: str
    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    tried_px: tuple[float, float]
    trials: int

    def curve(self, condition: Condition) -> Curve:
        """The curve of a bench."""
        fixed = np.array([1.0, 0.0, *_terms(condition)])
        slope = np.array([0.0, 1.0, 0.0, 0.0])
        both = np.stack([fixed, slope])
        values = both @ np.array(self.coefficients)
        spread = both @ np.array(self.covariance) @ both.T
        return Curve(
            self.kind,
            float(values[0]),
            float(values[1]),
            (
                (float(spread[0, 0]), float(spread[0, 1])),
                (float(spread[1, 0]), float(spread[1, 1])),
            ),
            self.tried_px,
            self.trials,
        )


@dataclass(frozen=True, slots=True)
class PodModel:
    """The fits by kind. `observer` says who looked, `false_calls` how often it calls a sound place
    of the same size and shape a fault, `source` what it looked at.

    `thresholds` are those of the observer who looks at the pictures alone
    (`calibration.observer`): the evidence that sound places exceed that often. Empty for others.
    """

    observer: str
    false_calls: float
    source: str
    kinds: Mapping[str, KindModel]
    thresholds: Mapping[str, float]

    def curves(self, condition: Condition) -> tuple[Curve, ...]:
        """The curves of a bench, by kind."""
        return tuple(model.curve(condition) for _, model in sorted(self.kinds.items()))

    @classmethod
    def parse(cls, text: str) -> "PodModel":
        """The model in TOML text; `MeasurementError` in one sentence where it is none."""
        try:
            form = _of_this_schema(tomllib.loads(text))
            kinds = {entry["kind"]: _kind(entry) for entry in form["kind"]}
            return cls(
                str(form["observer"]),
                float(form["false_calls"]),
                str(form["source"]),
                kinds,
                {str(kind): float(least) for kind, least in form["thresholds"].items()},
            )
        except (KeyError, TypeError, ValueError) as error:
            raise MeasurementError(
                f"The model of detection is wrong ({error}): learn it again with "
                "'regrade measure pod'."
            ) from error

    def text(self) -> str:
        """The model as TOML, the same text for the same model."""
        lines = [
            f"schema = {SCHEMA}",
            f'observer = "{self.observer}"',
            f"false_calls = {self.false_calls:.4f}",
            f'source = "{self.source}"',
            "",
            "[thresholds]",
            *(f"{kind} = {least:.3f}" for kind, least in sorted(self.thresholds.items())),
        ]
        for _, model in sorted(self.kinds.items()):
            rows = ", ".join(_numbers(row) for row in model.covariance)
            lines += [
                "",
                "[[kind]]",
                f'kind = "{model.kind}"',
                "# of 1, ln size, ln sharpness, ln noise",
                f"coefficients = {_numbers(model.coefficients)}",
                f"covariance = [{rows}]",
                f"tried_px = {_numbers(model.tried_px)}",
                f"trials = {model.trials}",
            ]
        return "\n".join(lines) + "\n"


@cache
def shipped_pod() -> PodModel:
    """The model that comes with the program."""
    return PodModel.parse(SHIPPED.read_text(encoding="utf-8"))


def fit(attempts: Iterable[Attempt]) -> dict[str, KindModel]:
    """Return the fit of each kind that was tried, by penalised maximum likelihood (Newton)."""
    groups: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(attempt.kind, []).append(attempt)
    return {kind: _fitted(kind, group) for kind, group in groups.items()}


def _fitted(kind: str, group: Sequence[Attempt]) -> KindModel:
    design = np.array([[1.0, math.log(a.size_px), *_terms(a.condition)] for a in group], np.float64)
    found = np.array([a.found for a in group], np.float64)
    precision = np.diag(1 / np.square(_PRIOR_SD))

    def loss(at: Floats) -> float:
        odds = design @ at
        return float(np.sum(np.logaddexp(0, odds) - found * odds) + at @ precision @ at / 2)

    beta = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -500, 500)))
        gradient = design.T @ (found - chance) - precision @ beta
        hessian = (design * (chance * (1 - chance))[:, None]).T @ design + precision
        step = np.linalg.solve(hessian, gradient)
        # Newton's step overshoots where hits and misses hardly overlap: shorten it until it helps.
        while loss(beta + step) > loss(beta) and float(np.abs(step).max()) > _SETTLED:
            step = step / 2
        beta = beta + step
        if float(np.abs(step).max()) <= _SETTLED:
            break
    spread = np.linalg.inv(hessian)
    sizes = [a.size_px for a in group]
    return KindModel(
        kind,
        tuple(float(v) for v in beta),
        tuple(tuple(float(v) for v in row) for row in spread),
        (min(sizes), max(sizes)),
        len(group),
    )


def size_in_unit(kind: str, size_px: float, mm_per_px: float) -> float:
    """A size in pixels as the quantity that this kind is sized by: mm, or of an area mm2."""
    size_mm = size_px * mm_per_px
    return size_mm**2 if KINDS[kind].sized_by == "area" else size_mm


def _terms(condition: Condition) -> Floats:
    return np.log([condition.mtf50 / SHARP, condition.noise / QUIET])


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -500.0), 500.0)))


def _kind(entry: Mapping[str, Any]) -> KindModel:
    low, high = entry["tried_px"]
    return KindModel(
        entry["kind"],
        tuple(float(v) for v in entry["coefficients"]),
        tuple(tuple(float(v) for v in row) for row in entry["covariance"]),
        (float(low), float(high)),
        int(entry["trials"]),
    )


def _numbers(values: Sequence[float]) -> str:
    return "[" + ", ".join(f"{value:.6g}" for value in values) + "]"


def _of_this_schema(form: dict[str, Any]) -> dict[str, Any]:
    if form["schema"] != SCHEMA:
        raise ValueError(f"schema {form['schema']} is not {SCHEMA}")
    return form
