"""The skin of a part: what its surface is made of over a grid in mm, and what lies on it."""

from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from models.rendering.colour import delta_e00, lab
from models.rendering.field import (
    TEXEL_MM,
    Field,
    FieldMark,
    FloatArray,
    Mask,
    area_mm2,
    extent_mm,
    grid_mm,
)
from models.sets import Quantity

Points = NDArray[np.float64]
Stuff = Literal[
    "board", "paper", "film", "cloth", "leather", "ceramic", "glass", "plastic", "metal"
]


@dataclass(frozen=True, slots=True)
class SkinText:
    """Printed text kept as truth, such as a ``date``; corners are (n, 2) mm."""

    kind: str
    text: str
    corners_mm: Points


@dataclass(frozen=True, slots=True)
class Seal:
    """A closed line that must hold: points (n, 2) in mm, and its width."""

    line_mm: Points
    width_mm: float


@dataclass(slots=True)
class Skin(Field):
    """A field with a metal share 0..1, and where faults may lie.

    ``stuff`` tells how it gives, tears and soaks, ``core`` (3,) is the colour beneath the surface,
    ``give`` scales the depth of dents.
    """

    metal: FloatArray = field(kw_only=True)
    allowed: Mask = field(kw_only=True)
    stuff: Stuff = field(kw_only=True)
    core: FloatArray = field(kw_only=True)
    give: float = 1.0
    seals: list[Seal] = field(default_factory=list)
    texts: list[SkinText] = field(default_factory=list)

    @property
    def porous(self) -> bool:
        """Whether liquids soak in."""
        return self.stuff in ("board", "paper", "cloth")

    @property
    def soft(self) -> bool:
        """Whether it bends rather than breaks."""
        return self.stuff in ("paper", "film", "cloth", "leather")

    def free(self) -> Mask:
        """Where a fault may lie."""
        return np.asarray(self.allowed & ~self.taken(), dtype=np.bool_)

    def spot(self, rng: np.random.Generator, clear_mm: float) -> tuple[float, float] | None:
        """A place, mm from the skin's corner, ``clear_mm`` inside the free part; None if none."""
        free = self.free().astype(np.uint8)
        small = cv2.resize(free, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        small = cv2.copyMakeBorder(small, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
        inside = cv2.distanceTransform(small, cv2.DIST_L2, 3)[1:-1, 1:-1] * (4 * TEXEL_MM)
        rows, columns = np.nonzero(inside > max(clear_mm, 0.5))
        if not len(rows):
            return None
        pick = int(rng.integers(len(rows)))
        shift = rng.random(2)
        x = (int(columns[pick]) + float(shift[0])) * 4 * TEXEL_MM
        y = (int(rows[pick]) + float(shift[1])) * 4 * TEXEL_MM
        return x, y

    def fits(self, extent: Mask) -> bool:
        """Whether a fault of this extent lies where it may, apart from others."""
        return bool(extent.sum() > 12) and not bool((extent & ~self.free()).any())

    def mark(self, kind: str, extent: Mask) -> None:
        """Note something that is no fault by the hull of its extent."""
        if not extent.any():
            return
        points = cv2.findNonZero(extent.astype(np.uint8))
        hull = cv2.convexHull(points)[:, 0].astype(np.float64)
        if len(hull) > 2:
            self.marks.append(FieldMark(kind, (hull + 0.5) * TEXEL_MM))

    def mark_box(self, kind: str, box_mm: tuple[float, float, float, float]) -> None:
        """Note something that is no fault: left, top, right, lower in mm."""
        self.marks.append(FieldMark(kind, box_corners(box_mm)))


def box_corners(box_mm: tuple[float, float, float, float]) -> Points:
    """Corners (4, 2) of a box left, top, right, lower."""
    left, top, right, lower = box_mm
    return np.array([[left, top], [right, top], [right, lower], [left, lower]])


def skin(
    length_mm: float,
    width_mm: float,
    colour: FloatArray,
    stuff: Stuff,
    *,
    roughness: float,
    metal: float = 0.0,
    core: FloatArray | None = None,
    give: float = 1.0,
) -> Skin:
    """A flat skin of one colour; faults may lie anywhere on it."""
    columns, rows = max(8, round(length_mm / TEXEL_MM)), max(8, round(width_mm / TEXEL_MM))
    shape = (rows, columns)
    return Skin(
        length_mm=length_mm,
        width_mm=width_mm,
        albedo=np.broadcast_to(np.asarray(colour, np.float32), (rows, columns, 3)).copy(),
        height=np.zeros(shape, np.float32),
        roughness=np.full(shape, roughness, np.float32),
        metal=np.full(shape, metal, np.float32),
        allowed=np.ones(shape, np.bool_),
        stuff=stuff,
        core=np.asarray(colour * np.float32(0.9) if core is None else core, np.float32),
        give=give,
    )


def centred_grid(of: Field) -> tuple[FloatArray, FloatArray]:
    """Positions in mm from the middle: x (1, columns) and y (rows, 1)."""
    x, y = grid_mm(of.shape)
    return f32(x - np.float32(of.length_mm / 2)), f32(y - np.float32(of.width_mm / 2))


def calipers(extent: Mask, *extra: Quantity) -> tuple[Quantity, ...]:
    """Largest and smallest caliper diameter and area of an extent, then ``extra``."""
    length, width = extent_mm(extent)
    return (
        Quantity("length", round(length, 2), "mm"),
        Quantity("width", round(width, 3), "mm"),
        Quantity("area", round(area_mm2(extent), 2), "mm2"),
        *extra,
    )


def along_curve(extent: Mask, length_mm: float, *extra: Quantity) -> tuple[Quantity, ...]:
    """Length along a curve, mean width and area of an extent, then ``extra``."""
    area = area_mm2(extent)
    return (
        Quantity("length", round(length_mm, 2), "mm"),
        Quantity("width", round(area / max(length_mm, 1e-6), 3), "mm"),
        Quantity("area", round(area, 2), "mm2"),
        *extra,
    )


def difference(before: FloatArray, after: FloatArray, extent: Mask) -> Quantity:
    """CIEDE2000 between the mean colours of an extent before and after."""
    pair = (lab(before[extent].mean(axis=0)), lab(after[extent].mean(axis=0)))
    return Quantity("delta_e00", round(float(delta_e00(*pair)), 2), "1")


def f32(values: object) -> FloatArray:
    """As float32."""
    return np.asarray(values, dtype=np.float32)
