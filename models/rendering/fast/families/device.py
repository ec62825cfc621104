"""Phones and small appliances: glossy screens, painted and brushed shells, keys, screws."""

from collections.abc import Callable

import numpy as np

from models.rendering.colour import decode
from models.rendering.fast.artwork import (
    any_hue,
    brand,
    contrasting,
    emblem,
    hsv,
    lay,
    paragraph,
    words,
)
from models.rendering.fast.fields import Float, Mask, blend, chance, f32, fractal, noise, slanted
from models.rendering.fast.shapes import box_distance, covered, disc_distance, rounded_edge
from models.rendering.fast.surface import Part, Seal, Surface, blank


def device(rng: np.random.Generator, texel_mm: float, _gtin: str) -> Surface:
    """A phone or tablet from the front or back, a speaker, a remote, a metal-cased appliance."""
    kind = str(rng.choice(np.array(["screen", "back", "keys", "speaker", "steel"])))
    if kind in ("screen", "back"):
        tablet = chance(rng, 0.3)
        length = float(rng.uniform(200, 255) if tablet else rng.uniform(138, 170))
        width = length * float(rng.uniform(0.62, 0.75) if tablet else rng.uniform(0.46, 0.5))
        thick, corner = float(rng.uniform(7, 10)), float(rng.uniform(7, 16))
    else:
        length, width = float(rng.uniform(110, 240)), float(rng.uniform(60, 170))
        thick, corner = float(rng.uniform(16, 60)), float(rng.uniform(3, 28))
        width = min(width, length)
    shell = hsv(any_hue(rng), float(rng.uniform(0, 0.35)), float(rng.uniform(0.05, 0.95)))
    item = blank((length, width, thick), texel_mm, shell, level_mm=thick, roughness=0.4)
    item.porous, item.core = False, (0.7, 0.7, 0.7)
    distance = box_distance(item, (length / 2, width / 2), corner)
    item.cover[...] = covered(item, distance)
    item.height -= rounded_edge(distance, float(rng.uniform(1.2, min(4.0, thick / 2))))
    item.height += np.float32(0.02) * noise(rng, item.shape, 60 / texel_mm)
    if kind == "screen":
        _screen(item, rng, distance)
    elif kind == "back":
        _back(item, rng)
    elif kind == "keys":
        _moulded(item, rng)
        _keys(item, rng)
    elif kind == "speaker":
        _moulded(item, rng)
        _grille(item, rng)
    else:
        _brushed(item, rng)
        _screws(item, rng)
    if kind != "screen":
        _sign(item, rng)
    joint = np.exp(-(((distance + np.float32(1.6)) / np.float32(0.25)) ** 2))
    item.height -= np.float32(0.15) * joint
    item.albedo *= (1 - np.float32(0.4) * joint)[..., None]
    side = np.array(
        [[-length / 2 + corner, width / 2 - 1.6], [length / 2 - corner, width / 2 - 1.6]]
    )
    item.seals.append(Seal(item.at_texels(side), 1.2))
    return item


def _screen(item: Surface, rng: np.random.Generator, distance: Float) -> None:
    bezel = float(rng.uniform(2.0, 4.5))
    glass = covered(item, f32(distance + np.float32(1.8)))
    item.albedo[...] = blend(item.albedo, decode(14, 14, 17), glass)
    shown = covered(item, f32(distance + np.float32(1.8 + bezel)))
    item.albedo[...] = blend(item.albedo, decode(22, 23, 28), shown)
    item.roughness[...] = blend(item.roughness, 0.05, glass)
    item.specular[...] = blend(item.specular, 0.045, glass)
    item.height[...] = blend(item.height, item.level_mm - 0.05, glass)
    item.height += np.float32(0.004) * noise(rng, item.shape, 50 / item.texel_mm) * glass
    lens = covered(item, disc_distance(item, 1.9, (-item.size_mm[0] / 2 + 1.8 + bezel + 3.5, 0.0)))
    item.albedo[...] = blend(item.albedo, decode(6, 6, 10), lens)
    item.mark_extent("print", lens)
    if chance(rng, 0.4):
        _smudge(item, rng)


def _smudge(item: Surface, rng: np.random.Generator) -> None:
    """The faint haze of handling, which wipes off; no fault."""
    haze = np.clip(fractal(rng, item.shape, 35 / item.texel_mm, 4) - 0.6, 0, 1)
    item.roughness += np.float32(0.10) * haze


