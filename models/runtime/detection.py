"""What a detector reports: instances of defects, in picture pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from models.runtime.region import Box, Polygon

_TOLERANCE_PX = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One instance of a defect.

    `box` is x, y, width and height in whole picture pixels; `mask` is uint8 [height, width] of
    that box, 255 on the instance and 0 elsewhere, and touches all four sides. `polygon` runs
    through the centres of the outermost pixels of the largest part of the mask, to within a
    pixel. `confidence` means what the pack's manifest says under `scores`. `light` is the lamp
    whose picture shows the instance best, empty where only one picture was looked at.
    """

    defect: str
    confidence: float
    box: tuple[int, int, int, int]
    polygon: Polygon
    mask: NDArray[np.uint8]
    light: str = ""


def detection(
    defect: str, confidence: float, mask: NDArray[np.uint8], box: Box, frame: Box
) -> Detection | None:
    """The detection of a mask, nonzero on the instance, whose pixels lie at `box`.

    The mask is cut to `frame` and the box shrunk to the mask; None where nothing is left.
    """
    inside = box.intersection(frame)
    kept = mask[inside.y - box.y : inside.bottom - box.y, inside.x - box.x : inside.right - box.x]
    if not kept.any():
        return None
    x, y, width, height = cv2.boundingRect(kept)
    tight = np.where(kept[y : y + height, x : x + width], np.uint8(255), np.uint8(0))
    place = (inside.x + x, inside.y + y, width, height)
    return Detection(defect, confidence, place, _outline(tight, place[0], place[1]), tight)


def _outline(mask: NDArray[np.uint8], x: int, y: int) -> Polygon:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x, y))
    largest = max(contours, key=lambda contour: (cv2.contourArea(contour), len(contour)))
    corners = cv2.approxPolyDP(largest, _TOLERANCE_PX, closed=True).reshape(-1, 2)
    if len(corners) < 3:
        # A line of single pixels: its pixels' outer edges are a polygon, its centres are not.
        centre, size, angle = cv2.minAreaRect(largest)
        corners = cv2.boxPoints((centre, (size[0] + 1, size[1] + 1), angle))
    return tuple((float(px), float(py)) for px, py in corners)
