"""The empty bench of a set: its cloth or board, its lamps, its camera."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.rendering.fast.artwork import any_hue, hsv
from models.rendering.fast.camera import Camera, draw_camera
from models.rendering.fast.fields import Float, blur, chance, f32, fractal, grain, noise
from models.rendering.fast.lamps import LIGHTS, Lamp, Window, draw_lamps, light_on
from models.rendering.fast.shading import normals
from models.rendering.geometry import Bench

_WHITE_AT = {"bright": (0.66, 0.92), "raking": (0.5, 0.85), "raking-back": (0.5, 0.85)}
"""Linear picture value of a white diffuser in the middle of the bench."""


@dataclass(frozen=True, slots=True)
class EmptyBench:
    """Geometry, lamps by light, camera, exposures, and the light of the bare bench by light."""

    bench: Bench
    lamps: dict[str, Lamp]
    camera: Camera
    white: dict[str, float]
    light: dict[str, Float]


def draw_bench(bench: Bench, seed: int, mtf50: float | None = None) -> EmptyBench:
    """The bench of the set with ``seed``."""
    rng = np.random.default_rng([seed, 1])
    lamps = draw_lamps(rng)
    camera = draw_camera(rng, mtf50)
    albedo, relief = _cloth(rng, (bench.height, bench.width))
    window = Window(0, 0, bench.width, bench.height)
    nx, ny, nz = normals(relief, bench.mm_per_px(0))
    light, white = {}, {}
    for name in LIGHTS:
        lamp = lamps[name]
        direction, strength = light_on(bench, lamp, window, 0.0)
        cosine = nx * direction[..., 0] + ny * direction[..., 1] + nz * direction[..., 2]
        share = np.maximum(cosine, 0) * strength * np.float32(1 - lamp.ambient)
        share += np.float32(lamp.ambient)
        light[name] = f32(albedo * share[..., None])
        white[name] = float(rng.uniform(*_WHITE_AT[name]))
    return EmptyBench(bench, lamps, camera, white, light)


def _cloth(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Float, Float]:
    """Albedo (rows, columns, 3) and relief in mm of what lies on the bench."""
    kind = str(rng.choice(np.array(["cloth", "felt", "mat", "board", "steel"])))
    if kind == "mat":
        base = hsv(float(rng.uniform(0.3, 0.65)), float(rng.uniform(0.2, 0.6)),
                   float(rng.uniform(0.22, 0.5)))  # fmt: skip
    elif kind == "board":
        base = hsv(float(rng.uniform(0.05, 0.12)), float(rng.uniform(0, 0.3)),
                   float(rng.uniform(0.45, 0.88)))  # fmt: skip
    else:
        base = hsv(any_hue(rng), float(rng.uniform(0, 0.12)), float(rng.uniform(0.2, 0.75)))
    tone = np.float32(0.04) * noise(rng, shape, 200) + np.float32(0.008) * fractal(rng, shape, 20)
    relief = np.float32(0.02) * noise(rng, shape, 30)
    if kind == "cloth":
        period = float(rng.uniform(2.4, 4.5))
        y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
        bend = np.float32(1.5) * noise(rng, shape, 90)
        weave = np.sin((x + bend) * (2 * np.pi / period)) * np.sin(y * (2 * np.pi / period))
        tone += np.float32(0.07) * weave + np.float32(0.06) * grain(rng, shape)
        relief += np.float32(0.05) * weave + np.float32(0.10) * noise(rng, shape, 240)
    elif kind == "felt":
        fibre = cv2.GaussianBlur(grain(rng, shape), (0, 0), 0.8) * np.float32(2.4)
        tone += np.float32(0.09) * fibre
        relief += np.float32(0.03) * fibre
    elif kind == "steel":
        tone += np.float32(0.05) * noise(rng, shape, (90, 1.4))
    else:
        tone += np.float32(0.015) * grain(rng, shape)
    albedo = f32(base * np.exp(tone)[..., None])
    if kind == "mat" and chance(rng, 0.7):
        _ruled(albedo, rng)
    return np.clip(albedo, 0.01, 0.9), blur(f32(relief), 0.5)


def _ruled(albedo: Float, rng: np.random.Generator) -> None:
    pitch = int(rng.integers(28, 34))
    layer = np.zeros(albedo.shape[:2], np.float32)
    start = int(rng.integers(pitch))
    layer[start::pitch] = 1
    layer[:, start::pitch] = 1
    weight = cv2.GaussianBlur(layer, (0, 0), 0.6) * np.float32(0.5)
    albedo += (np.float32(0.5) - albedo) * weight[..., None]
