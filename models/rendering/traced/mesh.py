"""Meshes: sheets with a free silhouette, bodies of revolution, pipes; all in bench mm.

Item coordinates: x and y in the plane of the bench as the frame shows them (y down), z up.
Triangles run so that their front faces outwards once the tracer has turned y over.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.rendering.field import TEXEL_MM, FloatArray
from models.rendering.traced.skin import Points, Skin, f32

Triangles = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Mesh:
    """``positions`` and ``normals`` (n, 3), ``uv`` (n, 2) over its skin, ``triangles`` (m, 3)."""

    positions: FloatArray
    normals: FloatArray
    uv: FloatArray
    triangles: Triangles

    def placed(self, x_mm: float, y_mm: float, yaw: float) -> "Mesh":
        """Turned about z by ``yaw`` from x towards y, then moved."""
        cos, sin = np.cos(yaw), np.sin(yaw)
        turn = f32([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        moved = self.positions @ turn + f32([x_mm, y_mm, 0])
        return Mesh(f32(moved), f32(self.normals @ turn), self.uv, self.triangles)


def at_vertices(values: FloatArray, rows: int, columns: int) -> FloatArray:
    """A field over a skin read at a regular grid of vertices that spans it edge to edge."""
    x = np.linspace(0, 1, columns, dtype=np.float32) * values.shape[1] - np.float32(0.5)
    y = np.linspace(0, 1, rows, dtype=np.float32) * values.shape[0] - np.float32(0.5)
    map_x, map_y = np.meshgrid(x, y)
    return f32(cv2.remap(values, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def relief(height: FloatArray, carried: FloatArray) -> FloatArray:
    """What of a height field (mm) a grid of vertices does not carry and shading must show."""
    rows, columns = carried.shape
    x = (np.arange(height.shape[1], dtype=np.float32) + 0.5) * ((columns - 1) / height.shape[1])
    y = (np.arange(height.shape[0], dtype=np.float32) + 0.5) * ((rows - 1) / height.shape[0])
    map_x, map_y = np.meshgrid(f32(x), f32(y))
    coarse = cv2.remap(carried, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return f32(np.clip(height - coarse, -0.6, 0.6))


def carried_height(skin: Skin, step_mm: float) -> FloatArray:
    """The coarse part of a skin's height at vertices ``step_mm`` apart."""
    rows = max(3, round(skin.width_mm / step_mm) + 1)
    columns = max(3, round(skin.length_mm / step_mm) + 1)
    soft = cv2.GaussianBlur(skin.height, (0, 0), 0.45 * step_mm / TEXEL_MM)
    return at_vertices(f32(soft), rows, columns)


