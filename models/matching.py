"""Which reported instances are true ones, by the overlap of their masks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.detection import Detection

IOU_LEVELS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""The overlaps at which an instance counts as found, as in the COCO evaluation."""


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The detections of one class in one pose, surest first, against the true instances.

    `confidence` is float64 [D]; `matched` is bool [D, len(IOU_LEVELS)], true where a detection is
    the one that finds an instance at that overlap; `true` counts the instances.
    """

    confidence: NDArray[np.float64]
    matched: NDArray[np.bool_]
    true: int


def match(
    detections: Sequence[Detection], mask: NDArray[np.uint8], numbers: Sequence[int]
) -> Matches:
    """Match detections of one class with the instances `numbers` of `mask`, uint8 [H, W].

    Greedy, as in the COCO evaluation: the surest detection first, each taking the free instance
    that it overlaps best. Instances without a visible pixel do not count.
    """
    areas = np.bincount(mask.reshape(-1), minlength=256)
    visible = [number for number in numbers if areas[number] > 0]
    ordered = sorted(detections, key=lambda detection: -detection.confidence)
    overlaps = np.zeros((len(ordered), len(visible)))
    for row, detection in enumerate(ordered):
        inside = _counts(mask, detection)
        own = int(np.count_nonzero(detection.mask))
        for column, number in enumerate(visible):
            shared = int(inside[number])
            overlaps[row, column] = shared / (own + int(areas[number]) - shared)
    matched = np.stack([_greedy(overlaps, level) for level in IOU_LEVELS], axis=1)
    confidence = np.array([detection.confidence for detection in ordered], np.float64)
    return Matches(confidence, matched, len(visible))


def _counts(mask: NDArray[np.uint8], detection: Detection) -> NDArray[np.int64]:
    x, y, width, height = detection.box
    window = mask[y : y + height, x : x + width]
    return np.bincount(window[detection.mask > 0], minlength=256)


def _greedy(overlaps: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
    free = overlaps.copy()
    matched = np.zeros(len(overlaps), bool)
    if overlaps.shape[1] == 0:
        return matched
    for row in range(len(overlaps)):
        best = int(free[row].argmax())
        if free[row, best] >= level:
            matched[row] = True
            free[:, best] = -1
    return matched
