"""What makers put on goods of every family: signs, rings, holes, ribs, buttons. None is a fault."""

from collections.abc import Callable

import numpy as np

from models.rendering.colour import decode
from models.rendering.fast.artwork import any_hue, contrasting, emblem, hsv
from models.rendering.fast.faults.place import spot
from models.rendering.fast.fields import (
    Float,
    Points,
    blend,
    blur,
    chance,
    f32,
    log_uniform,
    noise,
    step,
)
from models.rendering.fast.shapes import box_distance, covered, disc_distance, rounded_edge
from models.rendering.fast.surface import Part, Surface

_INSET_MM = 6.0


def adorn(surface: Surface, rng: np.random.Generator) -> None:
    """Perhaps one or two adornments where there is room, and an uneven dye."""
    if chance(rng, 0.5):
        _dye(surface, rng)
    if chance(rng, 0.45):
        for _ in range(int(rng.integers(1, 3))):
            _KINDS[int(rng.integers(len(_KINDS)))](surface, rng)


def _dye(surface: Surface, rng: np.random.Generator) -> None:
    """Tone that wanders by a few per cent over centimetres, too faint to be a fault."""
    cell = surface.texels(log_uniform(rng, 25, 150))
    tone = np.float32(rng.uniform(0.005, 0.03)) * noise(rng, surface.shape, cell)
    surface.albedo *= np.exp(tone)[..., None]


def _ring(surface: Surface, rng: np.random.Generator) -> None:
    """Printed circles around one middle."""
    at = _free(surface, rng)
    if at is None:
        return
    away = f32(disc_distance(surface, 0.0, at))
    total = np.zeros(surface.shape, np.float32)
    radius, line = log_uniform(rng, 3, 40), log_uniform(rng, 0.4, 4)
    for _ in range(int(rng.integers(1, 5))):
        total = np.maximum(total, covered(surface, f32(np.abs(away - radius) - line / 2)))
        radius *= float(rng.uniform(0.45, 0.8))
    _print(surface, rng, f32(total * surface.cover), "print")


def _dots(surface: Surface, rng: np.random.Generator) -> None:
    """Rows of holes, or of raised dots, as on uppers, grilles and grips."""
    at = _free(surface, rng)
    if at is None:
        return
    pitch = log_uniform(rng, 1.2, 7)
    radius = pitch * float(rng.uniform(0.16, 0.36))
    half = (pitch * float(rng.integers(2, 10)), pitch * float(rng.integers(2, 10)))
    u, v = _turned(surface, rng, at)
    row = np.floor(v / np.float32(pitch))
    offset = np.float32(0.5 * pitch) * (row % 2) if chance(rng, 0.5) else np.float32(0)
    du = (u + offset) % np.float32(pitch) - np.float32(pitch / 2)
    dv = v % np.float32(pitch) - np.float32(pitch / 2)
    within = step(0.0, -0.4, f32(np.maximum(np.abs(u) - half[0], np.abs(v) - half[1])))
    dots = f32(covered(surface, f32(np.hypot(du, dv) - radius)) * within * surface.cover)
    if chance(rng, 0.65):
        surface.height -= np.float32(min(1.0, radius)) * dots
        surface.albedo *= (1 - np.float32(rng.uniform(0.5, 0.95)) * dots)[..., None]
        surface.metal *= 1 - dots
    else:
        surface.height += np.float32(rng.uniform(0.1, 0.4)) * blur(dots, 0.8)
    surface.mark_extent("seam", f32(within * surface.cover))


def _ribs(surface: Surface, rng: np.random.Generator) -> None:
    """Parallel ribs or grooves, over a band or over the whole item."""
    at = _free(surface, rng) or (0.0, 0.0)
    u, v = _turned(surface, rng, at)
    pitch = log_uniform(rng, 1.0, 9)
    wave = np.sin(u * np.float32(2 * np.pi / pitch))
    if chance(rng, 0.5):
        wave = np.sign(wave) * np.sqrt(np.abs(wave))
    band = np.ones(surface.shape, np.float32)
    if chance(rng, 0.6):
        half = pitch * float(rng.integers(2, 8))
        band = f32(step(half, half - 0.8, np.abs(v if chance(rng, 0.5) else u)))
    depth = np.float32(pitch * rng.uniform(0.01, 0.06))
    surface.height += depth * blur(f32(wave), 0.7) * band * surface.cover
    surface.albedo *= np.exp(np.float32(rng.uniform(0, 0.08)) * f32(wave) * band)[..., None]
    surface.mark_extent("seam", f32(band * surface.cover))


