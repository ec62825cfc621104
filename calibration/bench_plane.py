"""The bench under a calibrated lens: its distance and tilt, and how true its millimetres are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.acceptance import Limit, judged, overall
from calibration.boards.board import Floats
from calibration.boards.finding import Sighting
from calibration.errors import CalibrationError
from calibration.lens.coverage import cell_counts
from calibration.projection import rays, to_plane
from calibration.sections.geometry import BenchPlane, Lens
from calibration.sections.provenance import Result
from calibration.sections.values import VerdictWord

STEP = "plane"
LEAST_PLACES = 3
LENGTH_MM = 100.0
PRINTED_U = 0.01
"""Expanded uncertainty (k = 2) of a printed board that nobody measured: printers stretch."""
RULE_U_MM = 0.2
"""The same of a bar read off a steel rule."""

BIAS = Limit(0.001, 0.002)
U_RELATIVE = Limit(0.002, 0.004)
PRINT_SCALE = Limit(0.005, 0.05)
RESIDUAL = Limit(0.5, 1.0)
AGREEMENT = Limit(0.002, 0.004)
PLACES = Limit(5, 3)
CELLS = Limit(0.6, 0.4)

_STEPS = 30
_NUDGE = 1e-7


@dataclass(frozen=True, slots=True)
class PlaneCalibration:
    """The bench, its figures and verdicts.

    `residuals_px` (N x 2 each) are of the places in turn; `length_errors` are the relative errors
    of lengths of about `LENGTH_MM` at each place, measured on the plane that the other places give.
    """

    plane: BenchPlane
    residuals_px: tuple[Floats, ...]
    length_errors: tuple[Floats, ...]
    results: tuple[Result, ...]

    @property
    def verdict(self) -> VerdictWord:
        """The gravest of the verdicts."""
        return overall(self.results)


@dataclass(frozen=True, slots=True)
class Bar:
    """The sheet's bar of 100 mm as a person measured it, with its expanded uncertainty."""

    measured_mm: float
    U_mm: float = RULE_U_MM

    def __post_init__(self) -> None:
        if not (math.isfinite(self.measured_mm) and 50 <= self.measured_mm <= 200):
            raise CalibrationError(
                f"A bar of {self.measured_mm:g} mm cannot be the sheet's bar of 100 mm: measure it "
                "from end to end in millimetres."
            )
        if not (math.isfinite(self.U_mm) and 0 <= self.U_mm < 10):
            raise CalibrationError("The uncertainty of the bar must be a few tenths of a mm.")

    @property
    def scale(self) -> float:
        """The printed sheet's size over the intended one."""
        return self.measured_mm / 100.0


def calibrate_plane(
    lens: Lens,
    size: tuple[int, int],
    sightings: Sequence[Sighting],
    bar: Bar | None = None,
) -> PlaneCalibration:
    """Fit the bench to pictures of a board that lies on it at several places.

    The board's corners are all on one plane, and at each place as far from each other as on the
    board: the plane n · X = d is found for which their distances come out right (Gauss-Newton over
    n / d, each place laid onto the board by the best rotation and shift). Lengths of about
    100 mm at each place, on the plane of the other places, give bias and uncertainty.

    size: width and height of the pictures. bar: as measured; without it the board's own sizes are
    trusted no better than `PRINTED_U`.
    Raises `CalibrationError` where there are fewer than three places.
    """
    if len(sightings) < LEAST_PLACES:
        raise CalibrationError(
            f"The board was found at {len(sightings)} places on the bench and at least "
            f"{LEAST_PLACES} are needed: lay it at five places and picture each."
        )
    scale = bar.scale if bar else 1.0
    places = [Sighting(each.pixels, each.corners * scale, each.numbers) for each in sightings]
    slope, spread = _fitted(lens, places)
    errors = tuple(
        _length_errors(lens, _fitted(lens, places[:i] + places[i + 1 :])[0], place)
        for i, place in enumerate(places)
    )
    bias = float(np.mean([each.mean() for each in errors]))
    u_target = (bar.U_mm / bar.measured_mm if bar else PRINTED_U) / 2
    u_lengths = float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))
    expanded = 2 * math.hypot(u_target, u_lengths)
    bare = _bare_plane(slope)
    distance = bare.distance_mm
    residuals = tuple(_residuals_px(lens, slope, place) for place in places)
    u_slope = distance * np.sqrt(np.diag(spread))
    plane = BenchPlane(
        normal=bare.normal,
        distance_mm=distance,
        U_relative=min(expanded, 0.999),
        U_distance_mm=2 * distance * math.hypot(u_target, float(u_slope[2])),
        U_tilt_deg=math.degrees(
            math.hypot(2 * float(u_slope[0]), 2 * float(u_slope[1]), lens.U_centre_px / lens.fx)
        ),
        bias_relative=bias,
        places=len(places),
    )
    cells = float((cell_counts(places, size) > 0).mean())
    return PlaneCalibration(
        plane, residuals, errors, _judged(bias, expanded, residuals, errors, cells, bar)
    )


def fit_plane(lens: Lens, places: Sequence[Sighting]) -> BenchPlane:
    """Return the plane that all corners lie on, without figures of its uncertainty."""
    return _bare_plane(_fitted(lens, places)[0])


def _bare_plane(slope: Floats) -> BenchPlane:
    distance = 1 / float(np.linalg.norm(slope))
    x, y, z = (float(value) for value in slope * distance)
    return BenchPlane((x, y, z), distance, 0.0)


