"""Probability of detection over size, and how it moves with the bench's sharpness and noise.

Hit/miss analysis of MIL-HDBK-1823A: the log odds of finding a fault are linear in the logarithm of
its size. Two terms are added, the logarithms of the bench's sharpness and noise, so that one fit
over many benches predicts the curve of another from its calibration alone. A model keeps the hits
and misses that it rests on: bounds are likelihood ratios, which need them.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.logistic import Logistic, fit_logistic
from calibration.measurands import KINDS
from calibration.observer import Observer
from calibration.region import Floats, MeasurementError

SCHEMA = 2
SHIPPED = Path(__file__).with_name("pod.toml")
ONE_SIDED_95 = 2.706
"""The 90 % point of χ² with one degree of freedom: a likelihood ratio beyond it, on the better
side, bounds one size at 95 % (MIL-HDBK-1823A, G.3.4)."""
SHARP = 0.25
"""Cycles per pixel, and `QUIET` levels: where the terms of sharpness and noise are nought."""
QUIET = 1.0
MID_LEVEL = 51.0
"""Linear light of a fifth, in 255ths: where a bench's noise is read off its noise model."""

_PRIOR_SD = np.array([50.0, 4.0, 3.0, 3.0])
"""Of a weak Gaussian prior on the coefficients: it keeps the fit finite where every large fault is
found and every small one missed, and is felt nowhere else."""
_GRID = 60
_HALVINGS = 6


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


