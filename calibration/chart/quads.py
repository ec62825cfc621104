"""Quadrangles in a picture that may be patches of a chart, and the lattice they lie on."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.colour import Floats

BLOCKS_PX = (21, 51, 101, 201)
OFFSETS = (4, 12)
MIN_SIDE_PX = 9.0
MAX_SHARE = 0.08
MAX_ELONGATION = 3.0
MIN_SOLIDITY = 0.85
MIN_CHAIN = 8

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quad:
    """A convex quadrangle: its four corners (4 x 2, px, in turn) and what follows from them."""

    corners: Floats

    @property
    def centre(self) -> Floats:
        """Where the diagonals cross: the picture of the middle under any perspective."""
        a, b, c, d = self.corners
        across, along = c - a, d - b
        turn = across[0] * along[1] - across[1] * along[0]
        share = ((b - a)[0] * along[1] - (b - a)[1] * along[0]) / turn
        return np.asarray(a + share * across)

    @property
    def axes(self) -> Floats:
        """The two steps from side to opposite side (2 x 2, px)."""
        a, b, c, d = self.corners
        return np.stack([(b + c - a - d) / 2, (c + d - a - b) / 2])

    @property
    def side_px(self) -> float:
        """The side of the square of the same area."""
        x, y = self.corners.T
        area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
        return float(np.sqrt(area))


def quads_in(rgb: NDArray[np.uint8]) -> list[Quad]:
    """Return the bright quadrangles with dark borders in an RGB picture, each once.

    A border of a chart is dark in every channel and a patch, but for the darkest, bright in one,
    so the picture is searched in its brightest channel, against the mean of blocks of several
    sizes.
    """
    bright = cv2.medianBlur(np.ascontiguousarray(rgb.max(axis=2)), 3)
    most = MAX_SHARE * bright.size
    found: list[tuple[float, Quad]] = []
    for block in BLOCKS_PX:
        for offset in OFFSETS:
            inside = cv2.adaptiveThreshold(
                bright, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, block, offset
            )
            contours, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
            for contour in contours:
                if MIN_SIDE_PX**2 <= cv2.contourArea(contour) <= most:
                    shaped = _quad(np.asarray(contour, np.int32))
                    if shaped is not None:
                        found.append(shaped)
    found.sort(key=lambda pair: -pair[0])
    kept: list[Quad] = []
    centres = np.empty((0, 2))
    sides = np.empty(0)
    for _, quad in found:
        centre, side = quad.centre, quad.side_px
        near = np.hypot(*(centres - centre).T) < 0.4 * np.maximum(sides, side)
        alike = (sides > 0.6 * side) & (sides < 1.7 * side)
        if not np.any(near & alike):
            kept.append(quad)
            centres = np.vstack([centres, centre])
            sides = np.append(sides, side)
    return kept


def _quad(contour: NDArray[np.int32]) -> tuple[float, Quad] | None:
    """Return how well a contour fills its quadrangle, and the quadrangle; None if it is none."""
    area = cv2.contourArea(contour)
    hull = cv2.convexHull(contour)
    solidity = area / max(cv2.contourArea(hull), 1.0)
    if solidity < MIN_SOLIDITY:
        return None
    length = cv2.arcLength(hull, closed=True)
    for share in (0.04, 0.06, 0.08, 0.1, 0.13):
        corners = cv2.approxPolyDP(hull, share * length, closed=True)
        if len(corners) <= 4:
            break
    if len(corners) != 4:
        return None
    quad = Quad(corners.reshape(4, 2).astype(np.float64))
    sides = np.hypot(*(quad.corners - np.roll(quad.corners, -1, axis=0)).T)
    if sides.min() < MIN_SIDE_PX / 2 or sides.max() > MAX_ELONGATION * sides.min():
        return None
    filled = area / max(quad.side_px**2, 1.0)
    if not 0.8 < filled < 1.3:
        return None
    return solidity - abs(1 - filled), quad


def lattices_of(quads: list[Quad]) -> list[dict[Cell, Quad]]:
    """Return the lattices that quadrangles of like size and even steps form, the largest first.

    Keys are (column, row), from an arbitrary quadrangle and in an arbitrary sense of rotation.
    """
    free = set(range(len(quads)))
    centres = np.array([quad.centre for quad in quads]).reshape(-1, 2)
    sides = np.array([quad.side_px for quad in quads])
    lattices = []
    for seed in sorted(free, key=lambda number: -sides[number]):
        if seed not in free:
            continue
        cells = _grown(seed, quads, centres, sides, free)
        if len(cells) >= MIN_CHAIN:
            free -= set(cells.values())
            lattices.append({cell: quads[number] for cell, number in cells.items()})
    return sorted(lattices, key=len, reverse=True)


def _grown(
    seed: int, quads: list[Quad], centres: Floats, sides: Floats, free: set[int]
) -> dict[Cell, int]:
    cells: dict[Cell, int] = {(0, 0): seed}
    steps: dict[int, Floats] = {seed: quads[seed].axes}
    queue = [(0, 0)]
    while queue:
        column, row = queue.pop(0)
        number = cells[column, row]
        for axis, (across, along) in enumerate(((1, 0), (0, 1))):
            for sense in (1, -1):
                cell = (column + sense * across, row + sense * along)
                if cell in cells:
                    continue
                other = _neighbour(number, axis, sense, steps[number], centres, sides, free)
                if other is None or other in steps:
                    continue
                aligned = _aligned(quads[other].axes, steps[number])
                if not _alike(aligned, steps[number]):
                    continue
                cells[cell] = other
                steps[other] = aligned
                queue.append(cell)
    return cells


def _neighbour(
    number: int,
    axis: int,
    sense: int,
    axes: Floats,
    centres: Floats,
    sides: Floats,
    free: set[int],
) -> int | None:
    """The quadrangle one step away: 1.02 to 1.7 sides along the axis, hardly beside it."""
    alike = np.flatnonzero((sides > 0.6 * sides[number]) & (sides < 1.65 * sides[number]))
    away = np.linalg.solve(axes.T, (centres[alike] - centres[number]).T).T
    along, beside = sense * away[:, axis], np.abs(away[:, 1 - axis])
    fits = (along > 1.02) & (along < 1.7) & (beside < 0.35)
    best: int | None = None
    shortest = np.inf
    for place in np.flatnonzero(fits):
        other = int(alike[place])
        if other in free and along[place] + beside[place] < shortest:
            best, shortest = other, along[place] + beside[place]
    return best


def _aligned(axes: Floats, like: Floats) -> Floats:
    """The axes of a quadrangle, swapped and turned to run as those of its neighbour."""
    if abs(_cosine(axes[0], like[0])) < abs(_cosine(axes[1], like[0])):
        axes = axes[::-1]
    return np.stack(
        [axis if _cosine(axis, to) > 0 else -axis for axis, to in zip(axes, like, strict=True)]
    )


def _alike(axes: Floats, like: Floats) -> bool:
    """Say whether neither axis is half as long again as its neighbour's, or the other way."""
    ratio = np.hypot(*axes.T) / np.hypot(*like.T)
    return bool(np.all((ratio > 1 / 1.6) & (ratio < 1.6)))


def _cosine(first: Floats, second: Floats) -> float:
    return float(first @ second / (np.hypot(*first) * np.hypot(*second)))
