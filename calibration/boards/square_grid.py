"""Finding a grid of separate black squares on white, as in Zhang's planar target."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)
_LEAST_STEP = 0.03
"""An edge's two levels differ by this share of full scale at least."""
_BLOCKS = (0.25, 0.1, 0.05)
"""Sides of the neighbourhood of the adaptive threshold, as shares of the picture's shorter side."""
_LEAST_AREA_PX = 40.0
_EDGE_SAMPLES = 24
_EDGE_REACH = 0.2
"""How far across an edge its profile is looked at, as a share of the square's side."""


def find_squares(picture: NDArray[np.uint8], columns: int, rows: int) -> Floats | None:
    """Return the corners (N x 2 pixels) of a grid of `columns` x `rows` black squares, or None.

    picture: H x W, 8-bit grey. Squares come row by row, each with its upper left, upper right,
    lower right and lower left corner. "Upper left" is the corner of the grid nearest the
    picture's: a grid that is the same after a quarter turn has no other.

    Each side of a square is a line fitted through the places along it where the grey profile is
    half-way between the two levels of linear light (sRGB, IEC 61966-2-1); its corners are where
    these lines meet.
    """
    for share in _BLOCKS:
        block = max(3, int(share * min(picture.shape)) | 1)
        dark = cv2.adaptiveThreshold(
            picture, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 10
        )
        quads = _quads(np.asarray(dark, np.uint8))
        ordered = _in_grid(quads, columns, rows)
        if ordered is not None:
            grey = _LINEAR[picture]
            return np.concatenate([_refined(grey, quad) for quad in ordered])
    return None


def _quads(dark: NDArray[np.uint8]) -> list[Floats]:
    outlines, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    quads = []
    for outline in outlines:
        area = abs(cv2.contourArea(outline))
        if area < _LEAST_AREA_PX:
            continue
        corners = cv2.approxPolyDP(outline, 0.08 * cv2.arcLength(outline, True), True)
        if len(corners) != 4 or not cv2.isContourConvex(corners):
            continue
        quad = np.asarray(corners, dtype=np.float64).reshape(4, 2)
        sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
        if sides.min() > 0.3 * sides.max() and area > 0.7 * abs(
            cv2.contourArea(quad.astype(np.float32))
        ):
            quads.append(_clockwise(quad))
    return quads


def _in_grid(quads: list[Floats], columns: int, rows: int) -> list[Floats] | None:
    """The quads of the grid, row by row, or None where they do not make a whole one."""
    quads = _of_one_size(quads, columns * rows)
    if len(quads) != columns * rows:
        return None
    centres = np.array([quad.mean(axis=0) for quad in quads])
    hull = cv2.convexHull(centres.astype(np.float32))
    frame = _frame_of(np.asarray(hull, dtype=np.float64).reshape(-1, 2))
    if frame is None:
        return None
    for turned in range(4):
        turned_frame = np.roll(frame, turned, axis=0)
        target = np.array([[0, 0], [columns - 1, 0], [columns - 1, rows - 1], [0, rows - 1]])
        homography = np.asarray(
            cv2.getPerspectiveTransform(turned_frame.astype(np.float32), target.astype(np.float32)),
            dtype=np.float64,
        )
        placed = cv2.perspectiveTransform(centres.reshape(-1, 1, 2), homography).reshape(-1, 2)
        cells = np.rint(placed).astype(int)
        numbers = cells[:, 1] * columns + cells[:, 0]
        if np.abs(placed - cells).max() < 0.4 and sorted(numbers) == list(range(columns * rows)):
            order = np.argsort(numbers)
            return [_from_corner(quads[i], homography) for i in order]
    return None