def sheet(skin: Skin, carried: FloatArray, form: FloatArray, distance: FloatArray) -> Mesh:
    """A skin lying over the bench with a silhouette.

    ``form`` is mm above the bench over the skin's grid, ``distance`` the signed distance in mm to
    the silhouette, negative inside. Vertices beside the silhouette are moved onto it.
    """
    rows, columns = carried.shape
    away = at_vertices(distance, rows, columns)
    step_x, step_y = skin.length_mm / (columns - 1), skin.width_mm / (rows - 1)
    slope_y, slope_x = np.gradient(away, step_y, step_x)
    size = np.maximum(np.hypot(slope_x, slope_y), 1e-3)
    inside = away <= 0
    near = cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
    snapped = near & ~inside & (away < 2.2 * max(step_x, step_y))
    pull = np.where(snapped, np.minimum(away / size, 1.5 * step_x), 0)
    x = np.linspace(0, skin.length_mm, columns)[None, :] - pull * slope_x / size
    y = np.linspace(0, skin.width_mm, rows)[:, None] - pull * slope_y / size
    map_x, map_y = f32(x / TEXEL_MM - 0.5), f32(y / TEXEL_MM - 0.5)
    level = cv2.remap(form, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    z = level + carried
    positions = np.stack([x - skin.length_mm / 2, y - skin.width_mm / 2, z], axis=2)
    flat = at_vertices(form, rows, columns) + carried
    rise_y, rise_x = np.gradient(flat, step_y, step_x)
    normals = np.stack([-rise_x, -rise_y, np.ones_like(rise_x)], axis=2)
    uv = np.stack([x / skin.length_mm, y / skin.width_mm], axis=2)
    kept = inside | snapped
    index = np.arange(rows * columns, dtype=np.uint32).reshape(rows, columns)
    faces = grid_triangles(index)
    whole = kept.ravel()[faces].all(axis=1)
    return _mesh(positions, normals, uv, faces[whole])


def skirt(upper: Mesh, floor_mm: float, inset: float = 1.0) -> Mesh:
    """The wall from a sheet's border down to ``floor_mm``, its foot scaled by ``inset``."""
    edges = upper.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
    low, high = edges.min(axis=1), edges.max(axis=1)
    code = low * (len(upper.positions) + 1) + high
    _, first, count = np.unique(code, return_index=True, return_counts=True)
    border = edges[first[count == 1]]
    top = upper.positions[border]
    foot = top.copy()
    foot[..., 2] = np.minimum(floor_mm, top[..., 2])
    foot[..., :2] *= np.float32(inset)
    corners = np.stack([top[:, 0], top[:, 1], foot[:, 1], foot[:, 0]], axis=1)
    side = corners[:, 1] - corners[:, 0]
    down = f32([0, 0, -1]) + 0 * side
    out = np.cross(down, side)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    n = len(corners)
    index = np.arange(4 * n, dtype=np.uint32).reshape(n, 4)
    faces = np.concatenate([index[:, [0, 2, 1]], index[:, [0, 3, 2]]])
    uv = np.tile(f32([[0, 0], [1, 0], [1, 1], [0, 1]]), (n, 1))
    return Mesh(f32(corners.reshape(-1, 3)), f32(np.repeat(out, 4, axis=0)), uv, faces)


def surface_of(points: FloatArray, carried: FloatArray | None = None) -> Mesh:
    """A grid of points (rows, columns, 3) as a mesh, pushed out along its normals by ``carried``.

    The front is where the cross product of the column and row directions points.
    """
    rows, columns = points.shape[:2]
    normals = grid_normals(points)
    if carried is not None:
        points = f32(points + normals * carried[..., None])
        normals = grid_normals(points)
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    index = np.arange(rows * columns, dtype=np.uint32).reshape(rows, columns)
    return _mesh(points, normals, np.stack([u, v], axis=2), grid_triangles(index))


def grid_normals(points: FloatArray) -> FloatArray:
    """Unit normals (rows, columns, 3) of a grid of points."""
    along = np.gradient(points, axis=1)
    down = np.gradient(points, axis=0)
    normals = np.cross(along, down)
    return f32(normals / np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-9))


def pipe(path: Points, radius_mm: float | FloatArray, sides: int = 14) -> Mesh:
    """A round rod along a path (n, 3); ``radius_mm`` may vary along it."""
    path = np.asarray(path, np.float64)
    ahead = np.gradient(path, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    up = np.array([0.0, 0.0, 1.0])
    side = np.cross(ahead, up)
    weak = np.linalg.norm(side, axis=1) < 0.15
    side[weak] = np.cross(ahead[weak], [0.0, 1.0, 0.0])
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    above = np.cross(side, ahead)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    radius = np.broadcast_to(np.asarray(radius_mm, np.float64), len(path))
    turn = angle[None, :, None]
    ring = np.cos(turn) * side[:, None] - np.sin(turn) * above[:, None]
    points = path[:, None] + ring * radius[:, None, None]
    return surface_of(f32(points))


def grid_triangles(index: Triangles) -> Triangles:
    """Two triangles for each cell of a grid of vertex numbers."""
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, 1:].ravel(), index[1:, :-1].ravel()
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def _mesh(
    positions: NDArray[np.floating], normals: NDArray[np.floating], uv: NDArray[np.floating],
    faces: Triangles,
) -> Mesh:  # fmt: skip
    flat = f32(normals).reshape(-1, 3)
    flat = f32(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9))
    return Mesh(f32(positions).reshape(-1, 3), flat, f32(uv).reshape(-1, 2), faces)
