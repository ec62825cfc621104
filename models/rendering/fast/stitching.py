"""Rows of stitches along a line."""

import numpy as np

from models.rendering.fast.artwork import any_hue, hsv
from models.rendering.fast.fields import Float, Points, blend, drawn_line, f32
from models.rendering.fast.shapes import along
from models.rendering.fast.surface import Surface


def stitch(
    item: Surface,
    rng: np.random.Generator,
    line_mm: Points,
    *,
    offset_mm: float = 0.0,
    thread: Float | None = None,
    pitch_mm: float = 2.8,
    thick_mm: float = 0.55,
) -> None:
    """Sew along a line in mm from the middle, ``offset_mm`` to its left."""
    unit, run = along(line_mm)
    moved = line_mm + np.stack([unit[:, 1], -unit[:, 0]], 1) * offset_mm
    colour = thread
    if colour is None:
        rows, columns = item.shape
        colour = f32(
            np.clip(item.albedo[rows // 2, columns // 2] * rng.uniform(0.6, 1.6), 0.02, 0.9)
        )
        if rng.random() < 0.25:
            colour = hsv(any_hue(rng), float(rng.uniform(0, 0.6)), float(rng.uniform(0.3, 1)))
    total = float(run[-1])
    starts = np.arange(0.3, total - pitch_mm * 0.7, pitch_mm)
    threads = np.zeros(item.shape, np.float32)
    for start in starts:
        ends = np.array([start, start + pitch_mm * 0.68])
        points = np.stack([np.interp(ends, run, moved[:, 0]), np.interp(ends, run, moved[:, 1])], 1)
        _add_line(threads, item.at_texels(points), item.texels(thick_mm))
    item.albedo[...] = blend(item.albedo, colour, threads * np.float32(0.95))
    item.height += threads * np.float32(0.22)


def _add_line(field: Float, points: Points, width: float) -> None:
    low = np.floor(points.min(axis=0) - width - 2).astype(int).clip(0)
    high = np.ceil(points.max(axis=0) + width + 2).astype(int)
    area = field[low[1] : high[1], low[0] : high[0]]
    if area.size:
        np.maximum(area, drawn_line((area.shape[0], area.shape[1]), points - low, width), out=area)
