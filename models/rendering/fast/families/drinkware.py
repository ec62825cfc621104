"""Mugs with a handle, and glass tumblers."""

import numpy as np

from models.rendering.fast.artwork import (
    any_hue,
    art,
    contrasting,
    emblem,
    hsv,
    lay,
    palette,
)
from models.rendering.fast.families.lathe import Turned, turned
from models.rendering.fast.fields import blend, chance, f32, fractal, grain, noise, step
from models.rendering.fast.surface import Surface


def drinkware(rng: np.random.Generator, texel_mm: float, _gtin: str) -> Surface:
    """A mug with a handle or a glass tumbler."""
    glass = chance(rng, 0.35)
    radius, length = float(rng.uniform(32, 48)), float(rng.uniform(80, 130))
    half = length / 2
    taper = float(rng.uniform(0.7, 0.95)) if glass or chance(rng, 0.4) else 1.0
    form = Turned(
        [-half, -half + 3, half - 1, half],
        [radius * taper * 0.93, radius * taper, radius, radius * 0.98],
    )
    item, _ = turned(rng, form, length, texel_mm, half, 0.0, side_mm=0 if glass else 34)
    item.porous = False
    if glass:
        item.albedo[...] = hsv(float(rng.uniform(0.3, 0.6)), float(rng.uniform(0.0, 0.25)), 0.95)
        item.opacity[...] = 0.06
        item.roughness[...] = 0.05
        item.specular[...] = 0.045
        x, y = item.grid_mm()
        wall = step(0.75, 1.0, np.abs(y) / np.float32(radius))
        item.albedo *= (1 - np.float32(0.45) * wall)[..., None]
        base = step(-half + 8, -half + 5, x) + np.zeros_like(item.height)
        item.height += np.float32(1.2) * base * np.sin(x * np.float32(1.3))
        item.albedo *= (1 - np.float32(0.3) * base)[..., None]
        return item
    item.albedo[...] = hsv(any_hue(rng), float(rng.uniform(0, 0.7)), float(rng.uniform(0.3, 0.95)))
    item.roughness[...] = np.float32(rng.uniform(0.06, 0.3))
    item.specular[...] = 0.05
    item.core = (0.75, 0.72, 0.66)
    item.height += np.float32(0.05) * noise(rng, item.shape, 15 / texel_mm)
    if chance(rng, 0.6):
        picture = art(rng, item.shape, palette(rng, 3))
        x, y = item.grid_mm()
        band = step(half * 0.75, half * 0.7, np.abs(x)) * step(
            radius * 0.8, radius * 0.76, np.abs(y)
        )
        item.albedo[...] = blend(item.albedo, picture, band)
        item.mark_box("print", (-half * 0.72, -radius * 0.78, half * 0.72, radius * 0.78))
    elif chance(rng, 0.6):
        sign = emblem(rng, round(item.texels(radius)))
        at = (item.shape[1] // 2 - sign.shape[1] // 2, item.shape[0] // 2 - sign.shape[0] // 2)
        lay(item, sign, at, contrasting(rng, f32(item.albedo[0, 0])), 0.95, kind="logo")
    _speckles(item, rng)
    _handle(item, rng, radius, half)
    return item


def _speckles(item: Surface, rng: np.random.Generator) -> None:
    if not chance(rng, 0.3):
        return
    dots = step(1.4, 1.8, fractal(rng, item.shape, 2.5, 2))
    item.albedo[...] = blend(item.albedo, item.albedo * np.float32(0.35), dots)
    item.albedo *= np.exp(np.float32(0.02) * grain(rng, item.shape))[..., None]


def _handle(item: Surface, rng: np.random.Generator, radius: float, half: float) -> None:
    """A loop beside the mug, as thick as a finger."""
    x, y = item.grid_mm()
    top = radius + 1.0
    thick = float(rng.uniform(5, 7.5))
    loop = np.hypot(x / np.float32(half * 0.55), (y - np.float32(top)) / np.float32(15.0))
    away = np.abs(loop - 1) * np.float32(min(half * 0.55, 15.0))
    on = np.clip((np.float32(thick / 2) - away) / np.float32(item.texel_mm) + 0.5, 0, 1)
    on = on * (y > radius * 0.92)
    middle = np.float32(item.size_mm[2] / 2)
    rise = middle + np.sqrt(np.clip(np.float32(thick * thick / 4) - away * away, 0.05, None))
    beyond = (on > 0.01) & (item.cover < 0.5)
    item.height[beyond] = rise[beyond]
    item.cover[...] = np.maximum(item.cover, on)
