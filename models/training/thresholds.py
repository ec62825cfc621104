"""Thresholds per class, chosen on pictures that were neither learnt from nor held out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from models.training.reliability import Points, confidence, observed_shares

LOWS = (0.2, 0.3, 0.4, 0.5, 0.65)
"""The thresholds that delimit instances, of which each class takes its best."""

MATCH_IOU = 0.3
_ON_A_FAULT = 0.5
_UNJUDGED = 0.5
"""The confidence from which findings are reported where no clean picture says how many alarm."""
_GRID = tuple(round(0.01 * step, 2) for step in range(4, 97))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An instance that the network proposed, of whatever confidence.

    ``truth`` numbers the true instance of its class that it covers best, -1 if none well enough;
    ``iou`` is with that one. ``true_pixel_share`` is the part of it that lies on any true fault or
    next to one.
    """

    picture: int
    defect: str
    confidence: float
    truth: int
    iou: float
    true_pixel_share: float

    @property
    def right(self) -> bool:
        """Whether a person would agree that there is a fault."""
        return self.truth >= 0 or self.true_pixel_share >= _ON_A_FAULT


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

    @property
    def clean(self) -> frozenset[int]:
        """Pictures without a fault."""
        return self.rendered_clean | self.photographed_clean

    def of(self, defect: str) -> tuple[Candidate, ...]:
        """The candidates of one class."""
        return tuple(each for each in self.candidates if each.defect == defect)


@dataclass(frozen=True, slots=True)
class Caps:
    """The largest shares of clean pictures in which a pack may raise any alarm."""

    rendered: float = 0.12
    photographed: float = 0.10
    recall_kept: float = 0.9
    """The photographs' cap gives way where it would cost more than this share of the findings."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The thresholds of a class, what its scores mean, and what came of it where it was chosen.

    A share of nothing is None.
    """

    low: float
    high: float
    """A confidence, not a raw score."""
    observed: Points
    recall: float | None
    precision: float | None
    rendered_alarms: float | None
    photographed_alarms: float | None
    faults: int


@dataclass(frozen=True, slots=True)
class Inherited:
    """What the pack that a run went on from knew of a class."""

    low: float
    high: float
    observed: Points


def choose(
    sightings: Sequence[Sighting],
    classes: Sequence[str],
    caps: Caps | None = None,
    inherited: Mapping[str, Inherited] = MappingProxyType({}),
) -> dict[str, Choice]:
    """The thresholds of all classes.

    ``low`` of each is where its average precision is best. Its raw scores are then mapped to the
    share of findings that are true; so ``high`` can be one confidence for all classes, the lowest
    at which clean pictures alarm no more often than ``caps`` allow, or half way up to where the
    next true finding would be lost. Without a clean picture that is never lower than what is
    ``inherited``, or than a half. A class without a true fault among the pictures keeps what is
    inherited of it.
    """
    caps = caps or Caps()
    kept = {
        name: known
        for name, known in inherited.items()
        if not any(sighting.faults.get(name) for sighting in sightings)
    }
    best = {
        name: min(sightings, key=lambda sighting: abs(sighting.low - kept[name].low))
        if name in kept
        else max(sightings, key=lambda sighting: _average_precision(sighting, name))
        for name in classes
    }
    own = {name: best[name].of(name) for name in classes}
    points = {
        name: kept[name].observed if name in kept else observed_shares(own[name])
        for name in classes
    }
    sure = [
        (candidate, confidence(points[name], candidate.confidence))
        for name in classes
        for candidate in own[name]
    ]
    high = _high(sure, best[classes[0]], caps)
    if not any(sighting.clean for sighting in sightings):
        high = max(
            [high, *(known.high for known in inherited.values())]
            if inherited
            else [high, _UNJUDGED]
        )
    return {
        name: _choice(
            name, best[name], points[name], high, [s for s in sure if s[0].defect == name]
        )
        for name in classes
    }


Judged = tuple[Candidate, float]
"""A candidate with the confidence that its raw score means."""


def _high(sure: Sequence[Judged], pictures: Sighting, caps: Caps) -> float:
    def alarms(high: float, clean: frozenset[int]) -> float:
        alarmed = {c.picture for c, sureness in sure if sureness >= high}
        return _share(alarmed, clean) or 0.0

    def kept(high: float) -> int:
        return sum(c.truth >= 0 for c, sureness in sure if sureness >= high)

    quiet = [h for h in _GRID if alarms(h, pictures.rendered_clean) <= caps.rendered]
    chosen = quiet[0] if quiet else _GRID[-1]
    least = caps.recall_kept * kept(chosen)
    allowed = [h for h in _GRID if h >= chosen and kept(h) >= least]
    quiet = [h for h in allowed if alarms(h, pictures.photographed_clean) <= caps.photographed]
    lowest = quiet[0] if quiet else allowed[-1]
    # Where few pictures tell the two apart, what they leave open is parted in the middle.
    free = [h for h in _GRID if h >= lowest and kept(h) == kept(lowest) > 0]
    return free[len(free) // 2] if free else lowest


def _choice(
    name: str, pictures: Sighting, points: Points, high: float, sure: Sequence[Judged]
) -> Choice:
    reported = [candidate for candidate, sureness in sure if sureness >= high]
    found = {candidate.truth for candidate in reported if candidate.truth >= 0}
    alarmed = {candidate.picture for candidate in reported}
    faults = pictures.faults.get(name, 0)
    return Choice(
        low=pictures.low,
        # Raw scores, of which nothing is known, are no less than what delimits an instance.
        high=high if points else max(high, pictures.low),
        observed=points,
        recall=len(found) / faults if faults else None,
        precision=sum(c.right for c in reported) / len(reported) if reported else None,
        rendered_alarms=_share(alarmed, pictures.rendered_clean),
        photographed_alarms=_share(alarmed, pictures.photographed_clean),
        faults=faults,
    )


def _share(alarmed: set[int], clean: frozenset[int]) -> float | None:
    return len(alarmed & clean) / len(clean) if clean else None


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