@dataclass(frozen=True, slots=True, eq=False)
class KindModel:
    """The hits and misses of one kind, and the fit through them.

    `design` (n x 4) has 1, ln size_px, ln mtf50 / `SHARP`, ln noise / `QUIET` of each attempt,
    `found` (n) whether it was a hit, `best` the coefficients of greatest likelihood.
    """

    kind: str
    attempts: tuple[Attempt, ...]
    design: Floats
    found: NDArray[np.bool_]
    best: Logistic

    @classmethod
    def of(cls, kind: str, attempts: Sequence[Attempt]) -> "KindModel":
        """The model of these attempts, of which there is one at least."""
        rows = [[1.0, math.log(a.size_px), *_terms(a.condition)] for a in attempts]
        design = np.array(rows, np.float64)
        found = np.array([a.found for a in attempts], np.bool_)
        return cls(kind, tuple(attempts), design, found, fit_logistic(design, found, _PRIOR_SD))

    def curve(self, condition: Condition) -> "Curve":
        """The curve of a bench."""
        return Curve(self, condition)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The probability of detection of one kind on one bench, over its size in pixels.

    p = 1 / (1 + exp(-(`offset` + `slope` ln size_px))).
    """

    model: KindModel
    condition: Condition

    @property
    def kind(self) -> str:
        """The kind of fault."""
        return self.model.kind

    @property
    def offset(self) -> float:
        """The log odds at one pixel."""
        first, _, sharp, noisy = self.model.best.coefficients
        terms = _terms(self.condition)
        return float(first + sharp * terms[0] + noisy * terms[1])

    @property
    def slope(self) -> float:
        """How fast the log odds grow with ln size."""
        return float(self.model.best.coefficients[1])

    @property
    def tried_px(self) -> tuple[float, float]:
        """The smallest and the largest size that was tried."""
        sizes = [attempt.size_px for attempt in self.model.attempts]
        return min(sizes), max(sizes)

    @property
    def trials(self) -> int:
        """How many faults it rests on."""
        return len(self.model.attempts)

    def probability(self, size_px: float) -> float:
        """The probability of finding a fault of this size."""
        return _logistic(self.offset + self.slope * math.log(size_px))

    def sure(self, size_px: float, probability: float = 0.9) -> bool:
        """Whether a fault of this size is found with that probability, sure to 95 %: whether the
        data speak against every curve that is lower there (profile likelihood ratio)."""
        if self.probability(size_px) < probability:
            return False
        model, odds = self.model, math.log(probability / (1 - probability))
        at = np.array([math.log(size_px), *_terms(self.condition)])
        # Curves through this point: the offset, all but free a priori, follows from the others.
        free = fit_logistic(model.design[:, 1:] - at, model.found, _PRIOR_SD[1:], offset=odds)
        return 2 * (model.best.log_likelihood - free.log_likelihood) >= ONE_SIDED_95

    def found_from(self, probability: float = 0.9, *, bounded: bool = False) -> float | None:
        """The least size tried from which on a fault is found with this probability; with
        `bounded` from which on that is sure to 95 %. None where it is at no size tried."""

        def good(size: float) -> bool:
            if bounded:
                return self.sure(size, probability)
            return self.probability(size) >= probability

        low, high = self.tried_px
        sizes = [float(size) for size in np.geomspace(low, high, _GRID)]
        answers = [good(size) for size in sizes]
        if not any(answers):
            return None
        # Few are tried at the very largest, so the data may not be sure there again.
        last = _GRID - 1 - answers[::-1].index(True)
        first = last
        while first > 0 and answers[first - 1]:
            first -= 1
        if first == 0:
            return sizes[0]
        below, above = sizes[first - 1], sizes[first]
        for _ in range(_HALVINGS):
            middle = math.sqrt(below * above)
            below, above = (below, middle) if good(middle) else (middle, above)
        return above


@dataclass(frozen=True, slots=True)
class PodModel:
    """The fits by kind. `observer` says who looked, `false_calls` how often it calls a sound place
    of the same size and shape a fault, `source` what it looked at.

    `observers` are those who look at the pictures alone, by kind; empty for others.
    """

    observer: str
    false_calls: float
    source: str
    kinds: Mapping[str, KindModel]
    observers: Mapping[str, Observer]

    def curves(self, condition: Condition) -> tuple[Curve, ...]:
        """The curves of a bench, by kind. One that is sharper or quieter than every bench tried
        counts as the best of those."""
        tried = [a.condition for model in self.kinds.values() for a in model.attempts]
        held = Condition(
            min(condition.mtf50, max(each.mtf50 for each in tried)),
            max(condition.noise, min(each.noise for each in tried)),
        )
        return tuple(model.curve(held) for _, model in sorted(self.kinds.items()))

    @classmethod
    def parse(cls, text: str) -> "PodModel":
        """The model in TOML text; `MeasurementError` in one sentence where it is none."""
        try:
            form = _of_this_schema(tomllib.loads(text))
            benches = [Condition(float(mtf50), float(noise)) for mtf50, noise in form["benches"]]
            kinds = {entry["kind"]: _kind(entry, benches) for entry in form["kind"]}
            observers = {entry["kind"]: _observer(entry) for entry in form.get("observer_of", ())}
            return cls(
                str(form["observer"]),
                float(form["false_calls"]),
                str(form["source"]),
                kinds,
                observers,
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise MeasurementError(
                f"The model of detection is wrong ({error}): learn it again with "
                "'regrade measure pod'."
            ) from error

    def text(self) -> str:
        """The model as TOML, the same text for the same model."""
        conditions = dict.fromkeys(
            attempt.condition
            for _, model in sorted(self.kinds.items())
            for attempt in model.attempts
        )
        place = {condition: number for number, condition in enumerate(conditions)}
        lines = [
            f"schema = {SCHEMA}",
            f'observer = "{self.observer}"',
            f"false_calls = {self.false_calls:.4f}",
            f'source = "{self.source}"',
            "# MTF50 in cycles per pixel and noise in 255ths, of each bench",
            f"benches = [{', '.join(f'[{c.mtf50!r}, {c.noise!r}]' for c in conditions)}]",
        ]
        for _, observer in sorted(self.observers.items()):
            lines += [
                "",
                "[[observer_of]]",
                f'kind = "{observer.kind}"',
                f"means = {_numbers(observer.means)}",
                f"scales = {_numbers(observer.scales)}",
                f"weights = {_numbers(observer.weights)}",
                f"threshold = {observer.threshold:.6g}",
            ]
        for _, model in sorted(self.kinds.items()):
            lines += [
                "",
                "[[kind]]",
                f'kind = "{model.kind}"',
                f"sizes_px = {_numbers([a.size_px for a in model.attempts])}",
                f"bench = {[place[a.condition] for a in model.attempts]}",
                f"found = {[int(a.found) for a in model.attempts]}",
            ]
        return "\n".join(lines) + "\n"


@cache
def shipped_pod() -> PodModel:
    """The model that comes with the program."""
    return PodModel.parse(SHIPPED.read_text(encoding="utf-8"))


def fit(attempts: Iterable[Attempt]) -> dict[str, KindModel]:
    """Return the fit of each kind that was tried."""
    groups: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(attempt.kind, []).append(attempt)
    return {kind: KindModel.of(kind, group) for kind, group in groups.items()}


def size_in_unit(kind: str, size_px: float, mm_per_px: float) -> float:
    """A size in pixels as the quantity that this kind is sized by: mm, or of an area mm2."""
    size_mm = size_px * mm_per_px
    return size_mm**2 if KINDS[kind].sized_by == "area" else size_mm


def _terms(condition: Condition) -> Floats:
    return np.log([condition.mtf50 / SHARP, condition.noise / QUIET])


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -500.0), 500.0)))


def _kind(entry: Mapping[str, Any], benches: Sequence[Condition]) -> KindModel:
    kind = str(entry["kind"])
    rows = zip(entry["sizes_px"], entry["bench"], entry["found"], strict=True)
    attempts = [
        Attempt(kind, float(size), benches[bench], bool(found)) for size, bench, found in rows
    ]
    if not attempts or KINDS.get(kind) is None:
        raise ValueError(f"{kind} was never tried, or is no kind of fault")
    return KindModel.of(kind, attempts)


def _observer(entry: Mapping[str, Any]) -> Observer:
    means, scales, weights = (
        tuple(float(value) for value in entry[name]) for name in ("means", "scales", "weights")
    )
    return Observer(str(entry["kind"]), means, scales, weights, float(entry["threshold"]))


def _numbers(values: Sequence[float]) -> str:
    return "[" + ", ".join(f"{value:.6g}" for value in values) + "]"


def _of_this_schema(form: dict[str, Any]) -> dict[str, Any]:
    if form["schema"] != SCHEMA:
        raise ValueError(f"schema {form['schema']} is not {SCHEMA}")
    return form
