"""The rendered bench: one camera looking straight down, and a carton lying under it.

Bench coordinates are millimetres with the origin on the optical axis at the bench surface, x to
the right of the frame, y down the frame, z up towards the camera. Frame coordinates are pixels
with pixel centres at integers, so the optical axis meets the frame at ((w - 1) / 2, (h - 1) / 2).
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FRAME_ON_BENCH_MM = 430.0
PLANE_MM = 900.0
U_RELATIVE = 0.004


@dataclass(frozen=True, slots=True)
class Bench:
    """The camera over the bench: square pixels, no distortion, axis normal to the surface."""

    width: int = 1280
    height: int = 720
    plane_mm: float = PLANE_MM

    @property
    def focal_px(self) -> float:
        """Focal length in pixels, the same in both directions."""
        return self.width * self.plane_mm / FRAME_ON_BENCH_MM

    @property
    def centre(self) -> tuple[float, float]:
        """Principal point, x and y in pixels."""
        return (self.width - 1) / 2, (self.height - 1) / 2

    def mm_per_px(self, z_mm: float) -> float:
        """Size of one pixel on a level plane ``z_mm`` above the bench."""
        return (self.plane_mm - z_mm) / self.focal_px

    def project(self, points: FloatArray) -> FloatArray:
        """Frame positions, shape (n, 2), of bench points, shape (n, 3)."""
        depth = self.plane_mm - points[:, 2:3]
        return np.asarray(points[:, :2] * self.focal_px / depth + np.asarray(self.centre))


@dataclass(frozen=True, slots=True)
class Placement:
    """A carton on the bench: length x width x height in mm, centre in mm, yaw in radians."""

    size_mm: tuple[float, float, float]
    x_mm: float
    y_mm: float
    yaw: float

    def to_bench(self, face: FloatArray, z_mm: float) -> FloatArray:
        """Bench points, shape (n, 3), of top-face points (n, 2) in mm from the face's corner."""
        length, width, _ = self.size_mm
        u = face[:, 0] - length / 2
        v = face[:, 1] - width / 2
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        x = self.x_mm + cos * u - sin * v
        y = self.y_mm + sin * u + cos * v
        return np.stack([x, y, np.full_like(x, z_mm)], axis=1)

    def corners(self, z_mm: float) -> FloatArray:
        """The four bench corners at height ``z_mm``, shape (4, 3), in order around the box."""
        length, width, _ = self.size_mm
        face = np.array([[0.0, 0.0], [length, 0.0], [length, width], [0.0, width]])
        return self.to_bench(face, z_mm)


def face_homography(bench: Bench, placement: Placement, texel_mm: float) -> FloatArray:
    """The 3 x 3 matrix from texel positions on the level top face to frame pixels.

    Texel (i, j) has its centre at ((i + 0.5), (j + 0.5)) * ``texel_mm`` from the face's corner.
    """
    scale = 1 / bench.mm_per_px(placement.size_mm[2])
    cos, sin = np.cos(placement.yaw), np.sin(placement.yaw)
    length, width, _ = placement.size_mm
    face = np.array(
        [
            [texel_mm, 0, texel_mm / 2 - length / 2],
            [0, texel_mm, texel_mm / 2 - width / 2],
            [0, 0, 1],
        ]
    )
    turn = np.array([[cos, -sin, placement.x_mm], [sin, cos, placement.y_mm], [0, 0, 1]])
    cx, cy = bench.centre
    camera = np.array([[scale, 0, cx], [0, scale, cy], [0, 0, 1]])
    return np.asarray(camera @ turn @ face)


def outline(bench: Bench, placement: Placement) -> FloatArray:
    """The item's silhouette in the frame: the convex hull of its eight corners, shape (n, 2)."""
    import cv2

    corners = np.concatenate([placement.corners(0.0), placement.corners(placement.size_mm[2])])
    hull = cv2.convexHull(bench.project(corners).astype(np.float32))
    return np.asarray(hull, dtype=np.float64).reshape(-1, 2)


def place(
    bench: Bench,
    size_mm: tuple[float, float, float],
    rng: np.random.Generator,
    margin_px: float = 14.0,
) -> Placement:
    """A random yaw and position of a carton whose whole outline stays inside the frame.

    Large cartons get little yaw. Raises ValueError if the carton does not fit even when square to
    the frame.
    """
    half_w = (bench.width - 1) / 2 - margin_px
    half_h = (bench.height - 1) / 2 - margin_px
    limit = np.pi
    for _ in range(24):
        yaw = float(rng.uniform(-limit, limit))
        if rng.random() < 0.5:
            yaw = round(yaw / np.pi) * np.pi + float(rng.normal(0, 0.06))
        extent = np.abs(bench.project(Placement(size_mm, 0.0, 0.0, yaw).corners(size_mm[2])))
        reach = np.abs(extent - np.asarray(bench.centre)).max(axis=0)
        if reach[0] <= half_w and reach[1] <= half_h:
            break
    else:
        yaw = 0.0
        extent = bench.project(Placement(size_mm, 0.0, 0.0, yaw).corners(size_mm[2]))
        reach = np.abs(extent - np.asarray(bench.centre)).max(axis=0)
        if reach[0] > half_w or reach[1] > half_h:
            raise ValueError(f"a carton of {size_mm} mm does not fit the frame")
    scale = bench.mm_per_px(size_mm[2])
    free_x, free_y = (half_w - reach[0]) * scale, (half_h - reach[1]) * scale
    x = float(rng.uniform(-1, 1) * min(free_x, 60.0))
    y = float(rng.uniform(-1, 1) * min(free_y, 40.0))
    return Placement(size_mm, x, y, yaw)


def write_calibration(bench: Bench, file: Path) -> None:
    """Write the bench's exact geometry as a calibration record; the file is replaced in one go."""
    cx, cy = bench.centre
    record = {
        "schema": 1,
        "id": "rendered-bench-1",
        "camera": "bench",
        "made_at": "2026-01-01T00:00:00Z",
        "valid_until": "2036-01-01T00:00:00Z",
        "width": bench.width,
        "height": bench.height,
        "fx": bench.focal_px,
        "fy": bench.focal_px,
        "cx": cx,
        "cy": cy,
        "distortion": [0.0, 0.0, 0.0, 0.0, 0.0],
        "bench_plane_mm": bench.plane_mm,
        "U_relative": U_RELATIVE,
        "source": "rendered geometry",
    }
    part = file.with_suffix(".part")
    part.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    part.replace(file)
