"""What printers put on cartons: words, barcodes, logos, handling symbols.

Every drawing is a coverage picture, float32 0..1 of shape (rows, columns), at the grid of
``models.rendering.field``: 1 is full ink.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from models.rendering.field import TEXEL_MM

FloatArray = NDArray[np.float32]
Canvas = NDArray[np.uint8]

WORDS = (
    "NORDLYS", "Havn", "ACME", "Lumo", "Kestrel", "Ovale", "Brisk", "TERRA", "Juniper", "Solvej",
    "FRAGILE", "HANDLE WITH CARE", "THIS SIDE UP", "MADE IN EU", "320 ml", "2 pcs", "Model K-41",
    "RECYCLE", "LOT 2406", "QTY 12", "Net 1.2 kg", "易碎", "向上", "智能手表", "电水壶", "保质期",
)  # fmt: skip
BRANDS = ("NORDLYS", "Havn", "Lumo", "Kestrel", "Ovale", "BRISK", "Terra", "Juniper")

_LEFT_ODD = (
    "0001101", "0011001", "0010011", "0111101", "0100011",
    "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
_PARITY = (
    "OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE",
    "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO",
)  # fmt: skip


def check_digit(digits: str) -> str:
    """The GS1 mod-10 check digit of the digits before it (GS1 General Specifications 7.9)."""
    total = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return str(-total % 10)


def ean13(gtin: str) -> str:
    """The 95 modules of an EAN-13 symbol (ISO/IEC 15420), "1" for a bar, of 14 GTIN digits."""
    digits = gtin[-13:]
    parity = _PARITY[int(digits[0])]
    left = ""
    for digit, side in zip(digits[1:7], parity, strict=True):
        odd = _LEFT_ODD[int(digit)]
        left += odd if side == "O" else _complement(odd)[::-1]
    right = "".join(_complement(_LEFT_ODD[int(digit)]) for digit in digits[7:])
    return f"101{left}01010{right}101"


def barcode(gtin: str, module_mm: float, height_mm: float) -> FloatArray:
    """An EAN-13 symbol with its digits underneath, without quiet zones."""
    modules = np.array([int(module) for module in ean13(gtin)], dtype=np.float32)
    columns = round(95 * module_mm / TEXEL_MM)
    rows = round(height_mm / TEXEL_MM)
    fine = np.repeat(modules, 64)[None, :]
    bars = cv2.resize(fine, (columns, 1), interpolation=cv2.INTER_AREA)
    digits = text(gtin[-13:], min(3.2, height_mm * 0.25), 500)
    picture = np.zeros((rows + digits.shape[0] + 2, columns), dtype=np.float32)
    picture[:rows] = bars
    width = min(columns, digits.shape[1])
    left = (columns - width) // 2
    picture[rows + 2 :, left : left + width] = digits[:, :width]
    return picture


def text(words: str, height_mm: float, weight: int, face: str = "sans") -> FloatArray:
    """One line of text, cropped to its ink, with capitals about ``height_mm`` tall."""
    size = max(6, round(height_mm / TEXEL_MM * 1.4))
    font = cv2.FontFace("uni" if not words.isascii() else face)
    canvas: Canvas = np.zeros((size * 2, size * (len(words) + 2)), dtype=np.uint8)
    cv2.putText(canvas, words, (size // 2, int(size * 1.4)), (255,), font, size, weight)
    return _cropped(canvas)


def paragraph(rng: np.random.Generator, width_mm: float, height_mm: float) -> FloatArray:
    """Lines of small print filling a block."""
    line_mm = float(rng.uniform(1.5, 2.6))
    rows, columns = round(height_mm / TEXEL_MM), round(width_mm / TEXEL_MM)
    block = np.zeros((rows, columns), dtype=np.float32)
    top = 0
    while top < rows - 4:
        chosen = rng.choice(np.array(WORDS), size=6)
        line = text(" ".join(str(word) for word in chosen), line_mm, 400)
        if top + line.shape[0] > rows:
            break
        keep = min(columns, line.shape[1], round(columns * float(rng.uniform(0.55, 1.0))))
        block[top : top + line.shape[0], :keep] = line[:, :keep]
        top += line.shape[0] + round(line_mm * 0.7 / TEXEL_MM)
    return block


def logo(rng: np.random.Generator, size_mm: float) -> FloatArray:
    """A made-up emblem: rings, bars, petals or a polygon."""
    size = round(size_mm / TEXEL_MM)
    canvas: Canvas = np.zeros((size, size), dtype=np.uint8)
    drawings: tuple[Callable[[Canvas, np.random.Generator], None], ...] = (
        _rings, _petals, _shape, _strokes,
    )  # fmt: skip
    drawings[int(rng.integers(len(drawings)))](canvas, rng)
    return canvas.astype(np.float32) / np.float32(255)


def symbol(rng: np.random.Generator, size_mm: float) -> FloatArray:
    """A handling symbol in a frame: arrows up, glass, or umbrella."""
    size = round(size_mm / TEXEL_MM)
    canvas: Canvas = np.zeros((size, size), dtype=np.uint8)
    line = max(1, size // 18)
    cv2.rectangle(canvas, (line, line), (size - 1 - line, size - 1 - line), 255, line, cv2.LINE_AA)
    kind = int(rng.integers(3))
    if kind == 0:
        for x in (0.33, 0.67):
            foot, head = (int(size * x), int(size * 0.75)), (int(size * x), int(size * 0.22))
            cv2.arrowedLine(canvas, foot, head, 255, line * 2, cv2.LINE_AA, tipLength=0.4)
    elif kind == 1:
        bowl = np.array([[0.3, 0.2], [0.7, 0.2], [0.6, 0.5], [0.4, 0.5]]) * size
        cv2.fillPoly(canvas, [bowl.astype(np.int32)], 255, cv2.LINE_AA)
        middle = size // 2
        cv2.line(canvas, (middle, middle), (middle, int(size * 0.8)), 255, line * 2, cv2.LINE_AA)
        cv2.line(
            canvas, (size // 3, int(size * 0.8)), (size * 2 // 3, int(size * 0.8)), 255, line * 2
        )
    else:
        middle = size // 2
        cv2.ellipse(canvas, (middle, middle), (size // 3, size // 4), 0, 180, 360, 255, cv2.FILLED)
        cv2.line(canvas, (middle, middle), (middle, int(size * 0.8)), 255, line, cv2.LINE_AA)
    return canvas.astype(np.float32) / np.float32(255)


def _rings(canvas: Canvas, rng: np.random.Generator) -> None:
    size = canvas.shape[0]
    for radius in np.linspace(0.46, 0.12, int(rng.integers(2, 5))):
        cv2.circle(canvas, (size // 2, size // 2), int(size * radius), 255, size // 16, cv2.LINE_AA)


def _petals(canvas: Canvas, rng: np.random.Generator) -> None:
    size = canvas.shape[0]
    count = int(rng.integers(3, 8))
    for turn in range(count):
        angle = 2 * np.pi * turn / count
        centre = (
            int(size * (0.5 + 0.24 * np.cos(angle))),
            int(size * (0.5 + 0.24 * np.sin(angle))),
        )
        axes = (int(size * 0.2), int(size * 0.09))
        cv2.ellipse(canvas, centre, axes, float(np.degrees(angle)), 0, 360, 255, -1, cv2.LINE_AA)


def _shape(canvas: Canvas, rng: np.random.Generator) -> None:
    size = canvas.shape[0]
    count = int(rng.integers(3, 7))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, np.pi)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * size * 0.45 + size / 2
    cv2.fillPoly(canvas, [points.astype(np.int32)], 255, cv2.LINE_AA)
    cv2.circle(canvas, (size // 2, size // 2), size // 6, 0, -1, cv2.LINE_AA)


def _strokes(canvas: Canvas, rng: np.random.Generator) -> None:
    size = canvas.shape[0]
    for place in np.linspace(0.15, 0.85, int(rng.integers(3, 6))):
        top = int(size * float(rng.uniform(0.05, 0.5)))
        left = int(size * place)
        cv2.rectangle(canvas, (left, top), (left + size // 12, int(size * 0.95)), 255, -1)


def _cropped(canvas: Canvas) -> FloatArray:
    ink = cv2.boundingRect(canvas)
    x, y, width, height = ink
    if width == 0 or height == 0:
        return np.zeros((1, 1), dtype=np.float32)
    return canvas[y : y + height, x : x + width].astype(np.float32) / np.float32(255)


def _complement(modules: str) -> str:
    return "".join("1" if module == "0" else "0" for module in modules)
