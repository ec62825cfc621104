"""Faults that open or take away: tears and holes, broken seals, missing parts, pilling."""

import numpy as np

from models.rendering.fast.faults.place import blot, crooked, curve, on_item, spot, touches
from models.rendering.fast.fields import (
    Float,
    Points,
    blend,
    blur,
    chance,
    distance_inside,
    drawn_line,
    drawn_polygon,
    f32,
    fractal,
    grain,
    log_uniform,
    noise,
    step,
)
from models.rendering.fast.shapes import along
from models.rendering.fast.surface import Surface, SurfaceFault, sizes


def tear(surface: Surface, rng: np.random.Generator, length_mm: float) -> SurfaceFault | None:
    """A rip that gapes in its middle, or a hole; fibres or stretched film along its edge."""
    for _ in range(8):
        at = spot(surface, rng, 3.0)
        if at is None:
            return None
        if chance(rng, 0.25):
            gap = blot(surface, rng, at, (length_mm * 0.5) ** 2, wobble=0.2, soft_mm=0.3)
        else:
            line_mm = (
                crooked(rng, length_mm, 0.35) if chance(rng, 0.6) else curve(rng, length_mm, 0.8)
            ) + at
            spine = on_item(surface, line_mm, 0.4, 0.9)
            if spine is None:
                continue
            gap = _gaping(surface, rng, line_mm, length_mm)
        gap = f32(gap * surface.cover)
        if float(gap.sum()) < 10 or touches(surface, gap):
            continue
        return _torn(surface, rng, gap)
    return None


def _gaping(
    surface: Surface,
    rng: np.random.Generator,
    line_mm: Points,
    length_mm: float,
) -> Float:
    """A lens-shaped opening around a line, ragged."""
    unit, run = along(line_mm)
    share = run / max(float(run[-1]), 1e-6)
    open_ = min(length_mm * float(rng.uniform(0.03, 0.2)), 14.0) + 0.5
    half = open_ / 2 * np.sin(np.pi * np.clip(share, 0.02, 0.98)) ** 0.7
    jag = 1 + 0.25 * rng.standard_normal(len(half))
    left = line_mm + np.stack([unit[:, 1], -unit[:, 0]], 1) * (half * jag)[:, None]
    right = line_mm - np.stack([unit[:, 1], -unit[:, 0]], 1) * half[:, None]
    return drawn_polygon(surface.shape, surface.at_texels(np.concatenate([left, right[::-1]])))


def _torn(surface: Surface, rng: np.random.Generator, gap: Float) -> SurfaceFault:
    texel = surface.texel_mm
    fuzz = grain(rng, surface.shape)
    spread = float(rng.uniform(0.5, 2.2)) if surface.porous else float(rng.uniform(0.3, 0.8))
    wide = np.clip(
        blur(gap, spread / texel) * np.float32(2.2) + np.float32(0.12) * fuzz * gap, 0, 1
    )
    rim = f32(
        np.clip(wide - gap, 0, 1)
        * step(-0.9, 0.6, fractal(rng, surface.shape, 4, 2))
        * surface.cover
    )
    core = np.array(surface.core, np.float32) * np.exp(np.float32(0.1) * fuzz)[..., None]
    surface.albedo[...] = blend(surface.albedo, core, rim * np.float32(rng.uniform(0.3, 0.95)))
    surface.height += rim * np.float32(rng.uniform(0.1, 0.7))
    inner = _inside(surface, rng)
    surface.albedo[...] = blend(surface.albedo, inner, gap)
    surface.height -= gap * np.float32(rng.uniform(0.8, 4.0))
    surface.roughness += (np.float32(0.85) - surface.roughness) * np.clip(gap + rim, 0, 1)
    surface.metal *= 1 - gap
    surface.opacity[...] = np.maximum(surface.opacity, gap)
    surface.film *= 1 - gap
    # Weighed twice: the sides of the hole hide its floor from the lamps.
    surface.albedo *= (1 - np.float32(0.35) * blur(gap, 1.0))[..., None]
    extent = np.maximum(gap, step(0.35, 0.65, rim))
    return SurfaceFault("tear", extent, sizes(extent, texel))


def _inside(surface: Surface, rng: np.random.Generator) -> Float:
    """What shows through a hole: darkness, a lining, corrugation."""
    if chance(rng, 0.55):
        return f32(surface.albedo * np.float32(rng.uniform(0.04, 0.3)))
    tone = np.float32(rng.uniform(0.15, 0.8)) * np.array(surface.core, np.float32)
    x, y = surface.grid_mm()
    turn = float(rng.uniform(0, np.pi))
    wave = np.sin((x * np.cos(turn) + y * np.sin(turn)) * np.float32(rng.uniform(1, 3)))
    return f32(tone * (1 + np.float32(0.25) * wave)[..., None])


