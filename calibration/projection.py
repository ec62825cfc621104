"""Between pixels and planes parallel to the bench, through the lens."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.sections.geometry import BenchPlane, Lens

Floats = NDArray[np.float64]

UNDISTORT = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-10)


def axes(plane: BenchPlane) -> Floats:
    """Return the axes of the bench in camera coordinates, 3 x 3, one a row: x, y, normal.

    x is the camera's x laid onto the bench, so that a bench seen straight from above has the
    camera's own axes.
    """
    normal = np.array(plane.normal)
    across = np.array([1.0, 0.0, 0.0]) - normal[0] * normal
    across /= np.linalg.norm(across)
    return np.stack([across, np.cross(normal, across), normal])


def rays(lens: Lens, pixels: Floats) -> Floats:
    """Return where the pixels' (N x 2) rays meet the plane z = 1 of the camera (N x 2)."""
    if not any(lens.distortion) or not len(pixels):
        return np.asarray((pixels - [lens.cx, lens.cy]) / [lens.fx, lens.fy])
    straight = cv2.undistortPoints(
        pixels.reshape(-1, 1, 2), lens.matrix, np.array(lens.distortion), criteria=UNDISTORT
    )
    return np.asarray(straight, dtype=np.float64).reshape(-1, 2)


def to_plane(lens: Lens, plane: BenchPlane, pixels: Floats, distance_mm: float) -> Floats:
    """Map pixels (N x 2) to mm (N x 2) on the plane `distance_mm` from the camera centre and
    parallel to the bench; the origin is the foot of the camera's perpendicular.

    A ray that does not meet the plane in front of the camera gives not-a-number.
    """
    flat = rays(lens, pixels)
    directions = np.column_stack([flat, np.ones(len(flat))])
    depth = directions @ np.array(plane.normal)
    with np.errstate(divide="ignore", invalid="ignore"):
        points = directions * (np.where(depth > 0, distance_mm / depth, np.nan))[:, None]
    return np.asarray(points @ axes(plane)[:2].T)


def from_plane(lens: Lens, plane: BenchPlane, points: Floats, distance_mm: float) -> Floats:
    """Map mm (N x 2) on that plane to pixels (N x 2)."""
    x, y, normal = axes(plane)
    places = points[:, :1] * x + points[:, 1:] * y + distance_mm * normal
    if not len(places):
        return np.empty((0, 2))
    pixels, _ = cv2.projectPoints(
        places, np.zeros(3), np.zeros(3), lens.matrix, np.array(lens.distortion)
    )
    return np.asarray(pixels, dtype=np.float64).reshape(-1, 2)


def axis_scale(lens: Lens, plane: BenchPlane, distance_mm: float) -> float:
    """Return the mm that a pixel at the optical axis spans on that plane, the square root of its
    area.

    The axis meets the plane at the depth Z = distance / n_z; a pixel covers (Z / fx)(Z / fy) / n_z
    there, and distortion vanishes.
    """
    slant = plane.normal[2]
    return distance_mm / slant / math.sqrt(lens.fx * lens.fy * slant)
