"""Faults along lines: scratches and cracks."""

import numpy as np

from models.rendering.fast.faults.place import crooked, curve, on_item, spot
from models.rendering.fast.fields import (
    Float,
    Points,
    blend,
    blur,
    chance,
    drawn_line,
    f32,
    fractal,
    log_uniform,
    noise,
    step,
)
from models.rendering.fast.surface import Surface, SurfaceFault, sizes
from models.sets import Quantity

_TRIES = 10


def scratch(surface: Surface, rng: np.random.Generator, length_mm: float) -> SurfaceFault | None:
    """A groove with burrs; it bares what lies under the skin. ``length_mm`` is along the groove.

    True width is area over length, true depth that of the groove's deepest line.
    """
    for _ in range(_TRIES):
        at = spot(surface, rng, 3.0)
        if at is None:
            return None
        width = log_uniform(rng, 0.25, 1.7)
        line_mm = curve(rng, length_mm, float(rng.choice(np.array([0.08, 0.4, 1.2])))) + at
        line = on_item(surface, line_mm, width)
        if line is not None:
            return _groove(surface, rng, line_mm, line, width, length_mm)
    return None


def _groove(
    surface: Surface,
    rng: np.random.Generator,
    line_mm: Points,
    line: Float,
    width: float,
    length_mm: float,
) -> SurfaceFault:
    patchy = step(-1.7, -0.5, noise(rng, surface.shape, surface.texels(6)))
    groove = f32(line * (0.35 + 0.65 * patchy))
    depth = log_uniform(rng, 0.03, 0.3)
    strands = np.zeros(surface.shape, np.float32)
    if chance(rng, 0.25):
        for _ in range(int(rng.integers(1, 4))):
            shift = line_mm + rng.normal(0, 1.4, 2)
            low, high = sorted(rng.integers(0, len(shift), 2))
            if high - low > 4:
                beside = drawn_line(
                    surface.shape, surface.at_texels(shift[low:high]), surface.texels(width * 0.5)
                )
                strands = np.maximum(strands, beside * np.float32(0.7) * surface.cover)
    cut = np.maximum(groove, strands)
    burr = np.clip(blur(cut, surface.texels(width * 0.7)) - cut * np.float32(0.6), 0, 1)
    surface.height += np.float32(depth) * (np.float32(0.8) * burr - cut)
    strength = np.float32(rng.uniform(0.25, 0.95))
    kind = rng.random()
    if surface.metal.mean() > 0.5 or kind < 0.55:
        under = np.array(surface.core, np.float32) * np.float32(rng.uniform(0.7, 1.2))
        surface.albedo[...] = blend(surface.albedo, under, cut * strength)
    elif kind < 0.8:
        surface.albedo *= (1 - np.float32(0.75) * strength * cut)[..., None]
    surface.roughness += (np.float32(0.6) - surface.roughness) * cut
    surface.opacity[...] = np.maximum(surface.opacity, np.float32(0.6) * cut)
    extent = np.maximum(line, strands)
    return SurfaceFault(
        "scratch",
        extent,
        sizes(
            line, surface.texel_mm, Quantity("depth", round(depth, 3), "mm"), length_mm=length_mm
        ),
    )


def crack(surface: Surface, rng: np.random.Generator, length_mm: float) -> SurfaceFault | None:
    """A jagged gap with branches and edges that no longer lie level; on glass sometimes a web.

    True length is that of all branches.
    """
    brittle = bool(surface.roughness.mean() < 0.32) and not surface.metal.mean() > 0.5
    for _ in range(_TRIES):
        at = spot(surface, rng, 4.0)
        if at is None:
            return None
        web = brittle and chance(rng, 0.4)
        lines = _web(rng, length_mm) if web else _branches(rng, length_mm)
        width = log_uniform(rng, 0.15, 0.6)
        drawn = [on_item(surface, line + at, width, 0.8) for line in lines]
        kept = [(line, mark) for line, mark in zip(lines, drawn, strict=True) if mark is not None]
        if not kept or drawn[0] is None:
            continue
        gap = f32(np.max([mark for _, mark in kept], axis=0) * surface.cover)
        run = sum(float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum()) for line, _ in kept)
        return _opened(surface, rng, gap, run, web=web)
    return None


def _branches(rng: np.random.Generator, length_mm: float) -> list[Points]:
    main = crooked(rng, length_mm, 0.45)
    lines = [main]
    for _ in range(int(rng.integers(0, 4))):
        root = main[int(rng.integers(len(main)))]
        side = crooked(rng, length_mm * float(rng.uniform(0.12, 0.4)), 0.4)
        lines.append(side - side[0] + root)
    return lines


def _web(rng: np.random.Generator, length_mm: float) -> list[Points]:
    """Rays from an impact, and pieces of rings between them."""
    count = int(rng.integers(5, 11))
    angles = np.sort(rng.uniform(0, 2 * np.pi, count))
    lines = []
    for angle in angles:
        reach = length_mm / 2 * float(rng.uniform(0.35, 1.2))
        steps = np.linspace(0, reach, 12)
        sway = np.cumsum(rng.normal(0, 0.05, 12))
        lines.append(np.stack([steps * np.cos(angle + sway), steps * np.sin(angle + sway)], 1))
    for ring in (0.25, 0.5):
        for first, second in zip(angles, np.roll(angles, -1), strict=True):
            if chance(rng, 0.55):
                arc = np.linspace(first, second if second > first else second + 2 * np.pi, 6)
                radius = length_mm / 2 * ring * rng.uniform(0.85, 1.15, 6)
                lines.append(np.stack([radius * np.cos(arc), radius * np.sin(arc)], 1))
    return lines


def _opened(
    surface: Surface, rng: np.random.Generator, gap: Float, run: float, *, web: bool
) -> SurfaceFault:
    near = blur(gap, surface.texels(0.5))
    clear = surface.opacity < 0.5
    pale = web or bool(clear.mean() > 0.5)
    tone = np.float32(0.75 if pale else 0.03)
    surface.albedo[...] = blend(surface.albedo, tone, gap * np.float32(rng.uniform(0.65, 1.0)))
    surface.opacity[...] = np.maximum(surface.opacity, gap * np.float32(0.7))
    surface.height -= np.float32(rng.uniform(0.15, 0.5)) * gap
    side = step(-0.4, 0.4, fractal(rng, surface.shape, surface.texels(14), 2))
    surface.height += np.float32(rng.uniform(0.05, 0.25)) * near * side
    surface.roughness += (np.float32(0.45) - surface.roughness) * np.clip(gap * 1.2, 0, 1)
    surface.metal *= 1 - gap
    return SurfaceFault("crack", gap, sizes(gap, surface.texel_mm, length_mm=run))
