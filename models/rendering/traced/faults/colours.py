"""Faults of colour: stains, leaks, discolouration, oxidation."""

import numpy as np

from models.rendering.faults.shape import blob
from models.rendering.field import (
    FieldFault,
    FloatArray,
    Mask,
    blend,
    ragged_noise,
    smooth_noise,
    smoothstep,
)
from models.rendering.traced.skin import Skin, calipers, difference, f32

LEAST_DELTA_E00 = 4.5
_TRIES = 8

_FILTERS = (
    (0.55, 0.36, 0.16), (0.72, 0.60, 0.38), (0.30, 0.22, 0.17), (0.62, 0.22, 0.20),
    (0.36, 0.46, 0.62), (0.58, 0.64, 0.30), (0.30, 0.30, 0.31), (0.78, 0.66, 0.28),
)  # fmt: skip
"""What coffee, tea, soil, wine, ink, grass, grease and sauce let through."""


def stain(skin: Skin, rng: np.random.Generator, area: float) -> FieldFault | None:
    """Something dried on or soaked in, darker at its rim as it dried; reaches to half strength."""
    for _ in range(_TRIES):
        edge = float(rng.uniform(0.08, 0.5))
        body = _spill(skin, rng, area, edge=edge, drops=rng.random() < 0.4, stretch=1.8)
        if body is None:
            continue
        extent = body > 0.5
        if not skin.fits(extent):
            continue
        uneven = 1 + np.float32(0.22) * ragged_noise(rng, skin.shape, 9.0)
        density = body * np.clip(uneven, 0.5, 1.4)
        if rng.random() < 0.5:
            rim = np.float32(4) * body * (1 - body)
            density = np.float32(rng.uniform(0.35, 0.8)) * density + np.float32(0.7) * rim
        before = skin.albedo.copy()
        after = _tinted(skin, rng, f32(np.clip(density, 0, 1.5)), extent)
        if after is None:
            continue
        skin.albedo[...] = after
        skin.roughness += np.float32(rng.uniform(-0.12, 0.2)) * body
        skin.metal *= 1 - np.float32(0.6) * np.clip(body, 0, 1)
        skin.height += np.float32(rng.uniform(0, 0.05)) * body
        return FieldFault("stain", extent, calipers(extent, difference(before, after, extent)))
    return None


def _tinted(
    skin: Skin, rng: np.random.Generator, density: FloatArray, extent: Mask
) -> FloatArray | None:
    """The albedo under a stain at least LEAST_DELTA_E00 strong."""
    tone = f32(_FILTERS[int(rng.integers(len(_FILTERS)))])
    pale = float(skin.albedo[extent].mean()) < 0.07 or (not skin.porous and rng.random() < 0.35)
    strength = float(rng.uniform(0.5, 1.5))
    for _ in range(6):
        if pale:
            layer = np.clip(tone * np.float32(0.75) + np.float32(0.12), 0, 0.9)
            share = np.clip(density * np.float32(0.5 * strength), 0, 0.95)
            after = blend(skin.albedo, layer, f32(share))
        else:
            after = f32(skin.albedo * np.exp(np.log(tone) * (density * strength)[..., None]))
        if difference(skin.albedo, after, extent).value >= LEAST_DELTA_E00:
            return after
        strength *= 1.5
    return None


def leak(skin: Skin, rng: np.random.Generator, area: float) -> FieldFault | None:
    """Liquid on the item: soaked and dark where it can, else a shining puddle with drops."""
    for _ in range(_TRIES):
        body = _spill(skin, rng, area, edge=0.07, drops=True, stretch=2.8)
        if body is None:
            continue
        extent = body > 0.5
        if not skin.fits(extent):
            continue
        before = skin.albedo.copy()
        tint = 1 - np.float32(rng.uniform(0.05, 0.4)) * f32(rng.random(3))
        if skin.porous:
            deep = np.clip(body * 1.1, 0, 1)
            wet = f32(before ** np.float32(rng.uniform(1.25, 1.7)) * tint)
            skin.albedo[...] = blend(before, wet, f32(deep))
            gloss = float(rng.uniform(0.2, 0.4))
            skin.height -= skin.height * np.float32(0.5) * deep
        else:
            skin.albedo[...] = blend(before, f32(before * tint * np.float32(0.88)), body)
            gloss = 0.08
        inside = np.sqrt(np.clip(body, 0, 1))
        rise = float(rng.uniform(0.15, 0.6)) * (0.15 if skin.porous else 1.0)
        skin.height += np.float32(rise) * f32(inside)
        skin.roughness += (np.float32(gloss) - skin.roughness) * body
        skin.metal *= 1 - np.float32(0.5) * body
        truth = calipers(extent, difference(before, skin.albedo, extent))
        return FieldFault("leak", extent, truth)
    return None


