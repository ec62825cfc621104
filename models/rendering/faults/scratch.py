"""Scratches: a narrow groove with torn or darkened fibres along a curve."""

import numpy as np
from numpy.typing import NDArray

from models.rendering.faults.shape import band, curve, inside_share, touches
from models.rendering.field import (
    Field,
    FieldFault,
    area_mm2,
    blend,
    smooth_noise,
)
from models.sets import Quantity


def scratch(face: Field, rng: np.random.Generator, length_mm: float) -> FieldFault | None:
    """Cut a scratch of about ``length_mm`` into ``face``; None where it finds no room.

    True length is along the groove, true width its mean width at half depth, true area that of
    the half-depth contour.
    """
    size = (face.length_mm, face.width_mm)
    for _ in range(12):
        centre = tuple(float(rng.uniform(0.1, 0.9)) * side for side in size)
        points = curve(rng, length_mm, float(rng.uniform(0.05, 0.7)), (centre[0], centre[1]))
        if inside_share(points, size, 3.0) < 1.0:
            continue
        fault = _cut(face, rng, points, length_mm)
        if fault is not None:
            return fault
    return None


def _cut(
    face: Field, rng: np.random.Generator, points: NDArray[np.float64], length_mm: float
) -> FieldFault | None:
    width = float(np.clip(rng.lognormal(np.log(0.85), 0.38), 0.45, 2.0))
    near = band(points, face.shape, 4.0)
    taper = np.sqrt(np.clip(np.minimum(near.along, 1 - near.along) * 8, 0.1, 1))
    rough = 1 + np.float32(0.22) * smooth_noise(rng, face.shape, 1.8)
    half = np.clip(np.float32(width / 2) * taper * rough, 0.16, None)
    profile = np.exp(-np.float32(np.log(2)) * (near.distance / half) ** 2)
    mask = near.distance <= half
    if not mask.any() or touches(mask, face.taken(), 4.0):
        return None
    depth = float(rng.uniform(0.18, 0.5))
    face.height -= np.float32(depth) * profile
    burr = np.exp(-(((near.distance - half * 1.7) / (half * 0.6)) ** 2))
    face.height += np.float32(depth * float(rng.uniform(0.1, 0.45))) * burr
    patchy = np.clip(0.8 + np.float32(0.3) * smooth_noise(rng, face.shape, 5.0), 0.35, 1)
    weight = np.clip(profile * np.float32(1.25), 0, 1) * patchy
    if rng.random() < 0.6:
        fibre = np.float32(rng.uniform(0.62, 0.8)) * np.array([1.0, 0.95, 0.86], np.float32)
        over = np.maximum(face.albedo * np.float32(1.25), fibre)
    else:
        over = face.albedo * np.float32(rng.uniform(0.3, 0.55))
    face.albedo = blend(face.albedo, over, weight * np.float32(rng.uniform(0.65, 0.95)))
    face.roughness += (np.float32(0.75) - face.roughness) * weight
    area = area_mm2(mask)
    return FieldFault(
        "scratch",
        mask,
        (
            Quantity("length", round(length_mm, 2), "mm"),
            Quantity("width", round(area / length_mm, 3), "mm"),
            Quantity("area", round(area, 2), "mm2"),
        ),
    )
