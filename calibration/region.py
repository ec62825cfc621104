"""The cells of a picture that a fault covers, and the sizes that need nothing but those cells."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]

FINEST_STEP = 0.25
MAX_CELLS = 250_000
MAX_COORDINATE = 100_000


class MeasurementError(ValueError):
    """Something that cannot be measured; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Region:
    """Cells of `step` pixels side; `origin` is the frame pixel (x, y) of cell [0, 0]'s centre.

    The crop has a margin of at least one empty cell on every side.
    """

    cells: Cells
    origin: tuple[float, float]
    step: float

    @property
    def area_px2(self) -> float:
        """Return the covered area, every cell counted whole."""
        return float(np.count_nonzero(self.cells)) * self.step**2

    @property
    def perimeter_px(self) -> float:
        """Return the length of the boundary, holes included (Cauchy-Crofton, four directions)."""
        return _crossings_length(self.cells) * self.step

    def sample(self, count: int) -> Floats:
        """Return about `count` frame pixels (N x 2, x then y) spread evenly over the cells."""
        covered = np.flatnonzero(self.cells)
        rows, columns = np.divmod(covered[:: max(1, len(covered) // count)], self.cells.shape[1])
        return self.to_frame(np.column_stack([columns, rows]).astype(np.float64))

    def hull(self) -> Floats:
        """Return the convex hull (N x 2 frame pixels) of the covered cells' centres."""
        return self.to_frame(hull_of(rim(self.cells)))

    def covers(self, crop: tuple[slice, slice]) -> Cells:
        """Return which pixels of a crop of the frame have their centres in covered cells."""
        rows, columns = (np.arange(axis.start, axis.stop, dtype=np.float64) for axis in crop)
        x, y = self.origin
        height, width = self.cells.shape
        cell_rows = np.floor((rows - y) / self.step + 0.5).astype(np.int64)
        cell_columns = np.floor((columns - x) / self.step + 0.5).astype(np.int64)
        return self.cells[
            np.ix_(np.clip(cell_rows, 0, height - 1), np.clip(cell_columns, 0, width - 1))
        ]

    def to_frame(self, cells: Floats) -> Floats:
        """Map cell coordinates (N x 2, column then row) to frame pixels."""
        return np.asarray(cells * self.step + np.array(self.origin))


def region_of_mask(mask: ArrayLike, offset: tuple[int, int]) -> Region:
    """Return the region of a crop (H x W, non-zero is inside) whose [0, 0] is frame pixel `offset`.

    Every part of the mask belongs to the region, joined or not.
    """
    cells = np.asarray(mask) != 0
    if cells.ndim != 2 or not cells.any():
        raise MeasurementError("The fault's mask is empty: there is nothing to measure.")
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    tight = cells[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
    origin = (float(offset[0] + left - 1), float(offset[1] + top - 1))
    return Region(np.pad(tight, 1), origin, 1.0)


def region_of_polygon(polygon: ArrayLike) -> Region:
    """Return the region inside a polygon (N x 2 frame pixels), by the even-odd rule.

    Integer coordinates are pixel centres. Cells are `FINEST_STEP` pixels, coarser only where a
    large polygon would need more than `MAX_CELLS`.
    """
    corners = np.asarray(polygon, dtype=np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise MeasurementError("A fault's outline needs at least three points of x and y.")
    if not np.isfinite(corners).all() or np.abs(corners).max() > MAX_COORDINATE:
        raise MeasurementError("A fault's outline has points outside any picture.")
    low, high = corners.min(axis=0), corners.max(axis=0)
    extent = high - low
    step = max(FINEST_STEP, float(np.sqrt(extent.prod() / MAX_CELLS)), extent.max() / MAX_CELLS)
    columns, rows = (int(count) for count in np.ceil(extent / step) + 2)
    origin = low - step / 2
    cells = _inside((corners - origin) / step, rows, columns)
    if not cells.any():
        raise MeasurementError("A fault's outline encloses no area: there is nothing to measure.")
    return Region(cells, (float(origin[0]), float(origin[1])), step)


def rim(cells: Cells) -> NDArray[np.int32]:
    """Return the cells (N x 2, column then row) on the outer boundaries of the covered parts."""
    parts, _ = cv2.findContours(cells.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.concatenate([np.asarray(part, dtype=np.int32).reshape(-1, 2) for part in parts])


def hull_of(points: NDArray[np.int32]) -> Floats:
    """Return the convex hull of points (N x 2)."""
    return np.asarray(cv2.convexHull(points), dtype=np.float64).reshape(-1, 2)


def longest(points: Floats) -> float:
    """Return the greatest distance between any two of the hull points (maximum Feret)."""
    differences = points[:, None, :] - points[None, :, :]
    return float(np.hypot(differences[..., 0], differences[..., 1]).max())


def narrowest(points: Floats) -> float:
    """Return the smallest distance between two parallel lines that hold the points (min. Feret)."""
    edges = np.roll(points, -1, axis=0) - points
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    edges, lengths = edges[lengths > 0], lengths[lengths > 0]
    if not len(edges):
        return 0.0
    normals = np.column_stack([-edges[:, 1], edges[:, 0]]) / lengths[:, None]
    return float(np.ptp(points @ normals.T, axis=0).min())


def _inside(corners: Floats, rows: int, columns: int) -> Cells:
    """Return the cells whose centres lie inside the closed polygon, by counting crossings."""
    toggles = np.zeros((rows, columns + 1), dtype=np.int32)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        first, last = int(np.ceil(min(y1, y2))), int(np.ceil(max(y1, y2)))
        crossed = np.arange(first, last)
        columns_right = np.ceil(x1 + (crossed - y1) * (x2 - x1) / (y2 - y1)).astype(np.int64)
        np.add.at(toggles, (crossed, np.clip(columns_right, 0, columns)), 1)
    return np.asarray(np.cumsum(toggles, axis=1)[:, :columns] % 2 == 1)


def _crossings_length(cells: Cells) -> float:
    grid = cells.astype(np.int8)
    straight = np.count_nonzero(np.diff(grid, axis=0)) + np.count_nonzero(np.diff(grid, axis=1))
    falling = np.count_nonzero(grid[1:, 1:] != grid[:-1, :-1])
    rising = np.count_nonzero(grid[1:, :-1] != grid[:-1, 1:])
    return float(np.pi / 8 * (straight + (falling + rising) / np.sqrt(2)))
