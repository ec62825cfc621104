"""Squeezed tubes: round at the cap, flat at the crimp."""

import numpy as np

from models.rendering.field import TEXEL_MM, FloatArray, grid_mm, ragged_noise
from models.rendering.traced.artwork import (
    dull,
)
from models.rendering.traced.families.turned import ring_solid
from models.rendering.traced.families.vessel import label, tinplate
from models.rendering.traced.item import Item, Look, Shell, Solid
from models.rendering.traced.skin import Seal, f32, skin


def tube(rng: np.random.Generator, gtin: str) -> Item:
    """A squeezed tube: round at its cap, flat at its crimp."""
    radius, length = float(rng.uniform(14, 24)), float(rng.uniform(100, 180))
    laminate = rng.random() < 0.35
    body = skin(
        length,
        np.pi * radius,
        dull(rng),
        "film",
        roughness=float(rng.uniform(0.22, 0.5)),
        core=f32([0.7, 0.7, 0.7]),
        give=0.7,
    )
    if laminate:
        tinplate(body, rng)
        body.height[...] = 0
    x, y = grid_mm(body.shape)
    run = x / np.float32(length)
    profile = np.array([[0.0, 1.0], [1.0, 1.0]])
    body.height += (
        np.float32(0.5) * ragged_noise(rng, body.shape, 24.0) * f32(np.clip(1.3 - run * 1.2, 0, 1))
    )
    label(body, rng, gtin, profile)
    crimp = x < np.float32(9.0)
    body.height += crimp * f32(0.22 * np.sin(x * np.float32(2 * np.pi / 1.6)))
    body.height[:, : round(9 / TEXEL_MM)] *= np.float32(0.7)
    body.mark_box("seam", (0.5, body.width_mm * 0.1, 9.0, body.width_mm * 0.9))
    body.seals.append(
        Seal(np.linspace([5, body.width_mm * 0.1], [5, body.width_mm * 0.9], 30), 6.0)
    )
    side = np.abs(y / np.float32(body.width_mm) - np.float32(0.5))
    body.allowed[...] = (side < 0.36) & (x > 10) & (x < length - 6)

    def at(u: FloatArray, v: FloatArray) -> FloatArray:
        half = np.float32(radius) * (np.float32(np.pi / 2) - np.float32(np.pi / 2 - 1) * u**0.8)
        tall = np.float32(radius) * np.clip(u * 1.25, 0.03, 1) ** 0.7
        angle = (v - np.float32(0.5)) * np.float32(np.pi)
        shape_y = half * np.sign(np.sin(angle)) * np.abs(np.sin(angle))
        shape_z = np.float32(0.4) + tall * (
            1 + np.abs(np.cos(angle)) ** 0.8 * np.sign(np.cos(angle))
        )
        px = np.float32(-length / 2) + u * np.float32(length) + 0 * angle
        return f32(np.stack([px, shape_y + 0 * px, shape_z * (0.75 + 0.25 * u) + 0 * px], axis=2))

    item = Item((length, 2 * radius, 2 * radius), 1.6 * radius, [Shell(body, at)], [body])
    tall = float(rng.uniform(12, 24))
    wide = radius * float(rng.uniform(0.55, 1.0))
    look = Look(dull(rng), 0.35)
    neck = Solid(
        ring_solid(
            np.array(
                [
                    [0.0, radius],
                    [3.0, radius * 0.5],
                    [5.0, radius * 0.38],
                    [9.0, radius * 0.36],
                    [9.0, 0.01],
                ]
            ),
            radius,
            length / 2 - 0.4,
            Look(dull(rng), 0.4),
        ).mesh,
        Look(f32([0.75, 0.75, 0.73]), 0.4),
    )
    item.parts.append(neck)
    cap = np.array([[0.0, wide], [tall, wide * 0.93], [tall + 0.8, wide * 0.8], [tall + 0.8, 0.01]])
    item.parts.append(ring_solid(cap, radius, length / 2 + 2.0, look, int(rng.integers(20, 40))))
    item.size_mm = (length + tall, np.pi * radius, 2 * radius)
    return item
