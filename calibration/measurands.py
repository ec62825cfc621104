"""What is measured of each kind of fault: where its edge is, how length and width are taken.

All sizes are of the fault as seen along the optical axis, laid onto the plane parallel to the
bench at the fault's height: on a flank that falls away they are sizes of its projection.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from calibration.centreline import branches_length, centrelines
from calibration.contrast import colour_contrast
from calibration.plane import Plane
from calibration.refine import Outlining
from calibration.region import Region, longest, narrowest
from calibration.views import Views, fine, plain, relief

AREA_SAMPLES = 256
PATH_U_RELATIVE = 0.01

Quantity: TypeAlias = Literal["length", "width", "area", "depth", "delta_e00"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault's cells on its plane, with the standard uncertainty of its edge in pixels, and
    the frames that show it."""

    region: Region
    plane: Plane
    u_edge_px: float
    views: Views


@dataclass(frozen=True, slots=True)
class Reading:
    """A size as read off a region, in the plane's unit.

    `u_edge` is its standard uncertainty by a misplaced edge, `u_line` by the smoothing of its
    middle line; `power` is how often the scale enters. `size_px` is the size in pixels by which
    a table of edges is entered: of a length itself, of an area and a colour the root of the area.
    """

    quantity: Quantity
    value: float
    u_edge: float
    power: int
    size_px: float
    u_line: float = 0.0


Read: TypeAlias = Callable[[Fault], tuple[Reading, ...]]


@dataclass(frozen=True, slots=True)
class Measurand:
    """How a kind of fault is read, and how it is told from its surround.

    `outlining` is None where pictures do not tell the edge better than the detector does.
    `sized_by` is the quantity that says how large such a fault is, by which it is found or missed.
    """

    read: Read
    outlining: Outlining | None
    sized_by: Quantity


def _scratch(fault: Fault) -> tuple[Reading, ...]:
    """Edge: half the height of the groove's light above or below its surround's.

    Length: along the middle of the scratch, tip to tip (geodesic); gaps between its parts and
    side branches do not count. Width: mean width at half height, area over length.

    The middle of a bending scratch is found to `PATH_U_RELATIVE` (k = 2) of its length, down to
    bends of eight pixels' radius.
    """
    lines = centrelines(fault.region.cells)
    length = sum(_arc(fault.plane, fault.region.to_frame(line)) for line in lines)
    return _along(fault, length)


def _broken_seal(fault: Fault) -> tuple[Reading, ...]:
    """Edge: half-way between the light of the opened stretch and of the surface beside it.

    Length: along the seal, end to end of what is open. Width: area over length. Area: covered.
    """
    return (*_scratch(fault), _area(fault))


def _crack(fault: Fault) -> tuple[Reading, ...]:
    """Edge: half the height of the gap's light above or below its surround's.

    Length: of all branches together, along their middles. Width: mean width of the gap, area over
    length.
    """
    region = fault.region
    length = branches_length(region.cells) * region.step * fault.plane.units_per_px
    return _along(fault, max(length, region.step * fault.plane.units_per_px))


def _patch(fault: Fault) -> tuple[Reading, ...]:
    """Edge: half-way between the light of the fault and of its surround.

    Length and width: maximum and minimum Feret diameter. Area: covered area, holes not counted.
    """
    region, plane = fault.region, fault.plane
    points = plane.points(region.hull())
    # The outermost cells' centres: two edges together lie none (a smooth shape) to one cell (an
    # edge along the grid) further out.
    more = region.step / 2 * plane.units_per_px
    u_edge = 2 * fault.u_edge_px * plane.units_per_px
    sides: tuple[tuple[Quantity, float], ...] = (
        ("length", longest(points) + more),
        ("width", narrowest(points) + more),
    )
    return (
        *(Reading(name, side, u_edge, 1, side / plane.units_per_px) for name, side in sides),
        _area(fault),
    )


def _coloured(fault: Fault) -> tuple[Reading, ...]:
    """Edge: where the colour difference from the surround falls to half that of the fault's body,
    mixing taken in linear light. Length, width, area as of a patch.

    Colour difference: CIEDE2000 across the edge, the median along it (`colour_contrast`); none
    without a calibration of the camera's colours.
    """
    sizes, views = _patch(fault), fault.views
    contrast = None
    if views.even is not None and views.colour is not None:
        contrast = colour_contrast(fault.region, views.even, views.colour, views.within)
    if contrast is None:
        return sizes
    value, expanded = contrast
    size_px = math.sqrt(fault.region.area_px2)
    return (*sizes, Reading("delta_e00", value, expanded / 2, 0, size_px))


KINDS: Mapping[str, Measurand] = MappingProxyType(
    {
        "scratch": Measurand(_scratch, Outlining(fine, 1.5, 0.1, line=True), "length"),
        "crack": Measurand(_crack, Outlining(fine, 1.5, 0.1, line=True), "length"),
        "dent": Measurand(_patch, Outlining(relief, 1.0, 0.08), "area"),
        "stain": Measurand(_coloured, Outlining(plain, 1.0, 0.05), "area"),
        "leak": Measurand(_coloured, Outlining(plain, 1.0, 0.05), "area"),
        "tear": Measurand(_patch, Outlining(plain, 1.0, 0.05), "length"),
        "pilling": Measurand(_patch, Outlining(relief, 1.0, 0.05), "area"),
        "discolouration": Measurand(_coloured, Outlining(plain, 1.0, 0.05), "area"),
        "broken_seal": Measurand(_broken_seal, Outlining(plain, 1.0, 0.05), "length"),
        "missing_part": Measurand(_patch, None, "area"),
        "oxidation": Measurand(_coloured, Outlining(plain, 1.0, 0.05), "area"),
    }
)


def _along(fault: Fault, length: float) -> tuple[Reading, ...]:
    scale = fault.plane.units_per_px
    width = _area_of(fault) / length
    u_edge = fault.u_edge_px * scale
    u_line = PATH_U_RELATIVE / 2
    return (
        Reading("length", length, 2 * u_edge, 1, length / scale, u_line * length),
        Reading("width", width, 2 * u_edge, 1, width / scale, u_line * width),
    )


def _area(fault: Fault) -> Reading:
    value = _area_of(fault)
    u_edge = fault.region.perimeter_px * fault.u_edge_px * fault.plane.units_per_px**2
    return Reading("area", value, u_edge, 2, math.sqrt(fault.region.area_px2))


def _area_of(fault: Fault) -> float:
    region = fault.region
    return region.area_px2 * fault.plane.area_per_px2(region.sample(AREA_SAMPLES))


def _arc(plane: Plane, line: NDArray[np.float64]) -> float:
    steps = np.diff(plane.points(line), axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())
