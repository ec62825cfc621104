"""What lies on goods without being a fault: stickers, dust, lint."""

import numpy as np

from models.rendering.colour import decode
from models.rendering.fast.artwork import any_hue, bars, emblem, hsv, lay, paragraph, words
from models.rendering.fast.faults.place import curve, spot
from models.rendering.fast.fields import (
    blend,
    blur,
    chance,
    drawn_line,
    f32,
    log_uniform,
    step,
)
from models.rendering.fast.shapes import box_distance, covered, disc_distance
from models.rendering.fast.surface import Surface


def add_clutter(
    surface: Surface, rng: np.random.Generator, gtin: str, *, fibres: bool = True
) -> None:
    """Perhaps a sticker, perhaps dust, and lint or ``fibres`` of any length and tone."""
    if chance(rng, 0.28):
        _sticker(surface, rng, gtin)
    if chance(rng, 0.45):
        _dust(surface, rng)
    if fibres and chance(rng, 0.4):
        _fibres(surface, rng)
    elif not fibres and chance(rng, 0.25):
        _lint(surface, rng)


def _sticker(surface: Surface, rng: np.random.Generator, gtin: str) -> None:
    length, width, _ = surface.size_mm
    half = (
        float(rng.uniform(6, min(32, length * 0.2))),
        float(rng.uniform(5, min(20, width * 0.2))),
    )
    at = spot(surface, rng, max(half) * 0.9)
    if at is None:
        return
    middle = (float(at[0]), float(at[1]))
    if chance(rng, 0.35):
        distance = disc_distance(surface, min(half), middle)
    else:
        distance = box_distance(surface, half, float(rng.uniform(0.2, 2.5)), middle)
    on = f32(covered(surface, distance) * surface.cover)
    paper = decode(238, 238, 234) if chance(rng, 0.6) else hsv(any_hue(rng), 0.8, 0.95)
    surface.albedo[...] = blend(surface.albedo, paper, on)
    surface.opacity[...] = np.maximum(surface.opacity, on)
    surface.metal *= 1 - on
    surface.roughness += (np.float32(rng.uniform(0.35, 0.7)) - surface.roughness) * on
    level = blur(surface.height, surface.texels(1.0))
    surface.height[...] = blend(surface.height, level + np.float32(0.1), on)
    corner = surface.at_texels(at[None] - np.array(half) * 0.8)[0]
    kind = int(rng.integers(3))
    if kind == 0:
        drawing = bars(gtin, max(1.0, surface.texels(0.26)), surface.texels(half[1] * 0.8))
    elif kind == 1:
        drawing = emblem(rng, round(surface.texels(min(half) * 1.4)))
    else:
        drawing = words(f"-{int(rng.integers(1, 9)) * 10}%", surface.texels(half[1] * 0.7), 800)
        block = paragraph(
            rng,
            round(surface.texels(half[1] * 0.6)),
            round(surface.texels(half[0] * 1.5)),
            surface.texels(1.6),
        )
        lay(
            surface,
            block,
            (int(corner[0]), int(corner[1] + surface.texels(half[1]))),
            decode(40, 40, 44),
            0.85,
            kind=None,
            within=on,
        )
    lay(
        surface,
        drawing,
        (int(corner[0]), int(corner[1])),
        decode(28, 28, 32),
        0.92,
        kind=None,
        within=on,
    )
    surface.mark_extent("sticker", on)


def _dust(surface: Surface, rng: np.random.Generator) -> None:
    rows, columns = surface.shape
    specks = np.zeros(surface.shape, np.float32)
    for _ in range(int(log_uniform(rng, 8, 120))):
        x, y = int(rng.integers(2, columns - 2)), int(rng.integers(2, rows - 2))
        specks[y, x] = np.float32(rng.uniform(0.3, 1.0))
    soft = np.clip(blur(specks, 0.7) * np.float32(2.2), 0, 0.8) * surface.cover
    tone = np.float32(rng.choice(np.array([0.75, 0.6, 0.1])))
    surface.albedo[...] = blend(surface.albedo, tone, soft)
    surface.roughness += (np.float32(0.8) - surface.roughness) * soft
    surface.mark_extent("dust", f32(step(0.02, 0.05, blur(specks, 12))))


def _lint(surface: Surface, rng: np.random.Generator) -> None:
    total = np.zeros(surface.shape, np.float32)
    for _ in range(int(rng.integers(1, 7))):
        at = spot(surface, rng, 1.0)
        if at is None:
            return
        line = curve(rng, log_uniform(rng, 2, 14), 2.5) + at
        drawn = drawn_line(surface.shape, surface.at_texels(line), max(0.7, surface.texels(0.2)))
        surface.mark_extent("dust", drawn)
        total = np.maximum(total, drawn)
    tone = np.float32(rng.choice(np.array([0.85, 0.7, 0.05])))
    surface.albedo[...] = blend(surface.albedo, tone, total * surface.cover * np.float32(0.85))
    surface.height += total * np.float32(0.15)


def _fibres(surface: Surface, rng: np.random.Generator) -> None:
    """Fibres, hairs and threads, each of its own length, width and tone, and tufts of them."""
    for _ in range(int(log_uniform(rng, 1, 14))):
        at = spot(surface, rng, 1.0)
        if at is None:
            return
        bend, width = float(rng.uniform(0.3, 4.5)), log_uniform(rng, 0.08, 0.45)
        length = log_uniform(rng, 2, 40)
        lines = [curve(rng, length, bend) + at]
        if chance(rng, 0.12):
            strands = range(int(rng.integers(4, 16)))
            lines += [curve(rng, log_uniform(rng, 2, 9), 5.0) + at for _ in strands]
        drawn = np.zeros(surface.shape, np.float32)
        for line in lines:
            one = drawn_line(
                surface.shape, surface.at_texels(line), max(0.7, surface.texels(width))
            )
            drawn = np.maximum(drawn, one)
        surface.mark_extent("dust", drawn)
        tone = f32(rng.choice(np.array([0.85, 0.6, 0.25, 0.03])))
        if chance(rng, 0.2):
            tone = hsv(any_hue(rng), 0.8, float(rng.uniform(0.3, 0.9)))
        lies = f32(drawn * surface.cover * np.float32(rng.uniform(0.4, 0.95)))
        surface.albedo[...] = blend(surface.albedo, tone, lies)
        surface.metal *= 1 - lies
        surface.roughness += (np.float32(0.8) - surface.roughness) * lies
        surface.height += lies * np.float32(rng.uniform(0.05, 0.3))
