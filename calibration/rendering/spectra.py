"""Light in bands of wavelength: the chart's pigments, lamps, and what a camera makes of them.

`spectra.csv` holds, from 380 to 730 nm in steps of 10 nm, the colour-matching functions of the
CIE 1931 2° observer (ISO/CIE 11664-1), the components S0, S1, S2 of CIE daylight (CIE 15) and the
reflectances of the 24 patches, means of thirty charts (BabelColor).
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from calibration.chart.reference import BATCHES, Batch
from calibration.colour import D50_WHITE, Floats, lab_to_xyz

_BASIS_NM = ((450.0, 40.0), (545.0, 45.0), (620.0, 45.0))


@dataclass(frozen=True, slots=True)
class Bands:
    """Spectra over the same wavelengths; matrices have one row for each of these."""

    nm: Floats
    observer: Floats
    daylight: Floats
    patches: Floats


@cache
def bands() -> Bands:
    """Return the spectra of `spectra.csv`: observer (N x 3), daylight (N x 3), patches (N x 24)."""
    text = files("calibration.rendering").joinpath("spectra.csv").read_text("ascii")
    rows = np.array(list(csv.reader(text.splitlines()[1:])), dtype=np.float64)
    return Bands(rows[:, 0], rows[:, 1:4], rows[:, 4:7], rows[:, 7:])


def daylight(kelvin: float) -> Floats:
    """Return CIE daylight of a correlated colour temperature from 4000 to 25 000 K (CIE 15)."""
    if not 4000 <= kelvin <= 25_000:
        raise ValueError("CIE daylight goes from 4000 to 25 000 K.")
    t = 1000 / kelvin
    if kelvin <= 7000:
        x = 0.244063 + 0.09911 * t + 2.9678 * t**2 - 4.6070 * t**3
    else:
        x = 0.237040 + 0.24748 * t + 1.9018 * t**2 - 2.0064 * t**3
    y = -3 * x**2 + 2.870 * x - 0.275
    below = 0.0241 + 0.2562 * x - 0.7341 * y
    first = (-1.3515 - 1.7703 * x + 5.9114 * y) / below
    second = (0.0300 - 31.4424 * x + 30.0717 * y) / below
    return np.asarray(bands().daylight @ (1.0, first, second), dtype=np.float64)


def incandescent(kelvin: float) -> Floats:
    """Return a Planckian radiator's spectrum, in relative units."""
    metres = bands().nm * 1e-9
    return np.asarray(metres**-5 / np.expm1(1.438777e-2 / (metres * kelvin)), dtype=np.float64)


def white_led(blue_share: float = 0.75) -> Floats:
    """Return a phosphor-converted white LED: a blue peak beside broad green and red phosphors.

    `blue_share` is the height of the blue peak over that of the phosphors: 0.75 is about 5000 K.
    """
    nm = bands().nm
    blue = np.exp(-0.5 * ((nm - 452) / 11) ** 2)
    green = np.exp(-0.5 * ((nm - 530) / 36) ** 2)
    red = np.exp(-0.5 * ((nm - 610) / 45) ** 2)
    return np.asarray(blue_share * blue + 0.72 * green + 0.85 * red, dtype=np.float64)


def camera_sensitivities() -> Floats:
    """Return a colour camera's sensitivities (N x 3, R, G, B), which are no mix of the observer's.

    Bells about those of a filter-mosaic sensor behind an infrared filter, with their overlaps.
    """
    nm = bands().nm

    def bell(centre: float, below: float, above: float) -> Floats:
        return np.exp(-0.5 * ((nm - centre) / np.where(nm < centre, below, above)) ** 2)

    red = bell(600, 22, 40) + 0.06 * bell(440, 30, 30)
    green = 0.95 * bell(530, 34, 38)
    blue = 0.85 * bell(458, 24, 30)
    cut = 1 / (1 + np.exp((nm - 665) / 12))
    return np.stack([red, green, blue], axis=1) * cut[:, None]


@cache
def reflectances(batch: Batch) -> Floats:
    """Return the patches' reflectances (N x 24) whose CIELAB under D50 is the batch's exactly.

    Three smooth bands are added to the measured mean of many charts, so that the rendered chart is
    what its reference says and keeps the shape of real pigments.
    """
    spectra = bands()
    basis = np.stack(
        [np.exp(-0.5 * ((spectra.nm - nm) / width) ** 2) for nm, width in _BASIS_NM], axis=1
    )
    seen = tristimulus(spectra.patches, daylight(5000.0))
    wanted = lab_to_xyz(BATCHES[batch], D50_WHITE)
    change = np.linalg.solve(tristimulus(basis, daylight(5000.0)).T, (wanted - seen).T)
    return np.asarray(np.clip(spectra.patches + basis @ change, 0.0, 1.0), np.float64)


def tristimulus(reflecting: Floats, light: Floats) -> Floats:
    """Return XYZ (M x 3) of reflectances (N x M) under a light, scaled to D50's table white."""
    observer = bands().observer * light[:, None]
    return np.asarray(reflecting.T @ observer / observer.sum(axis=0) * D50_WHITE)


def exposed(reflecting: Floats, light: Floats) -> Floats:
    """Return the camera's raw colours (M x 3) of reflectances (N x M) under a light; white is 1."""
    seen = camera_sensitivities() * light[:, None]
    return np.asarray(reflecting.T @ seen / seen[:, 1].sum())
