"""Garments folded or laid flat: weave, folds, seams, buttons, prints."""

import numpy as np

from models.rendering.colour import decode
from models.rendering.fast.artwork import (
    any_hue,
    art,
    brand,
    contrasting,
    emblem,
    hsv,
    lay,
    palette,
    words,
)
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
    ridges,
    slanted,
    step,
)
from models.rendering.fast.shapes import (
    box_distance,
    covered,
    covered_polygon,
    disc_distance,
    smooth_corners,
    smooth_line,
)
from models.rendering.fast.stitching import stitch
from models.rendering.fast.surface import Part, Surface, blank

_TEE = (
    (-0.98, -0.24), (-0.98, 0.24), (-0.9, 0.56), (-0.54, 0.96), (-0.48, 1.0), (-0.42, 0.98),
    (-0.24, 0.9), (-0.2, 0.86), (-0.38, 0.6), (0.9, 0.63), (0.98, 0.63), (0.99, 0.55),
    (0.99, -0.55), (0.98, -0.63), (0.9, -0.63), (-0.38, -0.6), (-0.2, -0.86), (-0.24, -0.9),
    (-0.42, -0.98), (-0.48, -1.0), (-0.54, -0.96), (-0.9, -0.56),
)  # fmt: skip
"""Outline of a tee: x from neck to hem, y from sleeve to sleeve, in half sizes."""


def garment(rng: np.random.Generator, texel_mm: float, _gtin: str) -> Surface:
    """A folded shirt, a small tee laid flat, or a folded towel or pair of trousers."""
    kind = str(rng.choice(np.array(["folded", "tee", "plain"]), p=[0.45, 0.3, 0.25]))
    if kind == "tee":
        length, width = float(rng.uniform(215, 275)), float(rng.uniform(190, 212))
    else:
        length, width = float(rng.uniform(170, 310)), float(rng.uniform(130, 205))
    thick = float(rng.uniform(3, 6) if kind == "tee" else rng.uniform(9, 26))
    base = hsv(any_hue(rng), float(rng.beta(1.0, 2.2)), float(rng.uniform(0.12, 0.95)))
    item = blank((length, width, thick), texel_mm, base, level_mm=thick, roughness=0.9)
    item.specular[...] = 0.02
    red, green, blue = (float(part) for part in np.clip(base * 1.15 + 0.03, 0, 0.9))
    item.core = (red, green, blue)
    if kind == "tee":
        corners = np.array(_TEE) * np.array([length / 2, width / 2])
        corners = smooth_corners(corners + rng.normal(0, 1.5, corners.shape), 2)
        item.cover[...] = covered_polygon(item, corners)
    else:
        distance = box_distance(item, (length / 2, width / 2), float(rng.uniform(4, 14)))
        distance = f32(distance + np.float32(0.9) * noise(rng, item.shape, 45 / texel_mm))
        item.cover[...] = covered(item, distance)
    _drape(item, rng, thick, 0.6 if kind == "tee" else 1.0)
    _colour(item, rng, base)
    if kind == "folded":
        _collar(item, rng)
    elif kind == "tee":
        _tee_details(item, rng)
    else:
        _stack(item, rng)
    weave(item, rng)
    return item


