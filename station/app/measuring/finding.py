"""Which rendered faults are found, by whom, and how well that was foretold."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from calibration.measurands import KINDS
from calibration.observer import Observer, Place, learn_observer
from calibration.pod import Attempt, Condition, PodModel, fit
from calibration.region import Floats, region_of_mask
from calibration.signs import signs
from models.runtime.opencv import cv2
from models.sets import FaultTruth, SetError, read_set
from station.adapters.examiner.examining import Finds
from station.app.measuring.condition import condition_of
from station.app.measuring.outlines import shares
from station.app.measuring.pictured import PicturedPose, Progress, pictured_poses
from station.domain.faults import refuse

FALSE_CALLS = 0.05
PICTURES = "whoever looks at the pictures and knows where"
_SOUND_TRIES = 12
_CLEAR_PX = 9


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """One fault and a sound place of its shape, with their signs; None where pictures do not tell,
    or where there is no such place. `bench` is the number of its set."""

    kind: str
    size_px: float
    bench: int
    fault: Floats | None
    sound: Floats | None


class Finder(Protocol):
    """Says of each fault of a pose whether it is found."""

    def found(self, pose: PicturedPose) -> Sequence[bool]:
        """In the order of `pose.faults`."""
        ...


class ByDetector:
    """Finds a fault where a detector reports one of its kind that shares a quarter of either."""

    def __init__(self, detector: Finds, lights: Sequence[str]) -> None:
        """`lights` name the pose's pictures, the even one first."""
        self._detector = detector
        self._lights = lights

    def found(self, pose: PicturedPose) -> Sequence[bool]:
        pictures = dict(zip(self._lights, pose.views.pictures, strict=False))
        detections = self._detector.detect_pose(pictures, None)
        return [any(shares(pose, f, d) for d in detections) for f in pose.faults]


def learn_pod(sets: Sequence[Path], progress: Progress) -> PodModel:
    """The probability of detection that the pictures of the sets allow. StationError for bad sets.

    An observer who knows where to look and must tell the fault from the goods' own pattern: sound
    places of the same item, of the same shape, are what he calls a fault `FALSE_CALLS` of the
    time. Whether he finds a fault is told by one who learnt from other benches.
    """
    looked = list(_looked(sets, progress))
    conditions = _conditions(sets)
    observers: dict[str, Observer] = {}
    attempts: list[Attempt] = []
    for kind in sorted({each.kind for each in looked}):
        mine = [each for each in looked if each.kind == kind]
        told = [each for each in mine if each.fault is not None]
        places = [Place(each.fault, True, each.bench) for each in told if each.fault is not None]
        places += [Place(each.sound, False, each.bench) for each in mine if each.sound is not None]
        learnt = learn_observer(kind, places, FALSE_CALLS)
        if learnt is None:
            continue
        observers[kind], called = learnt
        hits = iter(called[: len(told)])
        for each in mine:
            found = each.fault is not None and bool(next(hits))
            attempts.append(Attempt(kind, each.size_px, conditions[each.bench], found))
    if not observers:
        raise refuse(
            f"{len(looked)} faults are too few to learn from: render more sets with 'regrade "
            "models render --generator fast' and name them all"
        )
    source = f"{len(sets)} rendered sets, {len(looked)} faults"
    return PodModel(PICTURES, FALSE_CALLS, source, fit(attempts), observers)


def learn_pod_of(
    finder: Finder, observer: str, sets: Sequence[Path], progress: Progress
) -> PodModel:
    """The probability of detection by a finder. StationError for bad sets."""
    found = list(attempts(finder, sets, progress))
    source = f"{len(sets)} rendered sets, {len(found)} faults"
    return PodModel(observer, 0.0, source, fit(found), {})


def attempts_on_pictures(
    model: PodModel, sets: Sequence[Path], progress: Progress
) -> tuple[list[Attempt], tuple["Foretold", ...]]:
    """Each fault of the sets and whether the model's observers find it; and how many of the sound
    places of the same shapes they call a fault, by kind. StationError for bad sets."""
    conditions = _conditions(sets)
    tried: list[Attempt] = []
    called: defaultdict[str, list[bool]] = defaultdict(list)
    for each in _looked(sets, progress):
        observer = model.observers.get(each.kind)
        if observer is None:
            continue
        condition = conditions[each.bench]
        tried.append(Attempt(each.kind, each.size_px, condition, observer.calls(each.fault)))
        if each.sound is not None:
            called[each.kind].append(observer.calls(each.sound))
    false = tuple(
        Foretold(kind, "sound places", float(np.mean(calls)), model.false_calls, len(calls))
        for kind, calls in sorted(called.items())
    )
    return tried, false


def attempts(finder: Finder, sets: Sequence[Path], progress: Progress) -> Iterator[Attempt]:
    """Each fault of the sets and whether it was found."""
    conditions = _conditions(sets)
    for pose in pictured_poses(sets, progress):
        for fault, found in zip(pose.faults, finder.found(pose), strict=True):
            size = _size_px(pose, fault)
            if size:
                yield Attempt(fault.defect, size, conditions[pose.part], found)


