"""Dents and crushed edges: a smooth hollow, often with creases where the board gave way."""

import numpy as np

from models.rendering.faults.shape import Blob, band, blob, touches
from models.rendering.field import (
    Field,
    FieldFault,
    FloatArray,
    Mask,
    area_mm2,
    extent_mm,
    largest_part,
    smooth_noise,
)
from models.sets import Quantity

RIM_SHARE = 0.15
"""A dent reaches to where its depth has fallen to this share of its greatest depth."""

_RIM_RADIUS = float(np.sqrt(1 - np.sqrt(RIM_SHARE)))


def dent(face: Field, rng: np.random.Generator, wanted_mm2: float) -> FieldFault | None:
    """Press a dent of about ``wanted_mm2`` into ``face``; None where it finds no room.

    True length and width are those of the smallest rectangle around the rim, true depth is the
    greatest depth without creases.
    """
    for _ in range(12):
        at_edge = rng.random() < 0.35
        centre = _centre(face, rng, wanted_mm2, at_edge=at_edge)
        shape = blob(rng, wanted_mm2, centre, aspect=float(rng.uniform(1.0, 2.1)), wobble=0.10)
        shape, mask = _fitted(face, shape, wanted_mm2)
        border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
        if (border.any() and not at_edge) or touches(mask, face.taken(), 4.0):
            continue
        return _press(face, rng, shape, mask)
    return None


def _centre(
    face: Field, rng: np.random.Generator, area: float, *, at_edge: bool
) -> tuple[float, float]:
    radius = float(np.sqrt(area / np.pi))
    x = float(rng.uniform(0.1, 0.9)) * face.length_mm
    y = float(rng.uniform(0.1, 0.9)) * face.width_mm
    if at_edge:
        inset = float(rng.uniform(-0.2, 0.5)) * radius
        if rng.random() < 0.5:
            x = inset if rng.random() < 0.5 else face.length_mm - inset
        else:
            y = inset if rng.random() < 0.5 else face.width_mm - inset
    return x, y


def _fitted(face: Field, shape: Blob, wanted: float) -> tuple[Blob, Mask]:
    """The blob scaled until its rim on the face encloses the wanted area."""
    mask = np.zeros(face.shape, dtype=np.bool_)
    for _ in range(4):
        mask = largest_part(shape.radius(face.shape) <= 1)
        shape_area = max(area_mm2(mask), 1.0)
        if abs(shape_area / wanted - 1) < 0.03:
            break
        shape = shape.scaled(float(np.clip(np.sqrt(wanted / shape_area), 0.5, 2.0)))
    return shape, largest_part(shape.radius(face.shape) <= 1)


def _press(face: Field, rng: np.random.Generator, shape: Blob, mask: Mask) -> FieldFault:
    length, width = extent_mm(mask)
    area = area_mm2(mask)
    depth = float(np.clip(np.sqrt(length * width) * rng.uniform(0.11, 0.20), 0.9, 8.0))
    radius = shape.radius(face.shape)
    radius = radius + np.float32(0.03) * smooth_noise(rng, face.shape, 7.0) * (radius < 1.5)
    hollow = np.clip(1 - (radius * np.float32(_RIM_RADIUS)) ** 2, 0, 1) ** 2
    face.height -= np.float32(depth) * hollow
    worn = _creases(face, rng, shape, depth)
    wear = float(rng.uniform(0.12, 0.32)) * (1 if rng.random() < 0.6 else -1)
    face.albedo *= (1 + np.float32(wear) * worn)[..., None]
    face.albedo *= (1 - np.float32(rng.uniform(0.03, 0.14)) * hollow)[..., None]
    np.clip(face.albedo, 0.02, 0.92, out=face.albedo)
    return FieldFault(
        "dent",
        mask,
        (
            Quantity("length", round(length, 2), "mm"),
            Quantity("width", round(width, 2), "mm"),
            Quantity("area", round(area, 2), "mm2"),
            Quantity("depth", round(depth, 2), "mm"),
        ),
    )


def _creases(face: Field, rng: np.random.Generator, shape: Blob, depth: float) -> FloatArray:
    """Fold the board along chords of the rim; returns how worn the surface is, 0..1."""
    worn = np.zeros(face.shape, dtype=np.float32)
    semi = np.asarray(shape.semi_mm)
    count = int(rng.integers(1, 3) if semi[1] < 6 else rng.integers(2, 6))
    cos, sin = np.cos(shape.turn), np.sin(shape.turn)
    turn = np.array([[cos, -sin], [sin, cos]])
    for _ in range(count):
        start = float(rng.uniform(0, 2 * np.pi))
        reach = float(rng.uniform(0.5, 1.6))
        angles = np.linspace(start, start + reach, 16)
        radii = 0.78 + 0.08 * np.sin(np.linspace(0, float(rng.uniform(2, 6)), 16))
        if rng.random() < 0.4:
            angles, radii = np.full(16, start), np.linspace(0.05, 0.95, 16)
        local = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii[:, None] * semi
        points = local @ turn.T + np.array([shape.x_mm, shape.y_mm])
        near = band(points, face.shape, 3.5)
        taper = np.clip(np.minimum(near.along, 1 - near.along) * 5, 0, 1)
        fold = np.exp(-((near.distance / np.float32(0.75)) ** 2)) * taper
        face.height -= np.float32(min(0.7, 0.25 + 0.12 * depth)) * fold
        ridge = np.exp(-(((near.distance - np.float32(1.6)) / np.float32(0.8)) ** 2)) * taper
        face.height += np.float32(0.12) * ridge
        worn = np.maximum(worn, np.asarray(fold, dtype=np.float32))
    return worn
