"""Samples of the frame traced as one batch of rays, for the tracer's compiled variants.

A film bakes its size and crop into the compiled kernel; rays given as arrays do not, so that one
kernel serves every window of every item.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.rendering.field import FloatArray
from models.rendering.geometry import Bench
from models.rendering.traced.item import Atlas
from models.rendering.traced.skin import f32
from models.rendering.tracer import Window

Pixels = NDArray[np.float64]


def pixels(bench: Bench, window: Window, offsets: Pixels) -> FloatArray:
    """Ray directions (rows * columns * n, 3) in the tracer's axes through each pixel of a window
    at n ``offsets`` (n, 2) from its centre, samples of a pixel together."""
    y, x = np.mgrid[
        window.top : window.top + window.height, window.left : window.left + window.width
    ]
    cx, cy = bench.centre
    at_x = (x[..., None] + offsets[:, 0] - cx) / bench.focal_px
    at_y = (cy - y[..., None] - offsets[:, 1]) / bench.focal_px
    ways = np.stack([at_x, at_y, np.full_like(at_x, -1.0)], axis=-1).reshape(-1, 3)
    return f32(ways / np.linalg.norm(ways, axis=1, keepdims=True))


def spread_offsets(count: int) -> Pixels:
    """``count`` places within a pixel, evenly spread (a rank-1 lattice)."""
    number = np.arange(count)
    golden = (number * 0.6180339887498949 + 0.5) % 1.0
    return np.stack([(number + 0.5) / count, golden], axis=1) - 0.5


def radiance(
    mi: Any, scene: Any, integrator: Any, bench: Bench, ways: FloatArray, *, spp: int, seed: int
) -> FloatArray:
    """The mean radiance (n / spp, 3) of each ``spp`` rays in a row."""
    sampler = mi.load_dict({"type": "multijitter", "sample_count": spp})
    sampler.set_samples_per_wavefront(spp)
    sampler.seed(seed, len(ways))
    light, _, _ = integrator.sample(scene, sampler, _rays(mi, bench, ways))
    # Read out by channel: interleaving bakes the number of rays into the kernel.
    _evaluate(light)
    channels = [np.array(light[n]).reshape(-1, spp).mean(axis=1) for n in range(3)]
    return f32(np.stack(channels, axis=1))


def hits(
    mi: Any, scene: Any, item: Atlas, bench: Bench, ways: FloatArray
) -> tuple[NDArray[np.int32], FloatArray, FloatArray]:
    """For each ray the part of the item that it meets (-1 for none), the uv there (n, 2) and the
    shading normal (n, 3) in the tracer's axes."""
    here = scene.ray_intersect(_rays(mi, bench, ways))
    shape = next(each for each in scene.shapes() if each.id() == "item")
    _evaluate(here)
    met = np.array(here.is_valid() & (here.shape == mi.ShapePtr(shape)))
    face = np.array(here.prim_index).astype(np.int64)
    part = np.clip(np.searchsorted(item.first, face, side="right") - 1, 0, len(item.corner) - 1)
    uv = (_columns(here.uv, 2) - item.corner[part]) / item.share[part]
    return np.where(met, part, -1).astype(np.int32), f32(uv), _columns(here.sh_frame.n, 3)


def _rays(mi: Any, bench: Bench, ways: FloatArray) -> Any:
    origin = mi.Point3f(0.0, 0.0, bench.plane_mm)
    direction = mi.Vector3f(*(_aligned(ways[:, axis]) for axis in range(3)))
    return mi.RayDifferential3f(origin, direction)


def _columns(values: Any, count: int) -> FloatArray:
    return f32(np.stack([np.array(values[n]) for n in range(count)], axis=1))


def _evaluate(values: Any) -> None:
    import drjit

    drjit.eval(values)


def _aligned(values: FloatArray) -> FloatArray:
    """A copy that starts at a multiple of 64 bytes: kernels are compiled for an alignment."""
    room = np.empty(len(values) + 16, np.float32)
    start = -(room.ctypes.data // 4) % 16
    copy = room[start : start + len(values)]
    copy[...] = values
    return copy
