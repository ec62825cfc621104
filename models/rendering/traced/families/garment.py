"""Garments as they come out of a parcel: folded knitwear, trousers, towels, beanies, socks."""

import numpy as np

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.faults.shape import curve
from models.rendering.field import (
    TEXEL_MM,
    Mask,
    grid_mm,
    ragged_noise,
    smoothstep,
)
from models.rendering.traced.artwork import (
    block,
    box_distance,
    contrasting,
    covered,
    disc_distance,
    dull,
    lay,
    stitches,
)
from models.rendering.traced.families.cloth import (
    ThreadEnds,
    button,
    cloth,
    drape,
    laid,
    panel,
    ragged,
)
from models.rendering.traced.item import Item, Look, Loose
from models.rendering.traced.skin import Skin, centred_grid, f32


def garment(rng: np.random.Generator, gtin: str) -> Item:
    """A folded shirt or jumper, trousers, a towel, a beanie or a sock."""
    del gtin
    make = (_folded, _folded, _trousers, _towel, _beanie, _sock)[int(rng.integers(6))]
    return make(rng)


def _folded(rng: np.random.Generator) -> Item:
    """A shirt or jumper folded to a pack, its collar at one end."""
    length, width = float(rng.uniform(190, 275)), float(rng.uniform(140, 195))
    tall = float(rng.uniform(14, 32))
    weave = str(rng.choice(np.array(["knit", "jersey", "rib", "jersey"])))
    body = cloth(rng, length, width, weave)
    distance = ragged(body, rng, box_distance(body, (length / 2 - 3, width / 2 - 3), 14.0), 0.8)
    x, y = centred_grid(body)
    neck = float(rng.uniform(26, 38))
    collar_x = -length / 2 + float(rng.uniform(8, 20))
    hole = f32(np.hypot((x - collar_x) * 0.8, y) - np.float32(neck))
    drape(body, rng, 1.0)
    rim = smoothstep(8.0, 5.5, f32(np.abs(hole - 4.0))) * (x > -length / 2)
    body.height += np.float32(1.5) * rim
    body.mark("seam", np.abs(hole - 8.0) < 1.2)
    inner = covered(hole)
    body.height -= np.float32(3.0) * inner
    body.albedo *= (1 - np.float32(0.35) * inner)[..., None]
    body.allowed &= hole > 14
    tag = (length / 2 + collar_x + 4, width / 2 - 9, length / 2 + collar_x + 17, width / 2 + 9)
    where = block(body, tag, decode(232, 230, 224), radius=0.6)
    body.height[where] += np.float32(0.5)
    lines = graphics.paragraph(rng, 9.0, 13.0)
    lay(body, lines, (tag[0] + 2, tag[1] + 2), decode(40, 40, 44), 0.9, "text")
    body.mark("sticker", where)
    item = Item((length, width, tall), tall, [laid(body, distance, tall)], [body])
    if rng.random() < 0.45:
        _placket(item, body, rng, collar_x + neck, tall)
    elif rng.random() < 0.6:
        emblem = graphics.logo(rng, float(rng.uniform(22, 60)))
        at = (length * 0.52, width / 2 - emblem.shape[0] * TEXEL_MM / 2)
        ink = contrasting(f32(body.albedo.mean(axis=(0, 1))), rng)
        lay(body, emblem, at, ink, 0.92, "logo")
    return item


def _placket(item: Item, body: Skin, rng: np.random.Generator, start: float, tall: float) -> None:
    """A row of buttons down the front; any may be missing."""
    look = Look(dull(rng), 0.3)
    left = body.length_mm / 2 + start
    count = int(rng.integers(2, 4))
    line = np.linspace(
        [left, body.width_mm / 2 + 9], [left + 26.0 * count + 10, body.width_mm / 2 + 9], 30
    )
    for side in (0.0, -18.0):
        stitches(body, line + np.array([0.0, side]), f32(body.albedo.mean(axis=(0, 1)) * 1.3))
    for number in range(count):
        x, y = left + 12 + 26.0 * number, body.width_mm / 2
        if x > body.length_mm - 14:
            break
        radius = float(rng.uniform(4.6, 6.0))
        place = disc_distance(body, radius, (x - body.length_mm / 2, y - body.width_mm / 2)) < 0
        lift = float(body.height[place].mean()) + tall
        sewn = button(x - body.length_mm / 2, y - body.width_mm / 2, lift, radius, look)
        body.mark("print", place)
        item.loose.append(Loose((sewn,), body, place, ThreadEnds((x, y))))


