"""From a camera's colours to colours that can be compared, and how that is learnt from a chart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from calibration.colour import Floats, lab_d50_to_linear, linear_light, linear_to_lab_d50
from calibration.sections.photometry import ColourCorrection

Kind: TypeAlias = Literal["linear", "root-polynomial"]

DARKEST = 0.004
SLOPES = (0.25, 4.0)
ROOT_RIDGE = 5.0
_STEPS = 40
_TONE = (1.0, 0.0)
_NUDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Correction:
    """From a camera's sRGB, decoded to linear light, to true linear sRGB.

    First the tone: v becomes exp(a ln v + b ln² v), `tone` being (a, b); (1, 0) leaves a camera
    alone that obeys the sRGB curve, others bend it to please. Then `white_balance`, a gain for
    each of R, G, B that makes the greys of the chart grey. Then `matrix`, a row for each output
    and a column for each term: R, G, B (`linear`), or R, G, B, √RG, √GB, √RB (`root-polynomial`
    of degree 2, Finlayson, Mackiewicz and Hurlbert 2015). Each term scales with exposure, so a
    darker picture of the same thing comes out darker and of the same colour.

    Output 1 is the perfect diffuser in the light of the chart's picture, at the chart's place.
    """

    kind: Kind
    tone: tuple[float, float]
    white_balance: tuple[float, float, float]
    matrix: Floats

    @classmethod
    def of(cls, section: ColourCorrection) -> "Correction":
        """The map that a calibration record holds."""
        return cls(section.kind, section.tone, section.white_balance, np.array(section.matrix))

    def linear(self, camera: ArrayLike) -> Floats:
        """Return true linear sRGB of a camera's linear light (last axis R, G, B)."""
        light = np.asarray(camera, dtype=np.float64)
        if self.tone != _TONE:
            light = toned(light, self.tone)
        balanced = light * np.asarray(self.white_balance)
        return np.asarray(terms_of(balanced, self.kind) @ self.matrix.T, dtype=np.float64)

    def lab(self, rgb: ArrayLike) -> Floats:
        """Return CIELAB under D50 of 8-bit camera pixels, last axis R, G, B; the shape stays."""
        return linear_to_lab_d50(self.linear(linear_light(np.asarray(rgb, np.float64) / 255)))


UNCORRECTED = Correction("linear", (1.0, 0.0), (1.0, 1.0, 1.0), np.eye(3))
"""The picture taken at its word, as sRGB."""


def toned(camera: ArrayLike, tone: tuple[ArrayLike, ArrayLike]) -> Floats:
    """Return the linear light behind a camera's tone curve; straight in ln below `DARKEST`.

    The two coefficients may be arrays, which gives one result for each: their shape comes first.
    """
    light = np.asarray(camera, dtype=np.float64)
    first, second = (
        np.asarray(part, np.float64).reshape(*np.shape(part), *(1,) * light.ndim) for part in tone
    )
    log = np.log(np.maximum(light, DARKEST))
    bent = np.exp(first * log + second * log**2)
    deep = np.maximum(light, 0.0) / DARKEST
    slope = first + 2 * second * np.log(DARKEST)
    curve: Floats = np.where(light < DARKEST, bent * deep**slope, bent)
    return curve


def terms_of(linear: Floats, kind: Kind) -> Floats:
    """Return the terms of the map, last axis 3 or 6 long, of linear light."""
    if kind == "linear":
        return linear
    light = np.maximum(linear, 0.0)
    red, green, blue = light[..., 0], light[..., 1], light[..., 2]
    roots = np.sqrt(np.stack([red * green, green * blue, red * blue], axis=-1))
    return np.concatenate([light, roots], axis=-1)


