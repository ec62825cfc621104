"""Devices: phones, remote controls, kitchen scales, round speakers."""

import numpy as np

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.field import TEXEL_MM, Mask, ragged_noise, smooth_noise, smoothstep
from models.rendering.traced.artwork import (
    block,
    box_distance,
    contrasting,
    covered,
    disc_distance,
    dull,
    groove,
    lay,
    rounded_drop,
    sticker,
)
from models.rendering.traced.item import Item, Look, Loose, Sheet, Solid
from models.rendering.traced.mesh import surface_of
from models.rendering.traced.skin import Seal, Skin, centred_grid, f32, skin

BLACK = (14, 14, 16)


def device(rng: np.random.Generator, gtin: str) -> Item:
    """A phone with its screen or its back up, a remote control, a scale or a speaker."""
    make = (_phone, _phone, _back, _remote, _scale, _speaker)[int(rng.integers(6))]
    return make(rng, gtin)


def _slab(
    rng: np.random.Generator,
    size: tuple[float, float, float],
    radius: float,
    edge: float,
    made: Skin,
    wall: Look,
) -> Item:
    """A flat body with round corners and edges."""
    del rng
    length, width, tall = size
    distance = box_distance(made, (length / 2, width / 2), radius)
    form = f32(tall - rounded_drop(distance, edge))
    made.allowed &= distance < -max(2.0, edge)
    return Item(size, tall, [Sheet(made, form, distance, wall)], [made])


def _frame(rng: np.random.Generator) -> Look:
    if rng.random() < 0.6:
        return Look(f32([0.58, 0.57, 0.56]) * np.float32(rng.uniform(0.4, 1.0)), 0.3, 1.0)
    return Look(dull(rng), 0.4)


def _phone(rng: np.random.Generator, gtin: str) -> Item:
    """A phone, its dark screen up."""
    del gtin
    tablet = rng.random() < 0.2
    length = float(rng.uniform(190, 240) if tablet else rng.uniform(132, 166))
    width = length * float(rng.uniform(0.62, 0.7) if tablet else rng.uniform(0.455, 0.51))
    tall = float(rng.uniform(7.2, 10))
    corner = float(rng.uniform(7, 13))
    frame = _frame(rng)
    made = skin(
        length + 1,
        width + 1,
        decode(*BLACK),
        "glass",
        roughness=0.07,
        give=0.0,
        core=f32([0.5, 0.52, 0.52]),
    )
    shell = box_distance(made, (length / 2, width / 2), corner)
    rim = shell > -1.6
    made.albedo[rim] = frame.colour
    made.metal[rim] = np.float32(frame.metal)
    made.roughness[rim] = np.float32(frame.roughness)
    made.height -= np.float32(0.25) * smoothstep(0.4, 0.1, f32(np.abs(shell + 1.8)))
    bezel = (float(rng.uniform(3, 14)), float(rng.uniform(2.4, 4.5)))
    screen = box_distance(made, (length / 2 - bezel[0], width / 2 - bezel[1]), max(0.5, corner - 4))
    tone = decode(22, 24, 28) if rng.random() < 0.7 else decode(10, 10, 11)
    made.albedo[...] = made.albedo + (tone - made.albedo) * covered(screen)[..., None]
    if rng.random() < 0.5:
        smear = np.clip(ragged_noise(rng, made.shape, 16.0), 0, 2)
        made.roughness += np.float32(0.05) * smear * covered(screen)
    lens = covered(
        disc_distance(made, 1.7, (-length / 2 + bezel[0] * 0.5 + 1.6, float(rng.uniform(-8, 8))))
    )
    made.albedo *= (1 - np.float32(0.5) * lens)[..., None]
    slit = box_distance(made, (0.7, 6.0), 0.7, (-length / 2 + 2.6, 0.0))
    made.albedo[slit < 0] = decode(60, 60, 62)
    made.mark("print", slit < 0.3)
    if rng.random() < 0.35:
        key = disc_distance(made, 4.6, (length / 2 - bezel[0] * 0.5 - 0.5, 0.0))
        if bezel[0] > 10:
            made.height -= np.float32(0.4) * smoothstep(0.3, -0.3, key)
            made.mark("embossing", key < 0)
    return _slab(rng, (length, width, tall), corner, 1.0, made, frame)


