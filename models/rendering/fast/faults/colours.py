"""Faults of colour: stains, leaks, discolouration, oxidation."""

import numpy as np

from models.rendering.fast.faults.place import blot, spot, touches
from models.rendering.fast.fields import (
    Float,
    Points,
    blend,
    blur,
    chance,
    f32,
    fractal,
    grain,
    log_uniform,
    step,
)
from models.rendering.fast.surface import Surface, SurfaceFault, colour_difference, sizes

LEAST_DELTA_E00 = 4.0

_TINTS = (
    (0.62, 0.52, 0.34), (0.40, 0.27, 0.17), (0.70, 0.66, 0.54), (0.28, 0.33, 0.48),
    (0.45, 0.42, 0.40), (0.66, 0.32, 0.28), (0.52, 0.60, 0.30), (0.18, 0.17, 0.16),
    (0.75, 0.55, 0.15), (0.35, 0.08, 0.10),
)  # fmt: skip


def stain(surface: Surface, rng: np.random.Generator, area_mm2: float) -> SurfaceFault | None:
    """Something soaked in, splashed on or dried in rings. It reaches to half its strength."""
    at = spot(surface, rng, 2.0)
    if at is None:
        return None
    radius = float(np.sqrt(area_mm2 / np.pi))
    soft = radius * log_uniform(rng, 0.06, 0.8)
    body = blot(surface, rng, at, area_mm2, wobble=float(rng.uniform(0.08, 0.3)), soft_mm=soft)
    if chance(rng, 0.35):
        body = np.maximum(body, _splashes(surface, rng, at, radius))
    body = f32(body * surface.cover)
    extent = step(0.35, 0.65, body)
    if not _room(surface, extent):
        return None
    weight = body
    if chance(rng, 0.4):
        rim = body * (1 - body) * 4
        weight = f32(
            np.clip(
                body * np.float32(rng.uniform(0.3, 0.8)) + np.float32(0.7) * blur(rim, 1.0), 0, 1
            )
        )
    weight = weight * np.clip(
        0.9 + np.float32(0.16) * fractal(rng, surface.shape, surface.texels(6), 3), 0.4, 1.1
    )
    before = surface.albedo.copy()
    tint = np.array(_TINTS[int(rng.integers(len(_TINTS)))], np.float32)
    dark = float(before[extent > 0.5].mean()) < 0.06
    power = float(rng.uniform(0.4, 1.4))
    for _ in range(6):
        if dark or (not surface.porous and chance(rng, 0.5)):
            over = np.clip(tint * 0.8 + 0.15, 0, 0.9)
            surface.albedo[...] = blend(
                before, over, np.clip(weight * np.float32(power * 0.6), 0, 0.95)
            )
        else:
            surface.albedo[...] = blend(
                before, before * tint ** np.float32(power), np.clip(weight, 0, 1)
            )
        if colour_difference(before, surface.albedo, extent).value >= LEAST_DELTA_E00:
            break
        power *= 1.5
    surface.roughness += np.float32(rng.uniform(-0.15, 0.25)) * body
    surface.opacity[...] = np.maximum(surface.opacity, body * np.float32(0.75))
    surface.metal *= 1 - np.float32(0.5) * body
    surface.height += np.float32(rng.uniform(0, 0.06)) * body
    difference = colour_difference(before, surface.albedo, extent)
    if difference.value < LEAST_DELTA_E00:
        surface.albedo[...] = before
        return None
    return SurfaceFault("stain", extent, sizes(extent, surface.texel_mm, difference))


def leak(surface: Surface, rng: np.random.Generator, area_mm2: float) -> SurfaceFault | None:
    """Liquid lying on or soaked into the item: darker where it soaks, smooth and shining where it
    stands, with a rounded rim, droplets and perhaps a run."""
    at = spot(surface, rng, 2.0)
    if at is None:
        return None
    radius = float(np.sqrt(area_mm2 / np.pi))
    body = blot(surface, rng, at, area_mm2 * 0.8, wobble=0.28, soft_mm=0.9, aspect=2.6)
    body = np.maximum(body, _splashes(surface, rng, at, radius))
    body = f32(body * surface.cover)
    extent = step(0.35, 0.65, body)
    if not _room(surface, extent):
        return None
    before = surface.albedo.copy()
    tinted = np.float32(1) - np.float32(rng.uniform(0, 0.35)) * f32(rng.random(3))
    if surface.porous:
        soaked = blur(body, surface.texels(float(rng.uniform(0.3, 1.5))))
        wet = before ** np.float32(rng.uniform(1.25, 1.7)) * tinted
        surface.albedo[...] = blend(before, wet, np.clip(soaked * 1.1, 0, 1))
        surface.film[...] = np.maximum(surface.film, body * np.float32(rng.uniform(0.15, 0.7)))
    else:
        surface.albedo[...] = blend(before, before * tinted * np.float32(0.85), body)
        surface.film[...] = np.maximum(surface.film, body)
    dome = np.sqrt(np.clip(blur(body, surface.texels(0.8)), 0, 1)) * body
    surface.height += np.float32(rng.uniform(0.12, 0.5) * (0.3 if surface.porous else 1)) * dome
    return SurfaceFault(
        "leak",
        extent,
        sizes(extent, surface.texel_mm, colour_difference(before, surface.albedo, extent)),
    )


