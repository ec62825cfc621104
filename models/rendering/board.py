"""A sound carton face: board, print, seam, tape and stickers. None of it is a fault."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.field import (
    TEXEL_MM,
    Field,
    FieldMark,
    blank,
    blend,
    grid_mm,
    smooth_noise,
    smoothstep,
)

FloatArray = NDArray[np.float32]

EDGE_RADIUS_MM = 1.6


@dataclass(frozen=True, slots=True)
class Design:
    """How a product's carton looks; equal seeds give equal artwork."""

    seed: int
    gtin: str
    board: str
    colour: FloatArray
    ink: FloatArray
    accent: FloatArray


def design(seed: int, gtin: str) -> Design:
    """A carton design of kraft, white or coloured board with two inks."""
    rng = np.random.default_rng([seed, 1])
    board = str(rng.choice(np.array(["kraft", "white", "coloured"]), p=[0.5, 0.28, 0.22]))
    inks: tuple[tuple[int, int, int], ...]
    if board == "kraft":
        colour = decode(*(int(c) for c in rng.normal((186, 150, 110), (9, 9, 9))))
        inks = ((38, 34, 32), (120, 40, 30), (32, 60, 96), (40, 80, 50))
    elif board == "white":
        colour = decode(*(int(c) for c in rng.normal((228, 227, 222), (6, 6, 6))))
        inks = ((30, 30, 34), (200, 44, 40), (20, 84, 160), (24, 120, 84), (224, 120, 20))
    else:
        hues = ((44, 72, 108), (150, 48, 44), (58, 104, 84), (214, 178, 70), (96, 94, 100))
        chosen = np.array(hues[int(rng.integers(len(hues)))]) + rng.normal(0, 12, 3)
        colour = decode(*(int(c) for c in np.clip(chosen, 20, 235)))
        inks = ((238, 236, 230), (24, 24, 26), (240, 214, 120))
    picks = rng.choice(len(inks), size=2, replace=False)
    return Design(seed, gtin, board, colour, decode(*inks[picks[0]]), decode(*inks[picks[1]]))


def sound_face(
    look: Design, pose: str, size_mm: tuple[float, float], rng: np.random.Generator
) -> Field:
    """The sound top or bottom face of a carton of ``look``.

    Artwork follows the design's seed; fibres, tape and stickers follow ``rng``.
    """
    face = blank(size_mm[0], size_mm[1], look.colour)
    artwork = np.random.default_rng([look.seed, 2 if pose == "top" else 3])
    _fibres(face, look, rng)
    if pose == "top":
        _print_top(face, look, artwork)
    else:
        _print_bottom(face, look, artwork)
    if artwork.random() < (0.45 if pose == "top" else 0.8):
        _seam(face, rng, along_length=True)
    if rng.random() < 0.3:
        _sticker(face, look, rng)
    _round_edges(face)
    return face


def _fibres(face: Field, look: Design, rng: np.random.Generator) -> None:
    shape = face.shape
    strength = 1.0 if look.board == "kraft" else 0.35
    grain = rng.standard_normal(shape, dtype=np.float32)
    along = cv2.GaussianBlur(grain, (0, 0), sigmaX=3.2, sigmaY=0.7)
    tone = np.float32(0.17 * strength) * np.asarray(along, dtype=np.float32)
    tone = tone + np.float32(0.022 * strength) * smooth_noise(rng, shape, 1.6)
    tone = tone + np.float32(0.015) * smooth_noise(rng, shape, 40.0)
    face.albedo *= np.exp(tone)[..., None]
    if look.board == "kraft":
        _specks(face, rng)
    face.height += np.float32(0.006) * smooth_noise(rng, shape, 1.0)
    face.height += np.float32(0.10) * smooth_noise(rng, shape, 55.0)
    flute = float(rng.uniform(5.5, 8.0))
    x, _ = grid_mm(shape)
    ripple = np.float32(0.012 * strength) * np.sin(x * np.float32(2 * np.pi / flute))
    face.height += ripple
    face.roughness += np.float32(0.02) * smooth_noise(rng, shape, 6.0)
    if look.board != "kraft":
        face.roughness -= np.float32(rng.uniform(0.0, 0.15))


def _specks(face: Field, rng: np.random.Generator) -> None:
    rows, columns = face.shape
    layer = np.zeros((rows, columns), dtype=np.uint8)
    for _ in range(int(face.length_mm * face.width_mm / 160)):
        x, y = int(rng.integers(columns)), int(rng.integers(rows))
        angle, reach = float(rng.uniform(0, np.pi)), float(rng.uniform(1, 5))
        end = (round(x + reach * np.cos(angle)), round(y + reach * np.sin(angle)))
        cv2.line(layer, (x, y), end, int(rng.integers(60, 160)), 1, cv2.LINE_AA)
    weight = layer.astype(np.float32) / np.float32(255)
    dark = face.albedo * np.float32(0.72)
    face.albedo = blend(face.albedo, dark, weight)


