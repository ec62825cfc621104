"""Stains: something soaked into the board or dried on it."""

import numpy as np
from numpy.typing import NDArray

from models.rendering.colour import delta_e00, lab
from models.rendering.faults.shape import blob, touches
from models.rendering.field import (
    Field,
    FieldFault,
    FloatArray,
    Mask,
    area_mm2,
    blend,
    extent_mm,
    largest_part,
    ragged_noise,
    smoothstep,
)
from models.sets import Quantity

LEAST_DELTA_E00 = 5.0

_TINTS = (
    (0.62, 0.53, 0.36),
    (0.42, 0.30, 0.20),
    (0.70, 0.66, 0.55),
    (0.30, 0.34, 0.48),
    (0.45, 0.42, 0.40),
    (0.66, 0.36, 0.30),
)


def stain(face: Field, rng: np.random.Generator, wanted_mm2: float) -> FieldFault | None:
    """Stain ``face`` over about ``wanted_mm2``; None where it finds no room.

    A stain reaches to half its strength. True delta_e00 is between the mean colours of the same
    texels with and without it.
    """
    for _ in range(12):
        radius = float(np.sqrt(wanted_mm2 / np.pi)) + 3.0
        x = float(rng.uniform(min(radius, face.length_mm / 2), face.length_mm))
        y = float(rng.uniform(min(radius, face.width_mm / 2), face.width_mm))
        strength, mask = _soak(face, rng, wanted_mm2, (x, y))
        border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
        wrong = abs(area_mm2(mask) / wanted_mm2 - 1) > 0.12
        if wrong or border.any() or touches(mask, face.taken(), 4.0):
            continue
        return _colour(face, rng, strength, mask)
    return None


def _soak(
    face: Field, rng: np.random.Generator, wanted: float, centre: tuple[float, float]
) -> tuple[FloatArray, Mask]:
    """Strength 0..1 over the grid and the half-strength contour."""
    shape = blob(rng, wanted, centre, aspect=float(rng.uniform(1.0, 2.2)), wobble=0.16)
    small = shape.semi_mm[1]
    rim = float(np.clip(rng.uniform(0.4, 2.0), 0.2, small * 0.35)) / small
    warp = np.float32(0.09) * ragged_noise(rng, face.shape, max(3.0, small * 0.6))
    field = shape.radius(face.shape)
    mask = np.zeros(face.shape, dtype=np.bool_)
    level = 1.0
    for _ in range(5):
        mask = largest_part(field + warp <= level)
        ratio = area_mm2(mask) / wanted
        if abs(ratio - 1) < 0.03:
            break
        level /= float(np.clip(np.sqrt(max(ratio, 0.05)), 0.5, 2.0))
    edge = smoothstep(level + rim / 2, level - rim / 2, np.asarray(field + warp, np.float32))
    return edge * (mask | (edge < 0.5)), mask


def _colour(face: Field, rng: np.random.Generator, strength: FloatArray, mask: Mask) -> FieldFault:
    clean = face.albedo.copy()
    tint = np.array(_TINTS[int(rng.integers(len(_TINTS)))], dtype=np.float32)
    body = np.clip(0.85 + np.float32(0.10) * ragged_noise(rng, face.shape, 11.0), 0.5, 1.0)
    if rng.random() < 0.4:
        ring = strength * (1 - strength) * 4
        body = body * np.float32(0.7) + np.float32(0.3) * ring
    weight = np.asarray(strength * body, dtype=np.float32)
    power = float(rng.uniform(0.5, 1.3))
    distance = 0.0
    for _ in range(5):
        face.albedo = blend(clean, clean * tint ** np.float32(power), weight)
        distance = _distance(clean, face.albedo, mask)
        if distance >= LEAST_DELTA_E00:
            break
        power *= 1.5
    face.roughness -= np.float32(rng.uniform(0.0, 0.18)) * weight
    np.clip(face.roughness, 0.2, 1.0, out=face.roughness)
    length, width = extent_mm(mask)
    return FieldFault(
        "stain",
        mask,
        (
            Quantity("length", round(length, 2), "mm"),
            Quantity("width", round(width, 2), "mm"),
            Quantity("area", round(area_mm2(mask), 2), "mm2"),
            Quantity("delta_e00", round(distance, 2), "1"),
        ),
    )


def _distance(clean: FloatArray, stained: FloatArray, mask: NDArray[np.bool_]) -> float:
    return float(delta_e00(lab(clean[mask].mean(axis=0)), lab(stained[mask].mean(axis=0))))
