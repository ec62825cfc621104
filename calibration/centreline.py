"""The line along the middle of a long thin region: thinning, longest path, ends."""

import heapq

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.region import Cells, Floats

NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
SMOOTHING = 7
MIN_SLENDERNESS = 3.0
END_REACH = 1.5


def centrelines(cells: Cells) -> list[Floats]:
    """Return one polyline (N x 2, column then row) per connected part of the region.

    Choice of method: the part is thinned (Zhang and Suen 1984), the longest geodesic path of the
    skeleton is found by two Dijkstra passes, smoothed, cut back where the skeleton bends into a
    corner of the part's end, and prolonged straight until it leaves the part. Side branches do not
    count. A part too short for that (skeleton shorter than `MIN_SLENDERNESS` half-widths) gives
    the straight line between its two farthest cells.
    The crop needs a margin of one empty cell.
    """
    skeleton = thinned(cells)
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(cells.astype(np.uint8), connectivity=8)
    lines = []
    for number, (left, top, width, height, _) in enumerate(boxes[1:].tolist(), start=1):
        box = np.s_[top - 1 : top + height + 1, left - 1 : left + width + 1]
        part = labels[box] == number
        lines.append(_middle(part, skeleton[box] & part) + np.array([left - 1, top - 1]))
    return lines


def thinned(cells: Cells) -> Cells:
    """Return the skeleton, one cell wide and connected as the region is."""
    weights = np.zeros((3, 3), dtype=np.float32)
    for bit, (row, column) in enumerate(NEIGHBOURS):
        weights[row + 1, column + 1] = 1 << bit
    passes = _removable()
    image = cells.astype(np.uint8)
    while True:
        before = np.count_nonzero(image)
        for removable in passes:
            code = cv2.filter2D(image, cv2.CV_8U, weights, borderType=cv2.BORDER_CONSTANT)
            image[removable[code]] = 0
        if np.count_nonzero(image) == before:
            return image.astype(np.bool_)


def _removable() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return, for each of the two passes, which of the 256 neighbourhoods loses its centre."""
    first, second = np.zeros(256, dtype=np.bool_), np.zeros(256, dtype=np.bool_)
    for code in range(256):
        ring = [code >> bit & 1 for bit in range(8)]
        rises = sum(ring[i] == 0 and ring[(i + 1) % 8] == 1 for i in range(8))
        north, east, south, west = ring[0], ring[2], ring[4], ring[6]
        if rises != 1 or not 2 <= sum(ring) <= 6:
            continue
        first[code] = north * east * south == 0 and east * south * west == 0
        second[code] = north * east * west == 0 and north * south * west == 0
    return first, second


def _middle(part: Cells, skeleton: Cells) -> Floats:
    nodes = {(int(row), int(column)) for row, column in np.argwhere(skeleton)}
    if not nodes:
        return _farthest_pair(part)
    start = _farthest(nodes, min(nodes))[-1]
    path = np.array(_farthest(nodes, start), dtype=np.float64)[:, ::-1]
    distance = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 5)
    columns, rows = path.astype(np.int64).T
    half_width = float(np.median(distance[rows, columns]))
    if _length(path) < MIN_SLENDERNESS * half_width:
        return _farthest_pair(part)
    middle = _smoothed(path)
    middle = _ended(middle, half_width, part)
    return _ended(middle[::-1], half_width, part)


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


def _ended(path: Floats, half_width: float, part: Cells) -> Floats:
    """Replace the last stretch, bent into a corner, by a straight one that ends at the edge."""
    steps = np.hypot(*np.diff(path, axis=0).T)
    from_end = np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])
    cut = min(END_REACH * half_width, from_end[0] / 4)
    kept = path[from_end >= cut]
    behind = path[from_end >= min(cut + 2 * half_width + SMOOTHING, from_end[0] * 0.75)][-1]
    direction = kept[-1] - behind
    norm = float(np.hypot(*direction))
    if norm == 0:
        return path
    tip = kept[-1]
    move = direction / norm / 4
    while _covers(part, tip + move):
        tip = tip + move
    return np.vstack([kept, tip])


def _covers(part: Cells, point: Floats) -> bool:
    column, row = np.floor(point + 0.5).astype(np.int64)
    return bool(0 <= row < part.shape[0] and 0 <= column < part.shape[1] and part[row, column])


def _farthest_pair(part: Cells) -> Floats:
    rows, columns = np.nonzero(part)
    points = np.column_stack([columns, rows]).astype(np.int32)
    hull = cv2.convexHull(points).reshape(-1, 2).astype(np.float64)
    gaps = np.hypot(*(hull[:, None] - hull[None]).transpose(2, 0, 1))
    first, second = np.unravel_index(int(gaps.argmax()), gaps.shape)
    pair = hull[[first, second]]
    along = pair[1] - pair[0]
    norm = float(np.hypot(*along))
    half_cell = along / norm / 2 if norm else np.array([0.5, 0.0])
    return np.asarray(pair + np.array([-half_cell, half_cell]))


def _length(path: Floats) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())
