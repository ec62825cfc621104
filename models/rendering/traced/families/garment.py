"""Garments as they come out of a parcel: folded knitwear, trousers, towels, beanies, socks."""

import numpy as np

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.faults.shape import band, curve
from models.rendering.field import (
    TEXEL_MM,
    FloatArray,
    Mask,
    grid_mm,
    ragged_noise,
    smooth_noise,
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
    outline_distance,
    rounded_drop,
    spline,
    stitches,
)
from models.rendering.traced.item import Item, Look, Loose, Sheet, Solid
from models.rendering.traced.mesh import surface_of
from models.rendering.traced.skin import Points, Skin, centred_grid, f32, skin


def garment(rng: np.random.Generator, gtin: str) -> Item:
    """A folded shirt or jumper, trousers, a towel, a beanie or a sock."""
    del gtin
    make = (_folded, _folded, _trousers, _towel, _beanie, _sock)[int(rng.integers(6))]
    return make(rng)


def cloth(rng: np.random.Generator, length: float, width: float, weave: str) -> Skin:
    """A piece of cloth with its weave and the melange of its yarn."""
    colour = dull(rng)
    made = skin(
        length,
        width,
        colour,
        "cloth",
        roughness=0.9,
        give=0.0,
        core=f32(np.asarray(colour) * 0.7 + 0.12),
    )
    x, y = grid_mm(made.shape)
    if weave == "knit":
        pitch = float(rng.uniform(2.2, 3.6))
        vee = np.abs(((x / pitch) % 1) - 0.5) * 2
        wave = np.cos(2 * np.pi * (y / (pitch * 0.8) + 0.5 * vee)) * (
            0.35 + 0.65 * np.sin(np.pi * ((x / pitch) % 1))
        )
        depth = 0.32
    elif weave == "rib":
        wave = np.cos(x * np.float32(2 * np.pi / float(rng.uniform(3.0, 5.5)))) + 0 * y
        depth = 0.55
    elif weave == "twill":
        wave = np.sin((x + y) * np.float32(2 * np.pi / 1.5)) + 0.5 * np.sin(
            y * np.float32(2 * np.pi / 0.9)
        )
        depth = 0.07
    elif weave == "terry":
        wave, depth = ragged_noise(rng, made.shape, 1.9), 0.42
    else:
        wave = np.sin(x * np.float32(2 * np.pi / 0.95)) * np.sin(y * np.float32(2 * np.pi / 0.95))
        depth = 0.06
    wave = f32(wave)
    made.height += np.float32(depth) * wave
    fibre = rng.standard_normal(made.shape, dtype=np.float32)
    tone = np.float32(0.07) * wave + np.float32(rng.uniform(0.03, 0.12)) * fibre
    tone += np.float32(0.02) * smooth_noise(rng, made.shape, 25.0)
    made.albedo *= np.exp(tone)[..., None]
    if rng.random() < 0.22 and weave in ("jersey", "knit"):
        _striped(made, rng)
    return made


def _striped(made: Skin, rng: np.random.Generator) -> None:
    x, _ = grid_mm(made.shape)
    pitch, share = float(rng.uniform(12, 34)), float(rng.uniform(0.2, 0.5))
    inside = ((x / np.float32(pitch)) % 1 < share) & np.ones(made.shape, np.bool_)
    made.albedo[inside] *= dull(rng) / np.maximum(made.albedo.mean(axis=(0, 1)), 0.05)
    made.mark_box("print", (0.0, 0.0, made.length_mm, made.width_mm))


def _drape(made: Skin, rng: np.random.Generator, amount: float) -> None:
    """Soft waves and a few natural creases."""
    made.height += np.float32(0.9 * amount) * ragged_noise(rng, made.shape, 60.0)
    for _ in range(int(rng.integers(2, 9))):
        centre = (
            float(rng.uniform(0.1, 0.9)) * made.length_mm,
            float(rng.uniform(0.1, 0.9)) * made.width_mm,
        )
        line = curve(rng, float(rng.uniform(25, 130)), 0.4, centre)
        reach = float(rng.uniform(3, 9))
        near = band(line, made.shape, reach + 1)
        taper = np.clip(np.minimum(near.along, 1 - near.along) * 3, 0, 1)
        fold = f32(
            (0.5 + 0.5 * np.cos(np.pi * np.clip(near.distance / np.float32(reach), 0, 1))) * taper
        )
        made.height += np.float32(rng.uniform(0.5, 1.6) * amount) * fold
        made.mark("crease", fold > 0.5)


def _laid(
    made: Skin, distance: FloatArray, tall: float, base: float = 0.0, roll: float = 5.0
) -> Sheet:
    """Cloth ``tall`` mm thick with a rolled edge, lying on ``base``."""
    radius = min(roll, tall)
    form = np.float32(base + tall) - rounded_drop(distance, radius) * np.float32(0.9)
    made.allowed &= distance < -max(3.0, radius * 0.7)
    wall = Look(f32(made.albedo.mean(axis=(0, 1)) * 0.9), 0.9)
    return Sheet(made, f32(form), distance, wall, floor_mm=max(0.0, base - 0.5), step_mm=1.5)


def _ragged(
    made: Skin, rng: np.random.Generator, distance: FloatArray, amount: float
) -> FloatArray:
    return f32(distance + np.float32(amount) * smooth_noise(rng, made.shape, 45.0))


