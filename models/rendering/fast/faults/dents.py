"""Dents: pressed-in places, creased or smooth, and crushed edges."""

import numpy as np

from models.rendering.fast.faults.place import blot, spot, touches
from models.rendering.fast.fields import (
    blend,
    blur,
    chance,
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
    """Press ``surface`` in over about ``area_mm2``; stiff board creases, metal stays smooth.

    The dent reaches to where it is a tenth of its greatest depth deep.
    """
    radius = float(np.sqrt(area_mm2 / np.pi))
    at_edge = chance(rng, 0.3)
    for _ in range(8):
        at = spot(surface, rng, 1.0 if at_edge else min(radius * 0.8, 25.0))
        if at is None:
            return None
        bowl = blot(surface, rng, at, area_mm2 * 0.55, wobble=0.12, soft_mm=radius * 1.5)
        bowl = f32(blur(bowl, surface.texels(radius * 0.12)) * surface.cover)
        extent = step(0.08, 0.14, bowl)
        if float(extent.sum()) < 12 or touches(surface, extent):
            continue
        depth = min(radius * float(rng.uniform(0.05, 0.2)), 7.0) + 0.25
        folds = np.zeros(surface.shape, np.float32)
        if surface.porous or chance(rng, 0.4):
            angle = float(rng.uniform(0, np.pi))
            for _ in range(int(rng.integers(1, 4))):
                field = slanted(rng, surface.shape, surface.texels(radius * 0.9), 2.5,
                                angle + float(rng.normal(0, 0.5)))  # fmt: skip
                folds = np.maximum(folds, ridges(field, log_uniform(rng, 4, 11)))
            folds = f32(folds * np.sqrt(np.clip(bowl, 0, 1)))
        rough = np.float32(0.12) * fractal(rng, surface.shape, surface.texels(radius * 0.5), 3)
        surface.height -= np.float32(depth) * bowl * (1 + rough)
        surface.height += np.float32(min(depth * 0.35, 0.9)) * folds
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
