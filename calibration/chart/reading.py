"""What the camera makes of each patch of a chart that was found."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.chart.finding import Chart
from calibration.chart.reference import PATCHES
from calibration.colour import Floats, linear_light
from calibration.light.flat_field import FlatField

CLIPPED = 254
_LINEAR = linear_light(np.arange(256) / 255)


@dataclass(frozen=True, slots=True)
class Patches:
    """The 24 patches as pictured, in the order of `chart.reference.NAMES`.

    `linear` (24 x 3) is the mean linear light, R, G, B from 0 to 1; `deviation` (24 x 3) the
    standard deviation of the pixels; `clipped` (24) the share of pixels with a channel at
    `CLIPPED` or above; `pixels` (24) how many there were; `centres` (24 x 2, px) where they lie.
    """

    linear: Floats
    deviation: Floats
    clipped: Floats
    pixels: NDArray[np.int_]
    centres: Floats


def read_patches(rgb: NDArray[np.uint8], chart: Chart) -> Patches:
    """Read the middle of each patch in an RGB picture (H x W x 3, 8-bit sRGB).

    The mean is taken of linear light: a mean of encoded values is that of no light.
    """
    linear = np.empty((PATCHES, 3))
    deviation = np.empty((PATCHES, 3))
    clipped = np.empty(PATCHES)
    pixels = np.empty(PATCHES, dtype=np.int_)
    for number in range(PATCHES):
        inside = _pixels(rgb, chart.patch(number))
        light = _LINEAR[inside]
        linear[number] = light.mean(axis=0)
        deviation[number] = light.std(axis=0)
        clipped[number] = np.mean(np.any(inside >= CLIPPED, axis=1))
        pixels[number] = len(inside)
    return Patches(linear, deviation, clipped, pixels, chart.centres)


def evened(patches: Patches, field: FlatField, size: tuple[int, int]) -> Patches:
    """The patches as an even light would show them, in a picture of width x height."""
    level = field.at(patches.centres, size)[:, None]
    return replace(patches, linear=patches.linear / level, deviation=patches.deviation / level)


def _pixels(rgb: NDArray[np.uint8], corners: Floats) -> NDArray[np.uint8]:
    """The pixels (N x 3) whose centres a quadrangle covers; at least the one in its middle."""
    left, top = np.floor(corners.min(axis=0)).astype(int).clip(0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    crop = rgb[top:bottom, left:right]
    inside = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, (corners - (left, top)).round().astype(np.int32), 1)
    return np.asarray(crop[inside.astype(bool)], np.uint8)
