"""The colour difference between a fault and the surface around it."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.calibrated_colour import CalibratedColour
from calibration.colour import delta_e00, linear_to_lab
from calibration.outline import OUTSIDE_PX, pairs_across
from calibration.region import Cells, Floats, Region
from calibration.views import Picture

MIN_PAIRS = 8
SECTORS = 8
VEIL_U_RELATIVE = 0.15
"""Light that glances off the surface pales what lies under it."""

_CORRELATED = 3
"""Neighbouring points of an outline share their pixels: about a third of them are independent."""


def colour_contrast(
    region: Region, picture: Picture, colour: CalibratedColour, within: Cells | None = None
) -> tuple[float, float] | None:
    """Return ΔE00 between a fault and its surround, and its expanded uncertainty (k = 2).

    Measurand: CIEDE2000 across the outline, the median over its points. Each point compares
    the two sides on its normal (`pairs_across`), each the mean of 3 x 3 pixels. So a print or a
    shadow that runs on under the fault is on both sides and does not count. `picture` is the
    whole frame under even light, its colours those of `colour`; `within` (H x W) is where the item
    is seen. None where fewer than `MIN_PAIRS` points have both places inside the picture and on
    the item.

    U combines the spread of the median (1.2533 · s / √n, s from the median absolute deviation),
    how far the answer differs from side to side (half the standard deviation over the outline's
    eight sectors) and `VEIL_U_RELATIVE` of the value. The camera's own share is not in it.
    """
    inside = region.covers((slice(0, picture.shape[0]), slice(0, picture.shape[1])))
    rows, columns = np.nonzero(inside)
    if not len(rows):
        return None
    margin = round(OUTSIDE_PX) + 4
    top, left = max(0, int(rows.min()) - margin), max(0, int(columns.min()) - margin)
    crop = np.s_[top : int(rows.max()) + margin + 1, left : int(columns.max()) + margin + 1]
    pairs = pairs_across(inside[crop], None if within is None else within[crop])
    if len(pairs) < MIN_PAIRS:
        return None
    lab = linear_to_lab(cv2.blur(colour.light(picture, crop), (3, 3)))
    differences = delta_e00(lab[pairs[:, 1], pairs[:, 0]], lab[pairs[:, 3], pairs[:, 2]])
    value = float(np.median(differences))
    spread = 1.4826 * float(np.median(np.abs(differences - value)))
    independent = max(1.0, len(pairs) / _CORRELATED)
    sides = _sector_medians(pairs[:, :2], differences)
    u = math.hypot(
        1.2533 * spread / math.sqrt(independent),
        float(sides.std()) / 2,
        VEIL_U_RELATIVE / 2 * value,
    )
    return value, 2 * u


def _sector_medians(points: NDArray[np.int64], differences: Floats) -> Floats:
    """The median difference of each side of the fault that has enough points."""
    offsets = points - points.mean(axis=0)
    angle = np.arctan2(offsets[:, 1], offsets[:, 0])
    sector = ((angle / (2 * np.pi) + 0.5) * SECTORS).astype(np.int64) % SECTORS
    counts = np.bincount(sector, minlength=SECTORS)
    enough = [number for number in range(SECTORS) if counts[number] >= MIN_PAIRS]
    if not enough:
        return np.array([float(np.median(differences))])
    return np.array([float(np.median(differences[sector == number])) for number in enough])
