"""Instances from maps of per-class probabilities."""

from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What a model says of one class, all float32 [h, w] of the same cells.

    Its instances reach over `extent` and are scored by `score`.
    """

    probability: NDArray[np.float32]
    extent: NDArray[np.float32]
    score: NDArray[np.float32]


def layers(probability: NDArray[np.float32], rule: DenseDecode) -> list[Layer]:
    """The layers of all classes, from the probability of each, float32 [K, h, w]."""
    if rule.delimit == "class":
        return [Layer(each, each, each) for each in probability]
    fault = probability.sum(0)
    score = probability
    if rule.score == "any":
        likeliest = probability.argmax(0)[None]
        score = probability.copy()
        raised = (np.take_along_axis(probability, likeliest, 0) + fault) / 2
        np.put_along_axis(score, likeliest, raised, 0)
    return [Layer(each, fault, own) for each, own in zip(probability, score, strict=True)]


def instances(
    defect: str,
    layer: Layer,
    window: Box,
    within: NDArray[np.uint8],
    frame: Box,
    rule: DenseDecode,
    least: float,
    meaning: Meaning,
) -> list[Detection]:
    """The instances of one class whose confidence is at least `least`.

    The cells of `layer` are `rule.stride` pixels wide and start at the corner of `window`; `within`
    is uint8 [h, w], 1 where instances may lie and 0 elsewhere; what reaches beyond `frame` is cut
    off. An instance is a connected set (8 neighbours) of cells whose extent is at least the class's
    `low` threshold, of at least `rule.min_area_px` pixels counted in whole cells; its raw score is
    the mean over its `rule.top_fraction` cells that score highest, its confidence what `meaning`
    makes of that, which must not fall where the score rises.
    """
    low = rule.thresholds[defect].low
    probability, extent, score = layer.probability, layer.extent, layer.score
    if extent.max() < low or float(meaning(score.max()[None])[0]) < least:
        return []
    candidate = cv2.bitwise_and((extent >= low).view(np.uint8), within)
    _, marked, table, _ = cv2.connectedComponentsWithStats(candidate, connectivity=8)
    labels, stats = np.asarray(marked, np.int32), np.asarray(table, np.int32)
    found = []
    for label in _promising(score, labels, stats, rule, least, meaning):
        cells = Box(*(int(value) for value in stats[label, : cv2.CC_STAT_AREA]))
        crop = slice(cells.y, cells.bottom), slice(cells.x, cells.right)
        own = labels[crop] == label
        if probability[crop][own].sum() < _OWN_SHARE * extent[crop][own].sum():
            continue
        raw = _top_mean(score[crop][own], rule.top_fraction)
        confidence = float(meaning(np.array([raw]))[0])
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
    score: NDArray[np.float32],
    labels: NDArray[np.int32],
    stats: NDArray[np.int32],
    rule: DenseDecode,
    least: float,
    meaning: Meaning,
) -> list[int]:
    """Labels large enough whose peak reaches `least`: a mean of top values can be no higher."""
    flat = np.flatnonzero(labels)
    peaks = np.zeros(len(stats), np.float32)
    np.maximum.at(peaks, labels.ravel()[flat], score.ravel()[flat])
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