def broken_seal(
    surface: Surface, rng: np.random.Generator, length_mm: float
) -> SurfaceFault | None:
    """A stretch of a seal that has come open: a gap, a lifted edge, remains of the bond."""
    if not surface.seals:
        return None
    seal = surface.seals[int(rng.integers(len(surface.seals)))]
    _, run = along(seal.line)
    whole = float(run[-1]) * surface.texel_mm
    length = min(length_mm, whole * 0.95)
    start = float(rng.uniform(0, max(whole - length, 0))) / surface.texel_mm
    stations = np.linspace(start, start + surface.texels(length), max(6, int(length / 3)))
    middle = np.stack(
        [np.interp(stations, run, seal.line[:, 0]), np.interp(stations, run, seal.line[:, 1])], 1
    )
    wander = np.cumsum(rng.normal(0, 0.25 / surface.texel_mm, middle.shape), axis=0)
    middle = middle + wander - wander.mean(axis=0)
    width = max(1.2, seal.width_mm * float(rng.uniform(0.6, 1.1)))
    zone = f32(drawn_line(surface.shape, middle, surface.texels(width)) * surface.cover)
    if float(zone.sum()) < 10 or touches(surface, zone):
        return None
    slit = drawn_line(surface.shape, middle, max(1.2, surface.texels(min(1.6, width * 0.35))))
    slit = f32(slit * surface.cover)
    soft = blur(zone, surface.texels(width * 0.3))
    ruffle = fractal(rng, surface.shape, surface.texels(5), 3)
    level = blur(surface.height, surface.texels(2.0))
    surface.height[...] = blend(surface.height, level, np.clip(zone * 1.2, 0, 1))
    surface.height += soft * (np.float32(rng.uniform(0.6, 2.2)) + np.float32(0.6) * ruffle)
    surface.height -= slit * np.float32(2.0)
    bond = zone * step(-0.2, 0.7, fractal(rng, surface.shape, surface.texels(2), 3))
    core = np.array(surface.core, np.float32)
    surface.albedo[...] = blend(surface.albedo, core, bond * np.float32(rng.uniform(0.25, 0.8)))
    surface.albedo *= (1 - np.float32(0.9) * slit)[..., None]
    surface.opacity[...] = np.maximum(surface.opacity, slit)
    surface.roughness += (np.float32(0.5) - surface.roughness) * bond
    return SurfaceFault("broken_seal", zone, sizes(zone, surface.texel_mm, length_mm=length))


def missing_part(
    surface: Surface, rng: np.random.Generator, area_mm2: float
) -> SurfaceFault | None:
    """A part taken off, or where nothing can be taken off, a piece broken out of the edge."""
    taken = surface.taken()
    parts = [part for part in surface.parts if not (part.extent & taken).any()]
    if parts:
        part = parts[int(rng.integers(len(parts)))]
        surface.parts.remove(part)
        part.take_off(surface, rng)
        extent = f32(part.extent.astype(np.float32))
        return SurfaceFault("missing_part", extent, sizes(extent, surface.texel_mm))
    return _chip(surface, rng, min(area_mm2, 160.0))


def _chip(surface: Surface, rng: np.random.Generator, area_mm2: float) -> SurfaceFault | None:
    """A piece broken out at the rim, showing the rough body; cloth and paper do not chip."""
    if surface.porous:
        return None
    inside = distance_inside(surface.cover) * np.float32(surface.texel_mm)
    at = spot(surface, rng, 0.3, inside < 3.0)
    if at is None:
        return None
    body = blot(surface, rng, at, area_mm2, wobble=float(rng.uniform(0.05, 0.25)), soft_mm=0.3)
    if chance(rng, 0.5):
        body = _cornered(surface, rng, at, area_mm2)
    body = f32(body * surface.cover)
    if float(body.sum()) < 12 or touches(surface, body):
        return None
    gone = step(0.45, 0.55, f32(body * step(1.6, 0.4, inside)))
    broken = _broken_face(surface, rng, at, float(np.sqrt(area_mm2 / np.pi)))
    bare = np.array(surface.core, np.float32) * np.float32(log_uniform(rng, 0.5, 1.2))
    core = bare * np.exp(np.float32(rng.uniform(0.02, 0.14)) * broken)[..., None]
    surface.albedo[...] = blend(surface.albedo, core, body)
    surface.height -= body * (np.float32(0.9) + np.float32(0.5) * broken)
    gloss = np.float32(0.8 if chance(rng, 0.6) else rng.uniform(0.15, 0.6))
    surface.roughness += (gloss - surface.roughness) * body
    surface.opacity[...] = np.maximum(surface.opacity, body * np.float32(0.5))
    surface.metal *= 1 - body
    surface.cover *= 1 - gone * np.float32(0.97)
    return SurfaceFault("missing_part", body, sizes(body, surface.texel_mm))


