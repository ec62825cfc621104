"""The lens and where the bench lies under it."""

import math
from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from calibration.sections.values import (
    TABLE,
    Count,
    NotNegative,
    Number,
    Positive,
    Share,
    Text,
)

DISTORTION_LENGTHS = (0, 4, 5, 8, 12, 14)


def _known_length(values: tuple[float, ...]) -> tuple[float, ...]:
    if len(values) not in DISTORTION_LENGTHS:
        raise ValueError(f"needs one of {DISTORTION_LENGTHS} coefficients")
    return values


def _unit_vector(values: tuple[float, float, float]) -> tuple[float, float, float]:
    if abs(math.hypot(*values) - 1) > 1e-6 or values[2] <= 0:
        raise ValueError("is not a unit vector that points away from the camera")
    return values


Distortion: TypeAlias = Annotated[tuple[Number, ...], AfterValidator(_known_length)]
Normal: TypeAlias = Annotated[tuple[Number, Number, Number], AfterValidator(_unit_vector)]


@dataclass(frozen=True, slots=True, config=TABLE)
class Coverage:
    """How much of the field the views of a lens calibration saw, each from 0 to 1.

    `x`, `y`, `size`, `skew` are the ranges of the board's position, size and slant over the
    views; `cells` is the share of a grid of 8 x 6 cells over the picture that some corner hit.
    """

    x: NotNegative
    y: NotNegative
    size: NotNegative
    skew: NotNegative
    cells: NotNegative


@dataclass(frozen=True, slots=True, config=TABLE)
class Lens:
    """OpenCV's pinhole camera with distortion.

    `fx fy cx cy` are in pixels with (0, 0) at the centre of the first pixel; `distortion` is
    k1 k2 p1 p2 k3 … and may be empty. `U_px` is the expanded uncertainty (k = 2) of a pixel's
    ray over 95 % of the field, in pixels: the difference that the two halves of the views make;
    `U_centre_px` the same of the principal point, which a tilt of the bench can stand in for.
    Figures of the calibration are absent where the lens was not found from views.
    """

    fx: Positive
    fy: Positive
    cx: NotNegative
    cy: NotNegative
    distortion: Distortion = ()
    U_px: NotNegative = 0.0
    U_centre_px: NotNegative = 0.0
    board: Text | None = None
    views_used: Count | None = None
    views_rejected: Count | None = None
    rms_px: NotNegative | None = None
    max_px: NotNegative | None = None
    holdout_rms_px: NotNegative | None = None
    half_set_px: NotNegative | None = None
    coverage: Coverage | None = None

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The 3 x 3 camera matrix."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]])


@dataclass(frozen=True, slots=True, config=TABLE)
class BenchPlane:
    """The bench in the camera's coordinates (x right, y down the picture, z along the axis).

    A point X mm from the camera centre lies on the bench where `normal` · X = `distance_mm`;
    `normal` is a unit vector from the camera towards the bench, so its z is positive, and
    `distance_mm` is perpendicular to the bench. A camera that looks straight down has the normal
    (0, 0, 1).

    `U_relative` is the expanded uncertainty (k = 2) of a length on a plane of known height, as a
    share of that length, the target's own included; `U_distance_mm` and `U_tilt_deg` those of the
    pose. `bias_relative` is the error of known lengths on the bench that were kept out of the
    fit, `places` how many of them there were.
    """

    normal: Normal
    distance_mm: Positive
    U_relative: Share
    U_distance_mm: NotNegative = 0.0
    U_tilt_deg: NotNegative = 0.0
    bias_relative: Number | None = None
    places: Count | None = None

    @property
    def tilt_deg(self) -> float:
        """The angle between the optical axis and the bench's normal, in degrees."""
        return math.degrees(math.acos(min(1.0, self.normal[2])))
