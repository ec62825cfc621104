"""What is printed on goods of the path-traced bench, and the silhouettes they share."""

import colorsys

import cv2
import numpy as np

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.field import TEXEL_MM, FloatArray, Mask, blend, smoothstep
from models.rendering.traced.skin import Points, Skin, SkinText, box_corners, centred_grid, f32

Box = tuple[float, float, float, float]

WHITE = (238, 238, 234)
INK = (26, 26, 30)


def hue(rng: np.random.Generator, saturation: float, value: float) -> FloatArray:
    """A colour of any hue, linear (3,)."""
    red, green, blue = colorsys.hsv_to_rgb(float(rng.random()), saturation, value)
    return decode(round(red * 255), round(green * 255), round(blue * 255))


def dull(rng: np.random.Generator) -> FloatArray:
    """A colour goods are made in: often black, white or grey, sometimes bright."""
    kind = float(rng.random())
    if kind < 0.22:
        level = int(rng.integers(22, 60))
        return decode(level, level, level + 3)
    if kind < 0.42:
        level = int(rng.integers(195, 240))
        return decode(level, level - 2, level - 8)
    if kind < 0.55:
        level = int(rng.integers(80, 180))
        return decode(level, level, level)
    return hue(rng, float(rng.uniform(0.25, 0.9)), float(rng.uniform(0.3, 0.92)))


def contrasting(colour: FloatArray, rng: np.random.Generator) -> FloatArray:
    """An ink that can be read on ``colour``."""
    dark = float(np.asarray(colour).mean()) > 0.25
    if rng.random() < 0.35:
        return hue(rng, float(rng.uniform(0.5, 1)), 0.4 if dark else 0.95)
    return decode(*(INK if dark else WHITE))


def lay(
    skin: Skin, drawing: FloatArray, at_mm: tuple[float, float], ink: FloatArray, cover: float,
    kind: str | None,
) -> Box:  # fmt: skip
    """Print a drawing with its corner ``at_mm`` and, where ``kind`` is given, note the mark."""
    left, top = round(at_mm[0] / TEXEL_MM), round(at_mm[1] / TEXEL_MM)
    skip_x, skip_y = max(0, -left), max(0, -top)
    left, top = max(0, left), max(0, top)
    drawing = drawing[skip_y:, skip_x:]
    area = skin.albedo[top : top + drawing.shape[0], left : left + drawing.shape[1]]
    rows, columns = area.shape[:2]
    weight = drawing[:rows, :columns] * np.float32(cover)
    area[...] = blend(area, ink, weight)
    metal = skin.metal[top : top + rows, left : left + columns]
    metal *= 1 - weight
    box = (
        left * TEXEL_MM, top * TEXEL_MM, (left + columns) * TEXEL_MM, (top + rows) * TEXEL_MM
    )  # fmt: skip
    if kind is not None and rows > 1 and columns > 1:
        skin.mark_box(kind, box)
    return box


def block(skin: Skin, box: Box, colour: FloatArray, *, radius: float = 0.0) -> Mask:
    """Fill a box with round corners; returns where it lies."""
    middle = ((box[0] + box[2] - skin.length_mm) / 2, (box[1] + box[3] - skin.width_mm) / 2)
    half = ((box[2] - box[0]) / 2, (box[3] - box[1]) / 2)
    inside = covered(box_distance(skin, half, radius, middle))
    skin.albedo[...] = blend(skin.albedo, colour, inside)
    return inside > 0.5


def sticker(skin: Skin, box: Box, gtin: str, rng: np.random.Generator) -> None:
    """A paper label with print, standing a little proud."""
    tone = (
        WHITE if rng.random() < 0.7 else ((250, 222, 80) if rng.random() < 0.5 else (232, 92, 60))
    )
    where = block(skin, box, decode(*tone), radius=float(rng.uniform(0, 2.5)))
    skin.height[where] += np.float32(0.1)
    skin.roughness[where] = np.float32(rng.uniform(0.35, 0.65))
    skin.metal[where] = 0
    width, height = box[2] - box[0], box[3] - box[1]
    ink = decode(*INK)
    if width > 34 and height > 14:
        code = graphics.barcode(gtin, 0.3, min(height * 0.42, 14.0))
        if code.shape[1] * TEXEL_MM < width - 4:
            lay(skin, code, (box[0] + 3, box[3] - code.shape[0] * TEXEL_MM - 2), ink, 0.95, None)
        lines = graphics.paragraph(rng, width * 0.85, height * 0.4)
        lay(skin, lines, (box[0] + 2.5, box[1] + 2.5), ink, 0.9, None)
    else:
        words = graphics.text(
            f"{int(rng.integers(2, 99))}.{int(rng.integers(10))}0", height * 0.45, 800
        )
        lay(skin, words, (box[0] + width * 0.12, box[1] + height * 0.25), ink, 0.9, None)
    skin.mark("sticker", where)


