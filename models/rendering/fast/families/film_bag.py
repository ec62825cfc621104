"""Bags of film: mailers with a label, and food pouches with a printed date."""

import numpy as np

from models.rendering.colour import decode
from models.rendering.fast.artwork import (
    any_hue,
    art,
    bars,
    brand,
    contrasting,
    emblem,
    hsv,
    lay,
    palette,
    paragraph,
    spot,
    stamp_date,
    words,
)
from models.rendering.fast.fields import (
    Float,
    blend,
    blur,
    chance,
    distance_inside,
    f32,
    fractal,
    noise,
    ridges,
    slanted,
    step,
)
from models.rendering.fast.shapes import box_distance, covered
from models.rendering.fast.surface import Seal, Surface, blank


def mailer(rng: np.random.Generator, texel_mm: float, gtin: str) -> Surface:
    """A poly or padded mailer with something inside."""
    length, width = float(rng.uniform(170, 330)), float(rng.uniform(120, 205))
    thick = float(rng.uniform(6, 24))
    padded = chance(rng, 0.35)
    tone = float(rng.random())
    if padded and chance(rng, 0.6):
        base = decode(*(int(part) for part in rng.normal((200, 163, 112), 8)))
    elif tone < 0.35:
        base = hsv(0.6, 0.02, float(rng.uniform(0.75, 0.95)))
    elif tone < 0.7:
        base = hsv(0.6, 0.05, float(rng.uniform(0.12, 0.6)))
    else:
        base = hsv(any_hue(rng), float(rng.uniform(0.3, 0.8)), float(rng.uniform(0.4, 0.9)))
    rough = float(rng.uniform(0.26, 0.5))
    bag = blank((length, width, thick), texel_mm, base, level_mm=thick * 0.6, roughness=rough)
    bag.porous, bag.core = False, (0.8, 0.8, 0.8)
    distance = box_distance(bag, (length / 2, width / 2), float(rng.uniform(1, 6)))
    distance = f32(distance + np.float32(0.5) * noise(rng, bag.shape, 40 / texel_mm))
    bag.cover[...] = covered(bag, distance)
    _filled(bag, rng, thick, 5.0, (0.62, 0.62))
    _wrinkles(bag, rng, float(rng.uniform(0.5, 1.3)))
    if padded:
        _bubbles(bag, rng)
    ink = contrasting(rng, base)
    name = words(brand(rng), bag.texels(float(rng.uniform(10, 26))), 800)
    lay(bag, name, spot(rng, bag, name, 20), ink, 0.9, kind="logo")
    if chance(rng, 0.85):
        _address_label(bag, rng, gtin)
    flap = length / 2 - float(rng.uniform(18, 40))
    x, _ = bag.grid_mm()
    fold = np.exp(-((x - np.float32(flap)) ** 2) / np.float32(0.8))
    bag.height += fold * np.float32(0.35) + step(flap - 0.4, flap + 0.4, x) * np.float32(0.3)
    line = np.array([[flap, -width / 2 + 3], [flap, width / 2 - 3]])
    bag.seals.append(Seal(bag.at_texels(line), 2.0))
    bag.mark_box("seam", (flap - 1.5, -width / 2, flap + 1.5, width / 2))
    _welded(bag, rng, distance, 5.0)
    return bag


