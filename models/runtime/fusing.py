"""What several lamps show of one fault is one fault."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.runtime.detection import Detection
from models.runtime.opencv import cv2

_SAME = 0.5
_RING_PX = 7
_NOISE = 2.0
"""Levels of 8 bits below which a contrast is no better than noise."""


def fused(detections: Sequence[Detection]) -> list[Detection]:
    """Detections of one pose in several lights, each fault once: the surest of the same fault."""
    kept: list[Detection] = []
    for detection in sorted(detections, key=lambda each: -each.confidence):
        if not any(same_fault(detection, other) for other in kept):
            kept.append(detection)
    return kept


def clearest(detection: Detection, pictures: Mapping[str, NDArray[np.uint8]]) -> str:
    """The lamp under which an instance stands out most from the pixels around it.

    `pictures` are uint8 [H, W, 3] RGB; of equal ones the first is taken.
    """
    height, width = next(iter(pictures.values())).shape[:2]
    x, y, across, down = detection.box
    left, top = max(0, x - _RING_PX), max(0, y - _RING_PX)
    right, bottom = min(width, x + across + _RING_PX), min(height, y + down + _RING_PX)
    inside = np.zeros((bottom - top, right - left), np.uint8)
    inside[y - top : y - top + down, x - left : x - left + across] = detection.mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _RING_PX + 1, 2 * _RING_PX + 1))
    ring = cv2.subtract(cv2.dilate(inside, disc), inside)

    def contrast(light: str) -> float:
        crop = pictures[light][top:bottom, left:right]
        (own, texture), (around, grain) = (
            cv2.meanStdDev(crop, mask=part) for part in (inside, ring)
        )
        difference = np.abs(np.asarray(own) - np.asarray(around)) + np.maximum(
            np.asarray(texture) - np.asarray(grain), 0
        )
        return float((difference / (np.asarray(grain) + _NOISE)).max())

    return max(pictures, key=contrast)


def same_fault(one: Detection, other: Detection) -> bool:
    """Whether two detections are of one class and share at least half of the smaller mask."""
    if one.defect != other.defect:
        return False
    left, top = max(one.box[0], other.box[0]), max(one.box[1], other.box[1])
    right = min(one.box[0] + one.box[2], other.box[0] + other.box[2])
    bottom = min(one.box[1] + one.box[3], other.box[1] + other.box[3])
    if left >= right or top >= bottom:
        return False
    windows = [
        each.mask[
            top - each.box[1] : bottom - each.box[1], left - each.box[0] : right - each.box[0]
        ]
        for each in (one, other)
    ]
    shared = np.count_nonzero((windows[0] > 0) & (windows[1] > 0))
    smaller = min(np.count_nonzero(one.mask), np.count_nonzero(other.mask))
    return bool(shared >= _SAME * smaller)
