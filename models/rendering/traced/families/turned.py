"""Bodies of revolution lying on their side."""

from collections.abc import Callable

import numpy as np

from models.rendering.field import FloatArray
from models.rendering.traced.item import Look, Solid
from models.rendering.traced.mesh import surface_of
from models.rendering.traced.skin import Points, f32

OPEN = 1.75
"""Half the angle of a body that its skin covers, in radians; the rest lies underneath."""


def lathe(
    skin_length: float, profile: Points, radius: float, centre_z: float, x0: float
) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """A form for Shell: ``profile`` (n, 2) of run 0..1 and radius share, its axis along x at
    ``centre_z``; the skin's rows run over the angle from -OPEN to OPEN about the top."""

    def at(u: FloatArray, v: FloatArray) -> FloatArray:
        share = np.interp(u[0], profile[:, 0], profile[:, 1]).astype(np.float32)
        angle = (v - np.float32(0.5)) * np.float32(2 * OPEN)
        r = share[None, :] * np.float32(radius)
        x = np.float32(x0) + u * np.float32(skin_length) + 0 * angle
        return f32(np.stack([x, r * np.sin(angle), centre_z + r * np.cos(angle)], axis=2))

    return at


def ring_solid(profile: Points, centre_z: float, x0: float, look: Look, ribs: int = 0) -> Solid:
    """A turned solid about an axis along x: ``profile`` (n, 2) of x and radius in mm."""
    turn = np.linspace(0, 2 * np.pi, max(49, ribs * 4 + 1))
    wave = 1 + (0.018 * np.cos(ribs * turn) if ribs else 0 * turn)
    x = x0 + profile[:, 0][None, :] + 0 * turn[:, None]
    r = profile[:, 1][None, :] * np.where(profile[:, 1] > profile[:, 1].max() * 0.8, 1, 0)[None, :]
    r = np.where(r > 0, r * wave[:, None], profile[:, 1][None, :])
    y, z = r * np.sin(turn)[:, None], centre_z + r * np.cos(turn)[:, None]
    return Solid(surface_of(f32(np.stack([x, y, z], axis=2))), look)


def smooth_profile(points: Points, count: int = 160) -> Points:
    """A profile with its corners rounded."""
    run = np.linspace(0, 1, count)
    share = np.interp(run, points[:, 0], points[:, 1])
    kernel = np.hanning(9) / np.hanning(9).sum()
    padded = np.concatenate([np.full(4, share[0]), share, np.full(4, share[-1])])
    return np.stack([run, np.convolve(padded, kernel, "valid")], axis=1)
