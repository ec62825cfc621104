"""Panels of shoes and bags: leather, suede, canvas; seams, eyelets, an embossed sign."""

import cv2
import numpy as np

from models.rendering.fast.artwork import any_hue, brand, emblem, hsv, words
from models.rendering.fast.fields import (
    Float,
    Points,
    blend,
    blur,
    chance,
    distance_inside,
    drawn_line,
    f32,
    fractal,
    grain,
    noise,
    step,
)
from models.rendering.fast.shapes import (
    box_distance,
    covered,
    covered_polygon,
    disc_distance,
    rounded_edge,
    smooth_corners,
    smooth_line,
)
from models.rendering.fast.stitching import stitch
from models.rendering.fast.surface import Part, Surface, blank

_SHOE = (
    (-0.97, 0.4), (-0.98, -0.2), (-0.92, -0.72), (-0.8, -0.86), (-0.6, -0.62), (-0.36, -0.74),
    (-0.22, -0.98), (-0.1, -0.96), (0.1, -0.5), (0.42, -0.14), (0.78, -0.02), (0.98, 0.24),
    (1.0, 0.5), (0.97, 0.74), (-0.93, 0.74), (-0.97, 0.6),
)  # fmt: skip


def leather(rng: np.random.Generator, texel_mm: float, _gtin: str) -> Surface:
    """The side of a shoe, or the front of a bag or wallet."""
    shoe = chance(rng, 0.5)
    length = float(rng.uniform(220, 300) if shoe else rng.uniform(140, 300))
    width = float(length * rng.uniform(0.4, 0.5) if shoe else rng.uniform(95, 195))
    thick = float(rng.uniform(30, 55) if shoe else rng.uniform(14, 40))
    base = hsv(float(rng.uniform(0.02, 0.12) if chance(rng, 0.6) else rng.random()),
               float(rng.uniform(0.05, 0.7)), float(rng.uniform(0.1, 0.9)))  # fmt: skip
    item = blank((length, width, thick), texel_mm, base, level_mm=thick * 0.85)
    half = np.array([length / 2, width / 2])
    if shoe:
        corners = smooth_corners(np.array(_SHOE) * half * [1, 1.05] - [0, width * 0.04], 3)
        item.cover[...] = covered_polygon(item, corners)
    else:
        distance = box_distance(item, (length / 2, width / 2), float(rng.uniform(6, 30)))
        item.cover[...] = covered(item, distance)
    inside = distance_inside(item.cover) * np.float32(texel_mm)
    reach = thick * float(rng.uniform(0.5, 0.9))
    swell = np.sqrt(np.clip(1 - np.clip(1 - inside / np.float32(reach), 0, 1) ** 2, 0, 1))
    item.height[...] = swell * np.float32(thick) + np.float32(0.8) * noise(
        rng, item.shape, 70 / texel_mm
    )
    _skin(item, rng)
    for _ in range(int(rng.integers(1, 4))):
        _panel_seam(item, rng)
    if shoe:
        _sole(item, rng, width)
        _eyelets(item, rng)
    else:
        line = inside_line(inside, 4.5)
        item.height -= np.float32(0.25) * line
        _clasp(item, rng)
    if chance(rng, 0.7):
        _emboss(item, rng)
    return item


def inside_line(inside: Float, away_mm: float) -> Float:
    """A narrow line 0..1 at a distance from the outline."""
    return f32(np.exp(-(((inside - np.float32(away_mm)) / np.float32(0.6)) ** 2)))


def _skin(item: Surface, rng: np.random.Generator) -> None:
    kind = str(
        rng.choice(np.array(["grain", "smooth", "suede", "canvas"]), p=[0.45, 0.25, 0.15, 0.15])
    )
    texel = item.texel_mm
    if kind == "grain":
        pebble = _pebbles(rng, item.shape, float(rng.uniform(1.0, 2.6)) / texel)
        item.height += np.float32(rng.uniform(0.06, 0.16)) * pebble
        item.albedo *= np.exp(np.float32(0.16) * (pebble - 1))[..., None]
        item.roughness[...] = np.float32(rng.uniform(0.35, 0.6))
        item.porous = False
    elif kind == "smooth":
        item.height += np.float32(0.02) * fractal(rng, item.shape, 2 / texel, 2)
        item.roughness[...] = np.float32(rng.uniform(0.2, 0.45))
        item.porous = False
    elif kind == "suede":
        nap = blur(grain(rng, item.shape), 0.9) * np.float32(2.2)
        item.albedo *= np.exp(
            np.float32(0.08) * nap + np.float32(0.1) * fractal(rng, item.shape, 40 / texel, 2)
        )[..., None]
        item.roughness[...] = 0.95
        item.specular[...] = 0.015
    else:
        x, y = item.grid_mm()
        turn = np.float32(2 * np.pi / rng.uniform(1.2, 2.2))
        thread = np.sin(x * turn) * np.sin(y * turn)
        item.height += np.float32(0.06) * thread
        item.albedo *= np.exp(np.float32(0.1) * thread)[..., None]
        item.roughness[...] = 0.9
    tone = np.float32(0.07) * noise(rng, item.shape, 40 / texel)
    item.albedo *= np.exp(tone)[..., None]
    item.height += np.float32(0.25) * _natural_creases(item, rng)


