"""Plates and bowls seen from above."""

import cv2
import numpy as np

from models.rendering.fast.artwork import any_hue, art, hsv, palette
from models.rendering.fast.fields import blend, chance, f32, fractal, noise, step
from models.rendering.fast.shapes import covered, disc_distance
from models.rendering.fast.surface import Surface, blank


def plate(rng: np.random.Generator, texel_mm: float, _gtin: str) -> Surface:
    """A glazed plate or bowl with a rim, bands and perhaps a pattern."""
    radius = float(rng.uniform(60, 104))
    deep = float(rng.uniform(10, 22) if chance(rng, 0.7) else rng.uniform(28, 45))
    base = hsv(any_hue(rng), float(rng.uniform(0, 0.5)), float(rng.uniform(0.35, 0.97)))
    item = blank(
        (2 * radius, 2 * radius, deep), texel_mm, base, level_mm=deep * 0.8,
        roughness=float(rng.uniform(0.06, 0.3)),
    )  # fmt: skip
    item.porous, item.core = False, (0.75, 0.72, 0.66)
    item.specular[...] = 0.05
    distance = disc_distance(item, radius, (0.0, 0.0))
    item.cover[...] = covered(item, distance)
    away = (distance + np.float32(radius)) / np.float32(radius)
    well = float(rng.uniform(0.52, 0.78))
    stations = [0.0, well - 0.12, well, well + 0.08, 0.97, 1.0, 1.3]
    heights = [0.25 * deep, 0.25 * deep, 0.45 * deep, 0.8 * deep, deep, deep * 0.93, deep * 0.9]
    line = f32(np.interp(np.linspace(0, 1.5, 600), stations, heights))
    line = f32(cv2.GaussianBlur(line[None], (0, 0), 9.0, sigmaY=0.1))[0]
    index = np.clip(away * 399.3, 0, 599)
    item.height[...] = line[index.astype(np.int32)]
    item.height[...] = cv2.GaussianBlur(item.height, (0, 0), 1.5)
    item.height += np.float32(0.04) * noise(rng, item.shape, 18 / texel_mm)
    if chance(rng, 0.5):
        picture = art(rng, item.shape, palette(rng, 3))
        ring = (
            step(well + 0.04, well + 0.05, away)
            if chance(rng, 0.5)
            else step(well, well - 0.01, away)
        )
        item.albedo[...] = blend(item.albedo, picture, ring * np.float32(0.9))
        item.mark_extent("print", ring)
    for _ in range(int(rng.integers(0, 4))):
        at, wide = float(rng.uniform(0.3, 0.98)), float(rng.uniform(0.006, 0.04))
        band = step(wide, wide * 0.8, np.abs(away - np.float32(at)))
        item.albedo[...] = blend(item.albedo, palette(rng, 1)[0], band * np.float32(0.95))
        item.mark_extent("print", band)
    if chance(rng, 0.35):
        dots = step(1.3, 1.7, fractal(rng, item.shape, 3.0, 2))
        item.albedo[...] = blend(item.albedo, item.albedo * np.float32(0.3), dots)
    return item
