"""From pixels to the plane that a fault lies on, and how well that plane's scale is known."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from calibration.errors import CalibrationError
from calibration.record import Calibration
from calibration.region import Floats

HeightSource: TypeAlias = Literal["catalogue", "bench plane", "second view"]


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

    `units_per_px` is the length of one pixel in `unit`; `relative_u` the standard uncertainty
    (k = 1) of that scale as a share of it. The plane of pixels has scale 1 and no uncertainty.
    """

    unit: Literal["mm", "px"]
    area_unit: Literal["mm2", "px2"]
    units_per_px: float
    relative_u: float
    calibration: Calibration | None = None
    height_mm: float = 0.0

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
        return Plane("mm", "mm2", profile.mm_per_px, profile.U_relative / 2)
    if profile is None or height is None:
        return Plane("px", "px2", 1.0, 0.0)
    _, bench = profile.optics
    distance = profile.distance_mm(height.value_mm)
    relative_u = math.hypot(bench.U_relative / 2, height.U_mm / 2 / distance)
    scale = profile.mm_per_px(height.value_mm)
    return Plane("mm", "mm2", scale, relative_u, profile, height.value_mm)
