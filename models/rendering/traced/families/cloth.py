"""Cloth: its weaves and folds, panels cut from it, the buttons on it."""

import numpy as np

from models.rendering.faults.shape import band, curve
from models.rendering.field import (
    FloatArray,
    grid_mm,
    ragged_noise,
    smooth_noise,
)
from models.rendering.traced.artwork import (
    dull,
    outline_distance,
    rounded_drop,
    spline,
)
from models.rendering.traced.item import Look, Sheet, Solid
from models.rendering.traced.mesh import surface_of
from models.rendering.traced.skin import Points, Skin, f32, skin


def cloth(rng: np.random.Generator, length: float, width: float, weave: str) -> Skin:
    """A piece of cloth with its weave and the melange of its yarn."""
    colour = dull(rng)
    made = skin(
        length,
        width,
        colour,
        "cloth",
        roughness=0.9,
        give=0.0,
        core=f32(np.asarray(colour) * 0.7 + 0.12),
    )
    x, y = grid_mm(made.shape)
    if weave == "knit":
        pitch = float(rng.uniform(2.2, 3.6))
        vee = np.abs(((x / pitch) % 1) - 0.5) * 2
        wave = np.cos(2 * np.pi * (y / (pitch * 0.8) + 0.5 * vee)) * (
            0.35 + 0.65 * np.sin(np.pi * ((x / pitch) % 1))
        )
        depth = 0.32
    elif weave == "rib":
        wave = np.cos(x * np.float32(2 * np.pi / float(rng.uniform(3.0, 5.5)))) + 0 * y
        depth = 0.55
    elif weave == "twill":
        wave = np.sin((x + y) * np.float32(2 * np.pi / 1.5)) + 0.5 * np.sin(
            y * np.float32(2 * np.pi / 0.9)
        )
        depth = 0.07
    elif weave == "terry":
        wave, depth = ragged_noise(rng, made.shape, 1.9), 0.42
    else:
        wave = np.sin(x * np.float32(2 * np.pi / 0.95)) * np.sin(y * np.float32(2 * np.pi / 0.95))
        depth = 0.06
    wave = f32(wave)
    made.height += np.float32(depth) * wave
    fibre = rng.standard_normal(made.shape, dtype=np.float32)
    tone = np.float32(0.07) * wave + np.float32(rng.uniform(0.03, 0.12)) * fibre
    tone += np.float32(0.02) * smooth_noise(rng, made.shape, 25.0)
    made.albedo *= np.exp(tone)[..., None]
    if rng.random() < 0.22 and weave in ("jersey", "knit"):
        _striped(made, rng)
    return made


def _striped(made: Skin, rng: np.random.Generator) -> None:
    x, _ = grid_mm(made.shape)
    pitch, share = float(rng.uniform(12, 34)), float(rng.uniform(0.2, 0.5))
    inside = ((x / np.float32(pitch)) % 1 < share) & np.ones(made.shape, np.bool_)
    made.albedo[inside] *= dull(rng) / np.maximum(made.albedo.mean(axis=(0, 1)), 0.05)
    made.mark_box("print", (0.0, 0.0, made.length_mm, made.width_mm))


def drape(made: Skin, rng: np.random.Generator, amount: float) -> None:
    """Soft waves and a few natural creases."""
    made.height += np.float32(0.9 * amount) * ragged_noise(rng, made.shape, 60.0)
    for _ in range(int(rng.integers(2, 9))):
        centre = (
            float(rng.uniform(0.1, 0.9)) * made.length_mm,
            float(rng.uniform(0.1, 0.9)) * made.width_mm,
        )
        line = curve(rng, float(rng.uniform(25, 130)), 0.4, centre)
        reach = float(rng.uniform(3, 9))
        near = band(line, made.shape, reach + 1)
        taper = np.clip(np.minimum(near.along, 1 - near.along) * 3, 0, 1)
        fold = f32(
            (0.5 + 0.5 * np.cos(np.pi * np.clip(near.distance / np.float32(reach), 0, 1))) * taper
        )
        made.height += np.float32(rng.uniform(0.5, 1.6) * amount) * fold
        made.mark("crease", fold > 0.5)


def laid(
    made: Skin, distance: FloatArray, tall: float, base: float = 0.0, roll: float = 5.0
) -> Sheet:
    """Cloth ``tall`` mm thick with a rolled edge, lying on ``base``."""
    radius = min(roll, tall)
    form = np.float32(base + tall) - rounded_drop(distance, radius) * np.float32(0.9)
    made.allowed &= distance < -max(3.0, radius * 0.7)
    wall = Look(f32(made.albedo.mean(axis=(0, 1)) * 0.9), 0.9)
    return Sheet(made, f32(form), distance, wall, floor_mm=max(0.0, base - 0.5), step_mm=1.5)


def ragged(made: Skin, rng: np.random.Generator, distance: FloatArray, amount: float) -> FloatArray:
    """A silhouette that wavers as soft edges do."""
    return f32(distance + np.float32(amount) * smooth_noise(rng, made.shape, 45.0))


def panel(points: Points, rng: np.random.Generator, weave: str) -> tuple[Skin, FloatArray]:
    """Cloth cut along an outline, and the distance to it."""
    span = np.ptp(points, axis=0)
    made = cloth(rng, float(span[0]) + 6, float(span[1]) + 6, weave)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return made, outline_distance(made, spline(points - middle, 240))


def button(x: float, y: float, z: float, radius: float, look: Look) -> Solid:
    """A button lying at a place."""
    profile = [
        (1.0, 0.2),
        (1.0, 2.0),
        (0.93, 2.6),
        (0.78, 2.5),
        (0.7, 1.9),
        (0.25, 1.9),
        (0.22, 1.1),
        (0.02, 1.1),
    ]
    turn = np.linspace(0, 2 * np.pi, 33)
    rings = [
        np.stack(
            [x + r * radius * np.cos(turn), y + r * radius * np.sin(turn), np.full(33, z + h)], 1
        )
        for r, h in profile
    ]
    return Solid(surface_of(f32(np.stack(rings)[:, ::-1])), look)


class ThreadEnds:
    """What is left where a button was: ends of thread and a pressed ring."""

    def __init__(self, at_mm: tuple[float, float]):
        self._at = at_mm

    def __call__(self, body: Skin, rng: np.random.Generator) -> None:
        """Draw it on the cloth."""
        tone = f32(
            np.clip(body.albedo.mean(axis=(0, 1)) * 0.5 + float(rng.uniform(0.1, 0.4)), 0, 0.9)
        )
        for _ in range(int(rng.integers(4, 8))):
            near = band(curve(rng, float(rng.uniform(3, 7)), 1.5, self._at), body.shape, 1.0)
            drawn = f32(np.clip(1.4 - near.distance / np.float32(0.22), 0, 1))
            body.albedo += (tone - body.albedo) * drawn[..., None]
            body.height += np.float32(0.35) * drawn