def _back(rng: np.random.Generator, gtin: str) -> Item:
    """The back of a phone with its cameras."""
    length = float(rng.uniform(138, 166))
    width, tall = length * float(rng.uniform(0.46, 0.5)), float(rng.uniform(7.5, 9.5))
    colour = dull(rng)
    glossy = rng.random() < 0.5
    made = skin(
        length + 1,
        width + 1,
        colour,
        "glass" if glossy else "plastic",
        core=f32([0.55, 0.55, 0.55]),
        roughness=0.08 if glossy else float(rng.uniform(0.3, 0.5)),
        give=0.0,
    )
    emblem = graphics.logo(rng, float(rng.uniform(10, 16)))
    ink = f32(np.clip(colour * 1.6 + 0.1, 0, 0.85))
    lay(
        made,
        emblem,
        (made.length_mm * 0.45, made.width_mm / 2 - emblem.shape[0] / 8),
        ink,
        0.85,
        "logo",
    )
    lines = graphics.paragraph(rng, 26.0, 7.0)
    lay(made, lines, (made.length_mm * 0.72, made.width_mm / 2 - 13), ink, 0.7, "text")
    if rng.random() < 0.3:
        sticker(
            made, (length * 0.55, width * 0.55, length * 0.55 + 44, width * 0.55 + 20), gtin, rng
        )
    item = _slab(rng, (length, width, tall), 11.0, float(rng.uniform(1.0, 2.6)), made, _frame(rng))
    side = float(rng.choice([-1.0, 1.0]))
    at = (-length / 2 + 19.0, side * (width / 2 - 17.0))
    island = (15.0, 13.0)
    raised = smoothstep(0.3, -0.3, box_distance(made, island, 5.0, at))
    made.height += np.float32(1.4) * raised
    made.allowed &= raised < 0.1
    made.mark("embossing", raised > 0.5)
    for x, y in ((-7.0, -6.0), (7.0, -6.0), (0.0, 6.5))[: int(rng.integers(2, 4))]:
        item.parts.append(_lens(at[0] + x, at[1] + y, tall + 1.2))
    return item


def _lens(x: float, y: float, z: float) -> Solid:
    turn = np.linspace(0, 2 * np.pi, 33)
    stages = [(5.3, 0.0), (5.2, 1.5), (4.4, 1.6), (4.2, 1.0), (0.02, 1.0)]
    rings = [
        np.stack([x + r * np.cos(turn), y + r * np.sin(turn), np.full(33, z + h)], axis=1)
        for r, h in stages
    ]
    return Solid(surface_of(f32(np.stack(rings)[:, ::-1])), Look(f32([0.02, 0.02, 0.025]), 0.08))


def _remote(rng: np.random.Generator, gtin: str) -> Item:
    """A remote control with keys that may be missing, its battery contacts out of sight."""
    length, width, tall = (
        float(rng.uniform(135, 200)),
        float(rng.uniform(40, 54)),
        float(rng.uniform(15, 22)),
    )
    colour = dull(rng)
    made = skin(
        length + 1,
        width + 1,
        colour,
        "plastic",
        roughness=float(rng.uniform(0.3, 0.55)),
        give=0.25,
        core=f32([0.6, 0.6, 0.6]),
    )
    made.height += np.float32(0.015) * smooth_noise(rng, made.shape, 0.9)
    word = graphics.text(str(rng.choice(np.array(graphics.BRANDS))), 4.6, 800)
    ink = contrasting(colour, rng)
    lay(made, word, (length - 30, width / 2 - word.shape[0] / 8), ink, 0.9, "logo")
    look = Look(dull(rng), 0.5)
    item = _slab(
        rng,
        (length, width, tall),
        float(rng.uniform(6, 18)),
        float(rng.uniform(3, 7)),
        made,
        Look(colour, 0.45),
    )
    rows, columns = int(rng.integers(4, 8)), int(rng.integers(3, 5))
    pitch_x, pitch_y = (length * 0.62) / rows, (width * 0.78) / columns
    half = (pitch_x * 0.32, pitch_y * 0.33)
    for row in range(rows):
        for column in range(columns):
            x = -length * 0.38 + pitch_x * (row + 0.5)
            y = (column - (columns - 1) / 2) * pitch_y
            _key(item, made, (x, y), half, tall, look)
            if rng.random() < 0.5:
                tiny = graphics.text(str(int(rng.integers(10))), 1.6, 600)
                lay(
                    made,
                    tiny,
                    (x + made.length_mm / 2 + half[0] + 0.4, y + made.width_mm / 2 - 1),
                    ink,
                    0.8,
                    None,
                )
    made.mark_box("print", (length * 0.1, width * 0.1, length * 0.75, width * 0.9))
    del gtin
    return item


