"""Leather goods: their hide, bag fronts with a fitting, wallets."""

import numpy as np

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.field import ragged_noise, smooth_noise, smoothstep
from models.rendering.traced.artwork import (
    box_distance,
    covered,
    disc_distance,
    lay,
    rounded_drop,
    stitches,
)
from models.rendering.traced.artwork import dull as any_colour
from models.rendering.traced.item import Item, Look, Loose, Painted, Sheet
from models.rendering.traced.skin import Skin, centred_grid, f32, skin

_LEATHERS = (
    (58, 36, 24),
    (120, 74, 42),
    (166, 110, 66),
    (24, 23, 25),
    (86, 24, 26),
    (196, 168, 130),
    (48, 56, 70),
)


def hide(rng: np.random.Generator, length: float, width: float) -> Skin:
    """A piece of leather with its grain."""
    colour = (
        decode(*_LEATHERS[int(rng.integers(len(_LEATHERS)))])
        if rng.random() < 0.75
        else any_colour(rng)
    )
    made = skin(
        length,
        width,
        colour,
        "leather",
        roughness=float(rng.uniform(0.34, 0.62)),
        give=0.35,
        core=f32([0.42, 0.33, 0.24]),
    )
    cell = float(rng.uniform(1.0, 3.0))
    pebbles = np.abs(ragged_noise(rng, made.shape, cell))
    made.height += np.float32(rng.uniform(0.03, 0.16)) * np.minimum(pebbles, np.float32(0.8))
    made.albedo *= (
        1
        + np.float32(0.05) * smooth_noise(rng, made.shape, 20.0)
        + np.float32(0.05) * (pebbles - 0.5)
    )[..., None]
    return made


def bag(rng: np.random.Generator) -> Item:
    """A small bag lying on its back, its flap closed by a metal plate or buckle."""
    length, width = float(rng.uniform(170, 250)), float(rng.uniform(120, 185))
    tall = float(rng.uniform(28, 52))
    made = hide(rng, length, width)
    distance = box_distance(made, (length / 2 - 1, width / 2 - 1), float(rng.uniform(10, 30)))
    x, y = centred_grid(made)
    edge_y = width * float(rng.uniform(0.05, 0.22))
    flap = f32(
        y - np.float32(edge_y) + np.float32(width * 0.10) * (np.abs(x) / (length / 2)) ** 2.2
    )
    made.height += np.float32(2.2) * smoothstep(0.35, -0.35, flap)
    shadow = np.exp(-np.clip(flap, 0, 9) / 1.5) * (flap > 0)
    made.albedo *= (1 - np.float32(0.25) * f32(shadow))[..., None]
    made.mark("seam", np.abs(flap) < 1.0)
    thread = f32(np.clip(made.albedo.mean(axis=(0, 1)) * 1.7 + 0.04, 0, 0.8))
    along = np.linspace(-0.93, 0.93, 120) * length / 2
    dip = edge_y - width * 0.10 * (np.abs(along) / (length / 2)) ** 2.2
    stitches(made, np.stack([along + length / 2, dip - 4.5 + width / 2], axis=1), thread, 3.2)
    frame = np.array(
        [[6.0, 6.0], [length - 6, 6.0], [length - 6, width - 6], [6.0, width - 6], [6.0, 6.0]]
    )
    stitches(made, frame, thread, 3.2)
    made.height += np.float32(1.0) * ragged_noise(rng, made.shape, 70.0)
    form = f32(tall - rounded_drop(distance, min(14.0, tall * 0.45)))
    made.allowed &= distance < -9
    item = Item(
        (length, width, tall),
        tall,
        [Sheet(made, form, distance, Look(f32(made.albedo.mean(axis=(0, 1)) * 0.9), 0.5))],
        [made],
    )
    _plate(item, made, rng, (0.0, edge_y - 6), tall + 2.2)
    return item


