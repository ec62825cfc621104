"""Looking at validation pictures with a draft of the pack, through the bench's own runtime."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.detection import Detection
from models.runtime.detector import Detector
from models.runtime.region import Region
from models.sets import PoseTruth, read_set
from models.training.partition import RETURN_SHARES, Part, part_of
from models.training.photographs import Photograph, read_photograph, read_picture
from models.training.thresholds import MATCH_IOU, Candidate, Sighting


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


def sight(
    detector: Detector, low: float, sets: ValidationSets, photographs: Sequence[Photograph]
) -> Sighting:
    """Every candidate of ``detector``, whose instances ``low`` delimits.

    Looks at the validation poses of ``sets``, and at ``photographs``, which are clean.
    """
    candidates: list[Candidate] = []
    faults: Counter[str] = Counter()
    rendered_clean: list[int] = []
    photographed_clean: list[int] = []
    picture = 0
    numbered = 0
    for pose in validation_poses(sets):
        region = Region(pose.truth.outline)
        pictures = {
            shot.light: read_picture(pose.directory / shot.file) for shot in pose.truth.shots
        }
        faults.update(fault.defect for fault in pose.truth.faults)
        if not pose.truth.faults:
            rendered_clean.append(picture)
        candidates.extend(
            _judged(detection, pose, picture, numbered)
            for detection in detector.pose_candidates(pictures, region)
        )
        numbered += len(pose.truth.faults)
        picture += 1
    for photograph in photographs:
        photographed_clean.append(picture)
        candidates.extend(
            Candidate(picture, found.defect, found.confidence, -1, 0.0, 0.0)
            for found in detector.candidates(read_photograph(photograph))
        )
        picture += 1
    return Sighting(
        low=low,
        candidates=tuple(candidates),
        faults=dict(faults),
        rendered_clean=frozenset(rendered_clean),
        photographed_clean=frozenset(photographed_clean),
    )


def _judged(found: Detection, pose: ValidationPose, picture: int, numbered: int) -> Candidate:
    x, y, width, height = found.box
    own = found.mask > 0
    true = pose.mask[y : y + height, x : x + width]
    best, best_iou = -1, 0.0
    for place, fault in enumerate(pose.truth.faults):
        if fault.defect != found.defect:
            continue
        shared = int((own & (true == fault.instance)).sum())
        whole = int(own.sum()) + int((pose.mask == fault.instance).sum()) - shared
        if whole and shared / whole > best_iou:
            best, best_iou = numbered + place, shared / whole
    return Candidate(
        picture=picture,
        defect=found.defect,
        confidence=found.confidence,
        truth=best if best_iou >= MATCH_IOU else -1,
        iou=best_iou,
        true_pixel_share=float((own & (true > 0)).sum() / max(1, own.sum())),
    )
