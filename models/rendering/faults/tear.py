"""Tears: the board torn open, or its upper ply peeled off."""

import numpy as np

from models.rendering.faults.shape import Band, band, curve, inside_share, touches
from models.rendering.field import (
    Field,
    FieldFault,
    FloatArray,
    Mask,
    area_mm2,
    blend,
    extent_mm,
    grid_mm,
    largest_part,
    ragged_noise,
    smooth_noise,
    smoothstep,
)
from models.sets import Quantity


def tear(face: Field, rng: np.random.Generator, length_mm: float) -> FieldFault | None:
    """Tear ``face`` over about ``length_mm``; None where it finds no room.

    A tear is the opening together with its torn rim; true length and width are those of the
    smallest rectangle around both.
    """
    size = (face.length_mm, face.width_mm)
    for _ in range(14):
        centre = tuple(float(rng.uniform(0.1, 0.9)) * side for side in size)
        inner = max(3.0, length_mm - 2.0)
        points = curve(rng, inner, float(rng.uniform(0.1, 0.8)), (centre[0], centre[1]))
        if inside_share(points, size, 6.0) < 1.0:
            continue
        near = band(points, face.shape, 12.0)
        fault = (_open if rng.random() < 0.65 else _peel)(face, rng, near, inner)
        if fault is not None:
            return fault
    return None


def _lens(near: Band, half_mm: float) -> FloatArray:
    """Half-width along the curve, tapering to its ends."""
    along = np.clip(near.along * (1 - near.along) * 4, 0, 1)
    return np.asarray(np.float32(half_mm) * np.sqrt(along), dtype=np.float32)


def _open(face: Field, rng: np.random.Generator, near: Band, length: float) -> FieldFault | None:
    half = float(np.clip(length * rng.uniform(0.03, 0.11), 0.7, 4.5))
    ragged = ragged_noise(rng, face.shape, 4.5)
    opening = _lens(near, half) * (1 + np.float32(0.14) * ragged)
    frayed = np.abs(ragged_noise(rng, face.shape, 2.2))
    rim = np.float32(rng.uniform(0.9, 2.0)) * (np.float32(0.55) + np.float32(0.6) * frayed)
    end = smoothstep(0.0, 0.04, np.minimum(near.along, 1 - near.along))
    outer = opening + rim * (np.float32(0.4) + np.float32(0.6) * end)
    mask = largest_part(near.distance <= outer)
    if not mask.any() or touches(mask, face.taken(), 4.0):
        return None
    hole = smoothstep(0.15, -0.15, near.distance - opening)
    torn = smoothstep(0.2, -0.2, near.distance - outer) * (1 - hole)
    fibre = 1 + np.float32(0.08) * smooth_noise(rng, face.shape, 0.8)
    paper = np.float32(rng.uniform(0.5, 0.72)) * np.array([1.0, 0.91, 0.77], np.float32)
    if face.albedo[mask].mean() > 0.55:
        paper = np.array([0.50, 0.39, 0.27], np.float32)
    face.albedo = blend(face.albedo, paper * fibre[..., None], torn)
    dark = np.float32(rng.uniform(0.02, 0.05)) * np.array([1.0, 0.9, 0.8], np.float32)
    face.albedo = blend(face.albedo, np.broadcast_to(dark, face.albedo.shape), hole)
    face.height -= np.float32(rng.uniform(5.0, 11.0)) * hole
    curl = np.exp(-np.maximum(near.distance - opening, 0) / np.float32(1.6 + half * 0.5))
    lifted = near.side > 0 if rng.random() < 0.5 else near.side < 0
    lift = np.float32(rng.uniform(0.5, 1.8)) * curl * (1 - hole) * end
    face.height += np.where(lifted, lift, lift * np.float32(0.15))
    face.roughness += (np.float32(0.85) - face.roughness) * np.maximum(torn, hole)
    return _fault(mask)


def _peel(face: Field, rng: np.random.Generator, near: Band, length: float) -> FieldFault | None:
    half = float(np.clip(length * rng.uniform(0.1, 0.26), 1.6, 9.0))
    ragged = ragged_noise(rng, face.shape, 4.0)
    patch = _lens(near, half) * (1 + np.float32(0.3) * ragged)
    mask = largest_part(near.distance <= patch)
    if not mask.any() or touches(mask, face.taken(), 4.0):
        return None
    bare = smoothstep(0.12, -0.12, near.distance - patch) * (mask | (near.distance > patch))
    x, _ = grid_mm(face.shape)
    flute = np.sin(x * np.float32(2 * np.pi / rng.uniform(5.0, 7.0)))
    inner = np.float32(rng.uniform(0.9, 1.15)) * np.array([0.40, 0.29, 0.185], np.float32)
    if rng.random() < 0.35 or face.albedo[mask].mean() < 0.3:
        inner = np.array([0.66, 0.58, 0.47], np.float32)
    shade = 1 + np.float32(0.10) * flute + np.float32(0.10) * smooth_noise(rng, face.shape, 0.9)
    face.albedo = blend(face.albedo, inner * shade[..., None], bare)
    edge = smoothstep(0.9, 0.0, np.abs(near.distance - patch)) * (near.distance < 900)
    light = np.array([0.74, 0.69, 0.60], np.float32)
    face.albedo = blend(
        face.albedo, np.broadcast_to(light, face.albedo.shape), edge * bare * np.float32(0.8)
    )
    face.height -= (np.float32(0.45) + np.float32(0.22) * flute) * bare
    face.height += np.float32(0.25) * edge
    face.roughness += (np.float32(0.85) - face.roughness) * bare
    return _fault(mask)


def _fault(mask: Mask) -> FieldFault:
    length, width = extent_mm(mask)
    return FieldFault(
        "tear",
        mask,
        (
            Quantity("length", round(length, 2), "mm"),
            Quantity("width", round(width, 2), "mm"),
            Quantity("area", round(area_mm2(mask), 2), "mm2"),
        ),
    )
