"""Where a fault finds room, and the curves and blots faults are made of."""

import cv2
import numpy as np

from models.rendering.fast.fields import Float, Mask, Points, drawn_line, f32, fractal, step
from models.rendering.fast.surface import Surface

_APART_MM = 3.0


def free(surface: Surface, margin_mm: float, where: Mask | None = None) -> Mask:
    """Where a fault may have its middle: on the item, clear of its edge and of other faults."""
    open_ = (surface.cover > 0.9) & ~surface.taken()
    if where is not None:
        open_ &= where
    padded = cv2.copyMakeBorder(open_.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    room = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.asarray(room > surface.texels(margin_mm), np.bool_)


def spot(
    surface: Surface, rng: np.random.Generator, margin_mm: float, where: Mask | None = None
) -> Points | None:
    """A free place in mm from the middle, or None."""
    places = np.flatnonzero(free(surface, margin_mm, where))
    if not len(places):
        return None
    row, column = divmod(int(places[int(rng.integers(len(places)))]), surface.shape[1])
    rows, columns = surface.shape
    middle = np.array([(columns - 1) / 2, (rows - 1) / 2])
    return np.asarray((np.array([column, row]) - middle) * surface.texel_mm, np.float64)


def curve(rng: np.random.Generator, length_mm: float, bend: float) -> Points:
    """A smooth curve of this length around the origin; ``bend`` is its turn in radians."""
    count = max(8, int(length_mm / 1.2))
    turn = np.cumsum(rng.normal(0, bend / np.sqrt(count), count)) + rng.uniform(0, 2 * np.pi)
    turn = turn + np.linspace(0, float(rng.normal(0, bend)), count)
    points = np.cumsum(np.stack([np.cos(turn), np.sin(turn)], 1), axis=0) * length_mm / count
    return np.asarray(points - points.mean(axis=0), np.float64)


def crooked(rng: np.random.Generator, length_mm: float, sharp: float) -> Points:
    """A jagged line of this length around the origin, as things break."""
    count = max(4, int(length_mm / 2.2))
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.12, count))
    turn = heading + rng.normal(0, sharp, count)
    points = np.cumsum(np.stack([np.cos(turn), np.sin(turn)], 1), axis=0)
    points = np.concatenate([[[0.0, 0.0]], points])
    run = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
    return np.asarray((points - points.mean(axis=0)) * length_mm / run, np.float64)


def on_item(
    surface: Surface, line_mm: Points, width_mm: float, share: float = 0.97
) -> Float | None:
    """Coverage of a line where it lies on the item and clear of other faults, else None."""
    line = drawn_line(surface.shape, surface.at_texels(line_mm), surface.texels(width_mm))
    total = line_mm.shape[0]
    texels = np.round(surface.at_texels(line_mm)).astype(int)
    rows, columns = surface.shape
    inside = (
        (texels[:, 0] > 2) & (texels[:, 1] > 2)
        & (texels[:, 0] < columns - 3) & (texels[:, 1] < rows - 3)
    )  # fmt: skip
    if inside.sum() < share * total:
        return None
    x, y = texels[inside].T
    if float((surface.cover[y, x] > 0.9).mean()) < share or touches(surface, line):
        return None
    return line


def touches(surface: Surface, extent: Float) -> bool:
    """Whether an extent comes within a few millimetres of an earlier fault."""
    taken = surface.taken()
    if not taken.any():
        return False
    reach = 2 * round(surface.texels(_APART_MM)) + 1
    near = cv2.dilate((extent > 0.2).astype(np.uint8), np.ones((reach, reach), np.uint8))
    return bool((near.astype(np.bool_) & taken).any())


def blot(
    surface: Surface,
    rng: np.random.Generator,
    middle_mm: Points,
    area_mm2: float,
    *,
    wobble: float,
    soft_mm: float,
    aspect: float = 1.8,
) -> Float:
    """A ragged spot of about this area with its half contour at 0.5 and a rim ``soft_mm`` wide."""
    x, y = surface.grid_mm()
    angle = float(rng.uniform(0, np.pi))
    ratio = float(np.exp(rng.uniform(0, np.log(aspect)) / 2))
    radius = float(np.sqrt(area_mm2 / np.pi))
    dx, dy = x - np.float32(middle_mm[0]), y - np.float32(middle_mm[1])
    u = (dx * np.cos(angle) + dy * np.sin(angle)) / np.float32(radius * ratio)
    v = (dy * np.cos(angle) - dx * np.sin(angle)) * np.float32(ratio / radius)
    away = np.hypot(u, v) + np.float32(wobble) * fractal(
        rng, surface.shape, max(3.0, surface.texels(radius * 0.9)), 4, 0.6
    )
    soft = min(0.9, soft_mm / radius)
    return step(1 + soft / 2, 1 - soft / 2, f32(away))