def _plate(
    item: Item, made: Skin, rng: np.random.Generator, at: tuple[float, float], z: float
) -> None:
    """A metal fitting with a skin of its own, which may rust or be missing."""
    half = (float(rng.uniform(13, 20)), float(rng.uniform(8, 13)))
    tint = f32([0.72, 0.57, 0.28]) if rng.random() < 0.5 else f32([0.60, 0.59, 0.57])
    steel = skin(
        2 * half[0] + 2, 2 * half[1] + 2, tint, "metal", roughness=0.26, metal=1.0, give=0.0
    )
    steel.roughness += np.float32(0.05) * smooth_noise(rng, steel.shape, 1.0)
    distance = box_distance(steel, half, float(rng.uniform(1.5, 6.0)))
    form = f32(z + 2.6 - rounded_drop(distance, 1.4))
    bar = np.abs(centred_grid(steel)[0]) < 2.2
    form = f32(form + 1.2 * smoothstep(0.3, -0.3, f32(np.where(bar, -1.0, 1.0) + 0 * form)))
    steel.allowed &= distance < -0.8
    # A sheet lies around the origin, so the fitting is moved by its form's own skin.
    fitting = _Moved(Sheet(steel, form, distance, Look(tint, 0.3, 1.0), z), at)
    place = box_distance(made, half, 3.0, at) < 0
    made.mark("logo", place)
    made.allowed &= box_distance(made, (half[0] + 3, half[1] + 3), 3.0, at) > 0
    if rng.random() < 0.5:
        item.skins.append(steel)
        item.parts.append(fitting)
    else:
        item.loose.append(Loose((fitting,), made, place, _Glue(at, half)))


class _Moved:
    """A sheet moved in the plane."""

    def __init__(self, sheet: Sheet, at: tuple[float, float]):
        self._sheet, self._at = sheet, at

    def painted(self) -> list[Painted]:
        """The sheet's meshes in their place."""
        return [
            Painted(one.mesh.placed(self._at[0], self._at[1], 0.0), one.paint, one.skin)
            for one in self._sheet.painted()
        ]


class _Glue:
    def __init__(self, at: tuple[float, float], half: tuple[float, float]):
        self._at, self._half = at, half

    def __call__(self, made: Skin, rng: np.random.Generator) -> None:
        """Two holes and a paler, glossy print where a fitting was."""
        zone = covered(box_distance(made, self._half, 3.0, self._at))
        patches = smoothstep(-0.5, 0.5, ragged_noise(rng, made.shape, 5.0))
        pale = f32(made.albedo * 0.75 + made.core * 0.3)
        made.albedo[...] = (
            made.albedo + (pale - made.albedo) * (zone * (0.45 + 0.4 * patches))[..., None]
        )
        made.roughness += (np.float32(0.3) - made.roughness) * zone
        made.height -= np.float32(0.5) * zone
        for side in (-0.6, 0.6):
            hole = covered(
                disc_distance(made, 1.5, (self._at[0] + side * self._half[0], self._at[1]))
            )
            made.albedo *= (1 - np.float32(0.93) * hole)[..., None]
            made.height -= np.float32(1.4) * hole


def wallet(rng: np.random.Generator) -> Item:
    """A closed wallet or card case."""
    length, width = float(rng.uniform(95, 195)), float(rng.uniform(75, 105))
    tall = float(rng.uniform(10, 22))
    made = hide(rng, length, width)
    distance = box_distance(made, (length / 2 - 1, width / 2 - 1), float(rng.uniform(3, 9)))
    thread = f32(np.clip(made.albedo.mean(axis=(0, 1)) * 1.7 + 0.05, 0, 0.85))
    frame = np.array(
        [[4.0, 4.0], [length - 4, 4.0], [length - 4, width - 4], [4.0, width - 4], [4.0, 4.0]]
    )
    stitches(made, frame, thread)
    emblem = graphics.logo(rng, 15.0)
    box = lay(
        made,
        emblem,
        (length - 30, width - 28),
        f32(made.albedo.mean(axis=(0, 1)) * 0.8),
        0.8,
        "embossing",
    )
    top, left = round(box[1] * 4), round(box[0] * 4)
    made.height[top : top + emblem.shape[0], left : left + emblem.shape[1]] -= (
        np.float32(0.5) * emblem
    )
    made.height += np.float32(0.8) * ragged_noise(rng, made.shape, 50.0)
    form = f32(tall - rounded_drop(distance, min(5.0, tall * 0.5)))
    made.allowed &= distance < -6
    item = Item(
        (length, width, tall),
        tall,
        [Sheet(made, form, distance, Look(f32(made.albedo.mean(axis=(0, 1)) * 0.9), 0.5))],
        [made],
    )
    if rng.random() < 0.6:
        _plate(item, made, rng, (length * 0.5 - 24, 0.0), tall + 0.3)
    return item
