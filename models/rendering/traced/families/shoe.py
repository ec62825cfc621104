"""Shoes seen from above: an upper with its opening, a sole, laces or a strap."""

import numpy as np

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.field import FloatArray, smoothstep
from models.rendering.traced.artwork import (
    box_distance,
    covered,
    disc_distance,
    dull,
    lay,
    outline_distance,
    rounded_drop,
    spline,
    stitches,
)
from models.rendering.traced.families.leather import hide
from models.rendering.traced.item import Item, Look, Loose, Sheet, Solid
from models.rendering.traced.mesh import pipe
from models.rendering.traced.skin import Points, Skin, centred_grid, f32, skin


def shoe(rng: np.random.Generator) -> Item:
    """A loafer, a lace-up or a mule standing on its sole."""
    length, width = float(rng.uniform(215, 275)), float(rng.uniform(80, 98))
    a, b = length / 2, width / 2
    bend = float(rng.choice([-1.0, 1.0])) * b * 0.14
    points = np.array(
        [
            [-a, 0],
            [-a * 0.9, -b * 0.55],
            [-a * 0.4, -b * 0.62 + bend * 0.3],
            [a * 0.1, -b * 0.8 + bend],
            [a * 0.55, -b + bend],
            [a * 0.88, -b * 0.62 + bend],
            [a, bend * 1.3],
            [a * 0.88, b * 0.62 + bend],
            [a * 0.55, b + bend * 0.6],
            [a * 0.1, b * 0.82 + bend * 0.5],
            [-a * 0.4, b * 0.66],
            [-a * 0.9, b * 0.55],
        ]
    )
    outline = spline(points, 240)
    made = hide(rng, length + 4, width + 8)
    distance = outline_distance(made, outline)
    x, y = centred_grid(made)
    share = f32((x + a) / length)
    crest = np.interp(
        share[0], [0, 0.12, 0.3, 0.55, 0.75, 0.92, 1], [0.8, 1, 0.97, 0.95, 0.62, 0.46, 0.3]
    )
    tall = float(rng.uniform(48, 68))
    sole = float(rng.uniform(10, 22))
    half = np.maximum(-distance.min(axis=0), 8.0)
    inward = np.clip(-distance / half[None, :], 0, 1)
    arch = np.sqrt(1 - (1 - inward) ** 2.4)
    form = f32(
        sole + (0.35 + 0.65 * arch) * crest[None, :] * tall * 0.8 - rounded_drop(distance, 3.0)
    )
    mouth = f32(np.hypot((x + a * 0.42) / (a * 0.46), (y - bend * 0.2) / (b * 0.50)) - 1)
    inside = smoothstep(0.03, -0.03, mouth)
    form = f32(form * (1 - inside) + (sole + 6.0) * inside)
    lining = decode(200, 176, 140) if rng.random() < 0.5 else dull(rng)
    made.albedo[...] = made.albedo + (lining * np.float32(0.8) - made.albedo) * inside[..., None]
    made.roughness += (np.float32(0.85) - made.roughness) * inside
    word = graphics.text(str(rng.choice(np.array(graphics.BRANDS))), 6.0, 700)
    lay(
        made,
        word,
        (made.length_mm / 2 - a * 0.55, made.width_mm / 2 - 4),
        decode(60, 50, 40),
        0.7,
        "logo",
    )
    made.height += np.float32(1.4) * smoothstep(0.14, 0.06, f32(np.abs(mouth - 0.08)))
    made.mark("seam", np.abs(mouth - 0.1) < 0.06)
    thread = f32(np.clip(made.albedo.mean(axis=(0, 1)) * 1.7 + 0.03, 0, 0.8))
    cap = np.linspace(-0.85, 0.85, 40)
    toe = np.stack(
        [made.length_mm / 2 + a * 0.52 - 16 * cap**2, made.width_mm / 2 + bend + cap * b * 0.9],
        axis=1,
    )
    stitches(made, toe, thread)
    made.allowed &= (distance < -b * 0.3) & (mouth > 0.3)
    upper = Sheet(
        made, form, distance, Look(f32(made.albedo.mean(axis=(0, 1))), 0.5), sole, 1.0, 1.3
    )
    rubber = Look(decode(228, 226, 220) if rng.random() < 0.4 else dull(rng), 0.6)
    under = skin(length + 16, width + 16, rubber.colour, "plastic", roughness=0.6)
    ring = outline_distance(under, outline) - np.float32(4.5)
    under.allowed[...] = False
    slab = Sheet(
        under, f32(sole - rounded_drop(ring, 2.0) + 0 * ring), f32(ring), rubber, 0.0, 1.0, 1.5
    )
    item = Item((length + 9, width + 9, tall), tall * 0.6, [slab, upper], [made])
    style = float(rng.random())
    if style < 0.55:
        _laces(item, made, form, rng, a, b, bend)
    elif style < 0.85:
        _saddle(item, made, form, rng, a, b, bend)
    return item