def _pressed(surface: Surface, rng: np.random.Generator) -> None:
    """A sign raised or pressed in, without colour."""
    at, drawing = _free(surface, rng), _sign(surface, rng)
    if at is None:
        return
    whole = _placed(surface, drawing, at)
    rise = np.float32(rng.uniform(0.08, 0.45) * rng.choice([-1.0, 1.0]))
    surface.height += rise * blur(whole, float(rng.uniform(0.6, 2.0)))
    surface.mark_extent("embossing", f32(whole > 0))


def _foil(surface: Surface, rng: np.random.Generator) -> None:
    """A sign in ink, or in metal foil."""
    at, drawing = _free(surface, rng), _sign(surface, rng)
    if at is None:
        return
    whole = f32(_placed(surface, drawing, at) * surface.cover)
    if chance(rng, 0.4):
        surface.metal[...] = np.maximum(surface.metal, whole)
        surface.roughness += (np.float32(rng.uniform(0.12, 0.4)) - surface.roughness) * whole
        tint = f32([0.83, 0.66, 0.36]) if chance(rng, 0.5) else f32([0.75, 0.75, 0.77])
        surface.albedo[...] = blend(surface.albedo, tint, whole)
        surface.mark_extent("logo", whole)
    else:
        _print(surface, rng, whole, "logo")


def _button(surface: Surface, rng: np.random.Generator) -> None:
    """Something small and hard set on: a button, a rivet, a plate of metal or plastic."""
    at = _free(surface, rng)
    if at is None:
        return
    radius = log_uniform(rng, 2, 11)
    if chance(rng, 0.6):
        distance = disc_distance(surface, radius, at)
    else:
        distance = box_distance(surface, (radius * float(rng.uniform(1, 2.2)), radius), 1.0, at)
    on = covered(surface, distance)
    if float((on * surface.cover).sum()) < 0.98 * float(on.sum()):
        return
    metal = chance(rng, 0.6)
    tone = float(rng.uniform(0.45, 0.75))
    tint = f32([tone, tone * rng.uniform(0.7, 1.0), tone * rng.uniform(0.4, 1.0)])
    if not metal:
        tint = hsv(any_hue(rng), float(rng.uniform(0, 0.8)), float(rng.uniform(0.1, 0.95)))
    surface.albedo[...] = blend(surface.albedo, tint, on)
    surface.opacity[...] = np.maximum(surface.opacity, on)
    surface.metal += (np.float32(metal) - surface.metal) * on
    surface.roughness += (np.float32(rng.uniform(0.15, 0.6)) - surface.roughness) * on
    thick = float(rng.uniform(0.5, 2.0))
    level = blur(surface.height, surface.texels(1.5))
    raised = level + np.float32(thick) - rounded_edge(distance, min(thick, radius / 2))
    surface.height[...] = blend(surface.height, raised, on)
    if chance(rng, 0.6):
        rim = covered(surface, f32(np.abs(distance + np.float32(radius * 0.3)) - 0.25))
        surface.height -= np.float32(0.2) * rim * on
    if chance(rng, 0.4):
        texture = noise(rng, surface.shape, surface.texels(float(rng.uniform(0.4, 1.2))))
        surface.height += np.float32(0.05) * texture * on
    surface.mark_extent("seam", on)


def _plate(surface: Surface, rng: np.random.Generator) -> None:
    """A plate, patch or badge held by rivets or glue, which may be missing."""
    at = _free(surface, rng)
    if at is None:
        return
    half = (log_uniform(rng, 5, 26), log_uniform(rng, 4, 14))
    half = half if chance(rng, 0.6) else (half[1], half[0])
    corner = float(rng.uniform(0.3, 0.9)) * min(half) if chance(rng, 0.4) else 1.0
    distance = box_distance(surface, half, corner, at)
    on = covered(surface, distance)
    if float((on * surface.cover).sum()) < 0.98 * float(on.sum()):
        return
    bare = surface.height.copy(), surface.albedo.copy(), surface.roughness.copy()
    metals = surface.metal.copy(), surface.opacity.copy()
    tint = hsv(any_hue(rng), float(rng.uniform(0, 0.8)), float(rng.uniform(0.1, 0.95)))
    surface.albedo[...] = blend(surface.albedo, tint, on)
    surface.opacity[...] = np.maximum(surface.opacity, on)
    surface.metal += (np.float32(chance(rng, 0.3)) - surface.metal) * on
    surface.roughness += (np.float32(rng.uniform(0.15, 0.8)) - surface.roughness) * on
    thick = float(rng.uniform(0.3, 1.6))
    level = blur(surface.height, surface.texels(1.5))
    raised = level + np.float32(thick) - rounded_edge(distance, min(thick, 1.0))
    surface.height[...] = blend(surface.height, raised, on)
    inset, size = min(half) * 0.45, min(half) * float(rng.uniform(0.12, 0.25))
    ends = [(-1.0, 0.0), (1.0, 0.0)] if chance(rng, 0.6) else [(-1, -1), (1, -1), (-1, 1), (1, 1)]
    spots = [(at[0] + sx * (half[0] - inset), at[1] + sy * (half[1] - inset)) for sx, sy in ends]
    holes = np.zeros(surface.shape, np.float32)
    if chance(rng, 0.7):
        for spot_mm in spots:
            holes = np.maximum(holes, covered(surface, disc_distance(surface, size, spot_mm)))
    surface.height += np.float32(0.4) * holes
    sign = f32(_placed(surface, _sign(surface, rng), at) * step(-1.0, -2.0, distance))
    _print(surface, rng, sign, "logo")
    surface.mark_extent("seam", on)

    def take_off(surface: Surface, rng: np.random.Generator) -> None:
        for field, before in zip(
            (surface.height, surface.albedo, surface.roughness, surface.metal, surface.opacity),
            (*bare, *metals),
            strict=True,
        ):
            field[...] = blend(field, before, on)
        glue = on * step(-0.5, 0.9, noise(rng, surface.shape, surface.texels(6.0)))
        pale = np.exp(np.float32(rng.normal(0, 0.25)) * on + np.float32(rng.normal(0, 0.2)) * glue)
        surface.albedo *= pale[..., None]
        surface.height -= np.float32(rng.uniform(0.0, 0.8)) * on
        surface.height -= np.float32(1.2) * holes
        surface.albedo *= (1 - np.float32(rng.uniform(0.5, 0.95)) * holes)[..., None]

    surface.parts.append(Part(on > 0.5, take_off))


