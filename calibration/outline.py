"""Places on both sides of an outline, along its normals."""

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.region import Cells, Floats

OUTSIDE_PX = 4.0
DEEPEST_PX = 8.0
SHALLOWEST_PX = 1.5
DEPTH_SHARE = 0.6


def pairs_across(inside: Cells, within: Cells | None) -> NDArray[np.int64]:
    """Return places inside and outside for each point of the outline: N x 4, x and y of each.

    The one is `DEPTH_SHARE` of the way to the middle, 1.5 to 8 pixels deep; the other
    `OUTSIDE_PX` out on the same normal. Points with a place outside the picture, on the wrong
    side, or outside `within`, are left out. `inside` has some pixel.
    """
    covered = inside.astype(np.uint8)
    depth = cv2.distanceTransform(cv2.copyMakeBorder(covered, 1, 1, 1, 1, 0), cv2.DIST_L2, 5)
    depth = depth[1:-1, 1:-1]
    away = cv2.distanceTransform(1 - covered, cv2.DIST_L2, 5) - depth
    smooth = cv2.GaussianBlur(np.asarray(away, np.float32), (0, 0), 2.0)
    outlines, _ = cv2.findContours(covered, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate([np.asarray(line).reshape(-1, 2) for line in outlines])
    gradient = np.stack([cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)])
    normal = gradient[:, points[:, 1], points[:, 0]].T.astype(np.float64)
    length = np.hypot(normal[:, 0], normal[:, 1])
    points, normal = points[length > 1e-3], normal[length > 1e-3] / length[length > 1e-3, None]
    reach = float(np.clip(DEPTH_SHARE * depth.max(), SHALLOWEST_PX, DEEPEST_PX))
    within = np.ones_like(inside) if within is None else within
    first, first_there = _rounded(points - reach * normal, inside.shape)
    second, second_there = _rounded(points + OUTSIDE_PX * normal, inside.shape)
    usable = first_there & second_there & inside[first[:, 1], first[:, 0]]
    usable &= ~inside[second[:, 1], second[:, 0]] & within[second[:, 1], second[:, 0]]
    return np.column_stack([first, second])[usable]


def _rounded(places: Floats, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], Cells]:
    """The nearest pixels, and which of the places lie in the picture."""
    pixels = np.round(places).astype(np.int64)
    far = np.array([shape[1] - 1, shape[0] - 1])
    there = np.asarray(((pixels >= 0) & (pixels <= far)).all(axis=1), np.bool_)
    return np.clip(pixels, 0, far), there