def weave(item: Surface, rng: np.random.Generator) -> None:
    """Knit, plain weave or twill, in height and colour, and lint-soft edges."""
    kind = str(rng.choice(np.array(["knit", "plain", "twill", "terry"])))
    texel = item.texel_mm
    x, y = item.grid_mm()
    bend = np.float32(0.5) * noise(rng, item.shape, 25 / texel)
    pitch = float(rng.uniform(0.9, 1.6) if kind != "knit" else rng.uniform(1.0, 2.6))
    turn = np.float32(2 * np.pi / pitch)
    u, v = (x + bend) * turn, (y + bend) * turn
    if kind == "knit":
        thread = (
            np.sin(u) * 0.6
            + np.abs(np.sin(v * np.float32(0.7) + np.abs((u / np.pi) % 2 - 1) * 2))
            - 0.5
        )
    elif kind == "plain":
        thread = np.sin(u) * np.sin(v)
    elif kind == "twill":
        thread = np.sin(u * np.float32(0.7) + v * np.float32(0.7))
    else:
        thread = fractal(rng, item.shape, 1.6 / texel, 2) * np.float32(0.7)
    deep = float(rng.uniform(0.02, 0.055)) * (2.2 if kind == "terry" else 1.0)
    item.height += np.float32(deep) * f32(thread)
    fuzz = grain(rng, item.shape)
    tone = np.float32(0.055) * f32(thread) + np.float32(0.035) * fuzz
    item.albedo *= np.exp(tone)[..., None]
    ragged = distance_inside(item.cover) * np.float32(texel) + np.float32(0.18) * fuzz
    item.cover *= step(0.0, 0.5, ragged)


def _drape(item: Surface, rng: np.random.Generator, thick: float, soft: float) -> None:
    """Thickness with round edges, and the folds of cloth that was handled."""
    shape, texel = item.shape, item.texel_mm
    inside = distance_inside(item.cover) * np.float32(texel)
    edge = np.float32(thick)
    form = np.sqrt(np.clip(1 - np.clip(1 - inside / edge, 0, 1) ** 2, 0, 1)) * edge
    relief = np.float32(0.9) * fractal(rng, shape, 60 / texel, 3)
    for _ in range(int(rng.integers(2, 6))):
        field = slanted(rng, shape, float(rng.uniform(16, 45)) / texel, float(rng.uniform(2, 6)),
                        float(rng.uniform(0, np.pi)))  # fmt: skip
        patch = step(0.0, 1.3, noise(rng, shape, 80 / texel))
        relief += (
            ridges(field, float(rng.uniform(1.5, 3.5))) * patch * np.float32(rng.uniform(0.5, 2.2))
        )
    item.height[...] = blur(f32(form + relief * np.float32(soft)), 1.4 / texel)
    if chance(rng, 0.5):
        _pressed_fold(item, rng)


def _pressed_fold(item: Surface, rng: np.random.Generator) -> None:
    """Straight creases from folding; natural, so no fault."""
    length, width, _ = item.size_mm
    x, y = item.grid_mm()
    for _ in range(int(rng.integers(1, 4))):
        lengthwise = chance(rng, 0.5)
        at = float(rng.uniform(-0.35, 0.35)) * (width if lengthwise else length)
        across = (y if lengthwise else x) - np.float32(at)
        across = across + np.float32(0.5) * noise(rng, item.shape, 60 / item.texel_mm)
        item.height += np.exp(-np.abs(across) / np.float32(1.5)) * np.float32(rng.uniform(0.2, 0.7))
        if lengthwise:
            item.mark_box("crease", (-length / 2, at - 2, length / 2, at + 2))
        else:
            item.mark_box("crease", (at - 2, -width / 2, at + 2, width / 2))


def _colour(item: Surface, rng: np.random.Generator, base: Float) -> None:
    x, y = item.grid_mm()
    tone = np.float32(0.03) * noise(rng, item.shape, 50 / item.texel_mm)
    kind = int(rng.integers(5))
    if kind == 0:
        other = palette(rng, 1)[0]
        period = np.float32(2 * np.pi / rng.uniform(8, 50))
        across = x if chance(rng, 0.5) else y
        bend = np.float32(0.8) * noise(rng, item.shape, 60 / item.texel_mm)
        item.albedo[...] = blend(
            item.albedo, other, step(0.1, 0.3, np.sin((across + bend) * period))
        )
    elif kind == 1:
        other = palette(rng, 1)[0]
        period = np.float32(2 * np.pi / rng.uniform(9, 40))
        for across in (x, y):
            band = step(0.2, 0.4, np.sin(across * period)) + np.zeros_like(item.height)
            item.albedo[...] = blend(item.albedo, other, band * np.float32(0.5))
    elif kind == 2:
        speck = grain(rng, item.shape)
        tone = tone + np.float32(0.14) * blur(speck, 0.7)
    item.albedo *= np.exp(tone)[..., None]
    if chance(rng, 0.45):
        ink = contrasting(rng, base)
        if chance(rng, 0.5):
            sign = emblem(rng, round(item.texels(float(rng.uniform(25, 90)))))
        else:
            sign = words(brand(rng), item.texels(float(rng.uniform(10, 30))), 800)
        rows, columns = item.shape
        at = (round(columns * 0.5 - sign.shape[1] / 2), round(rows * 0.5 - sign.shape[0] / 2))
        cracked = step(-1.6, -1.0, noise(rng, sign.shape, 3))
        lay(item, f32(sign * cracked), at, ink, 0.9, kind="print")
    elif chance(rng, 0.15):
        item.albedo[...] = art(rng, item.shape, palette(rng, 4))