def _trousers(rng: np.random.Generator) -> Item:
    """Trousers folded lengthwise: one leg on the other, waistband at one end."""
    length, width = float(rng.uniform(235, 300)), float(rng.uniform(100, 150))
    half_l, half_w = length / 2, width / 2
    points = np.array(
        [
            [-half_l, -half_w * 0.8],
            [-half_l, half_w * 0.75],
            [-half_l * 0.3, half_w],
            [half_l * 0.5, half_w * 0.86],
            [half_l, half_w * 0.7],
            [half_l, -half_w * 0.75],
            [half_l * 0.4, -half_w * 0.85],
            [-half_l * 0.4, -half_w],
        ]
    )
    made, distance = panel(points, rng, str(rng.choice(np.array(["twill", "jersey", "twill"]))))
    drape(made, rng, 1.1)
    x, _ = centred_grid(made)
    thread = f32(np.clip(made.albedo.mean(axis=(0, 1)) * 1.6 + 0.06, 0, 0.9))
    band_x = made.length_mm / 2 - half_l + float(rng.uniform(26, 36))
    rows = np.linspace(made.width_mm * 0.12, made.width_mm * 0.88, 60)
    stitches(made, np.stack([np.full(60, band_x), rows], axis=1), thread)
    stitches(made, np.stack([np.full(60, made.length_mm - 16.0), rows], axis=1), thread)
    seam = np.stack(
        [np.linspace(band_x, made.length_mm - 16, 80), np.full(80, made.width_mm * 0.24)], axis=1
    )
    stitches(made, seam, thread)
    made.height += np.float32(1.0) * smoothstep(
        band_x - made.length_mm / 2 + 0.4, band_x - made.length_mm / 2 - 0.4, f32(x + 0 * distance)
    )
    pocket = curve(rng, 52.0, 0.5, (band_x + 38, made.width_mm * 0.62))
    stitches(made, pocket, thread)
    tall = float(rng.uniform(10, 22))
    item = Item((length, width, tall), tall, [laid(made, distance, tall)], [made])
    metal = rng.random() < 0.6
    look = Look(f32([0.6, 0.5, 0.3]), 0.3, 1.0) if metal else Look(dull(rng), 0.3)
    at = (band_x - 15 - made.length_mm / 2, 4.0)
    place: Mask = disc_distance(made, 7.0, at) < 0
    lift = tall + float(made.height[place].mean())
    sewn = button(at[0], at[1], lift, 7.0, look)
    item.loose.append(
        Loose(
            (sewn,),
            made,
            place,
            ThreadEnds((at[0] + made.length_mm / 2, at[1] + made.width_mm / 2)),
        )
    )
    return item


def _towel(rng: np.random.Generator) -> Item:
    """A folded towel with its border."""
    length, width = float(rng.uniform(180, 270)), float(rng.uniform(130, 190))
    made = cloth(rng, length, width, "terry")
    distance = ragged(made, rng, box_distance(made, (length / 2 - 3, width / 2 - 3), 12.0), 0.8)
    at = length * float(rng.uniform(0.78, 0.86))
    x, y = grid_mm(made.shape)
    border = (np.abs(x - np.float32(at)) < 9) & np.ones(made.shape, np.bool_)
    made.height[border] *= np.float32(0.12)
    made.albedo[border] *= np.float32(rng.uniform(0.75, 1.25))
    made.height += border * f32(0.12 * np.sin(x * 3.0) + 0 * y)
    made.mark("seam", border)
    made.height += np.float32(0.8) * ragged_noise(rng, made.shape, 60.0)
    tall = float(rng.uniform(18, 36))
    return Item((length, width, tall), tall, [laid(made, distance, tall, roll=12.0)], [made])


def _beanie(rng: np.random.Generator) -> Item:
    """A knitted hat lying flat with its brim turned up."""
    length, width = float(rng.uniform(190, 230)), float(rng.uniform(170, 205))
    a, b = length / 2, width / 2
    points = np.array(
        [
            [-a, -b * 0.9],
            [-a, 0],
            [-a, b * 0.9],
            [-a * 0.2, b],
            [a * 0.45, b * 0.85],
            [a * 0.9, b * 0.4],
            [a, 0],
            [a * 0.9, -b * 0.4],
            [a * 0.45, -b * 0.85],
            [-a * 0.2, -b],
        ]
    )
    made, distance = panel(points, rng, str(rng.choice(np.array(["knit", "rib"]))))
    drape(made, rng, 1.0)
    x, _ = centred_grid(made)
    brim = -a + float(rng.uniform(48, 64))
    made.height += np.float32(3.5) * smoothstep(brim + 1.2, brim - 1.2, f32(x + 0 * distance))
    made.mark_box(
        "seam",
        (made.length_mm / 2 + brim - 2, 4.0, made.length_mm / 2 + brim + 2, made.width_mm - 4),
    )
    if rng.random() < 0.6:
        box = (
            made.length_mm / 2 - a + 14,
            made.width_mm / 2 - 17,
            made.length_mm / 2 - a + 34,
            made.width_mm / 2 + 17,
        )
        where = block(made, box, dull(rng), radius=1.5)
        made.height[where] = np.float32(4.6)
        made.mark("logo", where)
    tall = float(rng.uniform(12, 20))
    return Item((length, width, tall + 4), tall, [laid(made, distance, tall, roll=9.0)], [made])


def _sock(rng: np.random.Generator) -> Item:
    """A sock lying on its side."""
    scale = float(rng.uniform(0.9, 1.15))
    points = (
        np.array(
            [
                [-100, -38],
                [-60, -40],
                [-5, -37],
                [30, -32],
                [62, -28],
                [98, 0],
                [104, 42],
                [98, 74],
                [74, 84],
                [52, 72],
                [40, 44],
                [10, 40],
                [-50, 42],
                [-100, 40],
            ]
        )
        * np.array([1.1, 0.95])
        * scale
    )
    made, distance = panel(points, rng, str(rng.choice(np.array(["rib", "jersey", "knit"]))))
    drape(made, rng, 0.8)
    x, y = centred_grid(made)
    cuff = smoothstep(-66 * scale, -69 * scale, f32(x + 0 * y))
    made.albedo *= (1 - np.float32(rng.uniform(0, 0.5)) * cuff)[..., None]
    toe = smoothstep(26 * scale, 30 * scale, f32(y + 0 * x))
    made.albedo[...] = (
        made.albedo + (dull(rng) - made.albedo) * (toe * np.float32(rng.random() < 0.6))[..., None]
    )
    made.mark("seam", np.abs(x + 67.5 * scale) + 0 * y < 1.5)
    tall = float(rng.uniform(7, 13))
    return Item(
        (made.length_mm, made.width_mm, tall), tall, [laid(made, distance, tall, roll=6.0)], [made]
    )