def _laces(
    item: Item,
    made: Skin,
    form: FloatArray,
    rng: np.random.Generator,
    a: float,
    b: float,
    bend: float,
) -> None:
    """Rows of lace through metal eyelets; one may be missing."""
    look = Look(dull(rng), 0.85)
    steel = Look(f32([0.62, 0.6, 0.56]), 0.3, 1.0)
    for x in np.linspace(a * 0.08, a * 0.36, int(rng.integers(3, 5))):
        reach = b * 0.40
        run = np.linspace(-1, 1, 24)
        path_y = bend * 0.6 + run * reach
        z = _height_at(made, form, np.full(24, x), path_y) + 1.8
        lace = Solid(pipe(np.stack([x + 1.5 * run, path_y, z], axis=1), 1.9, 10), look)
        rings = tuple(
            _eyelet(
                x + 1.5 * end, bend * 0.6 + end * reach, float(z[0 if end < 0 else -1]) - 1.2, steel
            )
            for end in (-1.0, 1.0)
        )
        place = box_distance(made, (2.4, reach), 1.0, (float(x), bend * 0.6)) < 0
        made.mark("seam", place)
        item.loose.append(Loose((lace,), made, place, _Holes((float(x), bend * 0.6), reach)))
        item.parts.extend(rings)


def _eyelet(x: float, y: float, z: float, look: Look) -> Solid:
    turn = np.linspace(0, 2 * np.pi, 25)
    return Solid(
        pipe(
            np.stack([x + 2.6 * np.cos(turn), y + 2.6 * np.sin(turn), np.full(25, z)], axis=1),
            0.9,
            8,
        ),
        look,
    )


class _Holes:
    def __init__(self, at: tuple[float, float], reach: float):
        self._at, self._reach = at, reach

    def __call__(self, made: Skin, rng: np.random.Generator) -> None:
        """The gap under a lace that is gone, with its rubbed track."""
        del rng
        track = box_distance(made, (1.8, self._reach), 1.0, self._at)
        rubbed = covered(track)
        made.albedo *= (1 - np.float32(0.45) * rubbed)[..., None]
        made.height -= np.float32(0.5) * rubbed
        for side in (-1.0, 1.0):
            hole = covered(
                disc_distance(
                    made, 1.6, (self._at[0] + 1.5 * side, self._at[1] + side * self._reach)
                )
            )
            made.albedo *= (1 - np.float32(0.92) * hole)[..., None]
            made.height -= np.float32(1.2) * hole


def _saddle(
    item: Item,
    made: Skin,
    form: FloatArray,
    rng: np.random.Generator,
    a: float,
    b: float,
    bend: float,
) -> None:
    """A strap over the vamp, sewn down, sometimes with a metal bit."""
    x, y = centred_grid(made)
    at = a * 0.2
    strap = smoothstep(11.0, 10.4, f32(np.abs(x - at) + 0 * y))
    made.height += np.float32(1.6) * strap
    made.mark_box(
        "seam", (made.length_mm / 2 + at - 11, 6.0, made.length_mm / 2 + at + 11, made.width_mm - 6)
    )
    rows = made.width_mm / 2 + bend * 0.6 + np.linspace(-b * 0.75, b * 0.75, 50)
    for edge in (-8.5, 8.5):
        line = np.stack([np.full(50, made.length_mm / 2 + at + edge), rows], axis=1)
        stitches(made, line, f32(np.clip(made.albedo.mean(axis=(0, 1)) * 1.8, 0, 0.8)))
    if rng.random() < 0.7:
        run = np.linspace(-1, 1, 30)
        path_y = bend * 0.6 + run * 15
        z = _height_at(made, form, np.full(30, at), path_y) + 3.4
        gold = f32([0.72, 0.56, 0.26]) if rng.random() < 0.5 else f32([0.6, 0.59, 0.57])
        item.parts.append(
            Solid(
                pipe(np.stack([np.full(30, at), path_y, z], axis=1), 2.2, 12), Look(gold, 0.22, 1.0)
            )
        )


def _height_at(made: Skin, form: FloatArray, x: Points, y: Points) -> Points:
    columns = np.clip(((x + made.length_mm / 2) * 4).astype(int), 0, made.shape[1] - 1)
    rows = np.clip(((y + made.width_mm / 2) * 4).astype(int), 0, made.shape[0] - 1)
    return np.asarray(form[rows, columns] + made.height[rows, columns], np.float64)
