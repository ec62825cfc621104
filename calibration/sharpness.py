"""How sharp a camera sees: the edge-based spatial frequency response of ISO 12233 (e-SFR)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.colour import Floats, linear_light
from calibration.errors import CalibrationError
from calibration.sections.photometry import EdgeSharpness

OVERSAMPLED = 4
MIN_SIDE_PX = 20
MIN_CONTRAST = 0.08
SLANT = (0.02, 0.7)
FREQUENCIES = np.arange(51) / 100
"""Cycles per pixel at which the curve is given, 0 to the Nyquist frequency."""
_CLIPPED = 0.985


@dataclass(frozen=True, slots=True)
class EdgeResponse:
    """The response across one slanted edge.

    `mtf` are the contrasts at `FREQUENCIES`; `mtf50` and `mtf10` the frequencies, in cycles per
    pixel, where it first falls to 0.5 and to 0.1; `at` is the edge's middle in the crop (x, y
    px), and `slant` the tangent of its angle to the nearer axis.
    """

    mtf: Floats
    mtf50: float
    mtf10: float
    at: tuple[float, float]
    slant: float

    def placed(self, left: float, top: float) -> EdgeSharpness:
        """The edge for the record, its crop's corner being at (left, top) of the picture."""
        return EdgeSharpness(
            x=left + self.at[0],
            y=top + self.at[1],
            mtf50=self.mtf50,
            mtf10=self.mtf10,
            mtf=tuple(round(float(value), 4) for value in self.mtf),
        )


def edge_response(light: Floats) -> EdgeResponse:
    """Return the response across the one slanted edge in a crop of linear light (H x W).

    The steps of ISO 12233:2017 annex D: the edge in each row is the centroid of its derivative
    under a Hamming window, twice; a line is fitted; the rows are put together along it in bins of
    a quarter pixel; the derivative of that profile under a Hamming window is the line spread; the
    modulus of its Fourier transform over that at 0 is the response, divided by that of the
    derivative's own filter. Linear light is needed: a tone curve changes the figure.

    Raises `CalibrationError` where there is no such edge, saying what to do.
    """
    turned = _across(light)
    crop = light.T if turned else light
    if min(crop.shape) < MIN_SIDE_PX:
        raise CalibrationError(
            f"A slanted edge needs at least {MIN_SIDE_PX} x {MIN_SIDE_PX} pixels: choose a larger"
            " field or move the camera nearer."
        )
    low, high = np.percentile(crop, [5, 95])
    if high - low < MIN_CONTRAST:
        raise CalibrationError(
            "There is no edge in the field, light and dark differ too little: lay the slanted edge"
            " there and light it."
        )
    if np.mean(crop > _CLIPPED) > 0.02:
        raise CalibrationError(
            "The light side of the edge is clipped: lower the exposure and take it again."
        )
    slope, offset = _line(crop)
    if not SLANT[0] <= abs(slope) <= SLANT[1]:
        raise CalibrationError(
            f"The edge is slanted by {np.degrees(np.arctan(abs(slope))):.1f}°: turn the target so"
            " that it is slanted by about 5°, from 1.2° to 35°."
        )
    mtf = _response(crop, slope, offset)
    middle = slope * (crop.shape[0] - 1) / 2 + offset
    down = (crop.shape[0] - 1) / 2
    at = (down, middle) if turned else (middle, down)
    return EdgeResponse(
        mtf=mtf,
        mtf50=_falls_to(mtf, 0.5),
        mtf10=_falls_to(mtf, 0.1),
        at=(float(at[0]), float(at[1])),
        slant=float(abs(slope)),
    )


def edges_by_channel(rgb: NDArray[np.uint8]) -> tuple[EdgeResponse, float]:
    """Return the response in luma of a crop (H x W x 3, 8-bit sRGB), and the channels' shift in px.

    The shift is how far the edges of red, green and blue lie apart at most: lateral chromatic
    aberration.
    """
    light = linear_light(rgb / 255)
    response = edge_response(light @ (0.2126, 0.7152, 0.0722))
    middles = []
    for channel in range(3):
        layer = light[..., channel]
        crop = layer.T if _across(layer) else layer
        slope, offset = _line(crop)
        middles.append((slope * (crop.shape[0] - 1) / 2 + offset) / np.hypot(1, slope))
    return response, float(max(middles) - min(middles))


