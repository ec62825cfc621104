"""The line along the middle of a long thin region: thinning, longest path, ends."""

import heapq
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.region import Cells, Floats, hull_of, rim

NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
SMOOTHING = 5
MIN_SLENDERNESS = 3.0
END_REACH = 1.5
TIP_SLACK = 1.5
MAX_HALF_WIDTH = 12


def centrelines(cells: Cells) -> list[Floats]:
    """Return one polyline (N x 2, column then row) per connected part of the region.

    Method: the part is thinned (Guo and Hall 1989), the longest geodesic path of the skeleton is
    found by two Dijkstra passes and smoothed, and each end, where the skeleton may bend into a
    corner, is replaced by a straight stretch as far as the part reaches. Side branches do not
    count. A part whose skeleton is shorter than `MIN_SLENDERNESS` half-widths gives the straight
    line between its two farthest cells.
    The crop needs a margin of one empty cell.
    """
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(cells.astype(np.uint8), connectivity=8)
    lines = []
    for number, (left, top, width, height, _) in enumerate(boxes[1:].tolist(), start=1):
        box = np.s_[top - 1 : top + height + 1, left - 1 : left + width + 1]
        lines.append(_middle(labels[box] == number) + np.array([left - 1, top - 1]))
    return lines


def branches_length(cells: Cells) -> float:
    """Return the length, in cells, of the whole skeleton, every branch counted.

    Steps along the grid count 1 and diagonal ones √2, a diagonal only where no two straight steps
    join the same cells; the chain is then some percent longer than a smooth curve.
    """
    skeleton = thinned(cells)
    across = np.count_nonzero(skeleton[:, 1:] & skeleton[:, :-1])
    down = np.count_nonzero(skeleton[1:] & skeleton[:-1])
    falling = skeleton[1:, 1:] & skeleton[:-1, :-1]
    falling &= ~skeleton[1:, :-1] & ~skeleton[:-1, 1:]
    rising = skeleton[1:, :-1] & skeleton[:-1, 1:]
    rising &= ~skeleton[1:, 1:] & ~skeleton[:-1, :-1]
    diagonal = np.count_nonzero(falling) + np.count_nonzero(rising)
    return float(across + down + diagonal * 2**0.5)


def thinned(cells: Cells) -> Cells:
    """Return the skeleton, one cell wide and connected as the region is."""
    weights = np.zeros((3, 3), dtype=np.float32)
    for bit, (row, column) in enumerate(NEIGHBOURS):
        weights[row + 1, column + 1] = 1 << bit
    passes = deletable()
    image = cells.astype(np.uint8)
    while True:
        before = np.count_nonzero(image)
        for removable in passes:
            code = cv2.filter2D(image, cv2.CV_8U, weights, borderType=cv2.BORDER_CONSTANT)
            image[removable[code]] = 0
        if np.count_nonzero(image) == before:
            return image.astype(np.bool_)


