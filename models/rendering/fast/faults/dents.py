"""Dents: pressed-in places, creased or smooth, and crushed edges."""

import numpy as np

from models.rendering.fast.faults.place import blot, curve, spot, touches
from models.rendering.fast.fields import (
    Float,
    Points,
    blend,
    blur,
    chance,
    drawn_line,
    f32,
    fractal,
    log_uniform,
    noise,
    ridges,
    slanted,
    step,
)
from models.rendering.fast.surface import Surface, SurfaceFault, sizes
from models.sets import Quantity


def dent(surface: Surface, rng: np.random.Generator, area_mm2: float) -> SurfaceFault | None:
    """Press ``surface`` in over about ``area_mm2``: a smooth bowl, one with a few creases across
    it, or crumpled all over; metal stays smooth more often than board.

    The dent reaches to where it is a tenth of its greatest depth deep.
    """
    radius = float(np.sqrt(area_mm2 / np.pi))
    at_edge = chance(rng, 0.3)
    for _ in range(8):
        at = spot(surface, rng, 1.0 if at_edge else min(radius * 0.8, 25.0))
        if at is None:
            return None
        soft_mm = radius * float(rng.uniform(0.9, 1.6))
        bowl = blot(surface, rng, at, area_mm2 * 0.55, wobble=0.12, soft_mm=soft_mm)
        bowl = f32(blur(bowl, surface.texels(radius * 0.12)) * surface.cover)
        extent = step(0.08, 0.14, bowl)
        if float(extent.sum()) < 12 or touches(surface, extent):
            continue
        depth = min(radius * log_uniform(rng, 0.04, 0.22), 7.0) + 0.25
        likely = (0.25, 0.4, 0.35) if surface.porous else (0.6, 0.2, 0.2)
        form = str(rng.choice(np.array(["smooth", "creased", "crumpled"]), p=likely))
        folds = np.zeros(surface.shape, np.float32)
        if form == "crumpled":
            folds = _crumples(surface, rng, radius)
        elif form == "creased":
            folds = _creases(surface, rng, at, radius)
        folds = f32(folds * np.sqrt(np.clip(bowl, 0, 1)))
        uneven = np.float32(rng.uniform(0.06, 0.14) if form == "crumpled" else 0.02)
        rough = uneven * fractal(rng, surface.shape, surface.texels(radius * 0.5), 3)
        surface.height -= np.float32(depth) * bowl * (1 + rough)
        rise = -1.0 if form == "creased" and chance(rng, 0.5) else 1.0
        surface.height += np.float32(rise * min(depth * 0.35, 0.9)) * folds
        worn = (
            folds
            * np.float32(rng.uniform(0.1, 0.55))
            * step(-0.6, 0.8, noise(rng, surface.shape, 6))
        )
        if surface.metal.mean() < 0.5:
            surface.albedo[...] = blend(surface.albedo, np.array(surface.core, np.float32), worn)
        return SurfaceFault(
            "dent",
            extent,
            sizes(extent, surface.texel_mm, Quantity("depth", round(depth, 2), "mm")),
        )
    return None


def _crumples(surface: Surface, rng: np.random.Generator, radius_mm: float) -> Float:
    """Wrinkles all over, mostly one way."""
    folds = np.zeros(surface.shape, np.float32)
    angle = float(rng.uniform(0, np.pi))
    for _ in range(int(rng.integers(1, 4))):
        field = slanted(rng, surface.shape, surface.texels(radius_mm * 0.9), 2.5,
                        angle + float(rng.normal(0, 0.5)))  # fmt: skip
        folds = np.maximum(folds, ridges(field, log_uniform(rng, 4, 11)))
    return folds


def _creases(surface: Surface, rng: np.random.Generator, at_mm: Points, radius_mm: float) -> Float:
    """One to four single creases near the middle, each along most of a line."""
    folds = np.zeros(surface.shape, np.float32)
    for _ in range(int(rng.integers(1, 5))):
        line = curve(rng, radius_mm * float(rng.uniform(0.4, 1.5)), float(rng.uniform(0.05, 0.8)))
        shift = rng.normal(0, 0.3 * radius_mm, 2)
        width = surface.texels(log_uniform(rng, 0.5, 1.8))
        drawn = drawn_line(surface.shape, surface.at_texels(line + at_mm + shift), width)
        strength = np.float32(rng.uniform(0.4, 1.0))
        folds = np.maximum(folds, strength * blur(drawn, max(0.6, width * 0.4)))
    return folds
