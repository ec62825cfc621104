"""Silhouettes and forms that families share."""

import numpy as np

from models.rendering.fast.fields import Float, Points, drawn_polygon, f32
from models.rendering.fast.surface import Surface


def box_distance(
    surface: Surface,
    half_mm: tuple[float, float],
    radius_mm: float,
    middle_mm: tuple[float, float] = (0.0, 0.0),
) -> Float:
    """Signed distance in mm to a box with round corners, negative inside."""
    x, y = surface.grid_mm()
    across = np.abs(x - np.float32(middle_mm[0])) - np.float32(half_mm[0] - radius_mm)
    down = np.abs(y - np.float32(middle_mm[1])) - np.float32(half_mm[1] - radius_mm)
    outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    return f32(outside + np.minimum(np.maximum(across, down), 0) - np.float32(radius_mm))


def disc_distance(surface: Surface, radius_mm: float, middle_mm: tuple[float, float]) -> Float:
    """Signed distance in mm to a disc, negative inside."""
    x, y = surface.grid_mm()
    return f32(np.hypot(x - middle_mm[0], y - middle_mm[1]) - np.float32(radius_mm))


def covered(surface: Surface, distance_mm: Float) -> Float:
    """Coverage 0..1 of the inside of a signed distance."""
    return f32(np.clip(np.float32(0.5) - distance_mm / np.float32(surface.texel_mm), 0, 1))


def covered_polygon(surface: Surface, corners_mm: Points) -> Float:
    """Coverage 0..1 of a polygon given in mm from the middle."""
    return drawn_polygon(surface.shape, surface.at_texels(corners_mm))


def rounded_edge(distance_mm: Float, radius_mm: float) -> Float:
    """How far, in mm, an edge of this radius lies below its level; 0 well inside."""
    radius = np.float32(radius_mm)
    inset = np.clip(radius + distance_mm, 0, radius)
    return f32(radius - np.sqrt(np.maximum(radius * radius - inset * inset, 0)))


def smooth_corners(corners: Points, turns: int = 3) -> Points:
    """A closed polygon with its corners cut (Chaikin) ``turns`` times."""
    for _ in range(turns):
        after = np.roll(corners, -1, axis=0)
        pairs = np.stack([0.75 * corners + 0.25 * after, 0.25 * corners + 0.75 * after], axis=1)
        corners = pairs.reshape(-1, 2)
    return corners


def smooth_line(points: Points, turns: int = 3) -> Points:
    """An open line with its corners cut; its ends stay."""
    for _ in range(turns):
        a, b = points[:-1], points[1:]
        pairs = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], pairs, points[-1:]])
    return points


def along(line: Points) -> tuple[Points, Points]:
    """Directions (n, 2) of a line at its points, and the distance run up to each (n,)."""
    steps = np.diff(line, axis=0)
    length = np.linalg.norm(steps, axis=1)
    run = np.concatenate([[0.0], np.cumsum(length)])
    unit = steps / np.maximum(length, 1e-9)[:, None]
    return np.concatenate([unit, unit[-1:]]), run
