"""Finding the 24-patch chart in a picture: by its grid, then by its colours.

No markers are needed. The grid alone has eight ways to lie, four turns and their mirror images,
and may stick out of the picture; the colours of the patches tell which it is.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.chart.quads import Cell, Quad, lattices_of, quads_in
from calibration.chart.reference import (
    BATCHES,
    COLUMNS,
    NAMES,
    PATCHES,
    ROWS,
    chart_positions,
)
from calibration.colour import (
    Floats,
    delta_e00,
    lab_d50_to_linear,
    linear_light,
    linear_to_lab_d50,
)
from calibration.errors import CalibrationError

LONGEST_SIDES_PX = (1280, 2600)
MIN_PATCHES = 12
MAX_MISFIT = 12.0
CLEAR_LEAD = 1.25
COVERED_DE00 = 18.0
SAMPLED = 0.5
MINI_SIDE = 0.82
ON_GRID_WITHIN = 0.15
PLACED_WITHIN = 0.04
_REFITS = 3
_LAB = BATCHES["since-2014-11"]
_WANTED = lab_d50_to_linear(_LAB)

ChartFault: TypeAlias = Literal["absent", "several", "mirrored", "cropped", "covered", "unlike"]


class ChartError(CalibrationError):
    """No chart that could be read; `fault` names why, the message says what to do."""

    def __init__(self, fault: ChartFault, sentence: str) -> None:
        super().__init__(sentence)
        self.fault: ChartFault = fault


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in a picture.

    `homography` (3 x 3) takes positions on the chart, in units of the patches' pitch with A1 at
    (0, 0) and F4 at (5, 3), to pixels. `side` is a patch's side in units of the pitch. `misfit`
    is the median ΔE00 of its patches from the reference after the best linear map of colours.
    """

    homography: Floats
    side: float
    misfit: float

    @property
    def centres(self) -> Floats:
        """The centres of the patches (24 x 2, px)."""
        return _mapped(self.homography, chart_positions())

    @property
    def kind(self) -> Literal["full", "mini"]:
        """Which chart: 0.87 of the full one's pitch is patch, of the mini one's 0.76."""
        return "full" if self.side > MINI_SIDE else "mini"

    @property
    def turned_deg(self) -> float:
        """By how much the rows run clockwise of the picture's rows, from -180 to 180."""
        (ax, ay), (bx, by) = _mapped(self.homography, np.array([[0.0, 1.5], [5.0, 1.5]]))
        return math.degrees(math.atan2(by - ay, bx - ax))

    @property
    def pitch_px(self) -> float:
        """The mean distance from patch to patch."""
        corners = _mapped(self.homography, np.array([[0.0, 0.0], [5, 0], [5, 3], [0, 3]]))
        x, y = corners.T
        return float(np.sqrt(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2 / 15))

    def patch(self, number: int, share: float = SAMPLED) -> Floats:
        """The corners (4 x 2, px) of the middle of a patch; `share` of its side."""
        half = self.side * share / 2
        square = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
        return _mapped(self.homography, chart_positions()[number] + square)


@dataclass(frozen=True, slots=True)
class _Candidate:
    chart: Chart
    mirrored: bool
    outside: tuple[str, ...]
    covered: tuple[str, ...]


def find_chart(rgb: NDArray[np.uint8]) -> Chart:
    """Return the one chart in a picture (H x W x 3, RGB, 8-bit sRGB) at any rotation.

    Raises `ChartError` where there is none, more than one, or one that is mirrored, cropped,
    partly covered, or a grid whose colours are not the chart's.
    """
    said: ChartError | None = None
    for longest in LONGEST_SIDES_PX:
        scale = min(1.0, longest / max(rgb.shape[:2]))
        size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
        small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
        try:
            return _scaled(_one_chart(np.asarray(small, np.uint8)), scale)
        except ChartError as error:
            if said is None or said.fault == "absent":
                said = error
            if scale == 1:
                break
    if said is None:
        raise AssertionError("at least one size is searched")
    raise said


