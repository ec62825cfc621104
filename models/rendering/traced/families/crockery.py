"""Crockery: plates, bowls and trays, mugs on their side, glass tumblers."""

import numpy as np

from models.rendering import graphics
from models.rendering.field import FloatArray, grid_mm, ragged_noise, smoothstep
from models.rendering.traced.artwork import (
    box_distance,
    contrasting,
    disc_distance,
    dull,
    groove,
    hue,
    lay,
)
from models.rendering.traced.families.turned import lathe, ring_solid, smooth_profile
from models.rendering.traced.item import Item, Look, Part, Sheet, Shell, Solid
from models.rendering.traced.mesh import pipe, surface_of
from models.rendering.traced.skin import Skin, f32, skin


def tableware(rng: np.random.Generator, gtin: str) -> Item:
    """A plate, a bowl or an oblong tray, the right way up."""
    del gtin
    kind = str(rng.choice(np.array(["plate", "bowl", "tray"])))
    radius = float(rng.uniform(62, 100) if kind == "plate" else rng.uniform(55, 80))
    stretch = float(rng.uniform(1.2, 1.7)) if kind == "tray" else 1.0
    size = (2 * radius * stretch, 2 * radius)
    made = skin(
        size[0] + 2,
        size[1] + 2,
        _glaze(rng),
        "ceramic",
        give=0.0,
        roughness=float(rng.uniform(0.09, 0.35)),
        core=f32([0.62, 0.55, 0.46]),
    )
    if kind == "tray":
        distance = box_distance(
            made, (size[0] / 2, size[1] / 2), float(rng.uniform(14, radius * 0.8))
        )
    else:
        distance = disc_distance(made, radius)
    run = -distance
    tall = float(rng.uniform(30, 52) if kind == "bowl" else rng.uniform(14, 26))
    form = _dish(run, radius, tall, kind, rng)
    _decorated(made, rng, run, radius)
    if rng.random() < 0.5:
        speckle = ragged_noise(rng, made.shape, 1.6) > np.float32(1.9)
        made.albedo[speckle] *= np.float32(0.45)
        made.mark("print", run > radius * 0.3)
    made.albedo *= (1 + np.float32(0.015) * ragged_noise(rng, made.shape, 30.0))[..., None]
    slope_y, slope_x = np.gradient(form, made.width_mm / form.shape[0])
    made.allowed &= (run > 4.0) & (np.hypot(slope_x, slope_y) < 0.75)
    foot = radius * float(rng.uniform(0.5, 0.62))
    under = _underside(radius, foot, tall, stretch, Look(f32(made.albedo.mean(axis=(0, 1))), 0.3))
    item = Item((size[0], size[1], tall), tall * 0.5, [Sheet(made, form, distance), under], [made])
    item.rims.append((made, f32(run)))
    return item


def _glaze(rng: np.random.Generator) -> FloatArray:
    if rng.random() < 0.5:
        level = float(rng.uniform(0.55, 0.82))
        return f32([level, level * 0.98, level * float(rng.uniform(0.86, 0.97))])
    return dull(rng)


def _dish(
    run: FloatArray, radius: float, tall: float, kind: str, rng: np.random.Generator
) -> FloatArray:
    """Height of a dish over the way in from its rim."""
    if kind == "bowl":
        stages = [
            (0, 1.0),
            (0.03, 1.02),
            (0.12, 0.8),
            (0.35, 0.38),
            (0.62, 0.15),
            (0.8, 0.1),
            (1, 0.1),
        ]
    elif rng.random() < 0.3:
        stages = [(0, 1.0), (0.04, 1.03), (0.09, 0.85), (0.16, 0.3), (0.22, 0.16), (1, 0.14)]
    else:
        lip = float(rng.uniform(0.22, 0.36))
        stages = [
            (0, 0.98),
            (0.025, 1.02),
            (0.05, 0.97),
            (lip, 0.72),
            (lip + 0.1, 0.28),
            (lip + 0.17, 0.2),
            (1, 0.19),
        ]
    profile = smooth_profile(np.array(stages, np.float64), 220)
    share = np.interp(np.clip(run / radius, 0, 1).ravel(), profile[:, 0], profile[:, 1])
    edge = np.clip(1.4 - run, 0, 1.4)
    return f32(share.reshape(run.shape) * tall - 0.5 * edge**2)


