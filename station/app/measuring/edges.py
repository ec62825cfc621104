"""How far outlines are off, learnt from rendered faults; and whether the stated U holds."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from calibration.edges import EdgeTable
from calibration.learning import Sample, learn, learn_pooled
from calibration.measure import Measurement, measure, read
from calibration.plane import Height, plane_of
from calibration.record import Calibration
from calibration.region import region_of_mask
from station.app.measuring.outlines import PROPOSALS, Outline, Outliner
from station.app.measuring.pictured import PicturedPose, Progress, pictured_poses
from station.domain.faults import refuse

TALLEST_MM = 300.0
CATALOGUE_U_MM = 2.0


def learn_edges(sets: Sequence[Path], outliner: Outliner, progress: Progress) -> EdgeTable:
    """The table of edges that the faults of the sets show. StationError for a bad set, and where
    no fault of them is outlined."""
    poses = pictured_poses(sets, progress)
    samples = [sample for pose in poses for sample in _samples(pose, outliner)]
    faults = len({(s.kind, s.quantity, s.true) for s in samples if s.quantity == "area"})
    if not samples:
        raise refuse(f"{outliner.name}: none of a fault of these sets; render more of them")
    source = f"{len(sets)} rendered sets, {faults} faults, {outliner.name}"
    return (learn_pooled if outliner.one_pack else learn)(samples, source)


def _samples(pose: PicturedPose, outliner: Outliner) -> Iterator[Sample]:
    plane = plane_of(pose.calibration, Height(pose.face_mm, 0.0, "catalogue"))
    for outline in outliner.outlines(pose, 1, PROPOSALS):
        defect = outline.fault.defect
        truth = {each.quantity: each.value for each in outline.fault.truth}
        region = region_of_mask(outline.mask, outline.offset)
        for refining in (True, False):
            readings, contrast = read(defect, region, plane, outline.views, refining=refining)
            for each in readings:
                if each.quantity in truth:
                    true = truth[each.quantity]
                    yield Sample(defect, each.quantity, each.size_px, contrast, each.value, true)


@dataclass(frozen=True, slots=True)
class Trial:
    """One measurement of a fault whose true size is known, both in the measurement's unit."""

    defect: str
    measurement: Measurement
    true: float
    height_mm: float

    @property
    def covered(self) -> bool:
        """Whether the truth lies within the stated U."""
        return abs(self.measurement.value - self.true) <= self.measurement.U


def trials(
    sets: Sequence[Path], edges: EdgeTable, outliner: Outliner, progress: Progress
) -> Iterator[Trial]:
    """Each fault of the sets that is outlined measured once, on items up to `TALLEST_MM` tall.

    A bench is drawn for each: its record is wrong by what it says of itself, and so is the
    catalogue. Any picture of a face at the distance D is that of another bench's face at h below
    a camera Z above it, everything on it (Z - h) / D times as large; so faces of every height are
    had without rendering them.
    """
    for pose in pictured_poses(sets, progress):
        for outline in outliner.outlines(pose, 2, 1):
            yield from _measured(pose, outline, edges)


def _measured(pose: PicturedPose, outline: Outline, edges: EdgeTable) -> Iterator[Trial]:
    fault = outline.fault
    rng = pose.random(4, fault.instance)
    camera_mm = pose.calibration.distance_mm(0.0)
    top_mm = float(rng.uniform(0, TALLEST_MM))
    height = Height.of_item(top_mm, CATALOGUE_U_MM, rounded=pose.rounded)
    lowest = top_mm / 2 if pose.rounded else top_mm
    face_mm = float(rng.uniform(lowest, top_mm) + rng.normal(0, CATALOGUE_U_MM / 2))
    larger = (camera_mm - face_mm) / (camera_mm - pose.face_mm)
    record = _misjudged(pose.calibration, rng)
    truth = {each.quantity: each.value for each in fault.truth}
    power = {"area": 2, "delta_e00": 0}
    measured = measure(
        fault.defect,
        (),
        record,
        height,
        mask=outline.mask,
        offset=outline.offset,
        views=outline.views,
        edges=edges,
    )
    for each in measured:
        if each.quantity in truth:
            true = truth[each.quantity] * larger ** power.get(each.quantity, 1)
            yield Trial(fault.defect, each, true, face_mm)


def _misjudged(calibration: Calibration, rng: np.random.Generator) -> Calibration:
    """The record of a bench whose scale is wrong by what the record says of it."""
    _, bench = calibration.optics
    scale = float(rng.normal(1, bench.U_relative / 2))
    return replace(calibration, plane=replace(bench, distance_mm=bench.distance_mm * scale))


@dataclass(frozen=True, slots=True)
class Covered:
    """How often U held the truth in one group of trials, and how large U was of the value."""

    by: str
    name: str
    covered: float
    n: int
    median_relative: float


def coverage(found: Sequence[Trial]) -> tuple[Covered, ...]:
    """How often U held the truth: over all (first), by quantity, by kind, by both, by height."""
    groups: defaultdict[tuple[str, str], list[Trial]] = defaultdict(list)
    for trial in found:
        quantity = trial.measurement.quantity
        low = min(max(int(trial.height_mm // 100), 0), 2) * 100
        for key in (
            ("all", "all"),
            ("quantity", quantity),
            ("defect", trial.defect),
            ("defect and quantity", f"{trial.defect} {quantity}"),
            ("height_mm", f"{low}-{low + 100}"),
        ):
            groups[key].append(trial)
    return tuple(_share(by, name, part) for (by, name), part in sorted(groups.items()))


def _share(by: str, name: str, found: Sequence[Trial]) -> Covered:
    covered = sum(trial.covered for trial in found)
    relative = [t.measurement.U / t.measurement.value for t in found if t.measurement.value > 0]
    median = float(np.median(relative)) if relative else 0.0
    return Covered(by, name, round(covered / len(found), 4), len(found), round(median, 4))
