"""An item as fields over a fine grid: form, colour, gloss, and what lies on it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from models.rendering.colour import delta_e00, lab
from models.rendering.fast.fields import Float, Mask, Points, f32
from models.sets import Quantity

ROUGH_PAPER = 0.75


@dataclass(frozen=True, slots=True)
class SurfaceFault:
    """A fault: its exact extent as coverage 0..1 over the grid, and its true sizes."""

    defect: str
    extent: Float
    truth: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class SurfaceMark:
    """Something that looks unlike its surroundings and is no fault; corners are (n, 2) texels."""

    kind: str
    corners: Points


@dataclass(frozen=True, slots=True)
class SurfaceText:
    """Printed text kept as truth, such as a date; corners are (n, 2) texels."""

    kind: str
    text: str
    corners: Points


@dataclass(frozen=True, slots=True)
class Seal:
    """A closed edge that must hold: a line (n, 2) in texels and its width in mm."""

    line: Points
    width_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Something that may be missing: where it is, and what takes it off the surface."""

    extent: Mask
    take_off: Callable[["Surface", np.random.Generator], None]


@dataclass(slots=True)
class Surface:
    """What the camera sees of an item, over a grid of ``texel_mm``; arrays are (rows, columns).

    ``albedo`` (..., 3) is linear reflectance, ``height`` mm above the bench, ``roughness`` 0..1
    (the GGX root), ``specular`` reflectance at normal incidence, ``metal`` 0..1, ``opacity`` 0..1
    (0 lets the bench through), ``cover`` the silhouette, ``film`` 0..1 a liquid lying on top.
    ``level_mm`` is the height at which the grid has its scale; ``block_mm`` (length, width,
    height) is set where the item is a block with upright walls of ``wall`` colour.
    """

    texel_mm: float
    level_mm: float
    albedo: Float
    height: Float
    roughness: Float
    specular: Float
    metal: Float
    opacity: Float
    cover: Float
    film: Float
    size_mm: tuple[float, float, float]
    block_mm: tuple[float, float, float] | None = None
    wall: Float | None = None
    porous: bool = True
    core: tuple[float, float, float] = (0.75, 0.7, 0.62)
    metal_tint: tuple[float, float, float] = (0.6, 0.6, 0.6)
    seals: list[Seal] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    faults: list[SurfaceFault] = field(default_factory=list)
    marks: list[SurfaceMark] = field(default_factory=list)
    texts: list[SurfaceText] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        return self.height.shape[0], self.height.shape[1]

    def texels(self, length_mm: float) -> float:
        """A length in texels."""
        return length_mm / self.texel_mm

    def grid_mm(self) -> tuple[Float, Float]:
        """Positions in mm from the middle of the grid: x of (1, columns), y of (rows, 1)."""
        rows, columns = self.shape
        x = (np.arange(columns, dtype=np.float32) - np.float32((columns - 1) / 2)) * self.texel_mm
        y = (np.arange(rows, dtype=np.float32) - np.float32((rows - 1) / 2)) * self.texel_mm
        return f32(x)[None, :], f32(y)[:, None]

    def at_texels(self, points_mm: Points) -> Points:
        """Points in mm from the middle as texels."""
        rows, columns = self.shape
        middle = np.array([(columns - 1) / 2, (rows - 1) / 2])
        return np.asarray(points_mm / self.texel_mm + middle, dtype=np.float64)

    def mark_box(self, kind: str, box_mm: tuple[float, float, float, float]) -> None:
        """Note a mark: left, top, right, lower in mm from the middle."""
        left, top, right, lower = box_mm
        corners = np.array([[left, top], [right, top], [right, lower], [left, lower]])
        self.marks.append(SurfaceMark(kind, self.at_texels(corners)))

    def mark_extent(self, kind: str, extent: Float) -> None:
        """Note a mark by the hull of its coverage; nothing where it covers nothing."""
        inside = extent > 0.4
        if int(inside.sum()) > 4:
            seen = cv2.findNonZero(inside.astype(np.uint8))
            hull = cv2.convexHull(seen)[:, 0].astype(np.float64)
            if len(hull) > 2:
                self.marks.append(SurfaceMark(kind, hull))

    def taken(self) -> Mask:
        """Where some fault already lies."""
        covered = np.zeros(self.shape, np.bool_)
        for fault in self.faults:
            covered |= fault.extent > 0.3
        return covered

    def settle(self) -> None:
        """Bring every field back into its range after all has been laid on."""
        np.clip(self.albedo, 0.004, 0.93, out=self.albedo)
        np.clip(self.roughness, 0.03, 1.0, out=self.roughness)
        for share in (self.metal, self.opacity, self.cover, self.film):
            np.clip(share, 0, 1, out=share)


