"""The lamps of a bench: two panels at its sides, and a low bar from the left and from behind."""

from dataclasses import dataclass

import numpy as np

from models.rendering.field import FloatArray
from models.rendering.traced.skin import f32

LIGHTS = ("bright", "raking", "raking-back")
"""Both panels, the bar at the left, the bar at the far side."""

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Panel:
    """A glowing rectangle facing ``aim``; mm, x right, y down the frame, z up.

    ``half_mm`` is half its level side and half its other side.
    """

    origin: Vector
    aim: Vector
    half_mm: tuple[float, float]

    def irradiance(self) -> float:
        """Of the bare bench at the optical axis for a radiance of one, about."""
        origin, aim = np.array(self.origin), np.array(self.aim)
        facing = (aim - origin) / np.linalg.norm(aim - origin)
        distance = float(np.linalg.norm(origin))
        to_bench = -origin / distance
        area = 4 * self.half_mm[0] * self.half_mm[1]
        return area * max(0.0, float(facing @ to_bench)) * -float(to_bench[2]) / distance**2


@dataclass(frozen=True, slots=True)
class Light:
    """Panels that glow together, and ``ambient``, the share of the bench's light that comes from
    the room; ``tint`` (3,) is the panels' colour."""

    panels: tuple[Panel, ...]
    ambient: float
    tint: FloatArray


def draw_lights(rng: np.random.Generator) -> dict[str, Light]:
    """The lights of one bench by name."""
    height = float(rng.uniform(560, 840))
    out = float(rng.uniform(300, 460))
    skew = float(rng.uniform(-60, 60))
    half = (float(rng.uniform(150, 300)), float(rng.uniform(45, 110)))
    sides = tuple(
        Panel((side * out, skew, height), (side * 40.0, 0.0, 0.0), half) for side in (-1.0, 1.0)
    )
    return {
        "bright": Light(sides, float(rng.uniform(0.14, 0.34)), _tint(rng)),
        "raking": _bar(rng, np.pi),
        "raking-back": _bar(rng, -np.pi / 2),
    }


def room(rng: np.random.Generator) -> FloatArray:
    """Radiance of the surroundings, (32, 64, 3): zenith in the first row, mean over the upper
    half about one. A dim hall with lit ceiling fields and a window."""
    rows, columns = 32, 64
    rise = np.linspace(np.pi / 2, -np.pi / 2, rows, dtype=np.float32)[:, None]
    wall = np.float32(0.55) + np.float32(0.35) * np.sin(np.maximum(rise, 0))
    sky = np.broadcast_to(np.where(rise > 0, wall, np.float32(0.12)), (rows, columns)).copy()
    for _ in range(int(rng.integers(2, 6))):
        top, left = int(rng.integers(3, 11)), int(rng.integers(0, 56))
        tall, wide = int(rng.integers(1, 4)), int(rng.integers(2, 8))
        sky[top : top + tall, left : left + wide] += np.float32(rng.uniform(1.5, 5.0))
    tone = f32([1 + float(rng.normal(0, 0.06)), 1.0, 1 + float(rng.normal(0, 0.08))])
    upper = sky[: rows // 2]
    weight = np.sin(rise[: rows // 2]) * np.cos(rise[: rows // 2])
    mean = float((upper * weight).sum() / (weight.sum() * columns))
    return f32((sky / np.float32(mean))[..., None] * tone)


def _bar(rng: np.random.Generator, azimuth: float) -> Light:
    azimuth += float(rng.normal(0, 0.15))
    rise = np.radians(float(rng.uniform(15, 27)))
    far = float(rng.uniform(470, 800))
    origin = (
        float(far * np.cos(rise) * np.cos(azimuth)),
        float(far * np.cos(rise) * np.sin(azimuth)),
        float(far * np.sin(rise)),
    )
    half = (float(rng.uniform(130, 280)), float(rng.uniform(14, 34)))
    panel = Panel(origin, (0.0, 0.0, float(rng.uniform(0, 30))), half)
    return Light((panel,), float(rng.uniform(0.08, 0.22)), _tint(rng))


def _tint(rng: np.random.Generator) -> FloatArray:
    warm = float(rng.normal(0, 0.02))
    return f32([1 + warm, 1.0, 1 - warm])
