"""How clearly pictures show a fault, whoever looks: the light's step across its outline."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.measurands import KINDS
from calibration.outline import pairs_across
from calibration.region import Cells, Floats, Region
from calibration.views import Light, Views, relief

_DARKEST = 0.01
_LEAST_STEP = 0.004
"""Relative light that no sensor and no JPEG keeps apart: half an 8-bit step in middle tones."""
_INDEPENDENT = 3


def evidence(kind: str, region: Region, views: Views) -> float:
    """Return how far the median step across an outline stands out from its own scatter.

    For each channel of each frame (relative light; for kinds told by relief also the ratio of
    frames and the fineness of texture) the step from outside to inside is taken at every point of
    the outline. Its median over the points, divided by the standard error of that median, is the
    channel's evidence; the answer is their root mean square. A print that runs on under the
    outline has no median step, so it is the goods' own pattern that a fault must stand out from.
    0 where too few points lie on the item.
    """
    shape = views.shape
    if shape is None:
        return 0.0
    left, top = (int(value) for value in region.origin)
    height, width = (int(side * region.step) + 2 for side in region.cells.shape)
    margin = 12
    top, left = max(0, top - margin), max(0, left - margin)
    crop = (
        slice(top, min(shape[0], top + height + 2 * margin)),
        slice(left, min(shape[1], left + width + 2 * margin)),
    )
    how = KINDS[kind].outlining
    inside = region.covers(crop)
    within = None if views.within is None else views.within[crop]
    if not inside.any():
        return 0.0
    pairs = pairs_across(inside, within)
    if len(pairs) < 8:
        return 0.0
    light = views.light(crop)
    if how is not None and how.signal is relief:
        return _of_relief(light, inside, within)
    step = _steps(np.concatenate([np.log(frame + _DARKEST) for frame in light], axis=2), pairs)
    middle = np.median(step, axis=0)
    spread = 1.4826 * np.median(np.abs(step - middle), axis=0)
    independent = max(1.0, len(pairs) / _INDEPENDENT)
    error = np.hypot(1.2533 * spread / np.sqrt(independent), _LEAST_STEP)
    return float(np.sqrt(np.mean((middle / error) ** 2)))


def _of_relief(light: Sequence[Light], inside: Cells, within: Cells | None) -> float:
    """How much livelier, or smoother, the light's slope is over the region than around it."""
    tones = [np.log(frame.mean(axis=2) + _DARKEST) for frame in light]
    extent = math.sqrt(np.count_nonzero(inside))
    layers = [tones[0], *(tone - tones[0] for tone in tones[1:])]
    around = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    if within is not None:
        around &= within
    if np.count_nonzero(around) < 25:
        return 0.0
    found = []
    for layer in layers:
        for wide in (1.5, 4.0, max(4.0, 0.2 * extent)):
            rough = layer - cv2.GaussianBlur(layer, (0, 0), wide)
            lively = 0.5 * np.log(cv2.GaussianBlur(rough * rough, (0, 0), wide) + 1e-5)
            here, there = lively[inside], lively[around]
            cell = (2 * wide) ** 2
            error = math.hypot(
                float(here.std()) / math.sqrt(max(1.0, len(here) / cell)),
                float(there.std()) / math.sqrt(max(1.0, len(there) / cell)),
                0.05,
            )
            found.append(float(np.median(here) - np.median(there)) / error)
    return float(np.sqrt(np.mean(np.square(found))))


def _steps(signal: Light, pairs: NDArray[np.int64]) -> Floats:
    smooth = cv2.GaussianBlur(signal, (0, 0), 0.7)
    smooth = smooth.reshape(signal.shape)
    inner, outer = smooth[pairs[:, 1], pairs[:, 0]], smooth[pairs[:, 3], pairs[:, 2]]
    return np.asarray(inner - outer, np.float64)