def _print_top(face: Field, look: Design, rng: np.random.Generator) -> None:
    length, width = face.length_mm, face.width_mm
    if look.board != "kraft" and rng.random() < 0.6:
        band = float(rng.uniform(0.15, 0.4)) * width
        top = 0.0 if rng.random() < 0.5 else width - band
        _lay(face, "print", np.ones((round(band / TEXEL_MM), face.shape[1]), np.float32),
             (0.0, top), look.accent, 0.95)  # fmt: skip
    emblem = graphics.logo(rng, float(min(rng.uniform(18, 55), width * 0.45)))
    _lay(face, "print", emblem, _spot(rng, face, emblem), look.ink, float(rng.uniform(0.75, 0.95)))
    brand = graphics.text(
        str(rng.choice(np.array(graphics.BRANDS))),
        float(min(rng.uniform(7, 20), width * 0.14)),
        int(rng.choice([400, 600, 800])),
        str(rng.choice(np.array(["sans", "italic"]))),
    )
    _lay(face, "text", brand, _spot(rng, face, brand), look.ink, 0.92)
    for _ in range(int(rng.integers(0, 4))):
        words = graphics.text(
            str(rng.choice(np.array(graphics.WORDS))), float(rng.uniform(2.5, 7.0)), 500
        )
        _lay(face, "text", words, _spot(rng, face, words), look.ink, 0.9)
    if rng.random() < 0.6:
        block = graphics.paragraph(
            rng, float(rng.uniform(0.2, 0.4)) * length, float(rng.uniform(0.12, 0.3)) * width
        )
        _lay(face, "text", block, _spot(rng, face, block), look.ink, 0.85)
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 4))):
            sign = graphics.symbol(rng, float(rng.uniform(9, 18)))
            _lay(face, "print", sign, _spot(rng, face, sign), look.ink, 0.9)


def _print_bottom(face: Field, look: Design, rng: np.random.Generator) -> None:
    if rng.random() < 0.75:
        _code_panel(face, look, rng)
    for _ in range(int(rng.integers(0, 3))):
        words = graphics.text(
            str(rng.choice(np.array(graphics.WORDS))), float(rng.uniform(2.5, 6.0)), 500
        )
        _lay(face, "text", words, _spot(rng, face, words), look.ink, 0.88)
    if rng.random() < 0.5:
        sign = graphics.symbol(rng, float(rng.uniform(9, 16)))
        _lay(face, "print", sign, _spot(rng, face, sign), look.ink, 0.9)


def _code_panel(face: Field, look: Design, rng: np.random.Generator) -> None:
    code = graphics.barcode(look.gtin, 0.33, float(rng.uniform(10, 18)))
    panel = np.ones((code.shape[0] + 20, code.shape[1] + 44), np.float32)
    if panel.shape[0] > face.shape[0] - 24 or panel.shape[1] > face.shape[1] - 24:
        return
    x, y = _spot(rng, face, panel)
    _lay(face, "barcode", panel, (x, y), decode(236, 236, 232), 0.95)
    _draw(face, code, (x + 22 * TEXEL_MM, y + 8 * TEXEL_MM), decode(26, 26, 28), 0.96)


def _seam(face: Field, rng: np.random.Generator, *, along_length: bool) -> None:
    """The gap of two flaps down the middle, closed by tape."""
    x, y = grid_mm(face.shape)
    middle = (face.width_mm if along_length else face.length_mm) / 2
    across = y if along_length else x
    wave = np.float32(0.15) * np.sin((x if along_length else y) / np.float32(23.0))
    distance = np.abs(across - np.float32(middle) - wave)
    gap = float(rng.uniform(0.4, 1.1))
    weight = smoothstep(gap / 2 + 0.25, gap / 2, np.broadcast_to(distance, face.shape))
    face.albedo *= (1 - np.float32(0.75) * weight)[..., None]
    face.height -= np.float32(0.5) * weight
    _mark(face, "seam", (0.0, middle - 1.0, face.length_mm, middle + 1.0))
    if rng.random() < 0.85:
        _tape(face, rng, middle)


