"""Masks of a window as polygons of the frame."""

import cv2
import numpy as np
import numpy.typing as npt

from models.rendering.fast.fields import Points
from models.rendering.fast.lamps import Window
from models.sets import Mark, Polygon


def regions(
    kind: str, where: npt.NDArray[np.bool_], window: Window, least_px: int
) -> tuple[Mark, ...]:
    """The largest parts of a window as marks in the frame; none where it covers too little."""
    if int(where.sum()) < least_px:
        return ()
    closed = cv2.morphologyEx(where.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = sorted(
        (line for line in contours if cv2.contourArea(line) >= least_px / 2),
        key=cv2.contourArea,
        reverse=True,
    )
    corner = np.array([window.left, window.top])
    found = []
    for line in large[:12]:
        points = cv2.approxPolyDP(line, 1.0, True).reshape(-1, 2)
        if len(points) > 2:
            found.append(Mark(kind, rounded((points + corner).astype(np.float64))))
    return tuple(found)


def outline_of(seen: npt.NDArray[np.bool_], corner: tuple[int, int]) -> Polygon:
    """The outline of the largest part of a mask whose first pixel is ``corner`` of the frame."""
    contours, _ = cv2.findContours(seen.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=len)
    points = cv2.approxPolyDP(largest, 0.7, True).reshape(-1, 2).astype(np.float64)
    if len(points) < 3:
        x, y, width, height = cv2.boundingRect(largest)
        right, lower = x + width - 0.5, y + height - 0.5
        points = np.array([[x - 0.5, y - 0.5], [right, y - 0.5], [right, lower], [x - 0.5, lower]])
    return rounded(points + np.array(corner))


def rounded(points: Points) -> Polygon:
    """Points (n, 2) as a polygon of hundredths of a pixel."""
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in points)
