"""What a pack got wrong: what its findings lie on, how far their edges are off, and pictures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.detection import Detection
from models.runtime.opencv import cv2
from models.runtime.pictures import read_picture
from models.sets import PoseTruth

PLAIN = "plain"
"""A finding that lies on nothing that was labelled, not even as no fault."""

_ON = 0.3
"""Share of a finding's mask from which on it lies on something."""
_MARGIN_PX = 40
_SIDE_PX = 360
_GREEN, _RED = (60, 220, 60), (230, 40, 40)


def lies_on(detection: Detection, pose: PoseTruth, mask: NDArray[np.uint8], light: str = "") -> str:
    """What a finding lies on: a kind of defect, a kind of mark that is no fault, or PLAIN.

    `mask` uint8 [H, W] numbers the true faults of `pose`. A fault of the finding's own kind goes
    before another, and any fault before a mark.
    """
    x, y, width, height = detection.box
    own = detection.mask > 0
    true = mask[y : y + height, x : x + width][own]
    shares: Counter[str] = Counter()
    for fault in pose.faults:
        shares[fault.defect] += int((true == fault.instance).sum())
    least = _ON * int(own.sum())
    if shares[detection.defect] >= least:
        return detection.defect
    for defect, count in shares.most_common(1):
        if count >= least:
            return defect
    marks = [*pose.not_faults]
    for shot in pose.shots:
        if not light or shot.light == light:
            marks.extend(shot.not_faults)
    best, most = PLAIN, least
    for mark in marks:
        cover = np.zeros((height, width), np.uint8)
        corners = np.rint(np.asarray(mark.polygon) - (x, y)).astype(np.int32)
        cv2.fillPoly(cover, [corners], 1)
        count = int((cover[own] > 0).sum())
        if count >= most:
            best, most = mark.kind, count
    return best


def edge_distance(detection: Detection, mask: NDArray[np.uint8], instance: int) -> float:
    """Mean distance in pixels between a finding's outline and that of a true instance, both ways.

    The instance must be in `mask`, uint8 [H, W].
    """
    rows, columns = np.nonzero(mask == instance)
    x, y, width, height = detection.box
    left, top = min(x, int(columns.min())) - 1, min(y, int(rows.min())) - 1
    right = max(x + width, int(columns.max()) + 1) + 1
    bottom = max(y + height, int(rows.max()) + 1) + 1
    found, true = (np.zeros((bottom - top, right - left), np.uint8) for _ in range(2))
    found[y - top : y - top + height, x - left : x - left + width] = detection.mask > 0
    true[rows - top, columns - left] = 1
    edges = [
        cv2.subtract(each, cv2.erode(each, np.ones((3, 3), np.uint8))) for each in (found, true)
    ]
    apart = [cv2.distanceTransform(1 - edge, cv2.DIST_L2, 5) for edge in edges]
    there, back = apart[1][edges[0] > 0], apart[0][edges[1] > 0]
    return float((there.mean() + back.mean()) / 2)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A false finding or a missed fault: how bad, where, and what the picture is of."""

    badness: float
    name: str
    picture: Path
    found: tuple[tuple[float, float], ...] | None
    true: tuple[tuple[float, float], ...] | None


def write_mistakes(directory: Path, mistakes: Sequence[Mistake], count: int = 24) -> list[Path]:
    """Write crops of the worst false findings and of the worst misses, `count` of each.

    What was found is outlined in red, what is true in green. The directory is made.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for false in (True, False):
        own = [each for each in mistakes if (each.true is None) is false]
        for rank, mistake in enumerate(sorted(own, key=lambda m: -m.badness)[:count]):
            word = "false" if false else "missed"
            path = directory / f"{word}-{rank:02d}-{mistake.name}.png"
            cv2.imwrite(str(path), _crop(mistake)[:, :, ::-1])
            written.append(path)
    return written


def tally(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """How often findings of each class lay on what, `{class: {what: count}}`."""
    table: dict[str, Counter[str]] = {}
    for defect, what in pairs:
        table.setdefault(defect, Counter())[what] += 1
    return {defect: dict(counts.most_common()) for defect, counts in sorted(table.items())}


def _crop(mistake: Mistake) -> NDArray[np.uint8]:
    picture = read_picture(mistake.picture).copy()
    outlines = [
        (each, colour) for each, colour in ((mistake.true, _GREEN), (mistake.found, _RED)) if each
    ]
    corners = np.concatenate([np.asarray(each) for each, _ in outlines])
    for each, colour in outlines:
        cv2.polylines(picture, [np.rint(np.asarray(each)).astype(np.int32)], True, colour, 1)
    left, top = np.maximum(corners.min(axis=0) - _MARGIN_PX, 0).astype(int)
    right, bottom = (corners.max(axis=0) + _MARGIN_PX).astype(int)
    part = picture[top:bottom, left:right]
    scale = _SIDE_PX / max(part.shape[:2])
    return np.asarray(cv2.resize(part, None, fx=scale, fy=scale), np.uint8)