def _decorated(made: Skin, rng: np.random.Generator, run: FloatArray, radius: float) -> None:
    rough = made.roughness
    for _ in range(int(rng.integers(0, 4))):
        at, width = float(rng.uniform(1.5, radius * 0.45)), float(np.exp(rng.uniform(-0.3, 2.0)))
        ring = groove(f32(run - np.float32(at)), width)
        gold = rng.random() < 0.2
        tone = f32([0.7, 0.52, 0.22]) if gold else hue(rng, 0.6, float(rng.uniform(0.15, 0.8)))
        made.albedo[...] = made.albedo + (tone - made.albedo) * (ring * np.float32(0.92))[..., None]
        if gold:
            made.metal[...] = np.maximum(made.metal, ring)
            rough += (np.float32(0.25) - rough) * ring
        made.mark("print", ring > 0.5)
    if rng.random() < 0.35:
        emblem = graphics.logo(rng, float(rng.uniform(18, radius * 0.6)))
        middle = (made.length_mm / 2 - emblem.shape[1] / 8, made.width_mm / 2 - emblem.shape[0] / 8)
        lay(
            made, emblem, middle, contrasting(f32(made.albedo.mean(axis=(0, 1))), rng), 0.85, "logo"
        )


def _underside(radius: float, foot: float, tall: float, stretch: float, look: Look) -> Solid:
    turn = np.linspace(0, 2 * np.pi, 65)
    stages = [
        (radius * 0.995, tall * 0.97),
        (radius * 0.93, tall * 0.84),
        (foot * 1.1, tall * 0.16),
        (foot, 0.2),
        (foot * 0.9, 0.0),
    ]
    rings = [
        np.stack(
            [(r + radius * (stretch - 1)) * np.cos(turn), r * np.sin(turn), np.full(65, z)], axis=1
        )
        for r, z in stages
    ]
    return Solid(surface_of(f32(np.stack(rings))), look)