def _fitted(lens: Lens, places: Sequence[Sighting]) -> tuple[Floats, Floats]:
    """The plane as m = n / d (m · X = 1), and the covariance of m."""
    flats = [rays(lens, place.pixels) for place in places]
    ways = [np.column_stack([flat, np.ones(len(flat))]) for flat in flats]

    def misfit(slope: Floats) -> Floats:
        return np.concatenate(
            [
                _misfit(_laid_flat(way / (way @ slope)[:, None], slope), place.corners)
                for way, place in zip(ways, places, strict=True)
            ]
        )

    slope = _first_guess(ways, places)
    for _ in range(_STEPS):
        now = misfit(slope)
        nudge = _NUDGE * np.linalg.norm(slope) * 1e2
        lean = np.column_stack([(misfit(slope + nudge * axis) - now) / nudge for axis in np.eye(3)])
        change = np.linalg.lstsq(lean, -now, rcond=None)[0]
        slope = slope + change
        if np.linalg.norm(change) < 1e-10 * np.linalg.norm(slope):
            break
    now = misfit(slope)
    variance = float(now @ now) / max(1, len(now) - 3 - 3 * len(places))
    return slope, variance * np.linalg.pinv(lean.T @ lean)


def _first_guess(ways: Sequence[Floats], places: Sequence[Sighting]) -> Floats:
    """A bench seen straight from above, as far away as the board's size says."""
    ratios = [
        np.ptp(place.corners, axis=0).max() / np.ptp(way[:, :2], axis=0).max()
        for way, place in zip(ways, places, strict=True)
    ]
    return np.array([0.0, 0.0, 1 / float(np.median(ratios))])


def _laid_flat(points: Floats, slope: Floats) -> Floats:
    """Points of a plane (N x 3) in two axes of that plane (N x 2)."""
    normal = slope / np.linalg.norm(slope)
    across = np.array([1.0, 0.0, 0.0]) - normal[0] * normal
    across /= np.linalg.norm(across)
    return np.asarray(points @ np.stack([across, np.cross(normal, across)]).T)


def _misfit(found: Floats, board: Floats) -> Floats:
    """What is left between found points and the board's, best rotated and shifted, flattened."""
    return (found - _aligned(board, found)).ravel()


def _aligned(board: Floats, found: Floats) -> Floats:
    """The board's points (N x 2) rotated and shifted onto the found ones (Kabsch)."""
    middle, target = board.mean(axis=0), found.mean(axis=0)
    u, _, vt = np.linalg.svd((board - middle).T @ (found - target))
    flip = np.diag([1.0, np.sign(np.linalg.det(u @ vt))])
    return np.asarray((board - middle) @ (u @ flip @ vt) + target)


def _length_errors(lens: Lens, slope: Floats, place: Sighting) -> Floats:
    """The relative errors of the place's lengths of about `LENGTH_MM` (or its longest ones)."""
    plane = _bare_plane(slope)
    found = to_plane(lens, plane, place.pixels, plane.distance_mm)
    first, second = np.triu_indices(len(found), 1)
    true = np.linalg.norm(place.corners[first] - place.corners[second], axis=1)
    wish = min(LENGTH_MM, 0.8 * float(true.max()))
    near = np.abs(true - wish) <= 0.2 * wish
    seen = np.linalg.norm(found[first[near]] - found[second[near]], axis=1)
    return np.asarray(seen / true[near] - 1)


def _residuals_px(lens: Lens, slope: Floats, place: Sighting) -> Floats:
    """What is left at each corner, in pixels at that distance."""
    flat = rays(lens, place.pixels)
    way = np.column_stack([flat, np.ones(len(flat))])
    found = _laid_flat(way / (way @ slope)[:, None], slope)
    scale = math.sqrt(lens.fx * lens.fy) * float(np.linalg.norm(slope))
    return (found - _aligned(place.corners, found)) * scale


def _judged(
    bias: float,
    expanded: float,
    residuals: Sequence[Floats],
    errors: Sequence[Floats],
    cells: float,
    bar: Bar | None,
) -> tuple[Result, ...]:
    left = float(np.sqrt((np.concatenate(list(residuals)) ** 2).sum(axis=1).mean()))
    measured = "measure the sheet's bar with a caliper and give --scale-bar and --bar-u"
    results = [
        judged(
            STEP,
            "places",
            len(errors),
            "1",
            PLACES,
            "the board lay at few places",
            "lay it in the middle and towards the four corners",
        ),
        judged(
            STEP,
            "cells hit",
            cells,
            "1",
            CELLS,
            "much of the bench never showed a corner of the board",
            "lay the board nearer to the edges of the picture",
        ),
        judged(
            STEP,
            "plane residual",
            left,
            "px",
            RESIDUAL,
            "the pictures do not show one flat plane under one camera",
            "fix camera and bench, lay the board flat, and take all pictures again",
        ),
        judged(
            STEP,
            "places agree",
            max(abs(float(each.mean())) for each in errors),
            "1",
            AGREEMENT,
            "one place gives another scale than the others",
            "the camera or the bench moved between the pictures: fix both and take them again",
        ),
        judged(
            STEP,
            "scale bias",
            abs(bias),
            "1",
            BIAS,
            "lengths on the bench come out wrong where they were not fitted",
            "calibrate the lens again with more views, and lay the board flat",
        ),
        judged(
            STEP,
            "U of a length",
            expanded,
            "1",
            U_RELATIVE,
            "the printed sizes are not known well enough"
            if bar is None
            else "lengths on the bench scatter too much",
            measured if bar is None else f"{measured}; calibrate the lens again with more views",
        ),
    ]
    if bar is not None:
        results.append(
            judged(
                STEP,
                "print scale",
                abs(bar.scale - 1),
                "1",
                PRINT_SCALE,
                f"the target was printed at {bar.scale:.1%}",
                "its sizes were scaled by what you measured; better print it at 100 % without "
                "'fit to page'",
            )
        )
    return tuple(results)
