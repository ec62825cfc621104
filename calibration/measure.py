"""What is measured of each kind of fault, and how well it is known."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.centreline import centrelines
from calibration.contrast import stain_contrast
from calibration.errors import CalibrationError
from calibration.plane import Height, Plane, Profile, plane_of
from calibration.record import Calibration
from calibration.region import (
    MeasurementError,
    Region,
    longest,
    narrowest,
    region_of_mask,
    region_of_polygon,
)

AREA_SAMPLES = 256
EDGE_PX = 0.7
PATH_U_RELATIVE = 0.01

Quantity: TypeAlias = Literal["length", "width", "area", "depth", "delta_e00"]
Unit: TypeAlias = Literal["mm", "mm2", "px", "px2", "1"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """A quantity in its unit with its expanded uncertainty U (k = 2)."""

    quantity: Quantity
    value: float
    unit: Unit
    U: float


@dataclass(frozen=True, slots=True)
class _Fault:
    """One fault's cells on its plane, with the standard uncertainty of its edge in pixels."""

    region: Region
    plane: Plane
    u_edge_px: float
    picture: NDArray[np.uint8] | None


def measure(
    kind: str,
    polygon: ArrayLike,
    profile: Profile | None,
    height: Height | None,
    *,
    picture: NDArray[np.uint8] | None = None,
    mask: NDArray[np.uint8] | None = None,
    offset: tuple[int, int] = (0, 0),
    edge_px: float = EDGE_PX,
) -> tuple[Measurement, ...]:
    """Return the measurements of one fault by the written measurand of its kind.

    kind: one of `KINDS`.
    polygon: outline, N x 2 frame pixels (x, y), integers at pixel centres; used without `mask`.
    profile: the camera's calibration (the caller checks that it is in date), or a stated scale.
    height: of the surface that carries the fault; a stated scale needs none.
    picture: the whole frame, H x W x 3, RGB, 8-bit; without it no colour difference.
    mask: the fault's own cells at full resolution, H x W, non-zero inside, with its [0, 0] at the
        frame pixel `offset` (x, y). A contour traced through border pixels is half a pixel too
        small on every side, so prefer the mask it was traced from.
    edge_px: half-width of the interval that holds the true edge; taken as rectangular.

    Sizes are in mm and mm2, or without profile or height in px and px2. Depth is not claimed.

    Budget (JCGM 100, U = 2u): all edges of a fault may be misplaced together by
    u_edge = edge_px / √3, since one threshold places them, so a length moves by 2 u_edge and an
    area by perimeter · u_edge; the scale (calibration, and u(height) / distance to the camera)
    moves a length once and an area twice. Edge and scale are independent.

    Raises `MeasurementError` or `CalibrationError`, each with a sentence that says what to do.
    """
    measurand = KINDS.get(kind)
    if measurand is None:
        raise MeasurementError(
            f"Nobody wrote down how to measure a {kind!r}: use one of {', '.join(KINDS)}."
        )
    _check_picture(picture, profile)
    region = region_of_polygon(polygon) if mask is None else region_of_mask(mask, offset)
    fault = _Fault(region, plane_of(profile, height), edge_px / math.sqrt(3), picture)
    return measurand(fault)


def _scratch(fault: _Fault) -> tuple[Measurement, ...]:
    """Length: along the middle of the scratch, tip to tip, gaps between its parts not counted.

    Width: mean width, area over length. The middle of a bending scratch is found to
    `PATH_U_RELATIVE` (k = 2) of its length, down to bends of eight pixels' radius.
    """
    region, plane = fault.region, fault.plane
    length = sum(_arc(plane, region.to_frame(line)) for line in centrelines(region.cells))
    area = _area_of(fault)
    width = area / length
    u_edge = fault.u_edge_px * plane.units_per_px
    return (
        _sized(fault, "length", length, math.hypot(2 * u_edge, PATH_U_RELATIVE / 2 * length)),
        _sized(fault, "width", width, math.hypot(2 * u_edge, PATH_U_RELATIVE / 2 * width)),
    )


def _dent(fault: _Fault) -> tuple[Measurement, ...]:
    """Length: maximum Feret diameter. Width: minimum Feret diameter. Area: covered area."""
    return (_feret_length(fault), _feret_width(fault), _area(fault))


def _tear(fault: _Fault) -> tuple[Measurement, ...]:
    """Length: maximum Feret diameter. Area: covered area."""
    return (_feret_length(fault), _area(fault))


def _stain(fault: _Fault) -> tuple[Measurement, ...]:
    """Length: maximum Feret diameter. Area: covered area.

    Colour difference: as `stain_contrast` says, where the picture allows it.
    """
    sizes = (_feret_length(fault), _area(fault))
    contrast = None if fault.picture is None else stain_contrast(fault.region, fault.picture)
    if contrast is None:
        return sizes
    value, expanded = contrast
    return (*sizes, Measurement("delta_e00", value, "1", expanded))


KINDS: Mapping[str, Callable[[_Fault], tuple[Measurement, ...]]] = MappingProxyType(
    {"scratch": _scratch, "dent": _dent, "stain": _stain, "tear": _tear}
)


def _feret_length(fault: _Fault) -> Measurement:
    return _feret(fault, "length", longest)


def _feret_width(fault: _Fault) -> Measurement:
    return _feret(fault, "width", narrowest)


def _feret(
    fault: _Fault, quantity: Literal["length", "width"], caliper: Callable[..., float]
) -> Measurement:
    """Measure between the outermost cells' centres and add half a cell.

    The two edges together lie none (smooth shape) to one cell (edge along the grid) further out.
    """
    plane = fault.plane
    value = caliper(plane.points(fault.region.hull())) + fault.region.step / 2 * plane.units_per_px
    return _sized(fault, quantity, value, 2 * fault.u_edge_px * plane.units_per_px)


def _area_of(fault: _Fault) -> float:
    region = fault.region
    return region.area_px2 * fault.plane.area_per_px2(region.sample(AREA_SAMPLES))


def _area(fault: _Fault) -> Measurement:
    plane, value = fault.plane, _area_of(fault)
    u_edge = fault.region.perimeter_px * fault.u_edge_px * plane.units_per_px**2
    u = math.hypot(u_edge, 2 * plane.relative_u * value)
    return Measurement("area", value, plane.area_unit, 2 * u)


def _sized(
    fault: _Fault, quantity: Literal["length", "width"], value: float, u_edge: float
) -> Measurement:
    u = math.hypot(u_edge, fault.plane.relative_u * value)
    return Measurement(quantity, value, fault.plane.unit, 2 * u)


def _arc(plane: Plane, line: NDArray[np.float64]) -> float:
    steps = np.diff(plane.points(line), axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def _check_picture(picture: NDArray[np.uint8] | None, profile: Profile | None) -> None:
    if picture is None:
        return
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise MeasurementError("A picture to measure in must be 8-bit RGB, H x W x 3.")
    if not isinstance(profile, Calibration):
        return
    camera = profile.camera
    if picture.shape[:2] != (camera.height, camera.width):
        raise CalibrationError(
            f"The calibration {profile.id} is for pictures of {camera.width} x {camera.height} "
            f"pixels and this one has {picture.shape[1]} x {picture.shape[0]}: "
            "set the camera's picture size back or calibrate it again."
        )