def _one_chart(rgb: NDArray[np.uint8]) -> Chart:
    quads = quads_in(rgb)
    candidates: list[_Candidate] = []
    grids = 0
    for lattice in lattices_of(quads):
        if len(lattice) < MIN_PATCHES:
            continue
        grids += 1
        candidate = _read(rgb, lattice)
        if candidate is not None:
            candidates.append(candidate)
    if not candidates:
        if grids:
            raise ChartError(
                "unlike",
                "There is a grid of patches, but their colours are not those of the 24-patch"
                " chart: light the chart with the bench lamp alone, expose it well, and use an"
                " original chart, no print of one.",
            )
        raise ChartError(
            "absent",
            "No 24-patch chart was found: lay the chart flat, whole and unshaded into the"
            " picture, filling at least a fifth of its width.",
        )
    if len(candidates) > 1:
        raise ChartError(
            "several",
            "There is more than one chart in the picture: leave one and take away the rest.",
        )
    return _checked(candidates[0])


def _checked(candidate: _Candidate) -> Chart:
    if candidate.mirrored:
        raise ChartError(
            "mirrored",
            "The chart is mirrored: switch off the camera's mirror image, or take the picture"
            " directly and not in a mirror.",
        )
    if candidate.outside:
        raise ChartError(
            "cropped",
            f"The chart is cropped, {', '.join(candidate.outside)} lie outside the picture: move it"
            " until the whole chart is in view.",
        )
    if candidate.covered:
        raise ChartError(
            "covered",
            f"The patches {', '.join(candidate.covered)} do not look like the chart's: uncover"
            " them, clean them, or use another chart.",
        )
    return candidate.chart


def _read(rgb: NDArray[np.uint8], lattice: dict[Cell, Quad]) -> _Candidate | None:
    """Return the way a grid lies that its colours speak for; None if they are no chart's."""
    cells = np.array(list(lattice), dtype=np.float64)
    centres = np.array([quad.centre for quad in lattice.values()])
    pitch = float(np.median([quad.side_px for quad in lattice.values()])) * 1.2
    placed = _homography(cells, centres, ON_GRID_WITHIN * pitch)
    if placed is None:
        return None
    plane, seen = placed
    if np.count_nonzero(seen) < MIN_PATCHES:
        return None
    cells, centres = cells[seen], centres[seen]
    quads = [quad for quad, keep in zip(lattice.values(), seen, strict=True) if keep]

    lies: list[tuple[float, NDArray[np.float64], NDArray[np.float64]]] = []
    for turn, offset in _ways(cells):
        misfit = _misfit(rgb, plane, cells, turn, offset)
        if misfit is not None:
            lies.append((misfit, turn, offset))
    lies.sort(key=lambda lie: lie[0])
    if not lies or lies[0][0] > MAX_MISFIT:
        return None
    if len(lies) > 1 and lies[1][0] < CLEAR_LEAD * lies[0][0]:
        return None
    misfit, turn, offset = lies[0]
    return _laid(rgb, cells, centres, quads, turn, offset, misfit)


