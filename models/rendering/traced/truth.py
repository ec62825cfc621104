"""What is true of a picture: masks, outlines and marks, from what each sample of it meets."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.rendering.field import TEXEL_MM, FloatArray
from models.rendering.geometry import Bench
from models.rendering.picture import rounded_polygon
from models.rendering.traced.item import Painted
from models.rendering.traced.skin import Points, Skin, f32
from models.rendering.traced.studio import Seen
from models.rendering.tracer import Window
from models.sets import FaultTruth, Mark, Polygon, TextTruth

FINE = 2
"""Samples a pixel in each direction."""

_THIN = {"scratch": 0.35, "crack": 0.35}
_LEAST_PX = 3


@dataclass(frozen=True, slots=True)
class View:
    """A window of the frame as the camera sees the item in it; ``seen`` is FINE times as fine."""

    bench: Bench
    window: Window
    parts: Sequence[Painted]
    seen: Seen

    def cover(self) -> FloatArray:
        """The item's share of each pixel of the window."""
        return _coarse(f32(self.seen.mesh >= 0))

    def upright(self) -> FloatArray:
        """How squarely the item faces the camera, 0..1; 0 beside it."""
        return _coarse(f32(np.where(self.seen.mesh >= 0, np.abs(self.seen.normal[..., 2]), 0)))

    def spread(self, skin: Skin, values: FloatArray) -> FloatArray:
        """The mean over each pixel of what a skin carries; 0 where another thing is seen."""
        total = np.zeros(self.seen.mesh.shape, np.float32)
        for number, part in enumerate(self.parts):
            if part.skin is not skin:
                continue
            here = self.seen.mesh == number
            if not here.any():
                continue
            x = self.seen.uv[..., 0] * values.shape[1] - np.float32(0.5)
            y = self.seen.uv[..., 1] * values.shape[0] - np.float32(0.5)
            read = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            total[here] = read[here]
        return _coarse(total)


def faults_seen(
    view: View, skins: Sequence[Skin]
) -> tuple[NDArray[np.uint8], tuple[FaultTruth, ...]]:
    """The instance mask of the frame and the faults in it; what is out of sight is left out."""
    bench, window = view.bench, view.window
    mask = np.zeros((bench.height, bench.width), np.uint8)
    area = mask[window.top : window.top + window.height, window.left : window.left + window.width]
    found: list[FaultTruth] = []
    for skin in skins:
        for fault in skin.faults:
            cover = view.spread(skin, fault.mask.astype(np.float32))
            seen = (cover >= _THIN.get(fault.defect, 0.5)) & (area == 0)
            if int(seen.sum()) < _LEAST_PX:
                continue
            area[seen] = len(found) + 1
            polygon = outline_of(seen, (window.left, window.top))
            found.append(FaultTruth(len(found) + 1, fault.defect, polygon, fault.truth))
    return mask, tuple(found)


def marks_seen(view: View, skins: Sequence[Skin]) -> tuple[Mark, ...]:
    """What is no fault, as polygons in the frame."""
    return tuple(
        Mark(mark.kind, polygon)
        for skin in skins
        for mark in skin.marks
        if (polygon := _seen_polygon(view, skin, mark.corners_mm)) is not None
    )


def texts_seen(view: View, skins: Sequence[Skin]) -> tuple[TextTruth, ...]:
    """Printed text kept as truth, with its place in the frame."""
    return tuple(
        TextTruth(text.kind, text.text, polygon)
        for skin in skins
        for text in skin.texts
        if (polygon := _seen_polygon(view, skin, text.corners_mm)) is not None
    )


def silhouette(view: View) -> Polygon:
    """The item's outline in the frame."""
    return outline_of(view.cover() > 0.5, (view.window.left, view.window.top))


def regions(kind: str, where: NDArray[np.bool_], window: Window, least_px: int) -> tuple[Mark, ...]:
    """The larger parts of a window's mask as marks in the frame."""
    if int(where.sum()) < least_px:
        return ()
    closed = cv2.morphologyEx(where.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    order = sorted(range(1, count), key=lambda n: -int(stats[n, cv2.CC_STAT_AREA]))
    return tuple(
        Mark(kind, outline_of(labels == number, (window.left, window.top)))
        for number in order[:10]
        if stats[number, cv2.CC_STAT_AREA] >= least_px
    )


def outline_of(seen: NDArray[np.bool_], corner: tuple[int, int]) -> Polygon:
    """The outline of the largest part of a mask whose first pixel is ``corner`` of the frame."""
    contours, _ = cv2.findContours(seen.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=len)
    points = cv2.approxPolyDP(largest, 0.7, True).reshape(-1, 2).astype(np.float64)
    if len(points) < 3:
        x, y, width, height = cv2.boundingRect(largest)
        right, lower = x + width - 0.5, y + height - 0.5
        points = np.array([[x - 0.5, y - 0.5], [right, y - 0.5], [right, lower], [x - 0.5, lower]])
    return rounded_polygon(points + np.array(corner))


def _seen_polygon(view: View, skin: Skin, corners_mm: Points) -> Polygon | None:
    drawn = np.zeros(skin.shape, np.uint8)
    texels = np.round(corners_mm / TEXEL_MM - 0.5).astype(np.int32)
    cv2.fillPoly(drawn, [texels], 1)
    seen = view.spread(skin, drawn.astype(np.float32)) > 0.5
    if int(seen.sum()) < 4:
        return None
    points = cv2.findNonZero(seen.astype(np.uint8))
    hull = cv2.convexHull(points)[:, 0].astype(np.float64)
    if len(hull) < 3:
        return None
    return rounded_polygon(hull + np.array([view.window.left, view.window.top]))


def _coarse(fine: FloatArray) -> FloatArray:
    rows, columns = fine.shape[0] // FINE, fine.shape[1] // FINE
    return f32(fine.reshape(rows, FINE, columns, FINE).mean(axis=(1, 3)))