def discolouration(skin: Skin, rng: np.random.Generator, area: float) -> FieldFault | None:
    """A broad soft change of colour: bleached by light, yellowed, or rubbed through."""
    for _ in range(_TRIES):
        body = _spill(skin, rng, area, edge=float(rng.uniform(0.4, 0.9)), drops=False, stretch=1.8)
        if body is None:
            continue
        extent = body > 0.5
        if not skin.fits(extent):
            continue
        before = skin.albedo
        kind = str(rng.choice(np.array(["bleached", "yellowed", "rubbed"])))
        strength = float(rng.uniform(0.3, 0.75))
        grey = before.mean(axis=2, keepdims=True)
        patches = smoothstep(-0.4, 0.7, ragged_noise(rng, skin.shape, 5.0))
        for _ in range(6):
            share = f32(np.clip(body * np.float32(strength), 0, 0.95))
            if kind == "bleached":
                after = blend(before, f32(grey * 0.4 + before * 0.2 + 0.34), share)
            elif kind == "yellowed":
                after = blend(before, f32(before * f32([0.92, 0.72, 0.38])), share)
            else:
                after = blend(before, skin.core, f32(share * patches))
            change = difference(before, after, extent)
            if change.value >= LEAST_DELTA_E00:
                skin.albedo[...] = after
                skin.roughness += np.float32(rng.uniform(0, 0.15)) * body
                return FieldFault("discolouration", extent, calipers(extent, change))
            strength *= 1.5
    return None


def oxidation(skin: Skin, rng: np.random.Generator, area: float) -> FieldFault | None:
    """Rust or verdigris on metal, pitted at its edge; None where nothing is of metal."""
    bright = skin.metal > 0.5
    if not bright.any():
        return None
    for _ in range(_TRIES):
        core = _spill(skin, rng, area * 0.7, edge=0.25, drops=False, stretch=2.0)
        if core is None:
            return None
        pits = smoothstep(0.5, 1.3, ragged_noise(rng, skin.shape, 3.0))
        spread = _grown(core) * pits
        body = f32(np.maximum(core, spread) * bright * skin.allowed)
        extent = body > 0.45
        if not skin.fits(extent):
            continue
        before = skin.albedo.copy()
        yellow = float(before[extent][:, 0].mean()) > 1.2 * float(before[extent][:, 2].mean())
        tone = f32([0.13, 0.31, 0.25] if yellow and rng.random() < 0.6 else [0.26, 0.09, 0.03])
        mottle = np.exp(np.float32(0.5) * ragged_noise(rng, skin.shape, 2.5))
        skin.albedo[...] = blend(before, f32(tone * mottle[..., None]), body)
        skin.metal *= 1 - body
        skin.roughness += (np.float32(0.92) - skin.roughness) * body
        skin.height += np.float32(0.07) * body * mottle
        truth = calipers(extent, difference(before, skin.albedo, extent))
        return FieldFault("oxidation", extent, truth)
    return None


def _grown(body: FloatArray) -> FloatArray:
    import cv2

    return f32(np.clip(cv2.GaussianBlur(body, (0, 0), 9.0) * 1.6, 0, 1))


def _spill(
    skin: Skin, rng: np.random.Generator, area: float, *, edge: float, drops: bool, stretch: float
) -> FloatArray | None:
    """A spilt shape 0..1 with its half-level contour around ``area``; None where none fits.

    ``edge`` is the width of its border as a share of its radius.
    """
    radius = float(np.sqrt(area / np.pi))
    centre = skin.spot(rng, min(radius * 0.55, 25.0))
    if centre is None:
        return None
    aspect = float(rng.uniform(1.0, stretch))
    shape = blob(rng, area, centre, aspect=aspect, wobble=float(rng.uniform(0.08, 0.28)))
    reach = shape.radius(skin.shape)
    reach = reach + np.float32(0.05) * smooth_noise(rng, skin.shape, max(2.0, radius / 3))
    body = smoothstep(1 + edge / 2, 1 - edge / 2, f32(reach))
    if drops:
        for _ in range(int(rng.integers(2, 8))):
            away = rng.normal(0, radius * 0.9, 2) + np.array(centre)
            size = float(np.exp(rng.uniform(np.log(0.6), np.log(max(1.0, radius * 0.22)))))
            drop = blob(
                rng, np.pi * size**2, (float(away[0]), float(away[1])), aspect=1.2, wobble=0.1
            )
            body = np.maximum(body, smoothstep(1.15, 0.85, drop.radius(skin.shape)))
    return f32(body * _soft_edge(skin))


def _soft_edge(skin: Skin) -> FloatArray:
    return skin.allowed.astype(np.float32)
