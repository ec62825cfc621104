"""How well a pack finds on rendered sets.

A pose is judged as the bench sees it: the item is found against the empty bench in the pose's
first shot, its shots are searched there, and what several lights show of one fault counts once.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.details import Details, look_closely
from models.matching import Matches, match
from models.mistakes import tally, write_mistakes
from models.precision import ClassCases, figure, ranking, resamples
from models.runtime.detection import Detection
from models.runtime.detector import Detector
from models.runtime.item import item_region
from models.runtime.manifest import Manifest
from models.runtime.metrics import ClassFigures, Figure, Metrics, OverallFigures, Reliability
from models.runtime.pack import Pack
from models.runtime.pictures import read_named_picture
from models.sets import PoseTruth, RenderedSet, SetError, read_set

Progress = Callable[[int, int], None]
"""Called with the number of returns done and of all returns."""

_RESAMPLES = 1000
_BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class _Pose:
    """One judged pose: the number of its return, its classes' matches, its score, its truth."""

    owner: int
    matches: dict[str, Matches]
    score: float
    faulty: bool
    details: Details


def evaluate(
    pack: Pack,
    rendered: Sequence[Path],
    *,
    progress: Progress | None = None,
    threads: int = 2,
    bootstrap: int = _RESAMPLES,
    mistakes: Path | None = None,
    lights: Collection[str] = (),
) -> Metrics:
    """The figures of `pack` on the sets in the directories `rendered`, taken together.

    Per class: mask AP at IoU 0.5, its mean over IoU 0.5 to 0.95, and the share of instances found
    at IoU 0.5 by what the pack would report. Over all: the mean AP50 of the classes that occur,
    and the AUROC of poses with and without faults by their surest candidate. The grading figures
    stay unknown: they need a policy, and whoever has one fills them in. Intervals are by bootstrap
    over returns, so a figure that no return contradicts has an interval of no width. The worst
    mistakes are written into the directory `mistakes`, where one is given. With `lights` only
    the shots under these are shown.

    Raises PackError, SetError, PictureError or InferenceError, each one sentence.
    """
    indexes = [read_set(path) for path in rendered]
    everything = [(index, name) for index in indexes for name in index.returns]
    if not everything:
        raise SetError(f"{rendered[0]} holds no return: render some first.")
    twice = Counter((index.generator, index.seed, name) for index, name in everything)
    if max(twice.values()) > 1:
        raise SetError("A return would count twice: name each set once.")
    shown = {
        shot.light
        for index in indexes
        for name in index.returns[:1]
        for pose in index.read_return(name).poses
        for shot in pose.shots
    }
    if unknown := set(lights) - shown:
        raise SetError(
            f"No picture was taken under {min(unknown)}: the lamps are {', '.join(sorted(shown))}."
        )
    detector = Detector(pack, threads)
    poses: list[_Pose] = []
    for number, (index, name) in enumerate(everything):
        for whole in index.read_return(name).poses:
            pose = lit_only(whole, lights)
            found = _candidates(detector, index, name, pose)
            poses.append(_judged(number, found, index, name, pose, pack.manifest))
        if progress is not None:
            progress(number + 1, len(everything))
    if mistakes is not None:
        write_mistakes(mistakes, [each for pose in poses for each in pose.details.mistakes])
    title = ", ".join(index.path.resolve().name for index in indexes)
    return _metrics(pack, title, len(everything), poses, bootstrap)


def lit_only(pose: PoseTruth, lights: Collection[str]) -> PoseTruth:
    """The pose with only the shots under `lights`, or all of them where none is named."""
    if not lights:
        return pose
    return replace(pose, shots=tuple(shot for shot in pose.shots if shot.light in lights))


def _candidates(
    detector: Detector, index: RenderedSet, name: str, pose: PoseTruth
) -> list[Detection]:
    """What the detector proposes in all shots of a pose, each fault once."""
    directory = index.directory(name)
    pictures = {shot.light: read_named_picture(directory / shot.file) for shot in pose.shots}
    if not pictures:
        return []
    first = pose.shots[0].light
    empty = read_named_picture(index.path / f"empty-{first}.jpg")
    if empty.shape != pictures[first].shape:
        raise SetError(f"{index.path}: the empty bench is of another size: render this set again.")
    region = item_region(pictures[first], empty)
    if region is None:
        return []
    return list(detector.pose_candidates(pictures, region))