def _cornered(surface: Surface, rng: np.random.Generator, at_mm: Points, area_mm2: float) -> Float:
    """A piece with straight sides and corners, as brittle things break."""
    count = int(rng.integers(4, 8))
    turns = np.sort(rng.uniform(0, 2 * np.pi, count))
    away = np.sqrt(area_mm2 / np.pi) * rng.uniform(0.7, 1.4, count)
    corners = np.stack([np.cos(turns), np.sin(turns)], 1) * away[:, None] + at_mm
    return drawn_polygon(surface.shape, surface.at_texels(corners))


def _broken_face(
    surface: Surface, rng: np.random.Generator, at_mm: Points, radius_mm: float
) -> Float:
    """The relief of a fracture, about unit deviation: grainy, of a few flat facets, or a shell."""
    form = str(rng.choice(np.array(["grainy", "facets", "shell"])))
    if form == "grainy":
        return fractal(rng, surface.shape, surface.texels(2.5), 3)
    x, y = surface.grid_mm()
    u, v = (x - np.float32(at_mm[0])) / radius_mm, (y - np.float32(at_mm[1])) / radius_mm
    if form == "shell":
        waves = np.hypot(u, v) * np.float32(rng.uniform(4, 12))
        return f32(1 - np.hypot(u, v) + np.float32(0.15) * np.sin(waves))
    planes = [
        f32(rng.normal(0, 1.0) * u + rng.normal(0, 1.0) * v + rng.normal(0, 0.3))
        for _ in range(int(rng.integers(2, 5)))
    ]
    return f32(np.max(planes, axis=0))


def pilling(surface: Surface, rng: np.random.Generator, area_mm2: float) -> SurfaceFault | None:
    """Balls of fibre over a region of cloth; the fault is the region they lie in."""
    at = spot(surface, rng, 4.0)
    if at is None:
        return None
    zone = f32(blot(surface, rng, at, area_mm2, wobble=0.15, soft_mm=3.0) * surface.cover)
    extent = step(0.4, 0.6, zone)
    if float(extent.sum()) < 40 or touches(surface, extent):
        return None
    places = np.flatnonzero(extent > 0.5)
    count = int(np.clip(area_mm2 * rng.uniform(0.03, 0.12), 6, 220))
    balls = np.zeros(surface.shape, np.float32)
    columns = surface.shape[1]
    for place in rng.choice(places, count):
        row, column = divmod(int(place), columns)
        radius = surface.texels(log_uniform(rng, 0.45, 1.5))
        reach = int(radius * 1.5) + 2
        top, left = max(0, row - reach), max(0, column - reach)
        area = balls[top : row + reach, left : column + reach]
        y = np.arange(top, top + area.shape[0], dtype=np.float32)[:, None] - np.float32(row)
        x = np.arange(left, left + area.shape[1], dtype=np.float32)[None, :] - np.float32(column)
        dome = np.clip(1 - (np.hypot(x, y) / np.float32(radius)) ** 2, 0, 1)
        np.maximum(area, np.sqrt(dome), out=area)
    fuzz = balls * np.exp(np.float32(0.5) * noise(rng, surface.shape, 2.0))
    surface.height += blur(f32(fuzz), 0.8) * np.float32(rng.uniform(0.25, 0.6))
    pale = np.float32(rng.uniform(0.05, 0.3))
    surface.albedo[...] = blend(
        surface.albedo, surface.albedo * np.float32(0.8) + pale, balls * np.float32(0.55)
    )
    lint = np.zeros(surface.shape, np.float32)
    for place in rng.choice(places, max(3, count // 3)):
        row, column = divmod(int(place), columns)
        line = curve(rng, surface.texels(float(rng.uniform(2, 6))), 1.5)
        line = line + np.array([column, row])
        lint = np.maximum(lint, drawn_line(surface.shape, line, 0.7))
    surface.albedo[...] = blend(
        surface.albedo, surface.albedo + pale, lint * surface.cover * np.float32(0.6)
    )
    return SurfaceFault("pilling", extent, sizes(extent, surface.texel_mm))