_KINDS: tuple[Callable[[Surface, np.random.Generator], None], ...] = (
    _ring,
    _dots,
    _ribs,
    _pressed,
    _foil,
    _button,
    _button,
    _plate,
    _plate,
)


def _free(surface: Surface, rng: np.random.Generator) -> tuple[float, float] | None:
    at = spot(surface, rng, _INSET_MM)
    return None if at is None else (float(at[0]), float(at[1]))


def _turned(
    surface: Surface, rng: np.random.Generator, at: tuple[float, float]
) -> tuple[Float, Float]:
    """Coordinates in mm around ``at``, mostly along the item."""
    angle = float(rng.choice([0.0, np.pi / 2]) if chance(rng, 0.7) else rng.uniform(0, np.pi))
    x, y = surface.grid_mm()
    dx, dy = x - np.float32(at[0]), y - np.float32(at[1])
    return f32(dx * np.cos(angle) + dy * np.sin(angle)), f32(
        dy * np.cos(angle) - dx * np.sin(angle)
    )


def _sign(surface: Surface, rng: np.random.Generator) -> Float:
    """An emblem, or strokes that meet in the middle."""
    size = max(6, round(surface.texels(log_uniform(rng, 6, 40))))
    if chance(rng, 0.6):
        return emblem(rng, size)
    half = size / 2
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) - np.float32(half - 0.5)
    count, away = int(rng.integers(3, 10)), np.hypot(x, y)
    turn = (np.arctan2(y, x) * count / (2 * np.pi)) % 1.0 - 0.5
    across = np.abs(turn) * 2 * np.pi / count * away
    stroke = np.float32(max(0.8, half * rng.uniform(0.05, 0.2)))
    inner = float(rng.uniform(0, 0.4)) * half
    return f32(
        np.clip(stroke - across + 0.5, 0, 1)
        * np.clip(half - 1 - away, 0, 1)
        * np.clip(away - inner, 0, 1)
    )


def _placed(surface: Surface, drawing: Float, at: tuple[float, float]) -> Float:
    """The drawing around ``at`` on the whole grid, cut off where it reaches beyond."""
    whole = np.zeros(surface.shape, np.float32)
    middle: Points = surface.at_texels(np.array([at]))[0]
    left, top = (int(middle[0]) - drawing.shape[1] // 2, int(middle[1]) - drawing.shape[0] // 2)
    fits = drawing[max(0, -top) :, max(0, -left) :]
    left, top = max(0, left), max(0, top)
    area = whole[top : top + fits.shape[0], left : left + fits.shape[1]]
    area[...] = fits[: area.shape[0], : area.shape[1]]
    return whole


def _print(surface: Surface, rng: np.random.Generator, on: Float, kind: str) -> None:
    """Ink, or something barely different from its ground, as on dark goods."""
    ground = f32(surface.albedo[on > 0.5].mean(axis=0)) if (on > 0.5).any() else decode(90, 90, 90)
    ink = contrasting(rng, ground)
    if chance(rng, 0.3):
        ink = f32(np.clip(ground * np.float32(rng.uniform(0.6, 1.6)) + 0.01, 0.01, 0.9))
    surface.albedo[...] = blend(surface.albedo, ink, on * np.float32(rng.uniform(0.7, 1)))
    surface.mark_extent(kind, on)
