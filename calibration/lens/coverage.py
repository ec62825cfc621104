"""How much of the field a set of views has seen.

X, Y, size and skew are those of ROS' camera_calibration (James Bowman, Patrick Mihelich): where the
board's middle lies, its size and its slant, each as a share; the figure of a set is the range over
its views. Views that differ little add nothing to any of them, and stay in the fit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.boards.board import Board, Floats
from calibration.boards.finding import Sighting
from calibration.sections.geometry import Coverage

GRID = (8, 6)
DISTINCT = 0.2
"""Views nearer than this in X + Y + size + skew are similar (ROS' own limit)."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How one view shows the board: middle (x, y), size and skew, each from 0 to 1."""

    x: float
    y: float
    size: float
    skew: float

    def distance(self, other: "Pose") -> float:
        """How much two views differ."""
        return (
            abs(self.x - other.x)
            + abs(self.y - other.y)
            + abs(self.size - other.size)
            + abs(self.skew - other.skew)
        )


def pose_of(sighting: Sighting, board: Board, size: tuple[int, int]) -> Pose:
    """Return how the view shows the whole board, as far as it reaches into the picture.

    size: width and height of the picture in pixels.
    """
    width, height = size
    low, high = board.corners.min(axis=0), board.corners.max(axis=0)
    frame = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
    homography, _ = cv2.findHomography(sighting.corners, sighting.pixels)
    quad = cv2.perspectiveTransform(frame.reshape(-1, 1, 2), homography).reshape(-1, 2)
    area = abs(cv2.contourArea(quad.astype(np.float32)))
    border = math.sqrt(area)
    middle = quad.mean(axis=0)
    return Pose(
        _share(middle[0] - border / 2, width - border),
        _share(middle[1] - border / 2, height - border),
        min(1.0, math.sqrt(area / (width * height))),
        min(1.0, 2 * max(abs(math.pi / 2 - _angle(np.roll(quad, i, axis=0))) for i in range(4))),
    )


def coverage_of(
    sightings: Sequence[Sighting], poses: Sequence[Pose], size: tuple[int, int]
) -> Coverage:
    """Return the ranges of the poses and the share of cells that some corner lies in."""
    return Coverage(
        x=_range([pose.x for pose in poses]),
        y=_range([pose.y for pose in poses]),
        size=max((pose.size for pose in poses), default=0.0),
        skew=max((pose.skew for pose in poses), default=0.0),
        cells=float((cell_counts(sightings, size) > 0).mean()),
    )


def cell_counts(sightings: Sequence[Sighting], size: tuple[int, int]) -> Floats:
    """Return how many corners lie in each cell of `GRID`, rows x columns."""
    columns, rows = GRID
    counts = np.zeros((rows, columns))
    for sighting in sightings:
        x = np.clip((sighting.pixels[:, 0] + 0.5) / size[0] * columns, 0, columns - 1).astype(int)
        y = np.clip((sighting.pixels[:, 1] + 0.5) / size[1] * rows, 0, rows - 1).astype(int)
        np.add.at(counts, (y, x), 1)
    return counts


def distinct_views(poses: Sequence[Pose]) -> int:
    """Return how many views differ from each other by `DISTINCT` at least."""
    kept: list[Pose] = []
    for pose in poses:
        if all(pose.distance(other) > DISTINCT for other in kept):
            kept.append(pose)
    return len(kept)


def _angle(corners: Floats) -> float:
    """The angle at the second of the corners."""
    one, other = corners[0] - corners[1], corners[2] - corners[1]
    cosine = one @ other / (np.linalg.norm(one) * np.linalg.norm(other))
    return math.acos(float(np.clip(cosine, -1, 1)))


def _share(value: float, whole: float) -> float:
    return 0.5 if whole <= 0 else min(1.0, max(0.0, value / whole))


def _range(values: list[float]) -> float:
    return max(values) - min(values) if values else 0.0