def _across(light: Floats) -> bool:
    """Say whether the edge runs from left to right rather than from top to bottom."""
    down = np.abs(np.diff(light.mean(axis=1))).sum()
    right = np.abs(np.diff(light.mean(axis=0))).sum()
    return bool(down > right)


def _line(crop: Floats) -> tuple[float, float]:
    """Slope and offset of the edge: column = slope · row + offset."""
    rows = np.arange(crop.shape[0], dtype=np.float64)
    slopes = np.abs(np.gradient(crop, axis=1))
    columns = np.arange(crop.shape[1], dtype=np.float64)
    middle = np.full(len(rows), (len(columns) - 1) / 2)
    slope = offset = 0.0
    for width in (len(columns), max(16, len(columns) // 3), max(12, len(columns) // 4)):
        away = (columns[None, :] - middle[:, None]) / width
        window = np.where(np.abs(away) < 0.5, 0.54 + 0.46 * np.cos(2 * np.pi * away), 0.0)
        weight = slopes * window
        weight = weight - weight.max(axis=1, keepdims=True) * 0.1
        weight = np.maximum(weight, 0)
        found = (weight @ columns) / np.maximum(weight.sum(axis=1), 1e-12)
        slope, offset = np.polyfit(rows, found, 1)
        middle = slope * rows + offset
    return float(slope), float(offset)


def _response(crop: Floats, slope: float, offset: float) -> Floats:
    """The curve at `FREQUENCIES` of an edge along a line."""
    rows, columns = np.mgrid[: crop.shape[0], : crop.shape[1]]
    # Along a slanted line a row's pixel lies cos(angle) of its column's distance from the edge.
    away = (columns - (slope * rows + offset)) / np.hypot(1, slope)
    reach = min(np.abs(away[:, 0]).min(), np.abs(away[:, -1]).min(), crop.shape[1] / 2)
    bins = np.floor(away * OVERSAMPLED).astype(int)
    half = max(8, int(reach * OVERSAMPLED))
    inside = (bins >= -half) & (bins < half)
    place = bins[inside] + half
    count = np.bincount(place, minlength=2 * half)
    total = np.bincount(place, weights=crop[inside], minlength=2 * half)
    known = count > 0
    profile = np.interp(np.arange(2 * half), np.flatnonzero(known), total[known] / count[known])
    spread = np.empty_like(profile)
    spread[1:-1] = (profile[2:] - profile[:-2]) / 2
    spread[0], spread[-1] = spread[1], spread[-2]
    middle = float(np.average(np.arange(2 * half), weights=np.maximum(np.abs(spread), 1e-12) ** 2))
    spread *= 0.54 + 0.46 * np.cos(
        2 * np.pi * np.clip((np.arange(2 * half) - middle) / (2 * half), -0.5, 0.5)
    )
    angle = 2 * np.pi * FREQUENCIES / OVERSAMPLED
    wave = np.exp(-1j * np.outer(angle, np.arange(2 * half)))
    modulus = np.abs(wave @ spread)
    # The two-bin difference filters by sinc(2f/4); each bin of a quarter pixel by sinc(f/4).
    own = np.sinc(2 * FREQUENCIES / OVERSAMPLED) * np.sinc(FREQUENCIES / OVERSAMPLED)
    return np.asarray(modulus / modulus[0] / own, dtype=np.float64)


def _falls_to(mtf: Floats, level: float) -> float:
    """The first frequency where the curve is at a level; Nyquist's where it never gets there."""
    below = np.flatnonzero(mtf < level)
    if not len(below):
        return float(FREQUENCIES[-1])
    end = int(below[0])
    if end == 0:
        return float(FREQUENCIES[1])
    high, low = mtf[end - 1], mtf[end]
    step = FREQUENCIES[1] - FREQUENCIES[0]
    return float(FREQUENCIES[end - 1] + step * (high - level) / (high - low))
