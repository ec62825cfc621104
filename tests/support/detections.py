"""Detections that fill their boxes."""

import numpy as np

from models.runtime.detection import Detection


def reported(
    x: int, y: int, width: int, height: int, confidence: float, defect: str = "dent"
) -> Detection:
    """A detection that fills its box."""
    mask = np.full((height, width), 255, np.uint8)
    corners = ((x, y), (x + width - 1, y), (x + width - 1, y + height - 1))
    polygon = tuple((float(px), float(py)) for px, py in corners)
    return Detection(defect, confidence, (x, y, width, height), polygon, mask)
