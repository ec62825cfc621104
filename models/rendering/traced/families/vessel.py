"""Bottles, jars and tins lying on their side, with cap and label."""

import numpy as np

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.field import TEXEL_MM, grid_mm, smooth_noise
from models.rendering.traced.artwork import (
    block,
    contrasting,
    date_line,
    dull,
    hue,
    lay,
)
from models.rendering.traced.families.turned import OPEN, lathe, ring_solid, smooth_profile
from models.rendering.traced.item import Item, Look, Loose, Shell
from models.rendering.traced.skin import Points, Seal, Skin, f32, skin

_SIGHT = 0.85
"""Half the angle within which faults may lie."""


def turned_vessel(rng: np.random.Generator, gtin: str) -> Item:
    """A bottle, a jar or a tin."""
    kind = str(rng.choice(np.array(["bottle", "jar", "tin"], str)))
    metal = kind == "tin"
    if kind == "bottle":
        radius, length = float(rng.uniform(19, 36)), float(rng.uniform(95, 190))
        neck = float(rng.uniform(0.32, 0.55))
        shoulder = float(rng.uniform(0.62, 0.78))
        stages = [
            (0, 0.86),
            (0.02, 0.97),
            (0.05, 1),
            (shoulder, 1),
            (shoulder + 0.09, 0.9),
            (shoulder + 0.17, neck + 0.12),
            (shoulder + 0.2, neck),
            (1, neck),
        ]
    elif kind == "jar":
        radius, length = float(rng.uniform(27, 43)), float(rng.uniform(60, 105))
        neck = float(rng.uniform(0.84, 0.92))
        stages = [(0, 0.85), (0.04, 0.98), (0.07, 1), (0.74, 1), (0.84, neck), (1, neck)]
    else:
        radius, length = float(rng.uniform(20, 40)), float(rng.uniform(80, 165))
        neck = 0.96
        stages = [
            (0, 0.93),
            (0.008, 1.02),
            (0.03, 1.02),
            (0.036, 1),
            (0.955, 1),
            (0.965, 1.02),
            (1, 1.02),
        ]
    profile = smooth_profile(np.array(stages, np.float64), 400 if metal else 160)
    body = skin(
        length,
        2 * OPEN * radius,
        dull(rng),
        "metal" if metal else "plastic",
        roughness=float(rng.uniform(0.2, 0.45)),
        core=f32([0.62, 0.60, 0.57]),
        give=0.6 if metal else 0.5,
    )
    if not metal and rng.random() < 0.3:
        body.stuff, body.give = "glass", 0.0
        body.roughness[...] = np.float32(0.12)
        body.albedo[...] = hue(rng, 0.6, float(rng.uniform(0.12, 0.5)))
    if metal:
        tinplate(body, rng)
    x0 = -length / 2
    label(body, rng, gtin, profile)
    _where(body, profile, radius)
    shell = Shell(body, lathe(length, profile, radius, radius, x0))
    bottom = ring_solid(
        np.array([[0.0, 0.01], [0.6, radius * 0.55], [0.0, radius * 0.8], [0.01, radius * 0.86]]),
        radius,
        x0,
        Look(f32(body.albedo.mean(axis=(0, 1))), 0.4),
    )
    item = Item((length, 2 * radius, 2 * radius), 2 * radius, [shell, bottom], [body])
    _closure(item, rng, body, kind, (radius, length, neck))
    return item


def tinplate(body: Skin, rng: np.random.Generator) -> None:
    """Make a body of bright or golden sheet metal, perhaps beaded."""
    body.albedo[...] = f32([0.62, 0.60, 0.57]) if rng.random() < 0.75 else f32([0.72, 0.55, 0.25])
    body.metal[...] = 1
    brushed = smooth_noise(rng, body.shape, 1.2)
    body.roughness[...] = np.float32(0.26) + np.float32(0.04) * brushed
    x, _ = grid_mm(body.shape)
    if rng.random() < 0.5:
        beads = np.sin(x * np.float32(2 * np.pi / float(rng.uniform(5, 9))))
        inside = (x > body.length_mm * 0.3) & (x < body.length_mm * 0.7)
        body.height += f32(0.5 * beads * inside) + 0 * body.height


