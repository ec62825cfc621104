"""Synthetic faults blended into clean pictures: scratches, stains, dents and tears.

Each function takes an RGB picture, float32 [S, S, 3] in 0..1, and gives the changed picture and
the fault's mask, bool [S, S]. The same generator state gives the same pixels.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.noise import Field, fractal, smooth_step

Float = NDArray[np.float32]
Mask = NDArray[np.bool_]
Blend = Callable[[Float, np.random.Generator], tuple[Float, Mask]]

_SUBPIXEL_BITS = 4


def scratch(picture: Float, rng: np.random.Generator) -> tuple[Float, Mask]:
    """One to four thin broken curves: lighter, darker, or a lit and a shaded flank."""
    size = picture.shape[0]
    strands = 1 if rng.random() < 0.65 else int(rng.integers(2, 5))
    width = float(np.exp(rng.uniform(np.log(0.8), np.log(3.6))))
    path = _path(rng, size, length=float(np.exp(rng.uniform(np.log(18), np.log(0.8 * size)))))
    cover = np.zeros((size, size), np.float32)
    for strand in range(strands):
        shift = rng.normal(0, 5.0 if strand else 0.0, 2)
        cover = np.maximum(cover, _drawn(path + shift, size, width))
    broken = smooth_step(fractal(rng, size, int(rng.integers(8, 30))), -1.3, -0.3)
    alpha = cover * broken * np.float32(rng.uniform(0.35, 1.0))
    tone = np.float32(rng.uniform(0.18, 0.55))
    style = rng.random()
    if style < 0.45:
        changed = picture + alpha[..., None] * tone * (1.05 - picture)
    elif style < 0.75:
        changed = picture * (1 - alpha[..., None] * tone)
    else:
        angle = rng.uniform(0, 2 * np.pi)
        offset = np.array([np.cos(angle), np.sin(angle)]) * max(1.0, width * 0.7)
        shaded = _drawn(path + offset, size, width) * broken
        changed = picture * (1 + (alpha - 0.8 * shaded)[..., None] * tone)
    return _clipped(changed), alpha > 0.25


def stain(picture: Float, rng: np.random.Generator) -> tuple[Float, Mask]:
    """A blot with a soft or ringed rim that filters the light; seldom a pale deposit."""
    size = picture.shape[0]
    radius = float(np.exp(rng.uniform(np.log(6), np.log(0.3 * size))))
    reach = _ellipse(rng, size, radius)
    rough = fractal(rng, size, max(2, int(size / radius)) + int(rng.integers(1, 6)))
    level = 1 - reach + np.float32(rng.uniform(0.15, 0.5)) * rough
    softness = float(rng.uniform(0.05, 0.5))
    body = smooth_step(level, 0.0, softness)
    if rng.random() < 0.35:
        rim = np.exp(-(((level - softness) / (0.6 * softness + 0.05)) ** 2))
        body *= np.float32(rng.uniform(0.35, 0.8)) + np.float32(0.4) * rim
    body = np.minimum(body, 1.0) * (1 + 0.15 * fractal(rng, size, 24))
    colour = rng.uniform(0.0, 1.0, 3) * rng.uniform(0.3, 1.0)
    if rng.random() < 0.5:
        colour = np.sort(colour)[::-1].copy()
    strength = np.float32(rng.uniform(0.25, 0.9))
    alpha = np.asarray(np.clip(body, 0, 1) * strength)[..., None]
    changed: NDArray[np.floating]
    if rng.random() < 0.15:
        changed = picture + alpha * (0.75 + 0.25 * colour - picture)
    elif rng.random() < 0.2:
        changed = picture * (1 - alpha * np.float32(rng.uniform(0.25, 0.6)))
    else:
        changed = picture * (1 - alpha * (1 - colour))
    return _clipped(changed), np.asarray(body > 0.4)


def dent(picture: Float, rng: np.random.Generator) -> tuple[Float, Mask]:
    """The shading of a pressed-in surface under one light, with the print bent along."""
    size = picture.shape[0]
    radius = float(np.exp(rng.uniform(np.log(10), np.log(0.3 * size))))
    reach = _ellipse(rng, size, radius, stretch=3.0)
    bowl = np.exp(-((reach * (1 + 0.25 * fractal(rng, size, 5))) ** 2) * rng.uniform(1.5, 3.0))
    if rng.random() < 0.6:
        angle = rng.uniform(0, np.pi)
        rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
        across = (columns - size / 2) * np.cos(angle) + (rows - size / 2) * np.sin(angle)
        across = across - across[tuple(np.argwhere(reach == reach.min())[0])]
        across = across + 3.0 * fractal(rng, size, 6)
        fold = np.exp(-np.abs(across) / max(2.0, radius * rng.uniform(0.06, 0.3)))
        bowl = bowl * (np.float32(0.4) + np.float32(1.2) * fold)
    height = cv2.GaussianBlur(bowl.astype(np.float32), (0, 0), max(0.8, radius * 0.03))
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125)
    light = rng.uniform(0, 2 * np.pi)
    facing = np.cos(light) * slope_x + np.sin(light) * slope_y
    facing = facing / (np.abs(facing).max() + 1e-6)
    shade = 1 + np.float32(rng.uniform(0.2, 0.6)) * facing
    shade -= np.float32(rng.uniform(0, 0.15)) * height / (height.max() + 1e-6)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    bend = np.float32(rng.uniform(0, 6) / (np.abs(slope_x).max() + np.abs(slope_y).max() + 1e-6))
    bent = cv2.remap(
        picture,
        columns + bend * slope_x,
        rows + bend * slope_y,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return _clipped(bent * shade[..., None]), np.asarray(height > 0.22 * height.max())


def tear(picture: Float, rng: np.random.Generator) -> tuple[Float, Mask]:
    """A ragged opening, dark or showing the board's core, with a pale fibrous rim."""
    size = picture.shape[0]
    length = float(np.exp(rng.uniform(np.log(14), np.log(0.6 * size))))
    path = _path(rng, size, length)
    spine = _drawn(path, size, 1.0)
    away = np.asarray(
        cv2.distanceTransform((spine < 0.2).astype(np.uint8), cv2.DIST_L2, 3), dtype=np.float32
    )
    half = np.float32(np.clip(length * rng.uniform(0.03, 0.3), 1.5, 30))
    ragged = half * (1 + 0.5 * fractal(rng, size, 16) + 0.3 * fractal(rng, size, 60))
    inside = smooth_step(ragged - away, -0.6, 0.6)
    rim_width = np.float32(rng.uniform(0.8, 5.0))
    fibres = 1 + 0.6 * fractal(rng, size, 80)
    rim = smooth_step(ragged + rim_width * fibres - away, -0.6, 0.6) * (1 - inside)
    rim_colour = np.float32(rng.uniform(0.6, 0.95)) * np.array([1.0, 0.94, 0.84], np.float32)
    grain = (1 + 0.15 * fractal(rng, size, 100))[..., None]
    if rng.random() < 0.5:
        depth = picture * np.float32(rng.uniform(0.08, 0.4)) * grain
    else:
        core = np.array([0.62, 0.48, 0.34], np.float32) * np.float32(rng.uniform(0.5, 1.25))
        waves = 1 + 0.12 * np.sin(np.mgrid[0:size, 0:size][1] * rng.uniform(0.4, 1.2))
        depth = core * grain * waves[..., None].astype(np.float32)
    changed = picture + rim[..., None] * np.float32(0.85) * (rim_colour * grain - picture)
    changed = changed + inside[..., None] * (depth - changed)
    return _clipped(changed), np.asarray((inside + rim) > 0.5)