def _natural_creases(item: Surface, rng: np.random.Generator) -> Float:
    field = fractal(rng, item.shape, 18 / item.texel_mm, 2)
    patch = step(0.7, 1.6, noise(rng, item.shape, 50 / item.texel_mm))
    crease = f32(-np.exp(-np.abs(field) * 9) * patch)
    item.mark_extent("crease", f32((crease < -0.35).astype(np.float32)))
    return crease


def _pebbles(rng: np.random.Generator, shape: tuple[int, int], cell: float) -> Float:
    """Cells with valleys between them, 0..1: distance to the nearest of jittered points."""
    seeds = np.full(shape, 255, np.uint8)
    ys = np.arange(0, shape[0], cell)
    xs = np.arange(0, shape[1], cell)
    grid = np.stack(np.meshgrid(xs, ys), axis=2).reshape(-1, 2)
    points = grid + rng.uniform(0, cell * 0.95, grid.shape)
    columns = np.clip(points[:, 0].astype(int), 0, shape[1] - 1)
    rows = np.clip(points[:, 1].astype(int), 0, shape[0] - 1)
    seeds[rows, columns] = 0
    away = cv2.distanceTransform(seeds, cv2.DIST_L2, 3)
    dome = 1 - np.clip(away / np.float32(cell * 0.75), 0, 1) ** 2
    return blur(f32(dome), 0.5)


def _panel_seam(item: Surface, rng: np.random.Generator) -> None:
    """One panel over another: a step, and one or two rows of stitches along it."""
    length, width, _ = item.size_mm
    ends = rng.uniform(-0.5, 0.5, (2, 2)) * [length, width]
    if chance(rng, 0.6):
        ends[:, 1] = [-width / 2, width / 2]
    else:
        ends[:, 0] = [-length / 2, length / 2]
    bow = (ends.mean(axis=0) + rng.normal(0, 0.16, 2) * [length, width])[None]
    line = smooth_line(np.concatenate([ends[:1], bow, ends[1:]]), 4)
    side = drawn_line(item.shape, item.at_texels(line), item.texels(1.0))
    unit = np.array([line[-1] - line[0]])[0]
    unit = unit / (np.linalg.norm(unit) + 1e-9)
    over = line + np.array([unit[1], -unit[0]]) * 1.0
    lifted = blur(drawn_line(item.shape, item.at_texels(over), item.texels(1.8)), 1.0)
    item.height += np.float32(0.45) * lifted - np.float32(0.5) * side
    item.albedo *= (1 - np.float32(0.45) * side)[..., None]
    for row in range(int(rng.integers(1, 3))):
        stitch(item, rng, line, offset_mm=2.2 + 2.4 * row, thick_mm=0.7, pitch_mm=3.2)
    item.mark_extent("seam", drawn_line(item.shape, item.at_texels(line), item.texels(8.0)))


def _sole(item: Surface, rng: np.random.Generator, width: float) -> None:
    x, y = item.grid_mm()
    top = width * float(rng.uniform(0.2, 0.26))
    on = step(top - 0.4, top + 0.4, y + np.float32(2) * np.cos(x / 60)) + np.zeros_like(item.height)
    colour = hsv(0.1, float(rng.uniform(0, 0.15)), float(rng.choice(np.array([0.12, 0.9, 0.75]))))
    item.albedo[...] = blend(item.albedo, colour, on)
    item.roughness += (np.float32(0.6) - item.roughness) * on
    item.height += on * np.float32(2.0)
    groove = np.sin(y * np.float32(2 * np.pi / 5.0)) * step(-0.3, 0.3, np.sin(x / 9))
    item.height += np.float32(0.25) * groove * on
    item.mark_box("seam", (-item.size_mm[0] / 2, top - 2, item.size_mm[0] / 2, top + 2))