def _tape(face: Field, rng: np.random.Generator, middle_mm: float) -> None:
    width = float(min(rng.choice([24.0, 38.0, 48.0]), face.width_mm * 0.5))
    _, y = grid_mm(face.shape)
    ragged = np.float32(0.05) * smooth_noise(rng, face.shape, 3.0)
    inside = np.abs(y - np.float32(middle_mm + rng.normal(0, 2.0))) + ragged
    weight = smoothstep(width / 2 + 0.12, width / 2 - 0.12, inside)
    kind = int(rng.integers(3))
    if kind == 0:
        tint, cover, rough = decode(176, 132, 86), 0.82, 0.34
    elif kind == 1:
        tint, cover, rough = decode(232, 226, 206), 0.16, 0.28
    else:
        tint, cover, rough = decode(196, 166, 122), 0.9, 0.55
    shade = 1 + np.float32(0.02) * smooth_noise(rng, face.shape, 9.0)
    face.albedo = blend(face.albedo, tint * shade[..., None], weight * np.float32(cover))
    face.height += np.float32(0.06) * weight
    face.height += np.float32(0.012) * weight * smooth_noise(rng, face.shape, 7.0)
    face.roughness += (np.float32(rough) - face.roughness) * weight
    _mark(face, "tape", (0.0, middle_mm - width / 2, face.length_mm, middle_mm + width / 2))


def _sticker(face: Field, look: Design, rng: np.random.Generator) -> None:
    """A shipping or return label of white paper."""
    length = float(min(rng.uniform(35, 90), face.length_mm * 0.5))
    width = float(min(rng.uniform(22, 55), face.width_mm * 0.45))
    rows, columns = round(width / TEXEL_MM), round(length / TEXEL_MM)
    x, y = _spot(rng, face, np.ones((rows, columns), np.float32))
    paper = decode(*((238, 238, 234) if rng.random() < 0.75 else (240, 214, 90)))
    _lay(face, "sticker", np.ones((rows, columns), np.float32), (x, y), paper, 0.97)
    left, top = round(x / TEXEL_MM), round(y / TEXEL_MM)
    face.height[top : top + rows, left : left + columns] += np.float32(0.09)
    ink = decode(28, 28, 30)
    if columns > 330 and rows > 90:
        code = graphics.barcode(look.gtin, 0.28, width * 0.3)
        if code.shape[1] + 24 < columns and code.shape[0] + 40 < rows:
            _draw(face, code, (x + 3.0, y + width * 0.45), ink, 0.95)
    block = graphics.paragraph(rng, length * 0.8, width * 0.34)
    _draw(face, block, (x + 3.0, y + 2.5), ink, 0.9)


def _round_edges(face: Field) -> None:
    x, y = grid_mm(face.shape)
    to_edge = np.minimum(
        np.minimum(x, np.float32(face.length_mm) - x), np.minimum(y, np.float32(face.width_mm) - y)
    )
    inset = np.clip(np.float32(EDGE_RADIUS_MM) - to_edge, 0, EDGE_RADIUS_MM)
    face.height -= np.float32(EDGE_RADIUS_MM) - np.sqrt(np.float32(EDGE_RADIUS_MM**2) - inset**2)


def _spot(rng: np.random.Generator, face: Field, drawing: FloatArray) -> tuple[float, float]:
    """A place for a drawing, mm from the face's corner, 3 mm clear of the edges if it fits."""
    free_x = face.length_mm - drawing.shape[1] * TEXEL_MM - 6
    free_y = face.width_mm - drawing.shape[0] * TEXEL_MM - 6
    x = 3 + float(rng.random()) * max(0.0, free_x)
    y = 3 + float(rng.random()) * max(0.0, free_y)
    return x, y


def _lay(
    face: Field,
    kind: str,
    drawing: FloatArray,
    at_mm: tuple[float, float],
    ink: FloatArray,
    cover: float,
) -> None:
    """Print a drawing and note it as a mark."""
    _draw(face, drawing, at_mm, ink, cover)
    x, y = at_mm
    right = min(face.length_mm, x + drawing.shape[1] * TEXEL_MM)
    lower = min(face.width_mm, y + drawing.shape[0] * TEXEL_MM)
    _mark(face, kind, (x, y, right, lower))


def _draw(
    face: Field, drawing: FloatArray, at_mm: tuple[float, float], ink: FloatArray, cover: float
) -> None:
    left, top = round(at_mm[0] / TEXEL_MM), round(at_mm[1] / TEXEL_MM)
    area = face.albedo[top : top + drawing.shape[0], left : left + drawing.shape[1]]
    rows, columns = area.shape[:2]
    area[...] = blend(area, ink, drawing[:rows, :columns] * np.float32(cover))


def _mark(face: Field, kind: str, box_mm: tuple[float, float, float, float]) -> None:
    left, top, right, lower = box_mm
    corners = np.array([[left, top], [right, top], [right, lower], [left, lower]])
    face.marks.append(FieldMark(kind, corners))