def _judged(
    owner: int,
    found: Sequence[Detection],
    index: RenderedSet,
    name: str,
    pose: PoseTruth,
    manifest: Manifest,
) -> _Pose:
    mask = index.read_mask(name, pose)
    classes = manifest.classes
    matches = {
        each: match(
            [detection for detection in found if detection.defect == each],
            mask,
            [fault.instance for fault in pose.faults if fault.defect == each],
        )
        for each in classes
    }
    score = max((detection.confidence for detection in found), default=0.0)
    highs = {each: threshold.high for each, threshold in manifest.decode.thresholds.items()}
    details = look_closely(found, index.directory(name), pose, mask, highs)
    return _Pose(owner, matches, score, bool(pose.faults), details)


def _metrics(
    pack: Pack, title: str, returns: int, poses: Sequence[_Pose], bootstrap: int
) -> Metrics:
    weights = resamples(returns, bootstrap)
    thresholds = pack.manifest.decode.thresholds
    cases = {
        name: ClassCases.of(((pose.owner, pose.matches[name]) for pose in poses), returns)
        for name in pack.manifest.classes
    }
    precisions = {
        name: np.array([case.average_precision(row) for row in weights])
        for name, case in cases.items()
    }
    owners = np.array([pose.owner for pose in poses], np.int64)
    scores, faulty = [pose.score for pose in poses], [pose.faulty for pose in poses]
    means = _means([precisions[name][:, 0] for name in cases])
    everything = sum(int(case.true.sum()) for case in cases.values())
    claims = np.array([claim for pose in poses for claim in pose.details.claims]).reshape(-1, 2)
    return Metrics(
        set=title,
        classes={
            name: _class_figures(
                case,
                precisions[name],
                thresholds[name].high,
                weights,
                [edge for pose in poses for kind, edge in pose.details.edges if kind == name],
                [seen for pose in poses for kind, seen in pose.details.noticed if kind == name],
            )
            for name, case in cases.items()
        },
        overall=OverallFigures(
            mask_map50=figure(means, everything),
            auroc=figure([ranking(scores, faulty, row[owners]) for row in weights], len(poses)),
            calibration_error=_calibration_error(claims),
        ),
        reliability=_reliability(claims),
        confusion=tally(pair for pose in poses for pair in pose.details.lying),
    )


def _class_figures(
    case: ClassCases,
    precisions: NDArray[np.float64],
    high: float,
    weights: NDArray[np.float64],
    edges: Sequence[float],
    noticed: Sequence[float],
) -> ClassFigures:
    n = int(case.true.sum())
    return ClassFigures(
        ap50=figure(precisions[:, 0], n),
        ap50_95=figure(precisions.mean(axis=1), n),
        recall=figure([case.recall(row, high) for row in weights], n),
        n=n,
        noticed=_mean(noticed),
        boundary_px=_mean(edges),
    )


def _mean(values: Sequence[float]) -> Figure:
    """A mean with its interval by bootstrap over the values."""
    if not values:
        return Figure()
    table = np.asarray(values)
    drawn = resamples(len(table), _RESAMPLES) @ table / len(table)
    return figure(drawn, len(table))


def _calibration_error(claims: NDArray[np.float64]) -> Figure:
    bins = _reliability(claims)
    if not bins:
        return Figure()
    gaps = sum(abs(each.confidence - each.true) * each.n for each in bins)
    return Figure(value=gaps / len(claims), n=len(claims))


def _reliability(claims: NDArray[np.float64]) -> list[Reliability]:
    """Tenths of confidence that hold findings; `claims` [n, 2] are confidences and 1 where true."""
    places = np.minimum((claims[:, 0] * _BINS).astype(int), _BINS - 1)
    return [
        Reliability(
            low=place / _BINS,
            high=(place + 1) / _BINS,
            confidence=float(claims[places == place, 0].mean()),
            true=float(claims[places == place, 1].mean()),
            n=int((places == place).sum()),
        )
        for place in range(_BINS)
        if (places == place).any()
    ]


def _means(columns: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The mean over classes, of those that occur in each resample; NaN where none does."""
    table = np.array(columns)
    occurring = np.isfinite(table).sum(axis=0)
    sums = np.nansum(table, axis=0)
    means: NDArray[np.float64] = np.divide(
        sums, occurring, out=np.full_like(sums, np.nan), where=occurring > 0
    )
    return means