def _eyelets(item: Surface, rng: np.random.Generator) -> None:
    """Eyelets down the instep, and laces from them over the edge."""
    length, width, _ = item.size_mm
    start = np.array([-0.13 * length, -0.36 * width])
    pitch = np.array([0.05 * length, 0.058 * width])
    brass = chance(rng, 0.6)
    lace = hsv(any_hue(rng), float(rng.uniform(0, 0.3)), float(rng.choice(np.array([0.1, 0.9]))))
    for number in range(int(rng.integers(4, 6))):
        at = start + pitch * number - np.array([0.06 * length, -0.02 * width])
        _rivet(item, at, float(rng.uniform(2.6, 3.2)), brass=brass, hole=True)
        over = at + np.array([[1.0, -0.6], [0.06 * length, -0.035 * width]])
        band = drawn_line(item.shape, item.at_texels(over), item.texels(4.2)) * item.cover
        item.albedo[...] = blend(item.albedo, lace, band)
        item.height += blur(f32(band), 1.5) * np.float32(1.6)
        item.roughness += (np.float32(0.9) - item.roughness) * band
        item.metal *= 1 - band
        item.mark_extent("seam", f32(band))


def _clasp(item: Surface, rng: np.random.Generator) -> None:
    length, width, _ = item.size_mm
    for _ in range(int(rng.integers(1, 4))):
        at = rng.uniform(-0.4, 0.4, 2) * [length, width]
        _rivet(item, at, float(rng.uniform(4, 8)), brass=chance(rng, 0.5), hole=False)


def _rivet(item: Surface, at: Points, radius: float, *, brass: bool, hole: bool) -> None:
    middle = (float(at[0]), float(at[1]))
    distance = disc_distance(item, radius, middle)
    on = covered(item, distance)
    if float((on * item.cover).sum()) < 0.95 * float(on.sum()):
        return
    box = on > 0.01
    bare = (item.albedo.copy(), item.height.copy(), item.roughness.copy(), item.metal.copy())
    tint = np.array([0.75, 0.58, 0.3] if brass else [0.72, 0.72, 0.74], np.float32)
    item.albedo[...] = blend(item.albedo, tint, on)
    item.metal[...] = np.maximum(item.metal, on)
    item.roughness += (np.float32(0.42) - item.roughness) * on
    item.height += on * np.float32(1.2) - rounded_edge(distance, 1.2) * on
    if hole:
        inner = covered(item, disc_distance(item, radius * 0.5, middle))
        item.albedo *= (1 - np.float32(0.93) * inner)[..., None]
        item.metal *= 1 - inner
        item.height -= inner * 2

    def take_off(surface: Surface, rng: np.random.Generator) -> None:
        surface.albedo[box] = bare[0][box] * np.float32(rng.uniform(0.5, 0.9))
        surface.height[box], surface.roughness[box] = bare[1][box], np.maximum(bare[2][box], 0.6)
        surface.metal[box] = bare[3][box]
        pit = covered(surface, disc_distance(surface, radius * 0.35, middle))
        surface.albedo *= (1 - np.float32(0.9) * pit)[..., None]
        surface.height -= pit

    item.parts.append(Part(on > 0.5, take_off))


def _emboss(item: Surface, rng: np.random.Generator) -> None:
    """A sign pressed into the skin, without colour."""
    if chance(rng, 0.5):
        sign = emblem(rng, round(item.texels(float(rng.uniform(14, 34)))))
    else:
        sign = words(brand(rng), item.texels(float(rng.uniform(5, 11))), 600)
    rows, columns = item.shape
    top = int(rng.uniform(0.3, 0.6) * max(1, rows - sign.shape[0]))
    left = int(rng.uniform(0.25, 0.65) * max(1, columns - sign.shape[1]))
    place = np.s_[top : top + sign.shape[0], left : left + sign.shape[1]]
    pressed = blur(sign, 0.8)[: item.height[place].shape[0], : item.height[place].shape[1]]
    item.height[place] -= np.float32(rng.uniform(0.2, 0.45)) * pressed
    x0, y0 = left, top
    whole = np.zeros(item.shape, np.float32)
    whole[y0 : y0 + sign.shape[0], x0 : x0 + sign.shape[1]] = 1
    item.mark_extent("embossing", whole)
