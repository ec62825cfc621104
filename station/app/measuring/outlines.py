"""The outlines that measuring starts from: drawn after a detector's usual errors, or its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from calibration.proposals import proposed
from calibration.views import Views
from models.runtime.detection import Detection
from models.sets import FaultTruth
from station.adapters.examiner.examining import Finds
from station.app.measuring.pictured import PicturedPose

PROPOSALS = 2
"""Outlines drawn for each fault, each under its own choice of lamps."""
_SHARED = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A proposed outline of a fault: its mask, the frame pixel (x, y) of its [0, 0], and the views
    that it is refined on."""

    fault: FaultTruth
    mask: NDArray[np.uint8]
    offset: tuple[int, int]
    views: Views


class Outliner(Protocol):
    """Proposes outlines of the faults of a pose."""

    @property
    def name(self) -> str:
        """Who that is, for the table that is learnt from it."""
        ...

    @property
    def one_pack(self) -> bool:
        """Whether these are one pack's own, which seldom finds some kinds."""
        ...

    def outlines(self, pose: PicturedPose, stream: int, count: int) -> Iterator[Outline]:
        """Up to `count` outlines of each fault; `stream` parts the random numbers of callers."""
        ...


class Drawn:
    """Outlines made from the true ones, as `calibration.proposals` says."""

    name = "drawn outlines"
    one_pack = False

    def outlines(self, pose: PicturedPose, stream: int, count: int) -> Iterator[Outline]:
        """`count` of each fault."""
        for fault in pose.faults:
            for number in range(count):
                rng = pose.random(stream, fault.instance, number)
                views = pose.seen_by(rng)
                truth = pose.mask == fault.instance
                yield Outline(fault, *proposed(truth, fault.defect, rng), views)


class Detected:
    """The outlines of a detector, where it finds the fault as what it is."""

    one_pack = True

    def __init__(self, detector: Finds, lights: Sequence[str], name: str) -> None:
        """`lights` name the pose's pictures, the even one first."""
        self._detector = detector
        self._lights = lights
        self.name = f"outlines of {name}"

    def outlines(self, pose: PicturedPose, stream: int, count: int) -> Iterator[Outline]:
        """One of each fault that is found, under all lamps: a detector repeats itself."""
        del stream, count
        pictures = dict(zip(self._lights, pose.views.pictures, strict=False))
        detections = self._detector.detect_pose(pictures, None)
        for fault in pose.faults:
            for detection in detections:
                if shares(pose, fault, detection):
                    x, y = detection.box[:2]
                    yield Outline(fault, detection.mask, (x, y), pose.views)
                    break


def shares(pose: PicturedPose, fault: FaultTruth, detection: Detection) -> bool:
    """Whether a detection is of this fault: of its kind, and sharing a quarter of the smaller."""
    if detection.defect != fault.defect:
        return False
    x, y, width, height = detection.box
    true = pose.mask == fault.instance
    shared = np.count_nonzero(true[y : y + height, x : x + width] & (detection.mask > 0))
    smaller = min(np.count_nonzero(true), np.count_nonzero(detection.mask))
    return bool(shared >= _SHARED * smaller)