@dataclass(frozen=True, slots=True)
class Foretold:
    """How often faults were found and how often that was foretold, in one group of them."""

    kind: str
    group: str
    found: float
    foretold: float
    n: int


def foretold(model: PodModel, tried: Sequence[Attempt]) -> tuple[Foretold, ...]:
    """Found against foretold: each kind by itself, its thirds of size, and each sharpness."""
    groups: defaultdict[tuple[str, str], list[tuple[bool, float]]] = defaultdict(list)
    for kind in sorted(model.kinds):
        mine = [attempt for attempt in tried if attempt.kind == kind]
        if not mine:
            continue
        bounds = np.quantile([a.size_px for a in mine], [1 / 3, 2 / 3])
        for attempt in mine:
            curve = model.kinds[kind].curve(attempt.condition)
            pair = (attempt.found, curve.probability(attempt.size_px))
            third = ("small", "middle", "large")[int(np.searchsorted(bounds, attempt.size_px))]
            blurred = "soft" if attempt.condition.mtf50 < 0.13 else "sharp"
            for group in ("all", third, blurred):
                groups[kind, group].append(pair)
    return tuple(
        Foretold(
            kind,
            group,
            float(np.mean([found for found, _ in pairs])),
            float(np.mean([chance for _, chance in pairs])),
            len(pairs),
        )
        for (kind, group), pairs in sorted(groups.items())
    )


def _looked(sets: Sequence[Path], progress: Progress) -> Iterator[Looked]:
    for pose in pictured_poses(sets, progress):
        reach = np.ones((_CLEAR_PX, _CLEAR_PX), np.uint8)
        busy = np.asarray(cv2.dilate((pose.mask > 0).astype(np.uint8), reach), np.uint8)
        for fault in pose.faults:
            size = _size_px(pose, fault)
            if not size:
                continue
            place = _sound_place(pose, fault, busy)
            sound = None
            if place is not None:
                sound = signs(region_of_mask(place, (0, 0)), pose.views)
            yield Looked(fault.defect, size, pose.part, _signs(pose, fault), sound)


def _signs(pose: PicturedPose, fault: FaultTruth) -> Floats | None:
    return signs(region_of_mask(pose.mask == fault.instance, (0, 0)), pose.views)


def _sound_place(
    pose: PicturedPose, fault: FaultTruth, busy: NDArray[np.uint8]
) -> NDArray[np.uint8] | None:
    """The fault's shape laid on the item where nothing is wrong; None if it finds no room.

    It is turned and laid anywhere, but of a seal moved along it: the seal that holds is what an
    open one must be told from.
    """
    rng = pose.random(3, fault.instance)
    within = pose.views.within
    if within is None:
        return None
    rows, columns = np.nonzero(pose.mask == fault.instance)
    open_rows, open_columns = np.nonzero(within)
    height, width = within.shape
    x, y = columns - columns.mean(), rows - rows.mean()
    along = _long_axis(x, y)
    for number in range(_SOUND_TRIES):
        if fault.defect == "broken_seal":
            way = 1 if number % 2 else -1
            shift = way * (1.0 + 0.1 * (number // 2)) * along
            turn, left, top = 0.0, columns.mean() + shift[0], rows.mean() + shift[1]
        else:
            spot = int(rng.integers(len(open_rows)))
            turn, left, top = rng.uniform(0, 2 * np.pi), open_columns[spot], open_rows[spot]
        new_y = np.rint(top + y * np.cos(turn) - x * np.sin(turn)).astype(int)
        new_x = np.rint(left + x * np.cos(turn) + y * np.sin(turn)).astype(int)
        if new_y.min() < 0 or new_x.min() < 0 or new_y.max() >= height or new_x.max() >= width:
            continue
        if busy[new_y, new_x].any() or not within[new_y, new_x].all():
            continue
        place = np.zeros(within.shape, np.uint8)
        place[new_y, new_x] = 1
        closed = cv2.morphologyEx(place, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        return np.asarray(closed, np.uint8)
    return None


def _long_axis(x: Floats, y: Floats) -> Floats:
    """The way along a shape, as long as the shape is with what must stay clear of it."""
    points = np.column_stack([x, y])
    _, _, axes = np.linalg.svd(points, full_matrices=False)
    along = points @ axes[0]
    return np.asarray(axes[0] * (along.max() - along.min() + _CLEAR_PX))


def _size_px(pose: PicturedPose, fault: FaultTruth) -> float | None:
    """The size by which a kind is found, in pixels at the item's height."""
    quantity = KINDS[fault.defect].sized_by
    value = fault.value(quantity)
    if not value:
        return None
    length = math.sqrt(value) if quantity == "area" else value
    return length / pose.calibration.mm_per_px(pose.face_mm)


def _conditions(sets: Sequence[Path]) -> list[Condition]:
    try:
        return [condition_of(read_set(path)) for path in sets]
    except SetError as error:
        raise refuse(str(error)) from error
