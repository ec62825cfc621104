"""A face's height field split into what the mesh carries and what only shades."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.rendering.field import TEXEL_MM, Field
from models.rendering.geometry import Placement

FloatArray = NDArray[np.float32]
IndexArray = NDArray[np.uint32]

MESH_MM = 1.0
_LARGEST_RELIEF_MM = 0.6


@dataclass(frozen=True, slots=True)
class TopMesh:
    """A regular triangle mesh of the top face, and the finer relief left over.

    ``positions`` (n, 3) are bench mm, ``normals`` (n, 3) point to the camera, ``uv`` (n, 2) run
    over the field, ``triangles`` is (m, 3), ``relief`` is mm over the field's grid, ``border``
    lists the vertices around the face in order.
    """

    positions: FloatArray
    normals: FloatArray
    uv: FloatArray
    triangles: IndexArray
    relief: FloatArray
    border: IndexArray


def top_mesh(face: Field, placement: Placement) -> TopMesh:
    """Mesh of a face lying on top of the carton at ``placement``."""
    columns = round(face.length_mm / MESH_MM) + 1
    rows = round(face.width_mm / MESH_MM) + 1
    u = np.linspace(0, 1, columns, dtype=np.float32)
    v = np.linspace(0, 1, rows, dtype=np.float32)
    smooth = cv2.GaussianBlur(face.height, (0, 0), 0.45 * MESH_MM / TEXEL_MM)
    at_x, at_y = np.meshgrid(u * face.shape[1] - 0.5, v * face.shape[0] - 0.5)
    heights = cv2.remap(
        smooth, at_x.astype(np.float32), at_y.astype(np.float32),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    grid_u, grid_v = np.meshgrid(u, v)
    flat = np.stack([grid_u.ravel() * face.length_mm, grid_v.ravel() * face.width_mm], axis=1)
    positions = placement.to_bench(flat.astype(np.float64), placement.size_mm[2])
    positions[:, 2] += heights.ravel()
    step_x, step_y = face.length_mm / (columns - 1), face.width_mm / (rows - 1)
    carried: FloatArray = np.asarray(heights, dtype=np.float32)
    slope_v = np.asarray(np.gradient(carried, step_y, axis=0), dtype=np.float32)
    slope_u = np.asarray(np.gradient(carried, step_x, axis=1), dtype=np.float32)
    index = np.arange(rows * columns, dtype=np.uint32).reshape(rows, columns)
    return TopMesh(
        positions=positions.astype(np.float32),
        normals=_normals(slope_u, slope_v, placement.yaw),
        uv=np.stack([grid_u.ravel(), grid_v.ravel()], axis=1).astype(np.float32),
        triangles=_triangles(index),
        relief=_relief(face, carried, at_x, at_y),
        border=np.concatenate([index[0, :-1], index[:-1, -1], index[-1, :0:-1], index[:0:-1, 0]]),
    )


def walls(mesh: TopMesh) -> tuple[FloatArray, IndexArray]:
    """Positions and triangles of the walls from the face's border down to the bench."""
    upper = mesh.positions[mesh.border]
    lower = upper.copy()
    lower[:, 2] = 0
    count = len(upper)
    here = np.arange(count, dtype=np.uint32)
    after = np.roll(here, -1)
    triangles = np.concatenate(
        [
            np.stack([here, after, here + count], axis=1),
            np.stack([after, after + count, here + count], axis=1),
        ]
    )
    return np.concatenate([upper, lower]), triangles.astype(np.uint32)


def _normals(slope_u: FloatArray, slope_v: FloatArray, yaw: float) -> FloatArray:
    cos, sin = np.float32(np.cos(yaw)), np.float32(np.sin(yaw))
    x = -(cos * slope_u - sin * slope_v)
    y = -(sin * slope_u + cos * slope_v)
    normals = np.stack([x.ravel(), y.ravel(), np.ones(x.size, dtype=np.float32)], axis=1)
    return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True), dtype=np.float32)


def _triangles(index: IndexArray) -> IndexArray:
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, 1:].ravel(), index[1:, :-1].ravel()
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def _relief(face: Field, heights: FloatArray, at_x: FloatArray, at_y: FloatArray) -> FloatArray:
    rows, columns = heights.shape
    step_x = (at_x[0, -1] - at_x[0, 0]) / (columns - 1)
    step_y = (at_y[-1, 0] - at_y[0, 0]) / (rows - 1)
    x = (np.arange(face.shape[1], dtype=np.float32) + 0.5) / np.float32(step_x)
    y = (np.arange(face.shape[0], dtype=np.float32) + 0.5) / np.float32(step_y)
    map_x, map_y = np.meshgrid(x, y)
    carried = cv2.remap(
        heights, map_x.astype(np.float32), map_y.astype(np.float32),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    relief = face.height - carried
    clipped = np.clip(relief, -_LARGEST_RELIEF_MM, _LARGEST_RELIEF_MM)
    return np.asarray(clipped, dtype=np.float32)