def drinkware(rng: np.random.Generator, gtin: str) -> Item:
    """A mug on its side, handle out, or a glass tumbler."""
    del gtin
    glass = rng.random() < 0.35
    radius = float(rng.uniform(32, 46))
    length = float(rng.uniform(78, 125))
    taper = float(rng.uniform(0.72, 1.0)) if glass else float(rng.uniform(0.86, 1.02))
    if glass:
        stages = [(0, taper * 0.93), (0.03, taper), (0.97, 1.0), (1, 0.985)]
        tint = f32([0.05, 0.055, 0.055]) if rng.random() < 0.6 else hue(rng, 0.5, 0.35)
    else:
        belly = float(rng.uniform(0.98, 1.05))
        stages = [
            (0, taper * 0.86),
            (0.03, taper * 0.96),
            (0.08, taper),
            (0.5, belly),
            (0.96, 1.0),
            (1, 0.975),
        ]
        tint = _glaze(rng)
    profile = smooth_profile(np.array(stages, np.float64))
    body = skin(
        length,
        3.5 * radius,
        tint,
        "glass" if glass else "ceramic",
        give=0.0,
        roughness=0.08 if glass else float(rng.uniform(0.09, 0.3)),
        core=f32([0.5, 0.52, 0.5]) if glass else f32([0.62, 0.56, 0.48]),
    )
    _printed(body, rng)
    x, y = grid_mm(body.shape)
    angle = np.abs(y - np.float32(body.width_mm / 2)) / np.float32(radius)
    body.allowed[...] = (angle < 0.85) & (x > 5) & (x < length - 3)
    shell = Shell(body, lathe(length, profile, radius, radius, -length / 2))
    wall = float(rng.uniform(1.8, 2.6) if glass else rng.uniform(3.0, 5.0))
    inside = Look(f32(tint if glass else _glaze(rng)), 0.2)
    top = radius * float(profile[-1, 1])
    mouth = np.array(
        [
            [-0.05, top],
            [1.2, top - wall * 0.35],
            [1.0, top - wall * 0.8],
            [-0.6, top - wall],
            [-length * 0.9, top * taper - wall],
            [-length * 0.9, 0.01],
        ]
    )
    low = radius * float(profile[0, 1])
    base = np.array([[0.0, 0.01], [1.0, low * 0.7], [0.0, low * 0.82], [0.0, low]])
    parts: list[Part] = [
        shell,
        ring_solid(mouth, radius, length / 2, inside),
        ring_solid(base, radius, -length / 2, Look(f32(tint), 0.3)),
    ]
    width = 2 * radius
    if not glass:
        reach = float(rng.uniform(22, 32))
        run = np.linspace(0, np.pi, 40)
        side = float(rng.choice([-1.0, 1.0]))
        tall = length * float(rng.uniform(0.26, 0.34))
        loop = np.stack(
            [
                tall * np.cos(run),
                side * (radius * 0.93 + reach * np.sin(run) ** 0.8),
                np.full(40, radius * float(rng.uniform(0.75, 1.05))),
            ],
            axis=1,
        )
        thick = 4.6 + 1.4 * np.abs(np.cos(run))
        parts.append(Solid(pipe(loop, f32(thick)), Look(f32(tint), float(body.roughness.mean()))))
        width = 2 * (radius + reach + 6)
    item = Item(
        (length, width, 2 * radius), 2 * radius, parts, [body], clear=0.86 if glass else 0.0
    )
    rim = f32(np.float32(length) - x + 0 * y)
    item.rims.append((body, f32(np.where(angle < 0.85, rim, 99.0))))
    return item


def _printed(body: Skin, rng: np.random.Generator) -> None:
    ink = contrasting(f32(body.albedo.mean(axis=(0, 1))), rng)
    if body.stuff == "glass":
        ink = f32([0.75, 0.75, 0.75])
    choice = float(rng.random())
    middle = body.width_mm / 2
    if choice < 0.4:
        emblem = graphics.logo(rng, float(rng.uniform(20, 40)))
        lay(body, emblem, (body.length_mm * 0.35, middle - emblem.shape[0] / 8), ink, 0.9, "logo")
    elif choice < 0.7:
        word = np.rot90(
            graphics.text(str(rng.choice(np.array(graphics.BRANDS))), 9.0, 800),
            int(rng.integers(0, 4)),
        )
        lay(
            body,
            np.ascontiguousarray(word),
            (body.length_mm * 0.4, middle - word.shape[0] / 8),
            ink,
            0.9,
            "logo",
        )
    x, y = grid_mm(body.shape)
    for _ in range(int(rng.integers(0, 3))):
        at = float(rng.uniform(0.06, 0.94)) * body.length_mm
        ring = groove(f32(x - np.float32(at) + 0 * y), float(rng.uniform(1, 9)))
        body.albedo[...] = body.albedo + (ink - body.albedo) * (ring * np.float32(0.85))[..., None]
        body.mark_box("print", (at - 4, middle - 30, at + 4, middle + 30))
    if rng.random() < 0.25:
        flutes = smoothstep(0.0, 1.0, f32(np.abs(np.sin(y * np.float32(np.pi / 6.0)))))
        body.height += (
            np.float32(0.5)
            * f32(flutes + 0 * x)
            * smoothstep(0.3, 0.34, f32(x / body.length_mm + 0 * y))
        )
        body.mark_box("embossing", (body.length_mm * 0.32, 0.0, body.length_mm, body.width_mm))
