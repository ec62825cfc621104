"""Instances from maps of per-class probabilities."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

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
    """What a model says of one class, all [h, w] of the same cells.

    `probability` and `extent` are float32; its instances reach over `extent`. `raised`, where it
    is not None, says of which cells the class is the likeliest.
    """

    probability: NDArray[np.float32]
    extent: NDArray[np.float32]
    raised: NDArray[np.bool_] | None = None

    def score(self, cells: NDArray[np.intp]) -> NDArray[np.float32]:
        """What `cells`, numbered by rows, are scored by: how probable the class is or, where that
        is the likeliest, the mean of that and of any fault."""
        own: NDArray[np.float32] = self.probability.ravel()[cells]
        if self.raised is None:
            return own
        any_fault = self.extent.ravel()[cells]
        return np.where(self.raised.ravel()[cells], (own + any_fault) / 2, own)


class Marked(NamedTuple):
    """Sets of cells: of each cell the number of its set, 0 for none, int32 [h, w]; the cells that
    are in any, numbered by rows; and OpenCV's table of the sets."""

    labels: NDArray[np.int32]
    cells: NDArray[np.intp]
    stats: NDArray[np.int32]


class Islands:
    """Connected sets (8 neighbours) of cells as probable as a threshold, each map made once.

    `within` is uint8 [h, w], 1 where cells may belong to any and 0 elsewhere.
    """

    def __init__(self, within: NDArray[np.uint8]) -> None:
        self._within = within
        self._known: list[tuple[NDArray[np.float32], float, Marked]] = []

    def of(self, extent: NDArray[np.float32], low: float) -> Marked:
        """The sets where `extent`, float32 [h, w], is at least `low`."""
        for known, threshold, marked in self._known:
            if known is extent and threshold == low:
                return marked
        candidate = cv2.bitwise_and((extent >= low).view(np.uint8), self._within)
        _, map_, table, _ = cv2.connectedComponentsWithStats(candidate, connectivity=8)
        labels = np.asarray(map_, np.int32)
        marked = Marked(labels, np.flatnonzero(labels), np.asarray(table, np.int32))
        self._known.append((extent, low, marked))
        return marked


def layers(probability: NDArray[np.float32], rule: DenseDecode) -> list[Layer]:
    """The layers of all classes, from the probability of each, float32 [K, h, w]."""
    if rule.delimit == "class":
        return [Layer(each, each) for each in probability]
    fault = probability.sum(0)
    if rule.score == "class":
        return [Layer(each, fault) for each in probability]
    likeliest = probability.argmax(0)
    return [Layer(each, fault, likeliest == place) for place, each in enumerate(probability)]


def instances(
    defect: str,
    layer: Layer,
    islands: Islands,
    window: Box,
    frame: Box,
    rule: DenseDecode,
    least: float,
    meaning: Meaning,
) -> list[Detection]:
    """The instances of one class whose confidence is at least `least`.

    The cells of `layer` are `rule.stride` pixels wide and start at the corner of `window`; what
    reaches beyond `frame` is cut off. An instance is one of the `islands` where the extent is at
    least the class's `low` threshold, of at least `rule.min_area_px` pixels counted in whole
    cells; its raw score is the mean over its `rule.top_fraction` cells that score highest, its
    confidence what `meaning` makes of that, which must not fall where the score rises.
    """
    low, most = rule.thresholds[defect].low, layer.extent.max()
    # No cell is scored higher than its extent.
    if most < low or float(meaning(most[None])[0]) < least:
        return []
    marked = islands.of(layer.extent, low)
    if not len(marked.cells):
        return []
    numbers, score = marked.labels.ravel()[marked.cells], layer.score(marked.cells)
    found = []
    for label in _promising(score, numbers, marked.stats, rule, least, meaning):
        own = numbers == label
        cells = marked.cells[own]
        share = layer.probability.ravel()[cells].sum()
        if share < _OWN_SHARE * layer.extent.ravel()[cells].sum():
            continue
        raw = _top_mean(score[own], rule.top_fraction)
        confidence = float(meaning(np.array([raw]))[0])
        if confidence >= least:
            box = Box(*(int(value) for value in marked.stats[label, : cv2.CC_STAT_AREA]))
            mask = _pixels(layer.extent, marked.labels, label, box, low, rule.stride)
            place = Box(
                window.x + box.x * rule.stride,
                window.y + box.y * rule.stride,
                box.width * rule.stride,
                box.height * rule.stride,
            )
            found.append(detection(defect, confidence, mask, place, frame))
    return [instance for instance in found if instance is not None]


def _promising(
    score: NDArray[np.float32],
    numbers: NDArray[np.int32],
    stats: NDArray[np.int32],
    rule: DenseDecode,
    least: float,
    meaning: Meaning,
) -> list[int]:
    """Labels large enough whose peak reaches `least`: a mean of top values can be no higher."""
    peaks = np.zeros(len(stats), np.float32)
    np.maximum.at(peaks, numbers, score)
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
