"""Looking at validation pictures with a draft of the pack, through the bench's own runtime."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.labels.labelled import LabelledPicture, LabelledSet
from models.runtime.detection import Detection
from models.runtime.detector import Detector, Runs
from models.runtime.region import Region
from models.sets import PoseTruth, read_set
from models.training.labelled import label_map, part_of_labelled
from models.training.partition import RETURN_SHARES, Part, part_of
from models.training.photographs import Photograph, read_photograph, read_picture
from models.training.thresholds import MATCH_IOU, Candidate, Sighting

_NEAR = np.ones((5, 5), np.uint8)
"""A pixel is on a fault where one is within two pixels: outlines are not truer than that."""


@dataclass(frozen=True, slots=True)
class ValidationPose:
    """One rendered pose of the validation part."""

    directory: Path
    truth: PoseTruth
    mask: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ValidationSets:
    """Sets that are learnt from but for their validation part, and sets for validation alone."""

    learnt: tuple[Path, ...]
    whole: tuple[Path, ...] = ()
    labelled: tuple[LabelledSet, ...] = ()


def validation_poses(sets: ValidationSets) -> Iterator[ValidationPose]:
    """The poses that training does not learn from, those of whole sets first."""
    for path in (*sets.whole, *sets.learnt):
        rendered = read_set(path)
        for return_id in rendered.returns:
            part = part_of(f"{rendered.seed}/{return_id}", RETURN_SHARES)
            if path in sets.whole or part is Part.VALIDATION:
                for pose in rendered.read_return(return_id).poses:
                    mask = rendered.read_mask(return_id, pose)
                    yield ValidationPose(rendered.directory(return_id), pose, mask)


class Remembering:
    """A session that does not run the same input again while one picture is looked at.

    Detectors of the same model that differ in thresholds alone share it.
    """

    def __init__(self, session: Runs) -> None:
        self._session = session
        self._known: dict[bytes, list[NDArray[np.float32]]] = {}

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The model's outputs."""
        digest = hashlib.blake2b(batch.tobytes()).digest()
        if digest not in self._known:
            self._known[digest] = self._session.run(batch)
        return self._known[digest]

    def forget(self) -> None:
        """Begin with another picture."""
        self._known.clear()


def sight(
    detectors: Mapping[float, Detector],
    sets: ValidationSets,
    photographs: Sequence[Photograph],
    between: Callable[[], None] = lambda: None,
) -> list[Sighting]:
    """Every candidate of detectors whose instances are delimited by the ``low`` that names them.

    Looks at the validation poses and pictures of ``sets``, and at ``photographs``, which are
    clean; calls ``between`` after each.
    """
    seen = {low: _Seen() for low in detectors}
    for pose in validation_poses(sets):
        pictures = {
            shot.light: read_picture(pose.directory / shot.file) for shot in pose.truth.shots
        }
        kinds = {fault.instance: fault.defect for fault in pose.truth.faults}
        region = Region(pose.truth.outline)
        for low, detector in detectors.items():
            seen[low].judge(detector.pose_candidates(pictures, region), pose.mask, kinds)
        between()
    for picture, looked_for in _labelled_pictures(sets):
        pixels = read_picture(picture.path)
        mask = np.zeros(pixels.shape[:2], np.uint8)
        for number, (_, inside) in enumerate(label_map(picture.faults, pixels.shape[:2]), 1):
            mask[inside > 0] = number
        kinds = {number: fault.defect for number, fault in enumerate(picture.faults, 1)}
        for low, detector in detectors.items():
            found = [one for one in detector.candidates(pixels) if one.defect in looked_for]
            seen[low].judge(found, mask, kinds)
        between()
    for photograph in photographs:
        pixels = read_photograph(photograph)
        for low, detector in detectors.items():
            seen[low].alarm(detector.candidates(pixels))
        between()
    return [seen[low].sighting(low) for low in detectors]


def _labelled_pictures(sets: ValidationSets) -> Iterator[tuple[LabelledPicture, frozenset[str]]]:
    """The pictures in which nothing is left unlabelled that training does not learn from."""
    for labelled in sets.labelled:
        for picture in labelled.pictures:
            if picture.complete and part_of_labelled(picture) is Part.VALIDATION:
                yield picture, labelled.classes


@dataclass
class _Seen:
    """What was found so far; pictures and true instances are numbered through."""

    candidates: list[Candidate] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    clean: list[int] = field(default_factory=list)
    photographs: list[int] = field(default_factory=list)
    pictures: int = 0
    instances: int = 0

    def judge(
        self, found: Sequence[Detection], mask: NDArray[np.uint8], kinds: Mapping[int, str]
    ) -> None:
        """Take up the candidates of a picture whose ``mask`` shows instances of ``kinds``."""
        self.faults.update(kinds.values())
        if not kinds:
            self.clean.append(self.pictures)
        for one in found:
            self.candidates.append(_judged(one, mask, kinds, self.pictures, self.instances))
        self.instances += len(kinds)
        self.pictures += 1

    def alarm(self, found: Sequence[Detection]) -> None:
        """Take up the candidates of a clean photograph."""
        self.photographs.append(self.pictures)
        self.candidates.extend(
            Candidate(self.pictures, one.defect, one.confidence, -1, 0.0, 0.0) for one in found
        )
        self.pictures += 1

    def sighting(self, low: float) -> Sighting:
        """All of it."""
        return Sighting(
            low=low,
            candidates=tuple(self.candidates),
            faults=dict(self.faults),
            rendered_clean=frozenset(self.clean),
            photographed_clean=frozenset(self.photographs),
        )


def _judged(
    found: Detection,
    mask: NDArray[np.uint8],
    kinds: Mapping[int, str],
    picture: int,
    numbered: int,
) -> Candidate:
    x, y, width, height = found.box
    own = found.mask > 0
    part = slice(y, y + height), slice(x, x + width)
    best, best_iou = -1, 0.0
    near = np.zeros_like(own)
    for place, (instance, kind) in enumerate(kinds.items()):
        true = (mask == instance).view(np.uint8)
        close = cv2.dilate(true, _NEAR)[part] > 0
        near |= close
        if kind != found.defect:
            continue
        shared = int((own & (true[part] > 0)).sum())
        size = int(true.sum())
        iou = shared / max(1, int(own.sum()) + size - shared)
        # Of a hair line outlines a pixel too wide overlap by less than half, and yet it was found.
        covered = 2 * shared >= size and 2 * int((own & close).sum()) >= int(own.sum())
        if shared and max(iou, MATCH_IOU if covered else 0.0) > best_iou:
            best, best_iou = numbered + place, max(iou, MATCH_IOU if covered else 0.0)
    return Candidate(
        picture=picture,
        defect=found.defect,
        confidence=found.confidence,
        truth=best if best_iou >= MATCH_IOU else -1,
        iou=best_iou,
        true_pixel_share=float((own & near).sum() / max(1, own.sum())),
    )
