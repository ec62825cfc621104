"""How large a fault is, and how well that is known."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.edges import EdgeTable
from calibration.errors import CalibrationError
from calibration.measurands import KINDS, Fault, Quantity, Reading
from calibration.plane import Height, Plane, Profile, SizeSource, plane_of
from calibration.record import Calibration
from calibration.refine import refine
from calibration.region import (
    MeasurementError,
    Region,
    region_of_mask,
    region_of_polygon,
)
from calibration.views import Views

EDGE_PX = 0.7

Unit: TypeAlias = Literal["mm", "mm2", "px", "px2", "1"]
Cause: TypeAlias = Literal["edge", "line", "scale", "height", "colour"]

NO_VIEWS = Views()


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of the uncertainty budget: a standard uncertainty (k = 1) in the value's unit."""

    cause: Cause
    u: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """A quantity in its unit with its expanded uncertainty U (k = 2).

    `budget` are the independent contributions, U = 2 √Σu². `height` names where the height that
    its millimetres rest on came from; None for what needs none: pixels and colours.
    """

    quantity: Quantity
    value: float
    unit: Unit
    U: float
    height: SizeSource | None = None
    budget: tuple[Contribution, ...] = ()


def measure(
    kind: str,
    polygon: ArrayLike,
    profile: Profile | None,
    height: Height | None,
    *,
    mask: NDArray[np.uint8] | None = None,
    offset: tuple[int, int] = (0, 0),
    views: Views = NO_VIEWS,
    edges: EdgeTable | None = None,
    edge_px: float = EDGE_PX,
) -> tuple[Measurement, ...]:
    """Return the measurements of one fault by the written measurand of its kind.

    kind: one of `KINDS`; `calibration.measurands` says what is measured of each.
    polygon: outline, N x 2 frame pixels (x, y), integers at pixel centres; used without `mask`.
    profile: the camera's calibration (the caller checks that it is in date), or a stated scale.
    height: of the surface that carries the fault; a stated scale needs none.
    mask: the fault's own cells at full resolution, H x W, non-zero inside, with its [0, 0] at the
        frame pixel `offset` (x, y). A contour traced through border pixels is half a pixel too
        small on every side, so prefer the mask it was traced from.
    views: the whole frames of the pose, by which the outline is refined and a colour measured.
    edges: what is known of the outlines that a detector proposes. With it the outline is refined
        on `views`, sizes are corrected by what such outlines are known to be off, and U states
        what is left. Without it the outline is taken as it stands:
    edge_px: half-width of the interval that holds the true edge; taken as rectangular.

    Sizes are in mm and mm2, or without profile or height in px and px2. Depth is not claimed: the
    slope that a low lamp shows needs the lamp's direction, which no calibration records yet.

    Budget (JCGM 100, U = 2u), the causes independent of each other:

    edge: from `edges` the relative uncertainty of the kind, size and contrast times the value; or
        with `edge_px` all edges of a fault misplaced together by u = edge_px / √3, since one
        threshold places them, so that a length moves by 2u and an area by perimeter · u.
    line: of the middle of a long fault, see `measurands`; part of `edge` where that is learnt.
    scale: of lens and plane, by the calibration's own U; once for a length, twice for an area.
    height: u(height) / distance to the camera, likewise.
    colour: of the camera's correction, of a ΔE00 alone, which is claimed only through one.

    Raises `MeasurementError` or `CalibrationError`, each with a sentence that says what to do.
    """
    if kind not in KINDS:
        raise MeasurementError(
            f"Nobody wrote down how to measure a {kind!r}: use one of {', '.join(KINDS)}."
        )
    _check_size(views, profile)
    region = region_of_polygon(polygon) if mask is None else region_of_mask(mask, offset)
    plane = plane_of(profile, height)
    readings, contrast = read(kind, region, plane, views, edge_px, refining=edges is not None)
    if edges is not None:
        readings = tuple(_corrected(kind, reading, edges, contrast) for reading in readings)
    u_colour = 0.0 if views.colour is None else views.colour.U_difference / 2
    return tuple(_measured(reading, plane, u_colour) for reading in readings)


def read(
    kind: str,
    region: Region,
    plane: Plane,
    views: Views,
    edge_px: float = EDGE_PX,
    *,
    refining: bool = True,
) -> tuple[tuple[Reading, ...], float | None]:
    """Return the sizes of a proposed region as read, before any correction, and its contrast.

    With `refining` the region is first refined on the views; without, or without any picture, it
    is read as it stands and the contrast is None.
    """
    measurand, contrast = KINDS[kind], None
    if refining and views.pictures and measurand.outlining is not None:
        refined = refine(region, views, measurand.outlining)
        region, contrast = refined.region, refined.contrast
    fault = Fault(region, plane, edge_px / math.sqrt(3), views)
    return measurand.read(fault), contrast


def _corrected(kind: str, reading: Reading, edges: EdgeTable, contrast: float | None) -> Reading:
    """The reading with what is known of such outlines taken into account."""
    edge = edges.edge(kind, reading.quantity, reading.size_px, contrast)
    if edge is None:
        return reading
    value = reading.value * edge.factor
    return Reading(reading.quantity, value, edge.u * value, reading.power, reading.size_px)


def _measured(reading: Reading, plane: Plane, u_colour: float) -> Measurement:
    unit: Unit = "1"
    if reading.power:
        unit = plane.unit if reading.power == 1 else plane.area_unit
    causes: tuple[tuple[Cause, float], ...] = (
        ("edge", reading.u_edge),
        ("line", reading.u_line),
        ("scale", reading.power * plane.u_scale * reading.value),
        ("height", reading.power * plane.u_height * reading.value),
        ("colour", u_colour * reading.value if reading.quantity == "delta_e00" else 0.0),
    )
    budget = tuple(Contribution(cause, u) for cause, u in causes if u > 0)
    expanded = 2 * math.hypot(*(each.u for each in budget))
    source = plane.source if reading.power else None
    return Measurement(reading.quantity, reading.value, unit, expanded, source, budget)


def _check_size(views: Views, profile: Profile | None) -> None:
    if views.shape is None or not isinstance(profile, Calibration):
        return
    camera = profile.camera
    if views.shape != (camera.height, camera.width):
        raise CalibrationError(
            f"The calibration {profile.id} is for pictures of {camera.width} x {camera.height} "
            f"pixels and this one has {views.shape[1]} x {views.shape[0]}: "
            "set the camera's picture size back or calibrate it again."
        )