def date_line(
    skin: Skin, at_mm: tuple[float, float], ink: FloatArray, rng: np.random.Generator
) -> None:
    """A best-before date as an ink-jet printer sets it, kept as truth."""
    year, month, day = (int(rng.integers(*span)) for span in ((2025, 2029), (1, 13), (1, 29)))
    words = f"{year}-{month:02d}-{day:02d}"
    drawing = graphics.text(words, float(rng.uniform(2.6, 3.6)), 600, "monospace")
    dots = np.ones_like(drawing)
    dots[::3] = np.float32(0.35)
    box = lay(skin, f32(drawing * dots), at_mm, ink, 0.9, "date")
    skin.texts.append(SkinText("date", words, box_corners(box)))


def box_distance(
    skin: Skin, half: tuple[float, float], radius: float, middle: tuple[float, float] = (0.0, 0.0)
) -> FloatArray:
    """Signed distance in mm to a box with round corners around ``middle``, negative inside."""
    x, y = centred_grid(skin)
    across = np.abs(x - np.float32(middle[0])) - np.float32(half[0] - radius)
    down = np.abs(y - np.float32(middle[1])) - np.float32(half[1] - radius)
    outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    return f32(outside + np.minimum(np.maximum(across, down), 0) - np.float32(radius))


def disc_distance(
    skin: Skin, radius: float, middle: tuple[float, float] = (0.0, 0.0)
) -> FloatArray:  # fmt: skip
    """Signed distance in mm to a disc around ``middle``, negative inside."""
    x, y = centred_grid(skin)
    return f32(np.hypot(x - np.float32(middle[0]), y - np.float32(middle[1])) - np.float32(radius))


def outline_distance(skin: Skin, outline_mm: Points) -> FloatArray:
    """Signed distance in mm to a closed outline (n, 2) around the skin's middle."""
    middle = np.array([skin.length_mm, skin.width_mm]) / 2
    texels = ((outline_mm + middle) / TEXEL_MM - 0.5) * 16
    drawn = np.zeros(skin.shape, np.uint8)
    cv2.fillPoly(drawn, [np.round(texels).astype(np.int32)], 1, cv2.LINE_8, 4)
    inner = cv2.distanceTransform(drawn, cv2.DIST_L2, 5)
    outer = cv2.distanceTransform(1 - drawn, cv2.DIST_L2, 5)
    signed = cv2.GaussianBlur(f32(outer - inner), (0, 0), 1.5)
    return f32(signed * TEXEL_MM)


def covered(distance: FloatArray) -> FloatArray:
    """Coverage 0..1 of the inside of a signed distance."""
    return f32(np.clip(np.float32(0.5) - distance / np.float32(TEXEL_MM), 0, 1))


def rounded_drop(distance: FloatArray, radius: float) -> FloatArray:
    """How far, in mm, a round edge lies below its level; 0 well inside."""
    inset = np.clip(np.float32(radius) + distance, 0, radius)
    return f32(np.float32(radius) - np.sqrt(np.maximum(radius**2 - inset**2, 0)))


def spline(points: Points, count: int) -> Points:
    """A smooth closed outline through ``points`` (Catmull-Rom)."""
    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    beyond = np.roll(points, -2, axis=0)
    t = np.linspace(0, 1, max(2, count // len(points)), endpoint=False)[None, :, None]
    a, b, c, d = (p[:, None, :] for p in (before, points, after, beyond))
    made = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return np.asarray(made.reshape(-1, 2))


def stitches(skin: Skin, line_mm: Points, thread: FloatArray, pitch_mm: float = 2.6) -> None:
    """A row of stitches along a line (n, 2) in mm from the skin's corner."""
    steps = np.linalg.norm(np.diff(line_mm, axis=0), axis=1)
    run = np.concatenate([[0.0], np.cumsum(steps)])
    layer = np.zeros(skin.shape, np.uint8)
    for start in np.arange(0, float(run[-1]) - pitch_mm * 0.7, pitch_mm):
        at = np.array([start, start + pitch_mm * 0.68])
        ends = np.stack([np.interp(at, run, line_mm[:, 0]), np.interp(at, run, line_mm[:, 1])], 1)
        texels = np.round((ends / TEXEL_MM - 0.5) * 16).astype(np.int32)
        cv2.line(layer, tuple(texels[0]), tuple(texels[1]), (255,), 2, cv2.LINE_AA, 4)
    drawn = layer.astype(np.float32) / np.float32(255)
    groove = cv2.GaussianBlur(drawn, (0, 0), 4.0)
    skin.height += np.float32(0.22) * drawn - np.float32(0.5) * np.clip(groove * 2, 0, 1)
    skin.albedo[...] = blend(skin.albedo, thread, drawn * np.float32(0.9))
    skin.mark("seam", cv2.dilate(layer, np.ones((7, 7), np.uint8)) > 60)


def groove(distance: FloatArray, width_mm: float) -> FloatArray:
    """1 on the zero line of a distance, falling to 0 at half ``width_mm``."""
    return smoothstep(width_mm / 2 + 0.12, max(0.0, width_mm / 2 - 0.12), f32(np.abs(distance)))