def fit_correction(camera: Floats, lab: Floats, kind: Kind, *, bend: bool) -> Correction:
    """Return the map that takes a camera's patches to their reference.

    camera: N x 3, linear light. lab: N x 3, CIELAB under D50. bend: fit the tone curve too.

    White balance is fixed first, on the patches of least chroma. The rest minimises the squares
    of differences in lightness, chroma and hue, each over CIEDE2000's scale at the reference, by
    Levenberg and Marquardt from the linear solution. The roots' coefficients are held near zero
    by `ROOT_RIDGE`, or they would follow the noise of so few patches.
    """
    balance = _white_balance(camera, lab)
    wanted = lab_d50_to_linear(lab)
    weight = 1 / (0.05 + wanted.mean(axis=1, keepdims=True))
    start, *_ = np.linalg.lstsq(camera * balance * weight, wanted * weight, rcond=None)
    columns = 3 if kind == "linear" else 6
    matrix = np.zeros((3, columns))
    matrix[:, :3] = start.T
    start_at = np.concatenate([_TONE if bend else (), matrix.ravel()])
    held = np.zeros((3, columns))
    held[:, 3:] = ROOT_RIDGE
    held_back = np.concatenate([np.zeros(2 if bend else 0), held.ravel()])

    def misses(values: Floats) -> Floats:
        tone, map_ = _parted(values, columns, bend=bend)
        light = toned(camera, tone) if bend else camera
        mixed = terms_of(light * balance, kind) @ np.swapaxes(map_, -1, -2)
        scaled = _scaled(linear_to_lab_d50(mixed), lab)
        flat = scaled.reshape(*values.shape[:-1], -1)
        return np.concatenate([flat, held_back * values], axis=-1)

    found = _least_squares(misses, start_at, bend=bend)
    (first, second), map_ = _parted(found, columns, bend=bend)
    red, green, blue = (float(gain) for gain in balance)
    return Correction(kind, (float(first), float(second)), (red, green, blue), map_)


def _parted(values: Floats, columns: int, *, bend: bool) -> tuple[tuple[Floats, Floats], Floats]:
    """The tone (two arrays of the leading shape) and the matrix (..., 3, columns) of parameters."""
    if not bend:
        one = np.ones(values.shape[:-1])
        return (one, 0 * one), values.reshape(*values.shape[:-1], 3, columns)
    return (values[..., 0], values[..., 1]), values[..., 2:].reshape(*values.shape[:-1], 3, columns)


def _white_balance(camera: Floats, lab: Floats) -> Floats:
    """Gains for R, G, B, green's 1, by the patches whose reference has the least chroma."""
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    grey = (chroma < 4) & (lab[:, 0] > 30)
    if not grey.any():
        grey = chroma <= chroma.min() + 1
    ratios = lab_d50_to_linear(lab[grey]) / np.maximum(camera[grey], 1e-4)
    gains = np.exp(np.log(np.maximum(ratios, 1e-4)).mean(axis=0))
    return np.asarray(gains / gains[1], dtype=np.float64)


def _scaled(seen: Floats, lab: Floats) -> Floats:
    """Differences in lightness, chroma and hue over CIEDE2000's scales (Sharma et al. 2005)."""
    difference = seen - lab
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    along = lab[:, 1:] / np.maximum(chroma, 1e-9)[:, None]
    offset = (lab[:, 0] - 50) ** 2
    light = difference[..., 0] / (1 + 0.015 * offset / np.sqrt(20 + offset))
    a, b = difference[..., 1], difference[..., 2]
    colour = (a * along[:, 0] + b * along[:, 1]) / (1 + 0.045 * chroma)
    hue = (b * along[:, 0] - a * along[:, 1]) / (1 + 0.015 * chroma)
    return np.stack([light, colour, hue], axis=-1)


def _least_squares(misses: Callable[[Floats], Floats], start: Floats, *, bend: bool) -> Floats:
    values, damping = start, 1e-3
    miss = misses(values)
    for _ in range(_STEPS):
        slope = (misses(values + np.eye(len(values)) * _NUDGE) - miss).T / _NUDGE
        square, pull = slope.T @ slope, slope.T @ miss
        for _ in range(10):
            step = np.linalg.solve(square + damping * np.diag(np.diag(square) + 1e-9), pull)
            tried = values - step
            after = misses(tried) if not bend or _rising(tried) else np.array([np.inf])
            if after @ after < miss @ miss:
                break
            damping *= 4
        else:
            return values
        gained = miss @ miss - after @ after
        values, miss, damping = tried, after, damping / 3
        if gained < 1e-6 * (miss @ miss):
            return values
    return values


def _rising(values: Floats) -> bool:
    """Say whether the tone curve rises, neither flat nor steep, from black to white."""
    dark = values[0] + 2 * values[1] * np.log(DARKEST)
    return bool(min(dark, values[0]) >= SLOPES[0] and max(dark, values[0]) <= SLOPES[1])
