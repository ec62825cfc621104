"""Native-resolution tiles over a region, and their results put together again.

Tiles lie on the grid of the networks' coarsest stride, counted from the picture's corner, so that
a region that moves by a pixel is seen through the same tiles. Where tiles overlap, the result of
each cell comes from the tile in which it lies further from the border.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.runtime.manifest import GRID, Input
from models.runtime.opencv import cv2
from models.runtime.region import Box

_CONTEXT = 16
"""Pixels of surroundings given to the model on every side of a region."""


@dataclass(frozen=True, slots=True)
class Span:
    """One axis of a tile: it reaches from `start` over `size`, and owns `begin` to `end`."""

    start: int
    size: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Tile:
    """What is given to the model at once, and the part of its result that is kept."""

    across: Span
    down: Span

    @property
    def box(self) -> Box:
        return Box(self.across.start, self.down.start, self.across.size, self.down.size)

    @property
    def owned(self) -> Box:
        across, down = self.across, self.down
        return Box(across.begin, down.begin, across.end - across.begin, down.end - down.begin)


@dataclass(frozen=True, slots=True)
class Tiling:
    """The tiles over `window`, which may reach beyond the picture."""

    window: Box
    tiles: tuple[Tile, ...]


def tiling(region: Box, width: int, height: int, rule: Input) -> Tiling:
    """Tiles of the sizes that `rule` allows, over `region` of a picture and its surroundings."""
    across = _axis(region.x, region.right, width, rule.width, rule)
    down = _axis(region.y, region.bottom, height, rule.height, rule)
    window = Box(
        across[0].start,
        down[0].start,
        across[-1].end - across[0].start,
        down[-1].end - down[0].start,
    )
    return Tiling(window, tuple(Tile(column, row) for row in down for column in across))


def cut(picture: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The pixels of `box`: a view, or a copy continued by edge pixels where it leaves the picture.

    `picture` is uint8 [H, W, 3], which `box` must meet.
    """
    height, width = picture.shape[:2]
    inside = box.intersection(Box(0, 0, width, height))
    pixels = picture[inside.y : inside.bottom, inside.x : inside.right]
    if inside == box:
        return pixels
    return np.asarray(
        cv2.copyMakeBorder(
            pixels,
            inside.y - box.y,
            box.bottom - inside.bottom,
            inside.x - box.x,
            box.right - inside.right,
            cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def merge(plan: Tiling, results: Iterator[NDArray[np.float32]], stride: int) -> NDArray[np.float32]:
    """One map [K, window.height / stride, window.width / stride] from each tile's [K, h, w].

    The result of an only tile is returned as it is. No map reaches beyond the window.
    """
    if len(plan.tiles) == 1:
        return next(results)
    merged: NDArray[np.float32] | None = None
    for tile, result in zip(plan.tiles, results, strict=True):
        if merged is None:
            shape = (len(result), plan.window.height // stride, plan.window.width // stride)
            merged = np.empty(shape, np.float32)
        rows_to, rows_from = _slices(tile.down, plan.window.y, stride)
        columns_to, columns_from = _slices(tile.across, plan.window.x, stride)
        merged[:, rows_to, columns_to] = result[:, rows_from, columns_from]
    if merged is None:
        raise ValueError("A tiling has at least one tile.")
    return merged


def _slices(span: Span, origin: int, stride: int) -> tuple[slice, slice]:
    kept = slice((span.begin - origin) // stride, (span.end - origin) // stride)
    return kept, slice((span.begin - span.start) // stride, (span.end - span.start) // stride)


def _axis(start: int, end: int, picture: int, fixed: int, rule: Input) -> list[Span]:
    """Spans of one size that cover pixels `start` to `end`, with context inside the picture."""
    first = max(0, start - _CONTEXT) // GRID * GRID
    total = max(_grid_up(min(picture, end + _CONTEXT) - first), fixed)
    first = min(first, max(0, _grid_up(picture - total)))
    largest = fixed or rule.tile
    if total <= largest:
        return [Span(first, total, first, first + total)]
    count = -(-(total - rule.overlap) // (largest - rule.overlap))
    size = fixed or _grid_up(-(-(total + (count - 1) * rule.overlap) // count))
    starts = [first + i * (total - size) // (count - 1) // GRID * GRID for i in range(count)]
    cuts = [(before + size + after) // 2 // GRID * GRID for before, after in pairwise(starts)]
    begins, ends = [first, *cuts], [*cuts, first + total]
    return [
        Span(tile, size, begin, end) for tile, begin, end in zip(starts, begins, ends, strict=True)
    ]


def _grid_up(length: int) -> int:
    return -(-length // GRID) * GRID
