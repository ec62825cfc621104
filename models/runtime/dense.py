"""Instances from maps of per-class probabilities."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.runtime.detection import Detection, detection
from models.runtime.manifest import DenseDecode
from models.runtime.opencv import cv2
from models.runtime.region import Box

Meaning = Callable[[NDArray[np.floating]], NDArray[np.float64]]
"""Makes confidences of raw scores."""

_OWN_SHARE = 0.1
"""Of an instance of any fault, the least part by which it counts as one of a class."""

_MOST_INSTANCES = 200
"""Instances of one class that are followed up, those of the highest peaks first."""


def instances(
    defect: str,
    probability: NDArray[np.float32],
    window: Box,
    within: NDArray[np.uint8],
    frame: Box,
    rule: DenseDecode,
    least: float,
    meaning: Meaning,
    extent: NDArray[np.float32] | None = None,
) -> list[Detection]:
    """The instances of one class whose confidence is at least `least`.

    They are delimited on `extent`, the probability of any fault, where it is given, and on the
    class's own elsewhere. Both maps are float32 [h, w], their cells `rule.stride` pixels wide and
    starting at the corner of `window`; `within` is uint8 [h, w], 1 where instances may lie and 0
    elsewhere; what reaches beyond `frame` is cut off. An instance is a connected set
    (8 neighbours) of cells of at least the class's `low` threshold, of at least
    `rule.min_area_px` pixels counted in whole cells; its raw score is the mean over its
    `rule.top_fraction` cells most probably of the class, its confidence what `meaning` makes of
    that, which must not fall where the score rises.
    """
    low = rule.thresholds[defect].low
    extent = probability if extent is None else extent
    if extent.max() < low or float(meaning(probability.max()[None])[0]) < least:
        return []
    candidate = cv2.bitwise_and((extent >= low).view(np.uint8), within)
    _, marked, table, _ = cv2.connectedComponentsWithStats(candidate, connectivity=8)
    labels, stats = np.asarray(marked, np.int32), np.asarray(table, np.int32)
    found = []
    for label in _promising(probability, labels, stats, rule, least, meaning):
        cells = Box(*(int(value) for value in stats[label, : cv2.CC_STAT_AREA]))
        crop = slice(cells.y, cells.bottom), slice(cells.x, cells.right)
        own = labels[crop] == label
        values = probability[crop][own]
        if values.sum() < _OWN_SHARE * extent[crop][own].sum():
            continue
        confidence = float(meaning(np.array([_top_mean(values, rule.top_fraction)]))[0])
        if confidence >= least:
            mask = _pixels(extent, labels, label, cells, low, rule.stride)
            place = Box(
                window.x + cells.x * rule.stride,
                window.y + cells.y * rule.stride,
                cells.width * rule.stride,
                cells.height * rule.stride,
            )
            found.append(detection(defect, confidence, mask, place, frame))
    return [instance for instance in found if instance is not None]


def _promising(
    probability: NDArray[np.float32],
    labels: NDArray[np.int32],
    stats: NDArray[np.int32],
    rule: DenseDecode,
    least: float,
    meaning: Meaning,
) -> list[int]:
    """Labels large enough whose peak reaches `least`: a mean of top values can be no higher."""
    flat = np.flatnonzero(labels)
    peaks = np.zeros(len(stats), np.float32)
    np.maximum.at(peaks, labels.ravel()[flat], probability.ravel()[flat])
    large = stats[:, cv2.CC_STAT_AREA] * rule.stride**2 >= rule.min_area_px
    chosen = np.flatnonzero(large & (meaning(peaks) >= least))
    chosen = chosen[chosen > 0]
    order = np.argsort(-peaks[chosen], kind="stable")
    return [int(label) for label in chosen[order[:_MOST_INSTANCES]]]


def _top_mean(values: NDArray[np.float32], fraction: float) -> float:
    count = max(1, round(values.size * fraction))
    top = np.partition(values, values.size - count)[values.size - count :]
    return float(top.mean(dtype=np.float64))


def _pixels(
    probability: NDArray[np.float32],
    labels: NDArray[np.int32],
    label: int,
    cells: Box,
    low: float,
    stride: int,
) -> NDArray[np.uint8]:
    """The instance in pixels: the probability interpolated between cell centres, at least `low`.

    Where interpolation would lose or split the instance, its whole cells stand instead.
    """
    top, left = max(0, cells.y - 1), max(0, cells.x - 1)
    crop = slice(top, cells.bottom + 1), slice(left, cells.right + 1)
    own = labels[crop] == label
    inner = slice(cells.y - top, cells.bottom - top), slice(cells.x - left, cells.right - left)
    whole: NDArray[np.uint8] = own[inner].astype(np.uint8)
    if stride == 1:
        return whole
    values = np.where(own | (probability[crop] < low), probability[crop], np.float32(0))
    smooth = cv2.resize(values, None, fx=stride, fy=stride, interpolation=cv2.INTER_LINEAR)
    rows, columns = (slice(part.start * stride, part.stop * stride) for part in inner)
    mask: NDArray[np.uint8] = np.asarray(smooth[rows, columns] >= low, np.uint8)
    if cv2.connectedComponents(mask, connectivity=8)[0] == 2:
        return mask
    return np.repeat(np.repeat(whole, stride, axis=0), stride, axis=1)