def _seam(item: Surface, rng: np.random.Generator, line: Points, rows: int = 1) -> None:
    """A seam along a line in mm: a valley with stitches beside it."""
    texels = item.at_texels(line)
    valley = blur(drawn_line(item.shape, texels, item.texels(0.9)), 0.6)
    item.height -= np.float32(0.45) * valley
    item.albedo *= (1 - np.float32(0.3) * valley)[..., None]
    for row in range(rows):
        stitch(item, rng, line, offset_mm=1.6 + 2.2 * row)
    wide = drawn_line(item.shape, texels, item.texels(3 + 2.5 * rows))
    item.mark_extent("seam", wide)


def _collar(item: Surface, rng: np.random.Generator) -> None:
    """A shirt's collar and placket with buttons, at one end of the folded piece."""
    length, width, _ = item.size_mm
    at = -length / 2
    reach, spread = length * 0.13, width * 0.24
    for side in (-1, 1):
        corners = np.array(
            [
                [at + 3, 0.0],
                [at + 4, side * spread],
                [at + reach * 1.5, side * spread * 0.75],
                [at + reach * 0.8, 0.0],
            ]
        )
        flap = covered_polygon(item, corners)
        item.height += blur(flap, 2.0) * np.float32(1.1)
        shadow = blur(flap, item.texels(1.0)) * (1 - flap)
        item.albedo *= (1 - np.float32(0.2) * shadow)[..., None]
        stitch(item, rng, corners[1:], offset_mm=side * 2.2)
        item.mark_extent("seam", flap)
    end = length / 2 - 2
    half = float(rng.uniform(11, 17))
    band = box_distance(item, ((length - reach) / 2, half), 0.5, (reach / 2, 0.0))
    item.height += covered(item, band) * np.float32(0.5)
    for side in (-1, 1):
        line = np.array([[at + reach, side * half], [end, side * half]])
        _seam(item, rng, line)
    pitch = float(rng.uniform(38, 60))
    place = at + reach + pitch * 0.6
    colour = palette(rng, 1)[0] if chance(rng, 0.4) else decode(225, 222, 214)
    radius = float(rng.uniform(4.5, 6.5))
    while place < end - 10:
        _button(item, (place, float(rng.normal(0, 0.5))), colour, radius)
        place += pitch


