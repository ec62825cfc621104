"""Marks that are no fault, laid over clean pictures so that the network learns to leave them.

Each function takes and gives an RGB picture, float32 [S, S, 3] in 0..1.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.noise import fractal, smooth_step

Float = NDArray[np.float32]

_LETTERS = "ABCDEFGHIJKLMNOPRSTUVWXYZ0123456789abcdefghiklmnoprstu .-/"


def text(picture: Float, rng: np.random.Generator) -> Float:
    """Printed words in one ink."""
    size = picture.shape[0]
    canvas = np.zeros((size, size), np.uint8)
    scale = float(np.exp(rng.uniform(np.log(0.3), np.log(2.5))))
    line = int(28 * scale) + 4
    top = int(rng.integers(0, size))
    for row in range(int(rng.integers(1, 5))):
        words = "".join(rng.choice(list(_LETTERS), int(rng.integers(3, 18))))
        place = (int(rng.integers(-20, size // 2)), top + row * line)
        face = int(rng.integers(0, 8))
        cv2.putText(canvas, words, place, face, scale, 255, max(1, round(scale * 1.6)), cv2.LINE_AA)
    return _inked(picture, canvas, rng)


def ruling(picture: Float, rng: np.random.Generator) -> Float:
    """Printed rules: straight, even, parallel, often framing something."""
    size = picture.shape[0]
    canvas = np.zeros((size, size), np.uint8)
    width = int(rng.integers(1, 5))
    if rng.random() < 0.5:
        left, top = rng.integers(0, size // 2, 2)
        right, bottom = rng.integers(size // 2, size, 2)
        cv2.rectangle(
            canvas, (int(left), int(top)), (int(right), int(bottom)), 255, width, cv2.LINE_AA
        )
    else:
        gap = int(rng.integers(6, 60))
        for offset in range(int(rng.integers(0, size)), size, gap)[: int(rng.integers(1, 8))]:
            cv2.line(canvas, (0, offset), (size, offset), 255, width, cv2.LINE_AA)
    return _inked(picture, _turned(canvas, rng), rng)


def barcode(picture: Float, rng: np.random.Generator) -> Float:
    """A pale label with dark bars."""
    size = picture.shape[0]
    width, height = int(rng.integers(40, size)), int(rng.integers(20, size // 2))
    left, top = int(rng.integers(0, size - width + 1)), int(rng.integers(0, size - height + 1))
    modules = np.repeat(rng.integers(0, 2, size), int(rng.integers(1, 4)))[: max(8, width - 12)]
    changed = picture.copy()
    changed[top : top + height, left : left + width] = np.float32(rng.uniform(0.75, 1.0))
    bars = changed[top + 4 : top + height - 4, left + 6 : left + 6 + modules.size]
    bars[:, modules[: bars.shape[1]] == 1] = np.float32(rng.uniform(0.0, 0.15))
    return changed


def tape(picture: Float, rng: np.random.Generator) -> Float:
    """A straight strip of packing tape: clear, tan or coloured, with a glossy streak."""
    size = picture.shape[0]
    canvas = np.zeros((size, size), np.uint8)
    half = int(rng.integers(8, 45))
    middle = int(rng.integers(0, size))
    cv2.rectangle(canvas, (-size, middle - half), (2 * size, middle + half), 255, -1)
    cover = _turned(canvas, rng).astype(np.float32) / 255
    colour = np.array([0.72, 0.56, 0.38], np.float32) if rng.random() < 0.5 else rng.random(3)
    alpha = cover * np.float32(rng.uniform(0.08, 0.8))
    gloss = cover * smooth_step(fractal(rng, size, 4), 0.6, 1.6) * np.float32(rng.uniform(0, 0.5))
    changed = picture + alpha[..., None] * (colour.astype(np.float32) - picture)
    return _clipped(changed + gloss[..., None])


def sticker(picture: Float, rng: np.random.Generator) -> Float:
    """A flat printed patch of one colour with sharp straight or round edges."""
    size = picture.shape[0]
    canvas = np.zeros((size, size), np.uint8)
    centre = tuple(int(place) for place in rng.integers(0, size, 2))
    if rng.random() < 0.5:
        cv2.circle(canvas, centre, int(rng.integers(6, size // 4)), 255, -1, cv2.LINE_AA)
    else:
        far = tuple(int(place) for place in rng.integers(0, size, 2))
        cv2.rectangle(canvas, centre, far, 255, -1)
        canvas = _turned(canvas, rng)
    return _inked(picture, canvas, rng)


def shadow(picture: Float, rng: np.random.Generator) -> Float:
    """A broad soft shade or lit patch, as lamps, hands and neighbours throw."""
    size = picture.shape[0]
    field = smooth_step(fractal(rng, size, 2, octaves=1), -0.6, float(rng.uniform(-0.2, 1.4)))
    return _clipped(picture * (1 + field * np.float32(rng.uniform(-0.45, 0.35)))[..., None])


def edge(picture: Float, rng: np.random.Generator) -> Float:
    """Two faces of a box meeting: one side lighter, a thin line where they meet."""
    size = picture.shape[0]
    canvas = np.zeros((size, size), np.uint8)
    cut = int(rng.integers(size // 8, size * 7 // 8))
    cv2.rectangle(canvas, (-size, cut), (2 * size, 3 * size), 255, -1)
    side = _turned(canvas, rng).astype(np.float32) / 255
    rim = np.abs(cv2.Sobel(cv2.GaussianBlur(side, (0, 0), 1.0), cv2.CV_32F, 1, 1, ksize=3))
    gain = 1 + side * np.float32(rng.uniform(-0.4, 0.3)) + rim * np.float32(rng.uniform(-1, 1))
    return _clipped(picture * gain[..., None])


MARKS: tuple[Callable[[Float, np.random.Generator], Float], ...] = (
    text,
    text,
    ruling,
    barcode,
    tape,
    sticker,
    shadow,
    shadow,
    edge,
)
"""The marks, those that are common on goods more than once."""


def blend_marks(picture: Float, rng: np.random.Generator) -> Float:
    """``picture`` with one to three marks."""
    for _ in range(int(rng.integers(1, 4))):
        picture = MARKS[int(rng.integers(len(MARKS)))](picture, rng)
    return picture


def _inked(picture: Float, canvas: NDArray[np.uint8], rng: np.random.Generator) -> Float:
    alpha = canvas.astype(np.float32)[..., None] / 255 * np.float32(rng.uniform(0.4, 1.0))
    ink = rng.random(3) * rng.choice([0.25, 1.0])
    return _clipped(picture + alpha * (ink.astype(np.float32) - picture))


def _turned(canvas: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    size = canvas.shape[0]
    angle = float(rng.choice([0.0, 90.0]) + rng.normal(0, 4))
    if rng.random() < 0.3:
        angle += float(rng.uniform(0, 90))
    matrix = cv2.getRotationMatrix2D((size / 2, size / 2), angle, 1.0)
    turned = cv2.warpAffine(canvas, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8)


def _clipped(picture: NDArray[np.floating]) -> Float:
    return np.asarray(np.clip(picture, 0, 1), dtype=np.float32)
