"""Bags: padded and poly mailers, and food pouches with a printed date."""

import cv2
import numpy as np

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.faults.shape import band, curve
from models.rendering.field import (
    TEXEL_MM,
    FloatArray,
    blend,
    grid_mm,
    ragged_noise,
    smooth_noise,
    smoothstep,
)
from models.rendering.traced.artwork import (
    block,
    box_distance,
    contrasting,
    date_line,
    dull,
    hue,
    lay,
    outline_distance,
    rounded_drop,
    spline,
    sticker,
)
from models.rendering.traced.item import Item, Look, Sheet
from models.rendering.traced.skin import Seal, Skin, f32, skin


def mailer(rng: np.random.Generator, gtin: str) -> Item:
    """A kraft paper or plastic mailing bag with its address label."""
    length, width = float(rng.uniform(150, 285)), float(rng.uniform(105, 195))
    paper = rng.random() < 0.5
    tall = float(rng.uniform(8, 30))
    if paper:
        colour = decode(190, 150, 106) if rng.random() < 0.7 else decode(226, 222, 212)
        made = skin(length, width, colour, "paper", roughness=0.75, core=f32([0.55, 0.45, 0.33]))
        made.albedo *= (1 + np.float32(0.035) * ragged_noise(rng, made.shape, 2.0))[..., None]
        made.height += np.float32(0.05) * smooth_noise(rng, made.shape, 3.0)
    else:
        level = int(rng.integers(200, 236)) if rng.random() < 0.5 else int(rng.integers(40, 120))
        colour = decode(level, level, level + 3) if rng.random() < 0.75 else hue(rng, 0.5, 0.7)
        made = skin(
            length,
            width,
            colour,
            "film",
            roughness=float(rng.uniform(0.28, 0.45)),
            core=f32([0.08, 0.08, 0.09]),
            give=0.8,
        )
    made.give = 0.8
    flap = float(rng.uniform(28, 55))
    _flap(made, length - flap, rng)
    ink = contrasting(colour, rng)
    if rng.random() < 0.6:
        word = graphics.text(
            str(rng.choice(np.array(graphics.BRANDS))), float(rng.uniform(7, 14)), 800
        )
        lay(made, word, (length * 0.07, width * float(rng.uniform(0.66, 0.8))), ink, 0.9, "logo")
    if rng.random() < 0.5:
        sign = graphics.symbol(rng, 14.0)
        lay(made, sign, (length * 0.6, width * 0.72), ink, 0.85, "print")
    left, top = length * float(rng.uniform(0.08, 0.2)), width * float(rng.uniform(0.1, 0.25))
    sticker(
        made, (left, top, left + min(95.0, length * 0.42), top + min(62.0, width * 0.42)), gtin, rng
    )
    _crumple(made, rng, 0.5 if paper else 0.9)
    distance = box_distance(made, (length / 2 - 1, width / 2 - 1), 2.0)
    border = float(rng.uniform(5, 9))
    form = _pillow(made, distance, tall, border)
    _pressed(made, distance, border)
    made.allowed &= distance < -3.0
    wall = Look(f32(colour * 0.7), 0.7)
    return Item((length, width, tall), tall * 0.7, [Sheet(made, form, distance, wall)], [made])