@cache
def deletable() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return, for each of the two passes, which of the 256 neighbourhoods loses its centre."""
    first, second = np.zeros(256, dtype=np.bool_), np.zeros(256, dtype=np.bool_)
    for code in range(256):
        p2, p3, p4, p5, p6, p7, p8, p9 = (bool(code >> bit & 1) for bit in range(8))
        crossings = (
            (not p2 and (p3 or p4))
            + (not p4 and (p5 or p6))
            + (not p6 and (p7 or p8))
            + (not p8 and (p9 or p2))
        )
        clockwise = (p9 or p2) + (p3 or p4) + (p5 or p6) + (p7 or p8)
        anticlockwise = (p2 or p3) + (p4 or p5) + (p6 or p7) + (p8 or p9)
        if crossings == 1 and 2 <= min(clockwise, anticlockwise) <= 3:
            first[code] = not ((p6 or p7 or not p9) and p8)
            second[code] = not ((p2 or p3 or not p5) and p4)
    return first, second


def _middle(part: Cells) -> Floats:
    edge = rim(part)
    distance = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 5)
    block = max(1, int(distance.max() / MAX_HALF_WIDTH))
    skeleton = thinned(_pooled(part, block))
    nodes = {(int(row), int(column)) for row, column in np.argwhere(skeleton)}
    if not nodes:
        return _farthest_pair(edge)
    start = _farthest(nodes, min(nodes))[-1]
    path = np.array(_farthest(nodes, start), dtype=np.float64)[:, ::-1]
    path = (path - 1) * block + (block - 1) / 2
    columns, rows = np.minimum(path.astype(np.int64), np.array(part.shape)[::-1] - 1).T
    half_width = max(1.0, float(np.median(distance[rows, columns])))
    if _length(path) < MIN_SLENDERNESS * half_width:
        return _farthest_pair(edge)
    middle = _ended(_smoothed(path), half_width, edge, block)
    return _ended(middle[::-1], half_width, edge, block)


def _pooled(part: Cells, block: int) -> Cells:
    """Return the part in blocks of cells, any cell filling its block, with a margin of one."""
    rows, columns = (-(-size // block) for size in part.shape)
    filled = np.zeros((rows * block, columns * block), dtype=np.bool_)
    filled[: part.shape[0], : part.shape[1]] = part
    return np.pad(filled.reshape(rows, block, columns, block).any(axis=(1, 3)), 1)


def _farthest(nodes: set[tuple[int, int]], start: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the shortest path from `start` to the node that is farthest along the skeleton."""
    reached = {start: 0.0}
    previous: dict[tuple[int, int], tuple[int, int]] = {}
    queue = [(0.0, start)]
    end = start
    while queue:
        travelled, node = heapq.heappop(queue)
        if travelled > reached[node]:
            continue
        end = node
        for row, column in NEIGHBOURS:
            neighbour = (node[0] + row, node[1] + column)
            further = travelled + (2**0.5 if row and column else 1.0)
            if neighbour in nodes and further < reached.get(neighbour, float("inf")):
                reached[neighbour] = further
                previous[neighbour] = node
                heapq.heappush(queue, (further, neighbour))
    path = [end]
    while path[-1] != start:
        path.append(previous[path[-1]])
    return path[::-1]


def _smoothed(path: Floats) -> Floats:
    """Average away the staircase of cell steps; the two ends stay where they are."""
    reach = min(SMOOTHING // 2, len(path) - 1)
    kernel = np.full(2 * reach + 1, 1 / (2 * reach + 1))
    for _ in range(2):
        before = 2 * path[0] - path[reach:0:-1]
        after = 2 * path[-1] - path[-2 : -2 - reach : -1]
        padded = np.vstack([before, path, after])
        path = np.column_stack([np.convolve(axis, kernel, mode="valid") for axis in padded.T])
    return path


def _ended(path: Floats, half_width: float, edge: NDArray[np.int32], block: int) -> Floats:
    """Replace the last stretch, bent into a corner, by a straight one that ends at the edge."""
    steps = np.hypot(*np.diff(path, axis=0).T)
    from_end = np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])
    cut = min(END_REACH * half_width, from_end[0] / 4)
    baseline = half_width + SMOOTHING * block
    kept = path[from_end >= cut]
    behind = path[from_end >= min(cut + baseline, from_end[0] * 0.75)][-1]
    direction = kept[-1] - behind
    norm = float(np.hypot(*direction))
    if norm == 0:
        return path
    direction = direction / norm
    offsets = edge - kept[-1]
    ahead = offsets @ direction
    beside = np.abs(offsets @ np.array([-direction[1], direction[0]]))
    near_axis = beside <= max(TIP_SLACK, half_width / 2)
    within_reach = ahead <= cut + 2 * half_width + TIP_SLACK * block
    tip = ahead[near_axis & within_reach].max(initial=0.0)
    return np.vstack([kept, kept[-1] + (tip + 0.5) * direction])


def _farthest_pair(edge: NDArray[np.int32]) -> Floats:
    hull = hull_of(edge)
    gaps = np.hypot(*(hull[:, None] - hull[None]).transpose(2, 0, 1))
    first, second = np.unravel_index(int(gaps.argmax()), gaps.shape)
    pair = hull[[first, second]]
    along = pair[1] - pair[0]
    norm = float(np.hypot(*along))
    quarter_cell = along / norm / 4 if norm else np.array([0.25, 0.0])
    return np.asarray(pair + np.array([-quarter_cell, quarter_cell]))


def _length(path: Floats) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())
