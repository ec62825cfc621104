"""Focus over the field: slanted squares in the middle and towards the four corners."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.acceptance import Limit, judged, overall, refused
from calibration.chart.quads import Quad, quads_in
from calibration.colour import Floats
from calibration.errors import CalibrationError
from calibration.sections.photometry import EdgeSharpness, Sharpness
from calibration.sections.provenance import Result
from calibration.sections.values import VerdictWord
from calibration.sharpness import FREQUENCIES, SLANT, EdgeResponse, edges_by_channel

EFFICIENCY = Limit(80.0, 70.0)
MTF50 = Limit(0.20, 0.15)
CORNER = Limit(0.7, 0.6)
SHIFT = Limit(0.5, 0.8)
STEP = "focus"
CORNERS = {
    "upper left": (-1, -1),
    "upper right": (1, -1),
    "lower right": (1, 1),
    "lower left": (-1, 1),
}
_MIN_SQUARE_PX = 48.0
_IN_MIDDLE = 0.35
_IN_CORNER = 0.3

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Focus:
    """The sharpness of each slanted square, where it lies, and the verdicts.

    `middle` is the square nearest the picture's middle, `corners` those that lie towards a corner,
    by its name.
    """

    sharpness: Sharpness
    middle: EdgeSharpness
    corners: dict[str, EdgeSharpness]
    results: tuple[Result, ...]

    @property
    def verdict(self) -> VerdictWord:
        """The gravest of the results."""
        return overall(self.results)


def focus_of(rgb: Picture) -> Focus:
    """Return the sharpness over the field of a picture of slanted dark squares on light paper.

    rgb: H x W x 3, 8-bit sRGB. The sheet `calibrate target edge` has such squares, the check card
    too. Each square counts by the mean response of its sides.

    Raises `CalibrationError` where no square or none in the middle is found.
    """
    height, width = rgb.shape[:2]
    squares: list[tuple[EdgeSharpness, float]] = []
    problem: CalibrationError | None = None
    for square in slanted_squares(rgb):
        try:
            squares.append(_sharpness(rgb, square))
        except CalibrationError as error:
            problem = error
    if not squares and problem is not None:
        raise problem
    if not squares:
        raise CalibrationError(
            "No slanted square was found: print the sheet of 'regrade calibrate target edge', lay"
            " it flat so that it fills the picture, slanted by about 5°, and light it."
        )
    places = [
        (2 * (edge.x + 0.5) / width - 1, 2 * (edge.y + 0.5) / height - 1) for edge, _ in squares
    ]
    nearest = min(range(len(squares)), key=lambda number: np.hypot(*places[number]))
    if np.hypot(*places[nearest]) > _IN_MIDDLE:
        raise CalibrationError(
            "No slanted square lies in the middle of the picture: move the sheet there."
        )
    middle = squares[nearest][0]
    corners: dict[str, EdgeSharpness] = {}
    for name, (across, down) in CORNERS.items():
        there = [
            squares[number][0]
            for number, (x, y) in enumerate(places)
            if x * across > _IN_CORNER and y * down > _IN_CORNER
        ]
        if there:
            corners[name] = min(there, key=lambda edge: edge.mtf50)
    shift = max(shift for _, shift in squares)
    sharpness = Sharpness(tuple(edge for edge, _ in squares), channel_shift_px=shift)
    return Focus(sharpness, middle, corners, _judged(middle, corners, shift))


def slanted_squares(rgb: Picture) -> list[Quad]:
    """Return the dark squares on light ground whose sides are slanted and long enough."""
    squares = []
    for quad in quads_in(np.asarray(255 - rgb, np.uint8)):
        sides = np.roll(quad.corners, -1, axis=0) - quad.corners
        lengths = np.hypot(*sides.T)
        slants = np.abs(sides).min(axis=1) / np.abs(sides).max(axis=1)
        slanted = np.all((slants > SLANT[0]) & (slants < SLANT[1]))
        if slanted and lengths.min() >= _MIN_SQUARE_PX and lengths.max() < 1.5 * lengths.min():
            squares.append(quad)
    return squares


def _sharpness(rgb: Picture, square: Quad) -> tuple[EdgeSharpness, float]:
    """The mean response of a square's sides, and the largest shift of the channels there."""
    responses: list[EdgeResponse] = []
    shifts: list[float] = []
    problem: CalibrationError | None = None
    for number in range(4):
        start, end = square.corners[number], square.corners[(number + 1) % 4]
        crop = rgb[_around(start, end, rgb.shape[:2])]
        try:
            response, shift = edges_by_channel(crop)
        except CalibrationError as error:
            problem = error
            continue
        responses.append(response)
        shifts.append(shift)
    if not responses:
        raise problem or CalibrationError("The square has no side in the picture: move the sheet.")
    mtf = np.mean([each.mtf for each in responses], axis=0)
    x, y = square.centre
    return (
        EdgeSharpness(
            x=float(max(x, 0.0)),
            y=float(max(y, 0.0)),
            mtf50=float(np.mean([each.mtf50 for each in responses])),
            mtf10=float(np.mean([each.mtf10 for each in responses])),
            mtf=tuple(round(max(float(value), 0.0), 4) for value in mtf),
        ),
        max(shifts),
    )


def _around(start: Floats, end: Floats, shape: tuple[int, int]) -> tuple[slice, slice]:
    """The field around the middle of a side: three fifths of it long, three fifths wide."""
    middle, along = (start + end) / 2, np.abs(end - start)
    length = float(along.max())
    half = np.array([0.3, 0.3]) * length
    low = np.floor(middle - half).astype(int).clip(0)
    high = np.ceil(middle + half).astype(int) + 1
    return np.s_[low[1] : min(high[1], shape[0]), low[0] : min(high[0], shape[1])]


def _judged(
    middle: EdgeSharpness, corners: dict[str, EdgeSharpness], shift: float
) -> tuple[Result, ...]:
    nyquist = float(FREQUENCIES[-1])
    refocus = "loosen the lens' focus ring, turn it until this figure is highest, and lock it"
    results = [
        judged(
            STEP,
            "sampling efficiency",
            100 * middle.mtf10 / nyquist,
            "%",
            EFFICIENCY,
            "in the middle the finest detail that the pixels could show is lost",
            refocus,
        ),
        judged(
            STEP,
            "mtf50",
            middle.mtf50,
            "cycles/px",
            MTF50,
            "the middle of the picture is soft",
            refocus,
        ),
    ]
    if len(corners) < len(CORNERS):
        absent = ", ".join(name for name in CORNERS if name not in corners)
        results.append(
            refused(
                STEP,
                "corners",
                float(len(corners)),
                "1",
                f"there is no slanted square towards the {absent}",
                "let the sheet fill the picture, whole and flat",
            )
        )
    if corners:
        worst = min(corners, key=lambda name: corners[name].mtf50)
        results.append(
            judged(
                STEP,
                "corner over middle",
                corners[worst].mtf50 / middle.mtf50,
                "1",
                CORNER,
                f"the {worst} is softer than the middle",
                "level the camera over the bench, or close the lens by one stop",
            )
        )
    results.append(
        judged(
            STEP,
            "channel shift",
            shift,
            "px",
            SHIFT,
            "the colours of an edge lie apart",
            "close the lens by one stop, or use a lens with less lateral colour",
        )
    )
    return tuple(results)