def pouch(rng: np.random.Generator, gtin: str) -> Item:
    """A filled pouch: pillow bag with fins, or stand-up bag with a zip."""
    length, width = float(rng.uniform(110, 220)), float(rng.uniform(80, 165))
    stands = rng.random() < 0.55
    foil = rng.random() < 0.25
    ground = f32([0.62, 0.61, 0.60]) if foil else dull(rng)
    made = skin(
        length,
        width,
        ground,
        "film",
        roughness=float(rng.uniform(0.2, 0.48)),
        metal=1.0 if foil else 0.0,
        core=f32([0.66, 0.66, 0.67]),
        give=0.8,
    )
    tall = float(rng.uniform(18, 42))
    _dressed(made, rng, gtin)
    x, y = grid_mm(made.shape)
    fin = float(rng.uniform(8, 15))
    seals = [length - fin / 2 - 1.5] if stands else [length - fin / 2 - 1.5, fin / 2 + 1.5]
    if stands:
        half = np.array([length, width]) / 2
        corner = np.array(
            [
                [-0.98, -0.8],
                [-0.9, -0.97],
                [0.2, -0.98],
                [0.97, -0.98],
                [0.98, 0.0],
                [0.97, 0.98],
                [0.2, 0.98],
                [-0.9, 0.97],
                [-0.98, 0.8],
                [-1.0, 0.0],
            ]
        )
        distance = outline_distance(made, spline(corner * half, 200))
        gusset = np.abs(x - np.float32(length * 0.06) - (y - width / 2) ** 2 / (width * 1.6)) < 0.5
        made.height += np.float32(0.7) * f32(gusset)
        zip_at = length - fin - float(rng.uniform(8, 16))
        ridge = smoothstep(1.6, 0.6, f32(np.abs(x - np.float32(zip_at))))
        made.height += np.float32(0.9) * ridge
        made.mark_box("seam", (zip_at - 1.6, 3.0, zip_at + 1.6, width - 3.0))
    else:
        distance = box_distance(made, (length / 2 - 0.6, width / 2 - 1), 0.8)
    for at in seals:
        pressed = np.abs(x - np.float32(at)) < np.float32(fin / 2)
        ribs = np.sin((y if rng.random() < 0.5 else x) * np.float32(2 * np.pi / 1.7))
        made.height += np.float32(0.16) * pressed * f32(ribs)
        made.mark_box("seam", (at - fin / 2, 2.0, at + fin / 2, width - 2.0))
        made.seals.append(Seal(np.linspace([at, 6.0], [at, width - 6.0], 40), fin * 0.6))
    _crumple(made, rng, 0.8)
    form = _pillow(made, distance, tall, 3.0)
    ends = [np.float32(length) - x] if stands else [x, np.float32(length) - x]
    for run in ends:
        form *= smoothstep(fin * 0.7, fin + 26.0, f32(run + 0 * form)) * np.float32(
            0.96
        ) + np.float32(0.04)
    form += np.float32(0.5)
    made.allowed &= distance < -3.5
    made.allowed &= (x > fin) & (x < length - fin)
    wall = Look(f32(ground * 0.8), 0.4, 1.0 if foil else 0.0)
    return Item((length, width, tall), tall * 0.75, [Sheet(made, form, distance, wall)], [made])


def _pillow(made: Skin, distance: FloatArray, tall: float, border: float) -> FloatArray:
    """A filled bag: flat at its seamed border, swelling inwards."""
    inside = np.clip(-distance - np.float32(border), 0, None)
    reach = np.float32(min(made.length_mm, made.width_mm) * 0.5)
    share = np.clip(inside / reach, 0, 1)
    swell = np.sin(share * np.float32(np.pi / 2)) ** 0.75
    return f32(np.float32(tall) * swell + np.float32(0.9) - rounded_drop(distance, 0.8) * 0.6)


def _crumple(made: Skin, rng: np.random.Generator, amount: float) -> None:
    """The folds of a bag that has been handled; the strongest are noted as creases."""
    made.height += np.float32(0.7 * amount) * ragged_noise(rng, made.shape, 38.0)
    sharp = np.abs(ragged_noise(rng, made.shape, 22.0))
    made.height += np.float32(0.8 * amount) * np.minimum(sharp, np.float32(0.7))
    for _ in range(int(rng.integers(3, 10))):
        centre = (
            float(rng.uniform(0.1, 0.9)) * made.length_mm,
            float(rng.uniform(0.1, 0.9)) * made.width_mm,
        )
        line = curve(rng, float(rng.uniform(18, 90)), 0.25, centre)
        near = band(line, made.shape, 7.0)
        taper = np.clip(np.minimum(near.along, 1 - near.along) * 4, 0, 1)
        fold = np.clip(1 - near.distance / np.float32(5.0), 0, 1) * taper
        made.height += np.float32(0.55 * amount) * f32(fold)
        if fold.max() > 0.6:
            made.mark("crease", fold > 0.6)


def _pressed(made: Skin, distance: FloatArray, border: float) -> None:
    """A heat-sealed border."""
    edge = smoothstep(-border - 1, -border + 1, distance)
    made.height *= 1 - np.float32(0.7) * edge
    line = smoothstep(0.6, 0.2, f32(np.abs(distance + np.float32(border))))
    made.height -= np.float32(0.25) * line
    made.mark_box("seam", (0.0, 0.0, made.length_mm, border))
    made.mark_box("seam", (0.0, made.width_mm - border, made.length_mm, made.width_mm))