def _of_one_size(quads: list[Floats], count: int) -> list[Floats]:
    """The `count` quads whose sizes are nearest the middle one, without doubles."""
    kept: list[Floats] = []
    for quad in sorted(quads, key=lambda each: -cv2.contourArea(each.astype(np.float32))):
        centre = quad.mean(axis=0)
        side = np.sqrt(cv2.contourArea(quad.astype(np.float32)))
        if all(np.linalg.norm(other.mean(axis=0) - centre) > side / 2 for other in kept):
            kept.append(quad)
    if len(kept) < count:
        return []
    areas = np.log([cv2.contourArea(quad.astype(np.float32)) for quad in kept])
    middle = float(np.median(areas))
    nearest = np.argsort(np.abs(areas - middle), kind="stable")[:count]
    return [kept[i] for i in sorted(nearest)]


def _frame_of(hull: Floats) -> Floats | None:
    """The four corners of the outermost centres, clockwise from the picture's upper left."""
    for share in (0.02, 0.04, 0.06, 0.08, 0.1):
        length = cv2.arcLength(hull.astype(np.float32), True)
        corners = cv2.approxPolyDP(hull.astype(np.float32), share * length, True)
        if len(corners) == 4:
            return _clockwise(np.asarray(corners, dtype=np.float64).reshape(4, 2))
    return None


def _clockwise(quad: Floats) -> Floats:
    """The corners clockwise as seen, from the one nearest the picture's upper left."""
    centre = quad.mean(axis=0)
    angles = np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0])
    ordered = quad[np.argsort(angles)]
    return np.roll(ordered, -int(np.argmin(ordered.sum(axis=1))), axis=0)


def _from_corner(quad: Floats, homography: NDArray[np.float64]) -> Floats:
    """The corners of one square from its own upper left, as the grid lies."""
    placed = cv2.perspectiveTransform(quad.reshape(-1, 1, 2), homography).reshape(-1, 2)
    return quad[np.argsort(np.arctan2(*(placed - placed.mean(axis=0)).T[::-1]))]


def _refined(grey: NDArray[np.float32], quad: Floats) -> Floats:
    lines = [_edge_line(grey, quad[i], quad[(i + 1) % 4]) for i in range(4)]
    corners = []
    for i in range(4):
        (point_a, along_a), (point_b, along_b) = lines[i - 1], lines[i]
        matrix = np.column_stack([along_a, -along_b])
        if abs(np.linalg.det(matrix)) < 1e-6:
            return quad
        step = np.linalg.solve(matrix, point_b - point_a)
        corners.append(point_a + step[0] * along_a)
    return np.array(corners)


def _edge_line(grey: NDArray[np.float32], start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """A point on the edge between two rough corners, and its direction."""
    along = end - start
    side = float(np.linalg.norm(along))
    across = np.array([-along[1], along[0]]) / side
    reach = max(2.0, _EDGE_REACH * side)
    offsets = np.arange(-reach, reach + 1e-9, 0.25)
    places = start + np.linspace(0.15, 0.85, _EDGE_SAMPLES)[:, None] * along
    grid = places[:, None, :] + offsets[None, :, None] * across
    profiles = cv2.remap(
        grey,
        grid[..., 0].astype(np.float32),
        grid[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    crossings = [_half_way(profile, offsets) for profile in profiles]
    found = np.array(
        [
            place + offset * across
            for place, offset in zip(places, crossings, strict=True)
            if offset is not None
        ]
    )
    if len(found) < _EDGE_SAMPLES // 2:
        return start, along / side
    vx, vy, x, y = cv2.fitLine(found.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    return np.array([x, y], dtype=np.float64), np.array([vx, vy], dtype=np.float64)


def _half_way(profile: NDArray[np.float32], offsets: Floats) -> float | None:
    """Where the profile crosses the middle of its two ends, nearest its own middle."""
    low, high = sorted((float(profile[:3].mean()), float(profile[-3:].mean())))
    if high - low < _LEAST_STEP:
        return None
    above = profile > (low + high) / 2
    at = np.flatnonzero(above[1:] != above[:-1])
    if not len(at):
        return None
    i = int(at[np.argmin(np.abs(offsets[at]))])
    share = ((low + high) / 2 - float(profile[i])) / float(profile[i + 1] - profile[i])
    return float(offsets[i] + (offsets[i + 1] - offsets[i]) * share)