def _back(item: Surface, rng: np.random.Generator) -> None:
    gloss = chance(rng, 0.5)
    item.roughness[...] = np.float32(rng.uniform(0.06, 0.15) if gloss else rng.uniform(0.35, 0.55))
    if chance(rng, 0.3):
        item.metal[...] = 0.8
        item.roughness[...] = np.float32(rng.uniform(0.5, 0.7))
        item.albedo[...] = blend(item.albedo, 0.6, np.full(item.shape, 0.5, np.float32))
    length, width, _ = item.size_mm
    size = float(rng.uniform(0.3, 0.5)) * width
    at = (-length / 2 + size * 0.75, -width / 2 + size * 0.75)
    island = box_distance(item, (size / 2, size / 2), size * 0.25, at)
    on = covered(item, island)
    item.height += on * np.float32(1.3) - rounded_edge(island, 0.8) * on
    item.albedo[...] = blend(item.albedo, item.albedo * np.float32(0.6), on)
    item.mark_extent("print", on)
    for number in range(int(rng.integers(2, 5))):
        dx, dy = (number % 2 - 0.5) * size * 0.5, (number // 2 - 0.5) * size * 0.5
        _lens(item, (at[0] + dx, at[1] + dy), size * 0.19)


def _lens(item: Surface, at: tuple[float, float], radius: float) -> None:
    on = covered(item, disc_distance(item, radius, at))
    box = on > 0.01
    bare = item.height.copy()
    item.albedo[...] = blend(item.albedo, decode(14, 14, 18), on)
    item.roughness[...] = blend(item.roughness, 0.05, on)
    item.metal *= 1 - on
    ring = np.exp(-((disc_distance(item, radius, at) / np.float32(0.5)) ** 2))
    item.albedo[...] = blend(item.albedo, 0.5, ring * np.float32(0.8))
    item.height += ring * np.float32(0.4)

    def take_off(surface: Surface, rng: np.random.Generator) -> None:
        surface.height[box] = bare[box] - np.float32(1.5)
        surface.albedo[box] = np.float32(0.02) + np.float32(0.05) * f32(
            rng.random((int(box.sum()), 1))
        )
        surface.roughness[box] = 0.7

    item.parts.append(Part(on > 0.5, take_off))


def _moulded(item: Surface, rng: np.random.Generator) -> None:
    """Injection-moulded plastic with a fine texture or polish."""
    if chance(rng, 0.5):
        item.height += np.float32(0.02) * fractal(rng, item.shape, 1.0 / item.texel_mm, 2)
        item.roughness[...] = np.float32(rng.uniform(0.4, 0.65))
    else:
        item.roughness[...] = np.float32(rng.uniform(0.1, 0.25))


def _keys(item: Surface, rng: np.random.Generator) -> None:
    length, width, _ = item.size_mm
    columns, rows = int(rng.integers(3, 8)), int(rng.integers(2, 5))
    pitch = min(length * 0.8 / columns, width * 0.8 / rows, 24.0)
    size = pitch * float(rng.uniform(0.32, 0.42))
    colour = hsv(any_hue(rng), float(rng.uniform(0, 0.3)), float(rng.uniform(0.1, 0.95)))
    shift = float(rng.uniform(-0.1, 0.1)) * length
    round_keys = chance(rng, 0.4)
    for row in range(rows):
        for column in range(columns):
            at = (shift + (column - (columns - 1) / 2) * pitch, (row - (rows - 1) / 2) * pitch)
            if abs(at[0]) + size < length / 2 - 5:
                _key(item, rng, at, size, colour, round_keys=round_keys)


def _key(
    item: Surface,
    rng: np.random.Generator,
    at: tuple[float, float],
    size: float,
    colour: Float,
    *,
    round_keys: bool,
) -> None:
    distance = (
        disc_distance(item, size, at)
        if round_keys
        else box_distance(item, (size, size * 0.8), 1.5, at)
    )
    on = covered(item, distance)
    gap = np.exp(-(((distance - np.float32(0.4)) / np.float32(0.35)) ** 2))
    item.height -= gap * np.float32(0.8)
    item.albedo *= (1 - np.float32(0.7) * gap)[..., None]
    level = item.height.copy()
    item.albedo[...] = blend(item.albedo, colour, on)
    item.height += on * np.float32(1.0) - rounded_edge(distance, 0.9) * on
    glyph = words(str(rng.integers(0, 100)), item.texels(size * 0.6), 500)
    middle = item.at_texels(np.array([at]))[0] - np.array(glyph.shape[::-1]) / 2
    lay(item, glyph, (int(middle[0]), int(middle[1])), contrasting(rng, colour), 0.9, kind="print")
    box = on > 0.01

    def take_off(surface: Surface, _rng: np.random.Generator) -> None:
        surface.height[box] = level[box] - np.float32(1.6)
        surface.albedo[box] = np.float32(0.03)
        post = covered(surface, disc_distance(surface, size * 0.3, at))
        surface.albedo[...] = blend(surface.albedo, 0.35, post)
        surface.height += post * np.float32(1.2)

    item.parts.append(Part(on > 0.5, take_off))


def _grille(item: Surface, rng: np.random.Generator) -> None:
    length, width, _ = item.size_mm
    x, y = item.grid_mm()
    pitch = float(rng.uniform(2.2, 4.0))
    radius = min(length, width) * float(rng.uniform(0.25, 0.4))
    zone = covered(item, disc_distance(item, radius, (0.0, 0.0)))
    turn = np.float32(2 * np.pi / pitch)
    holes = np.clip((np.cos(x * turn) + np.cos(y * turn) - 0.7) * 3, 0, 1) * zone
    item.albedo *= (1 - np.float32(0.9) * holes)[..., None]
    item.height -= holes * np.float32(1.0)
    item.mark_extent("print", zone)


def _brushed(item: Surface, rng: np.random.Generator) -> None:
    item.metal[...] = 1
    item.metal_tint = (0.7, 0.7, 0.7)
    item.albedo[...] = hsv(
        float(rng.uniform(0.05, 0.6)), float(rng.uniform(0, 0.12)), float(rng.uniform(0.75, 0.92))
    )
    item.roughness[...] = np.float32(rng.uniform(0.5, 0.72))
    line = slanted(rng, item.shape, 1.2, 60, float(rng.normal(0, 0.02)))
    item.albedo *= np.exp(np.float32(0.05) * line)[..., None]
    item.roughness += np.float32(0.04) * line


def _screws(item: Surface, rng: np.random.Generator) -> None:
    length, width, _ = item.size_mm
    for sx in (-1, 1):
        for sy in (-1, 1):
            at = (sx * (length / 2 - 12), sy * (width / 2 - 12))
            distance = disc_distance(item, 3.2, at)
            on = covered(item, distance)
            box = on > 0.01
            item.height += on * np.float32(0.6) - rounded_edge(distance, 0.6) * on
            turn = float(rng.uniform(0, np.pi))
            x, y = item.grid_mm()
            dx, dy = x - np.float32(at[0]), y - np.float32(at[1])
            for angle in (turn, turn + np.pi / 2):
                bar = np.abs(dx * np.sin(angle) - dy * np.cos(angle)) < 0.45
                slot = bar & (np.hypot(dx, dy) < 2.2)
                item.albedo[slot] *= np.float32(0.25)
            item.mark_extent("embossing", on)
            item.parts.append(Part(on > 0.5, _unscrewed(box, at)))


def _unscrewed(
    box: Mask, at: tuple[float, float]
) -> Callable[[Surface, np.random.Generator], None]:
    def take_off(surface: Surface, _rng: np.random.Generator) -> None:
        hole = covered(surface, disc_distance(surface, 2.2, at))
        surface.height[box] = surface.level_mm - np.float32(0.3)
        surface.albedo *= (1 - np.float32(0.93) * hole)[..., None]
        surface.metal *= 1 - hole
        surface.height -= hole * np.float32(2.0)

    return take_off


def _sign(item: Surface, rng: np.random.Generator) -> None:
    ink = contrasting(rng, f32(item.albedo[item.shape[0] // 2, item.shape[1] // 2]))
    rows, columns = item.shape
    name = words(brand(rng), item.texels(float(rng.uniform(4, 9))), 600)
    at = (
        round((columns - name.shape[1]) * float(rng.uniform(0.4, 0.6))),
        round(rows * float(rng.uniform(0.55, 0.8))),
    )
    lay(item, name, at, ink, 0.9, kind="logo")
    if chance(rng, 0.4):
        sign = emblem(rng, round(item.texels(float(rng.uniform(8, 18)))))
        lay(item, sign, (columns // 2, rows // 3), ink, 0.85, kind="logo")
    if chance(rng, 0.3):
        block = paragraph(rng, round(item.texels(8)), round(item.texels(35)), item.texels(1.4))
        lay(item, block, (columns // 4, round(rows * 0.82)), ink, 0.8, kind="text")
