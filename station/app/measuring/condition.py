"""What the camera of a rendered bench is like, measured as a calibration measures a real one."""

import json
import math

import numpy as np
from numpy.typing import NDArray

from calibration.light.noise import noise_of
from calibration.pod import MID_LEVEL, Condition
from calibration.sharpness import edges_by_channel
from models.rendering.fast.bench import draw_bench
from models.rendering.fast.camera import Camera, exposed
from models.rendering.fast.render import RECIPE
from models.rendering.geometry import Bench
from models.sets import RenderedSet
from station.domain.faults import refuse

_SIDE = 128
_SLANT = 0.087
"""Tangent of five degrees, as ISO 12233 slants its edge."""
_FRAMES = 8
_FINE = 4
_DARK, _LIGHT = 0.12, 0.55


def condition_of(index: RenderedSet) -> Condition:
    """The sharpness and noise of the bench of a fast set; StationError for another set."""
    try:
        mtf50 = json.loads((index.path / RECIPE).read_text(encoding="utf-8"))["mtf50"]
    except (OSError, ValueError, KeyError) as error:
        raise refuse(
            f"{index.path} says nothing of its camera: render it with --generator fast"
        ) from error
    camera = draw_bench(Bench(index.width, index.height), index.seed, mtf50).camera
    rng = np.random.default_rng([index.seed, 9])
    edge, _ = edges_by_channel(_pictured(_edge(), camera, rng))
    steps = np.repeat(np.linspace(0.05, 0.6, 8), _SIDE // 8)
    card = np.broadcast_to(steps[None, :, None], (_SIDE, _SIDE, 3)).astype(np.float32)
    noise = noise_of([_pictured(card, camera, rng) for _ in range(_FRAMES)])
    return Condition(edge.mtf50, math.sqrt(noise.read**2 + noise.gain * MID_LEVEL))


def _edge() -> NDArray[np.float32]:
    """The light of a slanted edge, each pixel the mean over its width."""
    across = (np.arange(_SIDE * _FINE) + 0.5) / _FINE - 0.5
    line = _SIDE / 2 + (np.arange(_SIDE)[:, None] - _SIDE / 2) * _SLANT
    fine = np.where(across[None] > line, _LIGHT, _DARK)
    light = fine.reshape(_SIDE, _SIDE, _FINE).mean(axis=2)
    return np.repeat(light[..., None], 3, axis=2).astype(np.float32)


def _pictured(
    light: NDArray[np.float32], camera: Camera, rng: np.random.Generator
) -> NDArray[np.uint8]:
    return np.ascontiguousarray(exposed(light, camera, rng)[:, :, ::-1])