def _key(
    item: Item,
    made: Skin,
    at: tuple[float, float],
    half: tuple[float, float],
    tall: float,
    look: Look,
) -> None:
    turn = np.linspace(0, 2 * np.pi, 41)
    power = 0.45
    across = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power
    down = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power
    stages = [(1.0, -0.5), (0.98, 1.1), (0.86, 1.6), (0.02, 1.5)]
    rings = [
        np.stack(
            [at[0] + s * half[0] * across, at[1] + s * half[1] * down, np.full(41, tall + h)],
            axis=1,
        )
        for s, h in stages
    ]
    key = Solid(surface_of(f32(np.stack(rings)[:, ::-1])), look)
    place = box_distance(made, half, min(half) * 0.6, at) < 0
    around = box_distance(made, (half[0] + 0.8, half[1] + 0.8), min(half) * 0.6, at) < 0
    made.allowed &= ~around
    item.loose.append(Loose((key,), made, place, _Socket(place)))


class _Socket:
    """The hole a key leaves: dark, with a pale dome of rubber."""

    def __init__(self, place: Mask):
        self._place = place

    def __call__(self, made: Skin, rng: np.random.Generator) -> None:
        """Draw it."""
        made.albedo[self._place] *= np.float32(0.12)
        made.height[self._place] -= np.float32(2.0)
        rows, columns = np.nonzero(self._place)
        y, x = float(rows.mean()), float(columns.mean())
        dome = disc_distance(
            made, 1.8, (x * TEXEL_MM - made.length_mm / 2, y * TEXEL_MM - made.width_mm / 2)
        )
        tone = np.float32(rng.uniform(0.25, 0.6))
        made.albedo[...] = made.albedo + (tone - made.albedo) * covered(dome)[..., None]
        made.height += np.float32(1.2) * covered(dome)


def _scale(rng: np.random.Generator, gtin: str) -> Item:
    """A kitchen scale: glass or steel plate, dark display, keys printed on it."""
    length, width = float(rng.uniform(165, 225)), float(rng.uniform(140, 185))
    tall = float(rng.uniform(14, 24))
    steel = rng.random() < 0.45
    colour = f32([0.6, 0.59, 0.57]) if steel else dull(rng)
    made = skin(
        length + 1,
        width + 1,
        colour,
        "metal" if steel else "glass",
        roughness=0.3 if steel else 0.08,
        metal=1.0 if steel else 0.0,
        give=0.25 if steel else 0.0,
        core=f32([0.5, 0.52, 0.52]),
    )
    if steel:
        grain = smooth_noise(rng, (made.shape[0], 8), 0.6)[:, :1]
        made.roughness += np.float32(0.07) * grain
        made.albedo *= (1 + np.float32(0.05) * grain)[..., None]
    display = (length * 0.76, width * 0.3, length * 0.93, width * 0.7)
    where = block(made, display, decode(30, 38, 34), radius=2.0)
    made.metal[where] = 0
    made.roughness[where] = np.float32(0.07)
    digits = np.rot90(graphics.text("188.8", 9.0, 500), 1)
    lay(
        made,
        np.ascontiguousarray(digits),
        (display[0] + 6, width / 2 - digits.shape[0] / 8),
        decode(50, 60, 54),
        0.8,
        "text",
    )
    ink = contrasting(colour, rng) if not steel else decode(30, 30, 30)
    for side in (0.16, 0.84):
        ring = groove(disc_distance(made, 7.0, (length * 0.345, (side - 0.5) * width)), 0.9)
        made.albedo[...] = made.albedo + (ink - made.albedo) * ring[..., None]
        made.mark("print", ring > 0.4)
    emblem = graphics.logo(rng, float(rng.uniform(18, 34)))
    lay(made, emblem, (length * 0.3, width / 2 - emblem.shape[0] / 8), ink, 0.8, "logo")
    del gtin
    return _slab(
        rng,
        (length, width, tall),
        float(rng.uniform(6, 22)),
        float(rng.uniform(0.8, 2.0)),
        made,
        Look(dull(rng), 0.45),
    )