def _flap(made: Skin, at_mm: float, rng: np.random.Generator) -> None:
    """The closing flap, glued down over the bag."""
    x, y = grid_mm(made.shape)
    wave = np.float32(0.4) * smooth_noise(rng, made.shape, 60.0)
    past = smoothstep(at_mm - 0.25, at_mm + 0.25, f32(x + wave + 0 * y))
    made.height += np.float32(0.45) * past
    made.albedo *= (1 - np.float32(0.06) * past)[..., None]
    made.mark_box("seam", (at_mm - 1.2, 2.0, at_mm + 1.2, made.width_mm - 2.0))
    line = np.linspace([at_mm, 10.0], [at_mm, made.width_mm - 10.0], 40)
    made.seals.append(Seal(line, float(rng.uniform(4, 9))))


def _dressed(made: Skin, rng: np.random.Generator, gtin: str) -> None:
    """The artwork of food: a field of colour, a picture of sorts, words, table, date."""
    length, width = made.length_mm, made.width_mm
    second = hue(rng, float(rng.uniform(0.4, 0.9)), float(rng.uniform(0.35, 0.9)))
    cut = float(rng.uniform(0.3, 0.7))
    if rng.random() < 0.6:
        where = block(made, (length * cut, -5, length + 5, width + 5), second)
        made.metal[where] *= np.float32(0.15)
        made.mark("print", where)
    ink = contrasting(f32(made.albedo[made.shape[0] // 2, made.shape[1] // 3]), rng)
    centre = (length * float(rng.uniform(0.3, 0.45)), width * float(rng.uniform(0.45, 0.65)))
    for _ in range(int(rng.integers(3, 8))):
        radius = float(rng.uniform(5, 15))
        at = rng.normal(0, 14, 2) + np.array(centre)
        tone = hue(rng, 0.7, 0.75)
        _bite(made, (float(at[0]), float(at[1])), radius, tone, rng)
    made.mark_box("print", (centre[0] - 26, centre[1] - 26, centre[0] + 26, centre[1] + 26))
    word = graphics.text(str(rng.choice(np.array(graphics.BRANDS))), min(15.0, width * 0.13), 900)
    lay(made, word, (length * 0.16, width * 0.12), ink, 0.95, "logo")
    lines = graphics.paragraph(rng, length * 0.24, width * 0.26)
    lay(made, lines, (length * 0.62, width * 0.2), ink, 0.9, "text")
    code = graphics.barcode(gtin, 0.27, 10.0)
    paper = (
        length * 0.62,
        width * 0.62,
        length * 0.62 + code.shape[1] * TEXEL_MM + 6,
        width * 0.62 + 17,
    )
    where = block(made, paper, decode(236, 236, 232))
    made.metal[where] = 0
    lay(made, code, (paper[0] + 3, paper[1] + 2), decode(24, 24, 26), 0.95, "barcode")
    if rng.random() < 0.85:
        at = (length * float(rng.uniform(0.62, 0.66)), width * float(rng.uniform(0.5, 0.56)))
        date_line(made, at, decode(20, 20, 24) if ink.mean() < 0.3 else decode(235, 235, 230), rng)


def _bite(
    made: Skin, at: tuple[float, float], radius: float, tone: FloatArray, rng: np.random.Generator
) -> None:
    """One piece of the food on the picture: a shaded ball."""
    canvas = np.zeros(made.shape, np.uint8)
    texels = (round(at[0] / TEXEL_MM), round(at[1] / TEXEL_MM))
    axes = (round(radius / TEXEL_MM), round(radius * float(rng.uniform(0.6, 1)) / TEXEL_MM))
    cv2.ellipse(canvas, texels, axes, float(rng.uniform(0, 180)), 0, 360, (255,), -1, cv2.LINE_AA)
    cover = f32(canvas.astype(np.float32) / np.float32(255))
    x, y = grid_mm(made.shape)
    shade = 0.75 - 0.4 * ((x - at[0]) + (y - at[1])) / (2 * radius)
    lit = f32(tone * np.clip(shade, 0.25, 1.3)[..., None])
    made.albedo[...] = blend(made.albedo, lit, cover)