def blank(
    size_mm: tuple[float, float, float],
    texel_mm: float,
    colour: Float,
    *,
    margin_mm: float = 5.0,
    level_mm: float | None = None,
    roughness: float = ROUGH_PAPER,
) -> Surface:
    """A flat matt surface of one colour that covers nothing yet; a margin surrounds the item."""
    columns = round((size_mm[0] + 2 * margin_mm) / texel_mm)
    rows = round((size_mm[1] + 2 * margin_mm) / texel_mm)
    level = size_mm[2] if level_mm is None else level_mm

    def filled(value: float) -> Float:
        return np.full((rows, columns), value, np.float32)

    return Surface(
        texel_mm=texel_mm,
        level_mm=level,
        albedo=np.broadcast_to(colour, (rows, columns, 3)).astype(np.float32),
        height=filled(level),
        roughness=filled(roughness),
        specular=filled(0.04),
        metal=filled(0),
        opacity=filled(1),
        cover=filled(0),
        film=filled(0),
        size_mm=size_mm,
    )


def sizes(
    extent: Float, texel_mm: float, *extra: Quantity, length_mm: float | None = None
) -> tuple[Quantity, ...]:
    """Length, width and area of a coverage, then ``extra``.

    With ``length_mm`` (along a curve) the width is area over length; otherwise both are the
    largest and smallest caliper diameters.
    """
    area = float(extent.sum()) * texel_mm**2
    if length_mm is None:
        length, width = _calipers(extent > 0.5, texel_mm)
    else:
        length, width = length_mm, area / max(length_mm, 1e-6)
    return (
        Quantity("length", round(length, 2), "mm"),
        Quantity("width", round(width, 3), "mm"),
        Quantity("area", round(area, 2), "mm2"),
        *extra,
    )


def colour_difference(before: Float, after: Float, extent: Float) -> Quantity:
    """CIEDE2000 between the mean colours of an extent before and after."""
    seen = extent > 0.5
    distance = float(delta_e00(lab(before[seen].mean(axis=0)), lab(after[seen].mean(axis=0))))
    return Quantity("delta_e00", round(distance, 2), "1")


def _calipers(mask: Mask, texel_mm: float) -> tuple[float, float]:
    if not mask.any():
        return 0.0, 0.0
    points = cv2.findNonZero(mask.astype(np.uint8))
    hull = cv2.convexHull(points)[:, 0].astype(np.float64)
    spans = np.linalg.norm(hull[:, None] - hull[None], axis=2)
    edges = np.roll(hull, -1, axis=0) - hull
    sides = np.linalg.norm(edges, axis=1)
    edges, starts, sides = edges[sides > 0], hull[sides > 0], sides[sides > 0]
    away = hull[None] - starts[:, None]
    heights = np.abs(edges[:, None, 0] * away[..., 1] - edges[:, None, 1] * away[..., 0])
    across = float((heights.max(axis=1) / sides).min()) if len(sides) > 1 else 0.0
    # The hull runs through texel centres; the mask reaches half a texel beyond on each side.
    return float(spans.max() + 1) * texel_mm, (across + 1) * texel_mm
