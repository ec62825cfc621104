"""From pixels to the plane that a fault lies on, and how well that plane's scale is known."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from calibration.errors import CalibrationError
from calibration.record import Calibration
from calibration.region import Floats

HeightSource: TypeAlias = Literal["catalogue", "bench plane", "second view"]
SizeSource: TypeAlias = Literal["catalogue", "bench plane", "second view", "stated scale"]
"""Where the height came from that a size in millimetres rests on, or that a person stated the
scale itself. Where the height is unknown there are no millimetres."""

ROUNDED_LOWEST = 0.5
"""The lowest place seen on a rounded item, as a share of its height: a cylinder's flank."""


@dataclass(frozen=True, slots=True)
class Height:
    """How far above the bench a measured surface lies, with expanded uncertainty (k = 2)."""

    value_mm: float
    U_mm: float
    source: HeightSource

    def __post_init__(self) -> None:
        if not all(math.isfinite(number) and number >= 0 for number in (self.value_mm, self.U_mm)):
            raise CalibrationError(
                "A height and its uncertainty must be numbers of millimetres, zero or more: "
                "correct the item's height."
            )

    @classmethod
    def of_item(cls, top_mm: float, expanded_mm: float, *, rounded: bool) -> "Height":
        """The height of a fault on the upper side of an item `top_mm` tall, by the catalogue.

        On a rounded item the fault may lie anywhere from the top down to `ROUNDED_LOWEST` of it:
        the middle is taken, and a rectangular distribution over that range joins `expanded_mm`,
        the U of the catalogue itself.
        """
        if not rounded:
            return cls(top_mm, expanded_mm, "catalogue")
        reach = top_mm * (1 - ROUNDED_LOWEST) / 2
        return cls(top_mm - reach, math.hypot(expanded_mm, 2 * reach / math.sqrt(3)), "catalogue")


@dataclass(frozen=True, slots=True)
class Scale:
    """A stated scale of the photographed plane, for pictures of a camera without calibration.

    `U_relative` is the expanded uncertainty (k = 2) of the scale as a share of it.
    """

    mm_per_px: float
    U_relative: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mm_per_px) and self.mm_per_px > 0):
            raise CalibrationError("A scale must be a positive number of millimetres per pixel.")
        if not 0 <= self.U_relative < 1:
            raise CalibrationError("A scale's relative uncertainty must be from 0 to below 1.")


Profile: TypeAlias = Calibration | Scale


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane of the fault.

    `units_per_px` is the length of one pixel in `unit`; `u_scale` and `u_height` are the standard
    uncertainties (k = 1) of that scale by lens and bench plane and by the height, as shares of
    it. The plane of pixels has scale 1, no uncertainty and no source.
    """

    unit: Literal["mm", "px"]
    area_unit: Literal["mm2", "px2"]
    units_per_px: float
    u_scale: float = 0.0
    u_height: float = 0.0
    source: SizeSource | None = None
    calibration: Calibration | None = None
    height_mm: float = 0.0

    @property
    def relative_u(self) -> float:
        """The standard uncertainty of the scale by all its causes, as a share of it."""
        return math.hypot(self.u_scale, self.u_height)

    def points(self, pixels: Floats) -> Floats:
        """Map frame pixels (N x 2) to positions on the plane (N x 2, in `unit`)."""
        if self.calibration is None:
            return pixels * self.units_per_px
        return self.calibration.plane_points(pixels, self.height_mm)

    def area_per_px2(self, pixels: Floats) -> float:
        """Return the mean area, in `area_unit`, of one square pixel around the given pixels."""
        if self.calibration is None:
            return self.units_per_px**2
        right = np.array([0.5, 0.0])
        down = np.array([0.0, 0.5])
        across = self.points(pixels + right) - self.points(pixels - right)
        along = self.points(pixels + down) - self.points(pixels - down)
        return float(np.abs(across[:, 0] * along[:, 1] - across[:, 1] * along[:, 0]).mean())


def plane_of(profile: Profile | None, height: Height | None) -> Plane:
    """Return the plane on which sizes are claimed: in pixels without profile or, where the
    profile is a camera's calibration, without height.
    """
    if isinstance(profile, Scale):
        u_scale = profile.U_relative / 2
        return Plane("mm", "mm2", profile.mm_per_px, u_scale, source="stated scale")
    if profile is None or height is None:
        return Plane("px", "px2", 1.0)
    _, bench = profile.optics
    u_height = height.U_mm / 2 / profile.distance_mm(height.value_mm)
    return Plane(
        "mm",
        "mm2",
        profile.mm_per_px(height.value_mm),
        bench.U_relative / 2,
        u_height,
        height.source,
        profile,
        height.value_mm,
    )
