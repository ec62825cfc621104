"""Instances from an `ultralytics` segmenter: boxes with mask coefficients, and mask prototypes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.detection import Detection, detection
from models.runtime.errors import InferenceError
from models.runtime.manifest import YoloSegDecode
from models.runtime.opencv import cv2
from models.runtime.region import Box, Region
from models.runtime.tiles import cut

_MOST_INSTANCES = 300
_PADDING = 114
"""The grey with which `ultralytics` fills the borders of a letterbox."""


@dataclass(frozen=True, slots=True)
class View:
    """How the model's input sees the picture: input = (picture - corner) * scale + offset.

    Corners and offsets are edges of pixels, not centres. Proposals centred in `owned` are kept.
    """

    box: Box
    owned: Box
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[int, int] = (0, 0)
    inner: tuple[int, int] | None = None
    """Size to which the box is scaled inside the input; None where it is the input."""
    outer: tuple[int, int] | None = None

    def pixels(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The model's input as uint8 [H, W, 3]."""
        pixels = cut(picture, self.box)
        if self.inner is None or self.outer is None:
            return pixels
        if self.inner != (self.box.width, self.box.height):
            pixels = np.asarray(cv2.resize(pixels, self.inner), np.uint8)
        padded = np.full((self.outer[1], self.outer[0], 3), _PADDING, np.uint8)
        left, top = self.offset
        padded[top : top + self.inner[1], left : left + self.inner[0]] = pixels
        return padded


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A scored box in picture pixels (edges x0, y0, x1, y1) with what its mask is made from."""

    defect: str
    score: float
    corners: tuple[float, float, float, float]
    coefficients: NDArray[np.float32]
    prototypes: NDArray[np.float32]
    view: View


def letterbox(box: Box, width: int, height: int) -> View:
    """All of `box`, scaled evenly to fit an input of this size and centred in it."""
    ratio = min(width / box.width, height / box.height)
    inner = max(1, round(box.width * ratio)), max(1, round(box.height * ratio))
    # The exporter's own rounding: the odd pixel goes to the right and to the bottom.
    offset = round((width - inner[0]) / 2 - 0.1), round((height - inner[1]) / 2 - 0.1)
    scale = inner[0] / box.width, inner[1] / box.height
    return View(box, box, scale, offset, inner, (width, height))


def proposals(
    view: View,
    outputs: Sequence[NDArray[np.float32]],
    classes: Sequence[str],
    rule: YoloSegDecode,
    least: dict[str, float],
) -> list[Proposal]:
    """The boxes of one input whose score is at least that of their class in `least`.

    `outputs` are the model's two; InferenceError if their sizes do not belong together.
    """
    prototypes = outputs[1][0]
    head = 6 if rule.end_to_end else 4 + len(classes)
    length = outputs[0].shape[2 if rule.end_to_end else 1]
    width, height = view.outer or (view.box.width, view.box.height)
    cells = (height // rule.stride, width // rule.stride)
    if length != head + len(prototypes) or prototypes.shape[1:] != cells:
        raise InferenceError("The model's predictions and prototypes do not belong together.")
    if rule.end_to_end:
        rows = outputs[0][0]
    else:
        # Nearly every anchor is empty: the few others are gathered before anything else is done.
        best = outputs[0][0, 4:head].max(axis=0)
        rows = outputs[0][0][:, best >= np.float32(min(least.values()))].T
    if rule.end_to_end:
        corners, scores = rows[:, :4], rows[:, 4]
        known = (rows[:, 5] >= 0) & (rows[:, 5] < len(classes))
        numbers = np.where(known, rows[:, 5], 0).astype(np.int64)
    else:
        centre, half = rows[:, :2].astype(np.float64), rows[:, 2:4].astype(np.float64) / 2
        corners = np.concatenate([centre - half, centre + half], axis=1)
        numbers = rows[:, 4:head].argmax(axis=1)
        scores = np.take_along_axis(rows[:, 4:head], numbers[:, None], axis=1)[:, 0]
        known = np.ones(len(rows), bool)
    limits = np.array([least[name] for name in classes], np.float32)
    chosen = np.flatnonzero(known & (scores >= limits[numbers]))
    scale = np.array(view.scale * 2)
    shift = np.array((view.box.x, view.box.y) * 2)
    placed = (corners[chosen] - np.array(view.offset * 2)) / scale + shift
    return [
        Proposal(
            classes[numbers[row]],
            float(scores[row]),
            (float(place[0]), float(place[1]), float(place[2]), float(place[3])),
            rows[row, head:],
            prototypes,
            view,
        )
        for row, place in zip(chosen, placed, strict=True)
        if _owns(view.owned, place)
    ]


def instances(
    found: Sequence[Proposal], region: Region, frame: Box, rule: YoloSegDecode
) -> list[Detection]:
    """The proposals left after suppression within each class, with their masks in `region`."""
    detections = []
    for proposal in _suppressed(found, rule.suppression_iou):
        x0, y0 = (math.floor(value) for value in proposal.corners[:2])
        x1, y1 = (math.ceil(value) for value in proposal.corners[2:])
        box = Box(x0, y0, max(0, x1 - x0), max(0, y1 - y0)).intersection(frame)
        if box.width == 0 or box.height == 0:
            continue
        low = rule.thresholds[proposal.defect].low
        mask = _mask(proposal, box, low, rule.stride) & region.mask(box)
        if cv2.countNonZero(mask) < rule.min_area_px:
            continue
        instance = detection(proposal.defect, proposal.score, mask, box, frame)
        if instance is not None:
            detections.append(instance)
    return detections


def _owns(owned: Box, corners: NDArray[np.float64]) -> bool:
    x, y = (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2
    return bool(owned.x <= x < owned.right and owned.y <= y < owned.bottom)


def _suppressed(found: Sequence[Proposal], iou: float) -> list[Proposal]:
    if not found:
        return []
    names = sorted({proposal.defect for proposal in found})
    kept = cv2.dnn.NMSBoxesBatched(
        [(x0, y0, x1 - x0, y1 - y0) for x0, y0, x1, y1 in (p.corners for p in found)],
        [proposal.score for proposal in found],
        [names.index(proposal.defect) for proposal in found],
        0.0,
        iou,
    )
    ordered = sorted((found[int(index)] for index in kept), key=lambda p: -p.score)
    return ordered[:_MOST_INSTANCES]


def _mask(proposal: Proposal, box: Box, low: float, stride: int) -> NDArray[np.uint8]:
    """1 where the mask's interpolated probability is at least `low`, uint8 of `box`."""
    count, height, width = proposal.prototypes.shape
    view = proposal.view
    cells = _cells(box, view, stride, width, height)
    part = proposal.prototypes[:, cells.y : cells.bottom, cells.x : cells.right]
    logits = proposal.coefficients @ part.reshape(count, -1)
    place = [
        [
            scale / stride,
            ((corner + 0.5 - origin) * scale + offset) / stride - 0.5 - first,
        ]
        for scale, corner, origin, offset, first in (
            (view.scale[0], box.x, view.box.x, view.offset[0], cells.x),
            (view.scale[1], box.y, view.box.y, view.offset[1], cells.y),
        )
    ]
    matrix = np.array([[place[0][0], 0, place[0][1]], [0, place[1][0], place[1][1]]])
    smooth = cv2.warpAffine(
        logits.reshape(cells.height, cells.width),
        matrix,
        (box.width, box.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    least = math.inf if low >= 1 else math.log(low / (1 - low))
    return (smooth >= least).view(np.uint8)


def _cells(box: Box, view: View, stride: int, width: int, height: int) -> Box:
    """The prototype cells around `box`, with one more on each side for interpolation."""
    left = ((box.x - view.box.x) * view.scale[0] + view.offset[0]) / stride
    top = ((box.y - view.box.y) * view.scale[1] + view.offset[1]) / stride
    right = left + box.width * view.scale[0] / stride
    bottom = top + box.height * view.scale[1] / stride
    x, y = math.floor(left) - 1, math.floor(top) - 1
    around = Box(x, y, math.ceil(right) + 1 - x, math.ceil(bottom) + 1 - y)
    return around.intersection(Box(0, 0, width, height))