def _folded(rng: np.random.Generator) -> Item:
    """A shirt or jumper folded to a pack, its collar at one end."""
    length, width = float(rng.uniform(190, 275)), float(rng.uniform(140, 195))
    tall = float(rng.uniform(14, 32))
    weave = str(rng.choice(np.array(["knit", "jersey", "rib", "jersey"])))
    body = cloth(rng, length, width, weave)
    distance = _ragged(body, rng, box_distance(body, (length / 2 - 3, width / 2 - 3), 14.0), 0.8)
    x, y = centred_grid(body)
    neck = float(rng.uniform(26, 38))
    collar_x = -length / 2 + float(rng.uniform(8, 20))
    hole = f32(np.hypot((x - collar_x) * 0.8, y) - np.float32(neck))
    _drape(body, rng, 1.0)
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
    item = Item((length, width, tall), tall, [_laid(body, distance, tall)], [body])
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
        button = _button(x - body.length_mm / 2, y - body.width_mm / 2, lift, radius, look)
        body.mark("print", place)
        item.loose.append(Loose((button,), body, place, _threads((x, y))))


def _button(x: float, y: float, z: float, radius: float, look: Look) -> Solid:
    profile = [
        (1.0, 0.2),
        (1.0, 2.0),
        (0.93, 2.6),
        (0.78, 2.5),
        (0.7, 1.9),
        (0.25, 1.9),
        (0.22, 1.1),
        (0.02, 1.1),
    ]
    turn = np.linspace(0, 2 * np.pi, 33)
    rings = [
        np.stack(
            [x + r * radius * np.cos(turn), y + r * radius * np.sin(turn), np.full(33, z + h)], 1
        )
        for r, h in profile
    ]
    return Solid(surface_of(f32(np.stack(rings)[:, ::-1])), look)


def _threads(at_mm: tuple[float, float]) -> "ThreadEnds":
    return ThreadEnds(at_mm)


class ThreadEnds:
    """What is left where a button was: ends of thread and a pressed ring."""

    def __init__(self, at_mm: tuple[float, float]):
        self._at = at_mm

    def __call__(self, body: Skin, rng: np.random.Generator) -> None:
        """Draw it on the cloth."""
        tone = f32(
            np.clip(body.albedo.mean(axis=(0, 1)) * 0.5 + float(rng.uniform(0.1, 0.4)), 0, 0.9)
        )
        for _ in range(int(rng.integers(4, 8))):
            near = band(curve(rng, float(rng.uniform(3, 7)), 1.5, self._at), body.shape, 1.0)
            drawn = f32(np.clip(1.4 - near.distance / np.float32(0.22), 0, 1))
            body.albedo += (tone - body.albedo) * drawn[..., None]
            body.height += np.float32(0.35) * drawn


def _panel(points: Points, rng: np.random.Generator, weave: str) -> tuple[Skin, FloatArray]:
    span = np.ptp(points, axis=0)
    made = cloth(rng, float(span[0]) + 6, float(span[1]) + 6, weave)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return made, outline_distance(made, spline(points - middle, 240))


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
    made, distance = _panel(points, rng, str(rng.choice(np.array(["twill", "jersey", "twill"]))))
    _drape(made, rng, 1.1)
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
    item = Item((length, width, tall), tall, [_laid(made, distance, tall)], [made])
    metal = rng.random() < 0.6
    look = Look(f32([0.6, 0.5, 0.3]), 0.3, 1.0) if metal else Look(dull(rng), 0.3)
    at = (band_x - 15 - made.length_mm / 2, 4.0)
    place: Mask = disc_distance(made, 7.0, at) < 0
    lift = tall + float(made.height[place].mean())
    button = _button(at[0], at[1], lift, 7.0, look)
    item.loose.append(
        Loose(
            (button,),
            made,
            place,
            _threads((at[0] + made.length_mm / 2, at[1] + made.width_mm / 2)),
        )
    )
    return item


def _towel(rng: np.random.Generator) -> Item:
    """A folded towel with its border."""
    length, width = float(rng.uniform(180, 270)), float(rng.uniform(130, 190))
    made = cloth(rng, length, width, "terry")
    distance = _ragged(made, rng, box_distance(made, (length / 2 - 3, width / 2 - 3), 12.0), 0.8)
    at = length * float(rng.uniform(0.78, 0.86))
    x, y = grid_mm(made.shape)
    border = (np.abs(x - np.float32(at)) < 9) & np.ones(made.shape, np.bool_)
    made.height[border] *= np.float32(0.12)
    made.albedo[border] *= np.float32(rng.uniform(0.75, 1.25))
    made.height += border * f32(0.12 * np.sin(x * 3.0) + 0 * y)
    made.mark("seam", border)
    made.height += np.float32(0.8) * ragged_noise(rng, made.shape, 60.0)
    tall = float(rng.uniform(18, 36))
    return Item((length, width, tall), tall, [_laid(made, distance, tall, roll=12.0)], [made])


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
    made, distance = _panel(points, rng, str(rng.choice(np.array(["knit", "rib"]))))
    _drape(made, rng, 1.0)
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
    return Item((length, width, tall + 4), tall, [_laid(made, distance, tall, roll=9.0)], [made])


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
    made, distance = _panel(points, rng, str(rng.choice(np.array(["rib", "jersey", "knit"]))))
    _drape(made, rng, 0.8)
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
        (made.length_mm, made.width_mm, tall), tall, [_laid(made, distance, tall, roll=6.0)], [made]
    )
