"""Cartons: kraft, white and printed board with flaps, tape and labels."""

import numpy as np

from models.rendering.colour import decode
from models.rendering.fast.artwork import any_hue, art, code_panel, hsv, palette, scatter_print
from models.rendering.fast.fields import (
    Float,
    blend,
    chance,
    drawn_line,
    f32,
    fractal,
    grain,
    noise,
    slanted,
    step,
)
from models.rendering.fast.shapes import box_distance, covered, rounded_edge
from models.rendering.fast.surface import Seal, Surface, blank


def carton(rng: np.random.Generator, texel_mm: float, gtin: str) -> Surface:
    """The upper face of a carton standing on the bench."""
    length = float(rng.uniform(110, 300))
    width = float(rng.uniform(75, min(190.0, length)))
    height = float(rng.uniform(20, 130))
    kind = str(rng.choice(np.array(["kraft", "white", "printed"]), p=[0.4, 0.2, 0.4]))
    if kind == "kraft":
        base = decode(*(int(part) for part in rng.normal((183, 148, 108), 9)))
    elif kind == "white":
        base = decode(*(int(part) for part in rng.normal((226, 225, 220), 5)))
    else:
        base = palette(rng, 1)[0]
    rough = float(rng.uniform(0.35, 0.6)) if kind == "printed" else 0.72
    face = blank((length, width, height), texel_mm, base, margin_mm=0.0, roughness=rough)
    face.block_mm, face.size_mm = (length, width, height), (length, width, height)
    face.core = (0.62, 0.5, 0.36) if kind == "kraft" else (0.72, 0.68, 0.6)
    face.porous = rough > 0.5
    face.cover[...] = 1
    if kind == "printed":
        picture = art(rng, face.shape, palette(rng, int(rng.integers(3, 6))))
        face.albedo[...] = blend(face.albedo, picture, np.full(face.shape, 0.92, np.float32))
    face.wall = f32(face.albedo.mean(axis=(0, 1)) * np.float32(rng.uniform(0.8, 1.0)))
    _board(face, rng, kind)
    scatter_print(face, rng, gtin)
    if chance(rng, 0.3):
        code_panel(face, rng, gtin)
    if chance(rng, 0.6):
        _flaps(face, rng)
    distance = box_distance(face, (length / 2, width / 2), 0.8)
    face.height -= rounded_edge(distance, float(rng.uniform(0.8, 2.0)))
    worn = step(-1.6, 0.0, distance + np.float32(0.5) * noise(rng, face.shape, 20))
    face.albedo[...] = blend(face.albedo, np.array(face.core, np.float32), worn * np.float32(0.3))
    face.cover[...] = covered(face, distance)
    return face


def _board(face: Surface, rng: np.random.Generator, kind: str) -> None:
    shape, texel = face.shape, face.texel_mm
    strength = 1.0 if kind == "kraft" else 0.25
    fibre = slanted(rng, shape, 1.4, 4.0, float(rng.normal(0, 0.1)))
    tone = np.float32(0.07 * strength) * (fibre + np.float32(0.6) * grain(rng, shape))
    tone += np.float32(0.02) * noise(rng, shape, 45 / texel)
    face.albedo *= np.exp(tone)[..., None]
    face.height += np.float32(0.006) * noise(rng, shape, 1.2 / texel)
    face.height += np.float32(0.12) * noise(rng, shape, 60 / texel)
    x, y = face.grid_mm()
    flute = np.float32(2 * np.pi / rng.uniform(5, 8))
    across = x if chance(rng, 0.5) else y
    face.height += np.float32(0.010 * strength) * np.sin(across * flute)
    face.roughness += np.float32(0.03) * noise(rng, shape, 8 / texel)


def _flaps(face: Surface, rng: np.random.Generator) -> None:
    """The gap of two flaps, usually taped."""
    half = face.size_mm[0] / 2
    middle = float(rng.normal(0, 0.6))
    line = face.at_texels(np.array([[-half, middle], [half, middle + float(rng.normal(0, 0.8))]]))
    gap = float(rng.uniform(0.3, 1.2))
    cut = drawn_line(face.shape, line, face.texels(gap))
    face.albedo *= (1 - np.float32(0.8) * cut)[..., None]
    face.height -= np.float32(0.7) * cut
    face.mark_box("seam", (-half, middle - 1.5, half, middle + 1.5))
    if chance(rng, 0.85):
        _tape(face, rng, middle)
        face.seals.append(Seal(line, gap))


def _tape(face: Surface, rng: np.random.Generator, middle: float) -> None:
    length, width, _ = face.size_mm
    wide = float(min(rng.uniform(22, 60), width * 0.55))
    _, y = face.grid_mm()
    edge = np.abs(y - np.float32(middle + rng.normal(0, 2))) + np.float32(0.06) * noise(
        rng, face.shape, 4 / face.texel_mm
    )
    weight = step(wide / 2 + 0.15, wide / 2 - 0.15, edge)
    kind = int(rng.integers(4))
    tint: Float = (
        decode(176, 132, 86), decode(232, 228, 212), decode(205, 170, 125),
        hsv(any_hue(rng), 0.7, 0.7),
    )[kind]  # fmt: skip
    opaque = (0.8, 0.14, 0.92, 0.9)[kind]
    face.albedo[...] = blend(face.albedo, tint, weight * np.float32(opaque))
    bubbles = step(0.9, 2.2, fractal(rng, face.shape, 9 / face.texel_mm, 3)) * weight
    face.albedo[...] = blend(face.albedo, 0.8, bubbles * np.float32(0.12))
    face.height += np.float32(0.07) * weight + np.float32(0.03) * bubbles
    face.height += weight * np.float32(0.015) * noise(rng, face.shape, 12 / face.texel_mm)
    face.roughness += (np.float32(rng.uniform(0.2, 0.5)) - face.roughness) * weight
    face.mark_box("tape", (-length / 2, middle - wide / 2, length / 2, middle + wide / 2))