FAULTS: Mapping[str, Blend] = MappingProxyType(
    {"scratch": scratch, "dent": dent, "stain": stain, "tear": tear}
)
"""The faults that can be blended, by class name."""


def blend_fault(
    picture: Float, rng: np.random.Generator, defect: str, visible: float = 0.06
) -> tuple[Float, Mask] | None:
    """``picture`` with one fault, or None where the fault would hardly show.

    ``visible`` is the least mean absolute change over the mask, of a full scale of 1.
    """
    changed, mask = FAULTS[defect](picture, rng)
    if mask.sum() < 12 or float(np.abs(changed - picture)[mask].mean()) < visible:
        return None
    return changed, mask


def _clipped(picture: NDArray[np.floating]) -> Float:
    return np.asarray(np.clip(picture, 0, 1), dtype=np.float32)


def _path(rng: np.random.Generator, size: int, length: float) -> NDArray[np.float64]:
    steps = max(4, int(length / 6))
    bend = rng.normal(0, rng.choice([0.01, 0.05, 0.25]), steps) + rng.normal(0, 0.02)
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(bend)
    points = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1), 0) * (length / steps)
    middle = rng.uniform(0.12 * size, 0.88 * size, 2)
    return np.asarray(points - points.mean(0) + middle, dtype=np.float64)


def _drawn(path: NDArray[np.float64], size: int, width: float) -> Field:
    """Coverage 0..1 of a curve of ``width`` pixels; thinner than a pixel it is drawn fainter."""
    canvas = np.zeros((size, size), np.uint8)
    points = np.round(path * 2**_SUBPIXEL_BITS).astype(np.int32).reshape(-1, 1, 2)
    thickness = max(1, round(width))
    cv2.polylines(canvas, [points], False, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
    return canvas.astype(np.float32) / np.float32(255) * np.float32(min(1.0, width / thickness))


def _ellipse(rng: np.random.Generator, size: int, radius: float, stretch: float = 2.2) -> Field:
    """Distance from a random centre in units of an elliptic radius."""
    centre = rng.uniform(0.1 * size, 0.9 * size, 2)
    angle = rng.uniform(0, np.pi)
    ratio = np.exp(rng.uniform(-np.log(stretch), np.log(stretch)) / 2)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    along = (columns - centre[0]) * np.cos(angle) + (rows - centre[1]) * np.sin(angle)
    across = (rows - centre[1]) * np.cos(angle) - (columns - centre[0]) * np.sin(angle)
    return np.asarray(np.hypot(along / (radius * ratio), across * ratio / radius), np.float32)