def pouch(rng: np.random.Generator, texel_mm: float, gtin: str) -> Surface:
    """A food pouch with ribbed seals across its ends and a date."""
    length, width = float(rng.uniform(120, 260)), float(rng.uniform(85, 175))
    thick = float(rng.uniform(10, 34))
    colours = palette(rng, int(rng.integers(3, 6)))
    bag = blank(
        (length, width, thick), texel_mm, colours[0], level_mm=thick * 0.6,
        roughness=float(rng.uniform(0.2, 0.5)),
    )  # fmt: skip
    bag.porous, bag.core = False, (0.82, 0.83, 0.84)
    picture = art(rng, bag.shape, colours)
    bag.albedo[...] = picture
    if chance(rng, 0.15):
        bag.metal[...] = 0.85
        bag.albedo[...] = blend(bag.albedo, 0.75, np.full(bag.shape, 0.6, np.float32))
        bag.roughness[...] = np.float32(rng.uniform(0.25, 0.4))
    distance = box_distance(bag, (length / 2, width / 2), float(rng.uniform(0.6, 5)))
    x, y = bag.grid_mm()
    waist = np.float32(rng.uniform(0, 2.5)) * np.cos(x * np.float32(np.pi / length))
    distance = f32(np.maximum(distance, np.abs(y) - np.float32(width / 2) + waist))
    bag.cover[...] = covered(bag, distance)
    _filled(bag, rng, thick, 2.5, (0.5, 0.85))
    _wrinkles(bag, rng, float(rng.uniform(0.5, 1.4)))
    band = float(rng.uniform(7, 14))
    _ribbed_ends(bag, rng, band)
    ink = contrasting(rng, f32(bag.albedo[bag.shape[0] // 2, bag.shape[1] // 2]))
    name = words(brand(rng), bag.texels(float(rng.uniform(9, 22))), 800)
    lay(bag, name, spot(rng, bag, name, 22), ink, 0.94, kind="text")
    sign = emblem(rng, round(bag.texels(float(rng.uniform(18, 45)))))
    lay(bag, sign, spot(rng, bag, sign, 20), palette(rng, 1)[0], 0.94, kind="logo")
    block = paragraph(rng, round(bag.texels(18)), round(bag.texels(40)), bag.texels(2.2))
    lay(bag, block, spot(rng, bag, block, 20), ink, 0.85, kind="text")
    if chance(rng, 0.4):
        _code(bag, rng, gtin)
    stamp_date(bag, rng, spot(rng, bag, np.zeros((12, round(bag.texels(38))), np.float32), 22))
    _welded(bag, rng, distance, 2.5)
    return bag


def _filled(
    bag: Surface,
    rng: np.random.Generator,
    thick: float,
    weld: float,
    shares: tuple[float, float],
) -> None:
    """The swelling of what is inside."""
    inside = np.maximum(distance_inside(bag.cover) * np.float32(bag.texel_mm) - np.float32(weld), 0)
    slope = np.float32(min(bag.size_mm[:2]) * float(rng.uniform(0.22, 0.4)))
    swell = np.sqrt(np.clip(1 - np.clip(1 - inside / slope, 0, 1) ** 2, 0, 1))
    if chance(rng, 0.5):
        half = (bag.size_mm[0] / 2 * shares[0], bag.size_mm[1] / 2 * shares[1])
        thing = box_distance(bag, half, 6.0, (float(rng.normal(0, 6)), float(rng.normal(0, 5))))
        swell = 0.45 * swell + 0.55 * step(10, -10, thing)
    swell = swell * (1 + np.float32(0.10) * noise(rng, bag.shape, 40 / bag.texel_mm))
    bag.height[...] = blur(f32(1.0 + swell * np.float32(thick)), 4 / bag.texel_mm)


def _wrinkles(bag: Surface, rng: np.random.Generator, strength: float) -> None:
    """Folds of film: sharp ridges in a few directions, finer and stronger towards the edges."""
    shape, texel = bag.shape, bag.texel_mm
    inside = distance_inside(bag.cover) * np.float32(texel)
    near_edge = np.float32(0.35) + step(35, 4, inside)
    relief = np.zeros(shape, np.float32)
    for _ in range(int(rng.integers(3, 6))):
        angle = float(rng.uniform(0, np.pi))
        field = slanted(
            rng, shape, float(rng.uniform(9, 28)) / texel, float(rng.uniform(1.5, 4)), angle
        )
        patch = step(-0.2, 1.0, noise(rng, shape, 55 / texel))
        relief += (
            ridges(field, float(rng.uniform(2.5, 6))) * patch * np.float32(rng.uniform(0.3, 1))
        )
    relief += np.float32(0.35) * fractal(rng, shape, 22 / texel, 3)
    bag.height += relief * near_edge * np.float32(0.8 * strength)
    bag.height[...] = blur(bag.height, 0.5 / texel)


def _bubbles(bag: Surface, rng: np.random.Generator) -> None:
    """The cushions of a padded mailer pressing through."""
    x, y = bag.grid_mm()
    pitch = float(rng.uniform(8.5, 11.5))
    row = np.float32(pitch * np.sqrt(3) / 2)
    wave = np.cos(2 * np.pi * x / pitch) * np.cos(np.pi * y / row)
    bag.height += np.float32(0.22) * np.clip(wave, -0.2, 1)


def _welded(bag: Surface, rng: np.random.Generator, distance: Float, band: float) -> None:
    """The welded rim: flat, thin, slightly shinier."""
    rim = step(-band - 2.5, -band + 0.5, distance)
    bag.height[...] = blend(bag.height, np.float32(0.8) + (bag.height - 1) * np.float32(0.25), rim)
    bag.roughness -= np.float32(0.05) * rim
    line = np.exp(-(((distance + np.float32(band)) / np.float32(0.4)) ** 2))
    bag.height -= np.float32(0.12) * line
    length, width, _ = bag.size_mm
    for side in (-1, 1):
        top, lower = sorted((side * width / 2, side * (width / 2 - band)))
        bag.mark_box("seam", (-length / 2, top, length / 2, lower))
    bag.height += np.float32(0.05) * noise(rng, bag.shape, 14 / bag.texel_mm) * rim


def _ribbed_ends(bag: Surface, rng: np.random.Generator, band: float) -> None:
    """Heat seals across both ends, pressed with fine ribs."""
    length, width, _ = bag.size_mm
    x, y = bag.grid_mm()
    pitch = np.float32(rng.uniform(1.1, 2.0))
    ribs = np.sin(x * (2 * np.pi / pitch)) if chance(rng, 0.6) else np.sin(y * (2 * np.pi / pitch))
    for side in (-1, 1):
        edge = length / 2 - band
        within = step(edge - 0.6, edge + 0.6, np.float32(side) * x) + np.zeros_like(bag.height)
        flat = np.float32(0.9) + np.float32(0.3) * noise(rng, bag.shape, 30 / bag.texel_mm)
        bag.height[...] = blend(bag.height, flat + np.float32(0.10) * ribs, within)
        middle = side * (edge + band / 2)
        line = np.array([[middle, -width / 2 + 4], [middle, width / 2 - 4]])
        bag.seals.append(Seal(bag.at_texels(line), band))
        ends = sorted((side * edge, side * length / 2))
        bag.mark_box("seam", (ends[0], -width / 2, ends[1], width / 2))


def _address_label(bag: Surface, rng: np.random.Generator, gtin: str) -> None:
    long, wide = float(rng.uniform(70, 110)), float(rng.uniform(45, 75))
    panel = np.ones((round(bag.texels(wide)), round(bag.texels(long))), np.float32)
    x, y = spot(rng, bag, panel, 14)
    lay(bag, panel, (x, y), decode(240, 240, 237), 0.97, kind="sticker")
    place = np.s_[y : y + panel.shape[0], x : x + panel.shape[1]]
    bag.roughness[place] = 0.62
    bag.height[place] = blur(f32(bag.height[place]), 2 / bag.texel_mm) + np.float32(0.1)
    ink = decode(25, 25, 28)
    code = bars(gtin, max(1.0, bag.texels(0.34)), bag.texels(wide * 0.25))
    if code.shape[1] + 12 < panel.shape[1]:
        lay(bag, code, (x + 8, y + round(panel.shape[0] * 0.55)), ink, 0.95, kind=None)
    block = paragraph(
        rng, round(panel.shape[0] * 0.4), round(panel.shape[1] * 0.7), bag.texels(2.4)
    )
    lay(bag, block, (x + 8, y + 8), ink, 0.9, kind=None)


def _code(bag: Surface, rng: np.random.Generator, gtin: str) -> None:
    code = bars(gtin, max(1.0, bag.texels(0.33)), bag.texels(12))
    panel = np.ones((code.shape[0] + 10, code.shape[1] + 30), np.float32)
    x, y = spot(rng, bag, panel, 20)
    lay(bag, panel, (x, y), decode(238, 238, 234), 0.96, kind="barcode")
    lay(bag, code, (x + 15, y + 5), decode(24, 24, 26), 0.96, kind=None)