def label(body: Skin, rng: np.random.Generator, gtin: str, profile: Points) -> None:
    """A wrapped label with a brand, small print, perhaps a date, and a bar code."""
    full = profile[profile[:, 1] > 0.985, 0]
    left = (float(full.min()) + 0.04) * body.length_mm
    right = (float(full.max()) - float(rng.uniform(0.02, 0.1))) * body.length_mm
    tall = body.width_mm * float(rng.uniform(0.6, 1.1))
    top = (body.width_mm - tall) / 2
    paper = decode(236, 234, 226) if rng.random() < 0.45 else dull(rng)
    if body.metal.max() > 0 and rng.random() < 0.35:
        return
    where = block(body, (left, top, right, top + tall), paper)
    body.height[where] += np.float32(0.09)
    body.metal[where] = 0
    body.roughness[where] = np.float32(rng.uniform(0.2, 0.6))
    length = right - left
    if rng.random() < 0.7:
        band = block(
            body,
            (left, top, left + length * float(rng.uniform(0.1, 0.3)), top + tall),
            hue(rng, 0.7, 0.7),
        )
        body.mark("print", band)
    ink = contrasting(f32(body.albedo[where].mean(axis=0)), rng)
    middle = body.width_mm / 2
    brand = graphics.text(str(rng.choice(np.array(graphics.BRANDS))), min(11.0, length * 0.11), 800)
    if rng.random() < 0.5:
        brand = np.ascontiguousarray(np.rot90(brand))
    at = (left + length * 0.34, middle - brand.shape[0] * TEXEL_MM / 2)
    lay(body, brand, at, ink, 0.95, "logo")
    emblem = graphics.logo(rng, min(14.0, length * 0.2))
    lay(body, emblem, (left + length * 0.06, middle - 20), ink, 0.9, "logo")
    lines = graphics.paragraph(rng, length * 0.26, min(30.0, tall * 0.3))
    lay(body, lines, (right - length * 0.3, middle - 6), ink, 0.9, "text")
    if rng.random() < 0.5:
        date_line(body, (left + length * 0.35, middle + 14), decode(*(30, 30, 40)), rng)
    code = graphics.barcode(gtin, 0.26, 9.0)
    lay(
        body,
        code,
        (right - code.shape[1] * TEXEL_MM - 2, middle + 18),
        decode(26, 26, 30),
        0.95,
        "barcode",
    )
    body.mark("sticker", where)


def _where(body: Skin, profile: Points, radius: float) -> None:
    """Faults lie on the full-bodied part that the camera sees squarely."""
    x, y = grid_mm(body.shape)
    share = np.interp(x[0] / body.length_mm, profile[:, 0], profile[:, 1])
    level = np.abs(np.gradient(share, x[0] / radius)) < 0.12
    angle = np.abs(y - np.float32(body.width_mm / 2)) / np.float32(radius)
    full = (share > 0.9) & level & (x[0] > 3)
    body.allowed[...] = (angle < _SIGHT) & full[None, :]


def _closure(
    item: Item, rng: np.random.Generator, body: Skin, kind: str, size: tuple[float, float, float]
) -> None:
    """A cap over the neck, with the thread it hides."""
    radius, length, neck = size
    x, y = grid_mm(body.shape)
    if kind == "tin":
        tall = float(rng.uniform(8, 26))
        look = Look(dull(rng), 0.3)
        outer = radius * 0.99
        cap = np.array(
            [
                [-0.5, outer],
                [tall * 0.8, outer],
                [tall * 0.95, outer * 0.96],
                [tall, outer * 0.85],
                [tall, 0.01],
            ]
        )
        item.parts.append(ring_solid(cap, radius, length / 2, look))
        item.size_mm = (length + tall, 2 * radius, 2 * radius)
        return
    reach = min(length * 0.15, 16.0) if kind == "bottle" else min(length * 0.16, 17.0)
    thread = x > np.float32(length - reach)
    body.height += thread * f32(0.55 * np.clip(np.sin(x * 2.1 + y * 0.05), 0, 1))
    steel = kind == "jar" and rng.random() < 0.65
    colour = f32([0.66, 0.52, 0.22]) if steel and rng.random() < 0.5 else dull(rng)
    look = Look(
        f32([0.6, 0.58, 0.55]) if steel and rng.random() < 0.5 else colour, 0.28, float(steel)
    )
    outer = radius * neck + float(rng.uniform(1.6, 3.2))
    tall = reach * float(rng.uniform(1.0, 1.35))
    start = length / 2 - reach
    ribs = 0 if rng.random() < 0.4 else int(rng.integers(24, 60))
    cap = np.array(
        [
            [0.0, outer * 0.97],
            [0.3, outer],
            [tall * 0.86, outer],
            [tall, outer * 0.93],
            [tall + 0.2, outer * 0.8],
            [tall + 0.1, 0.01],
        ]
    )
    angle = np.abs(y - np.float32(body.width_mm / 2)) / np.float32(radius)
    place = (thread & (angle < 1.15)) & np.ones(body.shape, np.bool_)
    lid = ring_solid(cap, radius, start, look, ribs)
    item.loose.append(Loose((lid,), body, place, _bare_neck))
    gap_line = np.stack(
        [np.full(30, length - reach - 1.2), np.linspace(0.3, 0.7, 30) * body.width_mm], 1
    )
    if kind == "bottle" or rng.random() < 0.5:
        band = np.abs(x - np.float32(length - reach - 1.2)) < 1.0
        body.albedo[np.broadcast_to(band, body.shape)] = look.colour
        body.height += np.float32(0.6) * band
    body.seals.append(Seal(gap_line, 2.6))
    item.size_mm = (length + max(0.0, tall - reach), 2 * radius, 2 * radius)


def _bare_neck(body: Skin, rng: np.random.Generator) -> None:
    """The thread stands open; what was under the cap is paler."""
    x, _ = grid_mm(body.shape)
    end = np.clip((x - np.float32(body.length_mm - 3.0)) / np.float32(2.0), 0, 1)
    body.albedo *= (1 - np.float32(0.6) * end)[..., None] + 0 * body.albedo[..., :1]
    body.albedo += np.float32(0.02 * rng.random())