def _speaker(rng: np.random.Generator, gtin: str) -> Item:
    """A round speaker or charger lying flat: perforated top, metal ring, label."""
    radius, tall = float(rng.uniform(38, 68)), float(rng.uniform(24, 60))
    colour = dull(rng)
    made = skin(
        2 * radius + 1,
        2 * radius + 1,
        colour,
        "plastic",
        roughness=float(rng.uniform(0.35, 0.6)),
        give=0.3,
        core=f32([0.6, 0.6, 0.6]),
    )
    x, y = centred_grid(made)
    away = np.hypot(x, y)
    distance = disc_distance(made, radius)
    grille = radius * float(rng.uniform(0.55, 0.78))
    pitch = float(rng.uniform(2.4, 4.0))
    odd = (np.floor(y / pitch) % 2) * pitch / 2
    hole = np.hypot(((x + odd) % pitch) - pitch / 2, (y % pitch) - pitch / 2) - pitch * 0.27
    holes = covered(f32(hole)) * (away < grille)
    made.albedo *= (1 - np.float32(0.85) * holes)[..., None]
    made.height -= np.float32(0.6) * f32(holes)
    made.mark("embossing", away < grille)
    ring = smoothstep(3.2, 2.9, f32(np.abs(away - grille - 5)))
    made.albedo[...] = made.albedo + (f32([0.62, 0.6, 0.57]) - made.albedo) * ring[..., None]
    made.metal[...] = np.maximum(made.metal, ring)
    made.roughness += (np.float32(0.25) - made.roughness) * ring
    made.height += np.float32(0.8) * ring
    word = graphics.text(str(rng.choice(np.array(graphics.BRANDS))), 4.2, 800)
    lay(
        made,
        word,
        (radius - word.shape[1] / 8, radius * 2 - 11),
        contrasting(colour, rng),
        0.9,
        "logo",
    )
    form = f32(tall - rounded_drop(distance, float(rng.uniform(2, 9))))
    made.allowed &= (distance < -4) & (hole > -9)
    item = Item(
        (2 * radius, 2 * radius, tall),
        tall,
        [Sheet(made, form, distance, Look(colour, 0.5))],
        [made],
    )
    if rng.random() < 0.6:
        spot = (radius * 0.7, 0.0)
        _key(item, made, spot, (4.0, 4.0), tall + 0.2, Look(dull(rng), 0.4))
        made.mark("print", disc_distance(made, 4.6, spot) < 0)
    seam = np.linspace(-0.8, 0.8, 60)
    arc = np.stack(
        [radius + (radius - 6) * np.sin(seam), radius - (radius - 6) * np.cos(seam)], axis=1
    )
    made.seals.append(Seal(arc, 3.0))
    cut = (np.abs(away - (radius - 6)) < 0.35) & np.ones(made.shape, np.bool_)
    made.height[cut] -= np.float32(0.5)
    made.mark("seam", cut)
    del gtin
    return item