def _button(item: Surface, at: tuple[float, float], colour: Float, radius: float) -> None:
    distance = disc_distance(item, radius, at)
    on = covered(item, distance)
    box = on > 0.01
    bare = (item.albedo.copy(), item.height.copy(), item.roughness.copy())
    item.albedo[...] = blend(item.albedo, colour, on)
    dish = np.float32(1.6) - np.float32(0.7) * step(-1.0, -2.2, distance)
    item.height += dish * on
    item.roughness += (np.float32(0.22) - item.roughness) * on
    item.specular += (np.float32(0.045) - item.specular) * on
    for dx in (-1.1, 1.1):
        for dy in (-1.1, 1.1):
            hole = covered(item, disc_distance(item, 0.65, (at[0] + dx, at[1] + dy)))
            item.albedo *= (1 - np.float32(0.8) * hole)[..., None]
            item.height -= hole

    def take_off(surface: Surface, rng: np.random.Generator) -> None:
        surface.albedo[box], surface.height[box] = bare[0][box], bare[1][box]
        surface.roughness[box] = bare[2][box]
        for _ in range(int(rng.integers(3, 6))):
            tip = rng.normal(0, 3.0, 2)
            thread = np.array(
                [at, np.array(at) + tip * 0.5 + rng.normal(0, 0.6, 2), np.array(at) + tip]
            )
            line = drawn_line(
                surface.shape, surface.at_texels(smooth_line(thread, 2)), surface.texels(0.35)
            )
            surface.albedo[...] = blend(surface.albedo, colour, line * np.float32(0.8))
            surface.height += line * np.float32(0.25)

    item.parts.append(Part(on > 0.5, take_off))


def _tee_details(item: Surface, rng: np.random.Generator) -> None:
    """A neck with its ribbed band and the inside of the back, and hems."""
    length, width, _ = item.size_mm
    x, y = item.grid_mm()
    neck = np.array([-length / 2 + 1.0, 0.0])
    across, deep = width * float(rng.uniform(0.15, 0.19)), length * float(rng.uniform(0.07, 0.11))
    away = np.hypot((x - neck[0]) / np.float32(deep), y / np.float32(across))
    opening = step(1.02, 0.98, f32(away))
    band = step(1.0, 1.03, away) * step(1.42, 1.38, away) * (x < neck[0] + deep * 1.5)
    ribs = np.sin(np.arctan2(y, (x - neck[0]) * np.float32(across / deep)) * np.float32(70))
    item.height += band * (np.float32(0.5) + np.float32(0.15) * ribs) - opening * np.float32(1.5)
    item.albedo *= (1 - np.float32(0.45) * opening)[..., None]
    rim = np.exp(-(((away - 1.4) / np.float32(0.03)) ** 2))
    item.albedo *= (1 - np.float32(0.2) * rim * (x < neck[0] + deep * 1.6))[..., None]
    item.mark_extent("seam", f32(band * item.cover))
    tag = box_distance(item, (4.0, 8.0), 0.4, (float(neck[0]) + 7.0, 0.0))
    on = covered(item, tag) * opening
    item.albedo[...] = blend(item.albedo, decode(235, 235, 230), on)
    item.mark_extent("sticker", f32(on))
    inside = distance_inside(item.cover) * np.float32(item.texel_mm)
    hem = float(rng.uniform(9, 16))
    line = np.exp(-(((inside - np.float32(hem)) / np.float32(0.5)) ** 2))
    line = line * ((x > length * 0.4) | (np.abs(y) > width * 0.36))
    item.height -= np.float32(0.3) * line
    item.albedo *= (1 - np.float32(0.14) * line)[..., None]


def _stack(item: Surface, rng: np.random.Generator) -> None:
    """Edges of further layers along one side, and a hem."""
    length, width, _ = item.size_mm
    x, y = item.grid_mm()
    for layer in range(int(rng.integers(1, 4))):
        at = width / 2 - 4 - 5.0 * layer * float(rng.uniform(0.6, 1.3))
        edge = step(
            at + 0.8, at - 0.8, y + np.float32(0.8) * noise(rng, item.shape, 50 / item.texel_mm)
        )
        item.height += edge * np.float32(1.1)
        valley = np.exp(-(((y - np.float32(at)) / np.float32(1.0)) ** 2))
        item.albedo *= (1 - np.float32(0.25) * valley)[..., None]
    item.mark_box("crease", (-length / 2, width / 2 - 20, length / 2, width / 2))
    hem = -length / 2 + float(rng.uniform(10, 25))
    _seam(item, rng, np.array([[hem, -width / 2 + 3], [hem, width / 2 - 3]]), rows=2)
    del x
