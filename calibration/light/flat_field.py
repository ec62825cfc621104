"""How unevenly a lamp lights the bench as the camera sees it, and taking that out."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.acceptance import Limit, judged, refused
from calibration.colour import Floats, linear_light
from calibration.errors import CalibrationError
from calibration.sections.provenance import Result

CELLS = 9
LIMIT = Limit(3.0, 5.0)
DARKEST, BRIGHTEST = 0.05, 0.97
MAX_TEXTURE = 0.12
MAX_FALL = 0.25
STEP = "flat field"

Picture = NDArray[np.uint8]
_LINEAR = linear_light(np.arange(256) / 255).astype(np.float32)


@dataclass(frozen=True, slots=True)
class FlatField:
    """The relative level of linear light over 9 x 9 cells of the picture, the brightest 1.

    It is of luminance: one lamp has one colour, and each channel falls off alike.
    """

    cells: Floats

    def __post_init__(self) -> None:
        if self.cells.shape != (CELLS, CELLS) or not np.all(self.cells > 0):
            raise CalibrationError(
                f"A flat field has {CELLS} x {CELLS} levels above 0: calibrate the light again."
            )

    def grid(self) -> tuple[tuple[float, ...], ...]:
        """The levels as rows of numbers, for a calibration record."""
        return tuple(tuple(round(float(value), 5) for value in row) for row in self.cells)

    def over(self, size: tuple[int, int]) -> NDArray[np.float32]:
        """The relative level of each pixel (H x W) of a picture of width x height.

        Between cell centres it is interpolated along cubics, beyond the outermost continued.
        """
        padded = _continued(self.cells)
        width, height = size
        x = ((np.arange(width) + 0.5) / width * CELLS + 0.5).astype(np.float32)
        y = ((np.arange(height) + 0.5) / height * CELLS + 0.5).astype(np.float32)
        level = cv2.remap(
            padded.astype(np.float32),
            np.broadcast_to(x, (height, width)).copy(),
            np.broadcast_to(y[:, None], (height, width)).copy(),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(np.maximum(level, MAX_FALL / 4), np.float32)

    def at(self, points: Floats, size: tuple[int, int]) -> Floats:
        """The relative level at places (N x 2 px) of a picture of width x height."""
        level = self.over(size)
        x, y = points.round().astype(int).T
        return np.asarray(level[y.clip(0, size[1] - 1), x.clip(0, size[0] - 1)], np.float64)


@dataclass(frozen=True, slots=True)
class Flattening:
    """A flat field, what is left of the fall-off on other pictures (largest cell, % of the mean),
    the share of the light that the darkest cell has lost, and the verdicts."""

    field: FlatField
    residual_percent: float
    fall_percent: float
    results: tuple[Result, ...]


def flat_field_of(pictures: Sequence[Picture]) -> Flattening:
    """Return the flat field of pictures of a blank card under one lamp (H x W x 3, 8-bit sRGB).

    It comes from every other picture and is judged on the rest, which show the card turned by a
    quarter: what the card itself is darker by in one place then shows as a residual. One picture
    alone gives a field that nothing checks, and fails.

    Raises `CalibrationError` where the pictures are none of a blank card under a fit exposure.
    """
    if not pictures:
        raise CalibrationError("A flat field needs pictures of a blank card: take two, turned.")
    if len({picture.shape for picture in pictures}) > 1:
        raise CalibrationError(
            "The pictures of the blank card differ in size: take them with one camera setting."
        )
    levels = [_cells(picture) for picture in pictures]
    field = FlatField(_scaled(np.mean([_scaled(each) for each in levels[::2]], axis=0)))
    fall = float(100 * (1 - field.cells.min()))
    if len(pictures) == 1:
        missing = refused(
            STEP,
            "pictures",
            1.0,
            "1",
            "one picture of the card cannot check itself",
            "turn the card by a quarter and take another",
        )
        return Flattening(field, 100.0, fall, (missing,))
    residual = max(residual_percent(each, field) for each in levels[1::2])
    results = [
        judged(
            STEP,
            "residual",
            residual,
            "%",
            LIMIT,
            "the light is not as even as it was a picture ago",
            "warm the lamp up, keep your shadow and other light off the bench, and use a clean,"
            " matt, blank card that fills the picture",
        )
    ]
    if field.cells.min() < MAX_FALL:
        results.append(
            refused(
                STEP,
                "fall-off",
                fall,
                "%",
                f"the darkest part of the picture has {field.cells.min():.0%} of the light",
                "aim or move the lamp: correcting so much multiplies the noise",
            )
        )
    return Flattening(field, residual, fall, tuple(results))


def residual_percent(cells: Floats, field: FlatField) -> float:
    """By how much the worst of 9 x 9 cells is off their mean after correction, in percent."""
    even = cells / field.cells
    return float(100 * np.abs(even / even.mean() - 1).max())


def cells_of(picture: Picture) -> Floats:
    """The median luminance of 9 x 9 cells of a picture, in linear light."""
    light = _LINEAR[picture] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    rows = np.array_split(np.arange(light.shape[0]), CELLS)
    columns = np.array_split(np.arange(light.shape[1]), CELLS)
    return np.array(
        [
            [float(np.median(light[np.ix_(row, column)][::3, ::3])) for column in columns]
            for row in rows
        ]
    )


def _cells(picture: Picture) -> Floats:
    """The cells of a picture, once it is seen to be one of a blank card fitly exposed."""
    cells = cells_of(picture)
    if cells.max() > BRIGHTEST:
        raise CalibrationError(
            "The blank card is clipped: lower the exposure or the lamp, and take it again."
        )
    if cells.max() < DARKEST:
        raise CalibrationError(
            "The blank card is dark: switch the lamp on, raise the exposure, and take it again."
        )
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)
    grey = np.asarray(cv2.resize(grey, (CELLS * 24, CELLS * 24), interpolation=cv2.INTER_AREA))
    smooth = cv2.GaussianBlur(grey, (0, 0), 12)
    off = np.abs(grey / np.maximum(smooth, 1) - 1)
    if np.percentile(off, 98) > MAX_TEXTURE:
        raise CalibrationError(
            "The picture is not of a blank card alone: clear the bench, fill the whole picture"
            " with the card, and take it again."
        )
    return cells


def _scaled(cells: Floats) -> Floats:
    return np.asarray(cells / cells.max(), dtype=np.float64)


def _continued(cells: Floats) -> Floats:
    """The cells with a border of one, each continuing its neighbours' slope."""
    wide = np.pad(cells, 1, mode="edge")
    wide[0], wide[-1] = 2 * wide[1] - wide[2], 2 * wide[-2] - wide[-3]
    wide[:, 0], wide[:, -1] = 2 * wide[:, 1] - wide[:, 2], 2 * wide[:, -2] - wide[:, -3]
    return wide