def _ways(cells: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Every way for the chart to lie on the grid, as turn (2 x 2) and offset of A1 (2)."""
    for swap, across, along in product((False, True), (1, -1), (1, -1)):
        turn = np.diag([across, along]).astype(np.float64)
        if swap:
            turn = turn[:, ::-1]
        on_chart = cells @ turn  # The turn is orthogonal, so this is its inverse applied.
        low, high = on_chart.min(axis=0), on_chart.max(axis=0)
        ranges = []
        for axis, count in enumerate((COLUMNS, ROWS)):
            first, last = sorted((low[axis], high[axis] - count + 1))
            ranges.append(np.arange(first, last + 1))
        for column, row in product(*ranges):
            yield turn, np.array([column, row])


def _misfit(
    rgb: NDArray[np.uint8], plane: Floats, cells: Floats, turn: Floats, offset: Floats
) -> float | None:
    """The median ΔE00 of the patches found, mapped linearly as well as can be, from the chart."""
    on_chart = cells @ turn - offset
    inside = np.all((on_chart >= 0) & (on_chart < (COLUMNS, ROWS)), axis=1)
    if np.count_nonzero(inside) < MIN_PATCHES:
        return None
    numbers = (on_chart[inside] @ (1, COLUMNS)).round().astype(int)
    colours = _colours(rgb, _mapped(plane, cells[inside]))
    return float(np.median(_difference(colours, numbers, colours, numbers)))


def _difference(
    colours: Floats, numbers: NDArray[np.int_], known: Floats, known_numbers: NDArray[np.int_]
) -> Floats:
    """ΔE00 of colours from the reference, by the linear map that fits the known ones best.

    Lightness weighs alike in dark and bright: each patch counts by the inverse of its light. The
    worst fifth is left out, or one covered patch would spoil the rest. A map that takes one
    channel for another, as of a picture in BGR, fits nothing.
    """
    kept = np.arange(len(known))
    for _ in range(_REFITS):
        wanted = _WANTED[known_numbers[kept]]
        weight = 1 / (0.1 + wanted.mean(axis=1, keepdims=True))
        fit, *_ = np.linalg.lstsq(known[kept] * weight, wanted * weight, rcond=None)
        seen = linear_to_lab_d50(np.maximum(known @ fit, 0))
        errors = delta_e00(seen, _LAB[known_numbers])
        kept = np.argsort(errors)[: max(MIN_PATCHES, round(0.8 * len(known)))]
    if np.any(fit.argmax(axis=0) != (0, 1, 2)):
        return np.full(len(colours), np.inf)
    return delta_e00(linear_to_lab_d50(np.maximum(colours @ fit, 0)), _LAB[numbers])


def _laid(
    rgb: NDArray[np.uint8],
    cells: Floats,
    centres: Floats,
    quads: list[Quad],
    turn: Floats,
    offset: Floats,
    misfit: float,
) -> _Candidate | None:
    on_chart = cells @ turn - offset
    inside = np.all((on_chart >= 0) & (on_chart < (COLUMNS, ROWS)), axis=1)
    pitch = float(np.median([quad.side_px for quad in quads])) * 1.2
    placed = _homography(on_chart[inside], centres[inside], PLACED_WITHIN * pitch)
    if placed is None:
        return None
    homography, _ = placed
    side = float(np.median([_side(homography, quad) for quad in quads]))
    chart = Chart(homography, side, misfit)
    (ax, ay), (bx, by), (cx, cy) = _mapped(homography, np.array([[2.0, 1.0], [3, 1], [2, 2]]))
    mirrored = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) < 0
    height, width = rgb.shape[:2]
    within = np.array(
        [
            bool(np.all((corners >= 0) & (corners < (width, height))))
            for corners in (chart.patch(number, 1.0) for number in range(PATCHES))
        ]
    )
    numbers = (on_chart[inside] @ (1, COLUMNS)).round().astype(int)
    unseen = np.setdiff1d(np.flatnonzero(within), numbers)
    known = _colours(rgb, chart.centres[numbers])
    differences = np.full(PATCHES, 0.0)
    differences[numbers] = _difference(known, numbers, known, numbers)
    differences[unseen] = _difference(_colours(rgb, chart.centres[unseen]), unseen, known, numbers)
    return _Candidate(
        chart,
        mirrored,
        tuple(NAMES[number] for number in np.flatnonzero(~within)),
        tuple(NAMES[number] for number in np.flatnonzero(differences > COVERED_DE00)),
    )


def _homography(
    points: Floats, pixels: Floats, within_px: float
) -> tuple[Floats, NDArray[np.bool_]] | None:
    """The map that most points obey, and which do; None if there is none."""
    found: tuple[Any, Any] = cv2.findHomography(points, pixels, cv2.RANSAC, within_px)
    plane, kept = found
    if plane is None:
        return None
    return np.asarray(plane, np.float64), np.asarray(kept, np.bool_).ravel()


def _side(homography: Floats, quad: Quad) -> float:
    """A quadrangle's side on the chart, in units of the pitch.

    A traced outline runs through the middle of border pixels, half a pixel inside on every side.
    """
    outer = quad.centre + (quad.corners - quad.centre) * (1 + 1 / quad.side_px)
    return Quad(_mapped(np.asarray(np.linalg.inv(homography), np.float64), outer)).side_px


def _colours(rgb: NDArray[np.uint8], centres: Floats) -> Floats:
    """Linear colours (N x 3) of the 7 x 7 pixels around positions, which lie in the picture."""
    height, width = rgb.shape[:2]
    colours = np.empty((len(centres), 3))
    for number, (x, y) in enumerate(centres.round().astype(int)):
        top, left = np.clip(y - 3, 0, height - 1), np.clip(x - 3, 0, width - 1)
        around = rgb[top : max(top + 1, y + 4), left : max(left + 1, x + 4)]
        colours[number] = linear_light(np.median(around.reshape(-1, 3), axis=0) / 255)
    return colours


def _mapped(homography: Floats, points: Floats) -> Floats:
    through = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(through[:, :2] / through[:, 2:], dtype=np.float64)


def _scaled(chart: Chart, scale: float) -> Chart:
    """The chart in the picture that was made smaller by `scale`; pixel centres stay centres."""
    grow = np.array(
        [[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]]
    )
    return Chart(grow @ chart.homography, chart.side, chart.misfit)
