"""The surface of one carton face as fields over a fine grid, and what lies on it."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from models.sets import Quantity

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

TEXEL_MM = 0.25


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A fault on a face: its exact extent over the grid and its true sizes."""

    defect: str
    mask: Mask
    truth: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class FieldMark:
    """A print, tape, sticker or seam on a face: corners in mm from the face's corner, (n, 2)."""

    kind: str
    corners_mm: NDArray[np.float64]


@dataclass(slots=True)
class Field:
    """A face of ``length_mm`` x ``width_mm``; every array has shape (rows, columns, ...).

    ``albedo`` is linear reflectance R, G, B, ``height`` is mm above the face's nominal plane,
    ``roughness`` is the GGX roughness 0..1.
    """

    length_mm: float
    width_mm: float
    albedo: FloatArray
    height: FloatArray
    roughness: FloatArray
    faults: list[FieldFault] = field(default_factory=list)
    marks: list[FieldMark] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        return self.height.shape[0], self.height.shape[1]

    def taken(self) -> Mask:
        """Where some fault already lies."""
        covered = np.zeros(self.shape, dtype=np.bool_)
        for fault in self.faults:
            covered |= fault.mask
        return covered


def blank(length_mm: float, width_mm: float, colour: FloatArray) -> Field:
    """A flat matt face of one colour."""
    columns, rows = round(length_mm / TEXEL_MM), round(width_mm / TEXEL_MM)
    return Field(
        length_mm=length_mm,
        width_mm=width_mm,
        albedo=np.broadcast_to(colour, (rows, columns, 3)).astype(np.float32),
        height=np.zeros((rows, columns), dtype=np.float32),
        roughness=np.full((rows, columns), 0.62, dtype=np.float32),
    )


def grid_mm(shape: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Positions of the texel centres in mm: x of shape (1, columns) and y of shape (rows, 1)."""
    x = (np.arange(shape[1], dtype=np.float32) + np.float32(0.5)) * np.float32(TEXEL_MM)
    y = (np.arange(shape[0], dtype=np.float32) + np.float32(0.5)) * np.float32(TEXEL_MM)
    return x[None, :], y[:, None]


def area_mm2(mask: Mask) -> float:
    """Area of a mask over the grid."""
    return float(mask.sum()) * TEXEL_MM**2


def extent_mm(mask: Mask) -> tuple[float, float]:
    """Length and width of a non-empty mask: its largest and smallest caliper (Feret) diameter."""
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    hull = cv2.convexHull(np.concatenate(contours))[:, 0].astype(np.float64)
    spans = np.linalg.norm(hull[:, None] - hull[None], axis=2)
    edges = np.roll(hull, -1, axis=0) - hull
    sides = np.linalg.norm(edges, axis=1)
    edges, starts, sides = edges[sides > 0], hull[sides > 0], sides[sides > 0]
    away = hull[None] - starts[:, None]
    heights = np.abs(edges[:, None, 0] * away[..., 1] - edges[:, None, 1] * away[..., 0])
    across = (heights.max(axis=1) / sides).min() if len(sides) > 1 else 0.0
    # Contours run through texel centres, and a mask reaches half a texel beyond on each side.
    return float(spans.max() + 1) * TEXEL_MM, float(across + 1) * TEXEL_MM


def largest_part(mask: Mask) -> Mask:
    """The largest connected part of a mask, holes filled."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(mask.shape, dtype=np.uint8)
    if contours:
        cv2.drawContours(filled, [max(contours, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return filled.astype(np.bool_)


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cell_mm: float) -> FloatArray:
    """Smooth noise of about unit deviation whose bumps are ``cell_mm`` across."""
    rows = max(2, round(shape[0] * TEXEL_MM / cell_mm) + 3)
    columns = max(2, round(shape[1] * TEXEL_MM / cell_mm) + 3)
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    smooth = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth * np.float32(1.25), dtype=np.float32)


def ragged_noise(rng: np.random.Generator, shape: tuple[int, int], cell_mm: float) -> FloatArray:
    """Three octaves of smooth noise, the coarsest ``cell_mm`` across, about unit deviation."""
    total = smooth_noise(rng, shape, cell_mm)
    total = total + np.float32(0.5) * smooth_noise(rng, shape, cell_mm / 2.3)
    total = total + np.float32(0.28) * smooth_noise(rng, shape, cell_mm / 5.1)
    return np.asarray(total / np.float32(1.15), dtype=np.float32)


def smoothstep(low: float, high: float, value: FloatArray) -> FloatArray:
    """0 below ``low``, 1 above ``high``, a cubic between; ``low`` may exceed ``high``."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (np.float32(3) - np.float32(2) * t), dtype=np.float32)


def blend(base: FloatArray, over: FloatArray, weight: FloatArray) -> FloatArray:
    """``over`` laid on ``base`` (..., 3) with ``weight`` (...) 0..1."""
    return np.asarray(base + (over - base) * weight[..., None], dtype=np.float32)
