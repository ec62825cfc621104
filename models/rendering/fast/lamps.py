"""The lamps of a bench: a large one overhead, and two low ones from different sides."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.rendering.fast.fields import Float, f32
from models.rendering.geometry import Bench

LIGHTS = ("bright", "raking", "raking-back")
"""Bright field, low from the left, low from the far side."""

_COARSE = 16


@dataclass(frozen=True, slots=True)
class Lamp:
    """A glowing rectangle that faces the middle of the bench; mm, x right, y down, z up.

    ``ambient`` is the part of the light on the bare bench that comes from everywhere else.
    """

    centre: tuple[float, float, float]
    half_mm: tuple[float, float]
    ambient: float

    @property
    def distance_mm(self) -> float:
        """From the middle of the bench."""
        return float(np.linalg.norm(self.centre))

    @property
    def solid_angle(self) -> float:
        """As seen from the middle of the bench, in steradians."""
        return 4 * self.half_mm[0] * self.half_mm[1] / self.distance_mm**2

    def axes(self) -> tuple[Float, Float, Float]:
        """Unit vectors: towards the bench, along the lamp's first and second side."""
        facing = -np.array(self.centre) / self.distance_mm
        first = np.cross(facing, [0.0, 0.0, 1.0])
        if np.linalg.norm(first) < 1e-3:
            first = np.array([1.0, 0.0, 0.0])
        first = first / np.linalg.norm(first)
        return f32(facing), f32(first), f32(np.cross(facing, first))

    def quarters(self) -> list[tuple[float, float, float]]:
        """The middles of the lamp's four quarters."""
        _, first, second = self.axes()
        middles = []
        for a in (-0.5, 0.5):
            for b in (-0.5, 0.5):
                shift = first * (a * self.half_mm[0]) + second * (b * self.half_mm[1])
                x, y, z = np.array(self.centre) + shift
                middles.append((float(x), float(y), float(z)))
        return middles


def draw_lamps(rng: np.random.Generator) -> dict[str, Lamp]:
    """The lamps of one bench, by light."""
    return {
        "bright": Lamp(
            (float(rng.uniform(-260, 260)), float(rng.uniform(-260, 260)),
             float(rng.uniform(850, 1250))),
            (float(rng.uniform(230, 430)), float(rng.uniform(170, 330))),
            float(rng.uniform(0.15, 0.32)),
        ),
        "raking": _low(rng, np.pi),
        "raking-back": _low(rng, -np.pi / 2),
    }  # fmt: skip


def _low(rng: np.random.Generator, azimuth: float) -> Lamp:
    azimuth += float(rng.normal(0, 0.25))
    rise = np.radians(float(rng.uniform(11, 24)))
    far = float(rng.uniform(620, 980))
    centre = (
        far * np.cos(rise) * np.cos(azimuth),
        far * np.cos(rise) * np.sin(azimuth),
        far * np.sin(rise),
    )
    half = (float(rng.uniform(120, 380)), float(rng.uniform(22, 60)))
    return Lamp((float(centre[0]), float(centre[1]), float(centre[2])), half,
                float(rng.uniform(0.10, 0.26)))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the frame: corner and size in pixels."""

    left: int
    top: int
    width: int
    height: int

    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the frame."""
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )


def positions_mm(bench: Bench, window: Window, z_mm: float) -> tuple[Float, Float]:
    """Bench x (1, w) and y (h, 1) in mm at height ``z_mm`` of the window's pixels."""
    scale = bench.mm_per_px(z_mm)
    cx, cy = bench.centre
    x = (np.arange(window.left, window.left + window.width) - cx) * scale
    y = (np.arange(window.top, window.top + window.height) - cy) * scale
    return f32(x)[None, :], f32(y)[:, None]


def light_on(bench: Bench, lamp: Lamp, window: Window, z_mm: float) -> tuple[Float, Float]:
    """Unit directions to the lamp (h, w, 3) and its relative strength (h, w) at height ``z_mm``.

    The strength times the cosine to the surface is 1 on the level bench at the optical axis.
    """
    x, y = positions_mm(bench, window, z_mm)
    steps_x = x[:, ::_COARSE] if window.width > _COARSE else x
    steps_y = y[::_COARSE] if window.height > _COARSE else y
    coarse_x = np.linspace(x[0, 0], x[0, -1], max(2, steps_x.shape[1]), dtype=np.float32)
    coarse_y = np.linspace(y[0, 0], y[-1, 0], max(2, steps_y.shape[0]), dtype=np.float32)
    grid_x, grid_y = np.meshgrid(coarse_x, coarse_y)
    to_lamp = np.stack(
        [lamp.centre[0] - grid_x, lamp.centre[1] - grid_y,
         np.full_like(grid_x, lamp.centre[2] - z_mm)], axis=2,
    )  # fmt: skip
    away = np.linalg.norm(to_lamp, axis=2, keepdims=True)
    direction = f32(to_lamp / away)
    facing = lamp.axes()[0]
    fall = np.clip(-(direction @ facing), 0.05, 1)[..., None] * (lamp.distance_mm / away) ** 2
    fall = fall * (lamp.distance_mm / lamp.centre[2])
    size = (window.width, window.height)
    wide = cv2.resize(
        f32(np.concatenate([direction, fall], axis=2)), size, interpolation=cv2.INTER_LINEAR
    )
    return f32(wide[..., :3]), f32(wide[..., 3])