def discolouration(
    surface: Surface, rng: np.random.Generator, area_mm2: float
) -> SurfaceFault | None:
    """A broad soft change of colour: bleached, yellowed, rubbed off."""
    at = spot(surface, rng, 4.0)
    if at is None:
        return None
    radius = float(np.sqrt(area_mm2 / np.pi))
    body = blot(
        surface, rng, at, area_mm2, wobble=0.15, soft_mm=radius * float(rng.uniform(0.3, 0.9))
    )
    body = f32(body * surface.cover)
    extent = step(0.4, 0.6, body)
    if not _room(surface, extent):
        return None
    before = surface.albedo.copy()
    kind = int(rng.integers(3))
    grey = before.mean(axis=2, keepdims=True)
    strength = float(rng.uniform(0.25, 0.7))
    for _ in range(6):
        share = body * np.float32(min(strength, 0.95))
        if kind == 0:
            after = blend(before, grey * np.float32(0.5) + np.float32(0.4), share)
        elif kind == 1:
            after = blend(before, before * np.array([0.9, 0.7, 0.35], np.float32), share)
        else:
            worn = share * step(-0.5, 0.6, fractal(rng, surface.shape, surface.texels(3), 3))
            after = blend(before, np.array(surface.core, np.float32), worn)
        difference = colour_difference(before, after, extent)
        if difference.value >= LEAST_DELTA_E00:
            surface.albedo[...] = after
            surface.roughness += np.float32(rng.uniform(0, 0.15)) * body
            return SurfaceFault(
                "discolouration", extent, sizes(extent, surface.texel_mm, difference)
            )
        strength *= 1.5
    return None


def oxidation(surface: Surface, rng: np.random.Generator, area_mm2: float) -> SurfaceFault | None:
    """Rust or verdigris on metal: rough, grainy, dull. None where nothing is of metal."""
    at = spot(surface, rng, 0.6, surface.metal > 0.6)
    if at is None:
        return None
    body = blot(surface, rng, at, area_mm2, wobble=0.4, soft_mm=1.0)
    speck = step(0.2, 0.9, fractal(rng, surface.shape, surface.texels(2.2), 3))
    fringe = blur(body, surface.texels(2.5)) * speck
    body = f32(np.maximum(body, fringe) * surface.cover * step(0.3, 0.6, surface.metal))
    extent = step(0.35, 0.65, body)
    if not _room(surface, extent):
        return None
    before = surface.albedo.copy()
    warm = float(before[..., 0].mean()) > 1.15 * float(before[..., 2].mean())
    green = warm and chance(rng, 0.5)
    tone = np.array([0.16, 0.36, 0.30] if green else [0.30, 0.11, 0.04], np.float32)
    mottled = np.exp(np.float32(0.45) * fractal(rng, surface.shape, surface.texels(1.5), 3))
    surface.albedo[...] = blend(before, tone * mottled[..., None], body)
    surface.metal *= 1 - body
    surface.roughness += (np.float32(0.9) - surface.roughness) * body
    surface.height += np.float32(0.10) * body * (1 + np.float32(0.8) * grain(rng, surface.shape))
    return SurfaceFault(
        "oxidation",
        extent,
        sizes(extent, surface.texel_mm, colour_difference(before, surface.albedo, extent)),
    )


def _splashes(
    surface: Surface,
    rng: np.random.Generator,
    at: Points,
    radius: float,
) -> Float:
    """Droplets beside the main spot."""
    x, y = surface.grid_mm()
    total = np.zeros(surface.shape, np.float32)
    for _ in range(int(rng.integers(2, 9))):
        away = rng.normal(0, radius * 1.1, 2) + at
        size = log_uniform(rng, 0.5, max(0.9, radius * 0.25))
        distance = np.hypot(x - np.float32(away[0]), y - np.float32(away[1]))
        total = np.maximum(total, step(size + 0.3, size - 0.3, distance))
    return total


def _room(surface: Surface, extent: Float) -> bool:
    return bool((extent > 0.5).sum() > 12) and not touches(surface, extent)
