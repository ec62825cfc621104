"""Thresholds per class, chosen on pictures that were neither learnt from nor held out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

LOWS = (0.35, 0.5, 0.65, 0.8)
"""The thresholds that delimit instances, of which each class takes its best."""

MATCH_IOU = 0.3
_DEFAULT_HIGH = 0.5
_GRID = tuple(round(0.01 * step, 2) for step in range(35, 97))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An instance that the network proposed, of whatever confidence.

    ``truth`` numbers the true instance of its class that it covers best, -1 if none well enough;
    ``iou`` is with that one. ``true_pixel_share`` is the part of it that lies on any true fault.
    """

    picture: int
    defect: str
    confidence: float
    truth: int
    iou: float
    true_pixel_share: float


@dataclass(frozen=True, slots=True)
class Sighting:
    """All candidates at one ``low`` over the validation pictures, and the faults there are."""

    low: float
    candidates: tuple[Candidate, ...]
    faults: Mapping[str, int]
    """True instances by class; they are numbered through all pictures."""
    rendered_clean: frozenset[int]
    """Pictures of rendered faces without a fault."""
    photographed_clean: frozenset[int]


@dataclass(frozen=True, slots=True)
class Caps:
    """The largest shares of clean pictures in which one class may raise an alarm."""

    rendered: float = 0.04
    photographed: float = 0.04
    recall_kept: float = 0.9
    """The photographs' cap gives way where it would cost more than this share of the recall."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The thresholds of a class and what they gave on the validation pictures."""

    low: float
    high: float
    recall: float
    precision: float
    rendered_alarms: float
    photographed_alarms: float
    faults: int


def choose(sightings: Sequence[Sighting], defect: str, caps: Caps | None = None) -> Choice:
    """The thresholds of ``defect``.

    ``low`` is where the average precision is best. ``high`` maximises F1, and is then raised until
    clean pictures alarm no more often than ``caps`` allow.
    """
    caps = caps or Caps()
    best = max(sightings, key=lambda sighting: _average_precision(sighting, defect))
    courses = [_at(best, defect, high) for high in _GRID if high >= best.low]
    if not best.faults.get(defect):
        return next(course for course in courses if course.high >= _DEFAULT_HIGH)
    chosen = max(courses, key=_f1)
    tighter = [course for course in courses if course.high >= chosen.high]
    chosen = next((c for c in tighter if c.rendered_alarms <= caps.rendered), tighter[-1])
    least = caps.recall_kept * chosen.recall
    allowed = [c for c in tighter if c.high >= chosen.high and c.recall >= least]
    return next((c for c in allowed if c.photographed_alarms <= caps.photographed), allowed[-1])


def _at(sighting: Sighting, defect: str, high: float) -> Choice:
    reported = [
        candidate
        for candidate in sighting.candidates
        if candidate.defect == defect and candidate.confidence >= high
    ]
    found = {candidate.truth for candidate in reported if candidate.truth >= 0}
    right = sum(candidate.truth >= 0 or candidate.true_pixel_share >= 0.5 for candidate in reported)
    alarmed = {candidate.picture for candidate in reported}
    faults = sighting.faults.get(defect, 0)
    return Choice(
        low=sighting.low,
        high=high,
        recall=len(found) / faults if faults else 0.0,
        precision=right / len(reported) if reported else 1.0,
        rendered_alarms=_share(alarmed, sighting.rendered_clean),
        photographed_alarms=_share(alarmed, sighting.photographed_clean),
        faults=faults,
    )


def _f1(choice: Choice) -> float:
    total = choice.precision + choice.recall
    return 2 * choice.precision * choice.recall / total if total else 0.0


def _share(alarmed: set[int], clean: frozenset[int]) -> float:
    return len(alarmed & clean) / len(clean) if clean else 0.0


def _average_precision(sighting: Sighting, defect: str) -> float:
    """Area under precision over recall, a true fault counting once at its surest candidate."""
    ranked = sorted(
        (candidate for candidate in sighting.candidates if candidate.defect == defect),
        key=lambda candidate: -candidate.confidence,
    )
    faults = sighting.faults.get(defect, 0)
    if not ranked or not faults:
        return 0.0
    seen: set[int] = set()
    hits = np.zeros(len(ranked))
    for place, candidate in enumerate(ranked):
        if candidate.truth >= 0 and candidate.iou >= 0.5 and candidate.truth not in seen:
            seen.add(candidate.truth)
            hits[place] = 1
    precision = np.cumsum(hits) / np.arange(1, len(ranked) + 1)
    return float((precision * hits).sum() / faults)
