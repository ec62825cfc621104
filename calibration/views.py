"""The pictures of one pose, in linear light: one frame under several lamps, the item at rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.calibrated_colour import CalibratedColour
from calibration.colour import linear_light
from calibration.region import Cells, MeasurementError

Picture = NDArray[np.uint8]
"""uint8 H x W x 3, RGB, sRGB-encoded."""
Light = NDArray[np.float32]

_LINEAR = linear_light(np.arange(256) / 255).astype(np.float32)
_DARKEST = 0.01
"""Added to light before a ratio is taken, so that noise in black does not rule it."""


@dataclass(frozen=True, slots=True)
class Views:
    """What a fault can be refined on.

    `even` is the frame under diffuse light, where there is one: colours are taken from it.
    `oblique` are frames of the same pose under low lamps, which show relief. `within` (H x W)
    is where the item is seen; nothing outside it belongs to a fault or to its surround. `colour`
    is what colours of the even frame mean; without it no colour difference is claimed.
    """

    even: Picture | None = None
    oblique: tuple[Picture, ...] = ()
    within: Cells | None = None
    colour: CalibratedColour | None = None

    def __post_init__(self) -> None:
        for picture in self.pictures:
            if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
                raise MeasurementError("A picture to measure in must be 8-bit RGB, H x W x 3.")
        shapes = {picture.shape[:2] for picture in self.pictures}
        if self.within is not None:
            shapes.add(self.within.shape)
        if len(shapes) > 1:
            raise MeasurementError(
                "The pictures of a pose differ in size: take them with one camera setting."
            )

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All frames, the even one first."""
        return self.oblique if self.even is None else (self.even, *self.oblique)

    @property
    def shape(self) -> tuple[int, int] | None:
        """Rows and columns of the frames; None without any."""
        return self.pictures[0].shape[:2] if self.pictures else None

    def light(self, crop: tuple[slice, slice]) -> list[Light]:
        """The linear light (rows, columns, 3), 0 to 1, of each frame in a crop."""
        return [_LINEAR[picture[crop]] for picture in self.pictures]


def plain(light: Sequence[Light]) -> Light:
    """Every channel of every frame: what paint, soil, rust and holes change."""
    return np.concatenate(light, axis=2)


def relief(light: Sequence[Light]) -> Light:
    """Every channel, the ratio of each further frame to the first, and the fineness of texture.

    The ratio cancels what is printed and leaves the slope of the surface; texture is the local
    deviation from the surroundings of two pixels, relative to their light.
    """
    layers = [plain(light)]
    first = light[0].mean(axis=2)
    for number, frame in enumerate(light):
        tone = frame.mean(axis=2)
        if number:
            layers.append(np.log((tone + _DARKEST) / (first + _DARKEST))[..., None])
        fine = tone - cv2.GaussianBlur(tone, (0, 0), 1.5)
        spread = np.sqrt(cv2.GaussianBlur(fine * fine, (0, 0), 1.8))
        layers.append((spread / (tone + 2 * _DARKEST))[..., None])
    return np.concatenate(layers, axis=2)


def fine(light: Sequence[Light]) -> Light:
    """Every channel relative to its surroundings of some pixels: what thin lines change."""
    layers = []
    for frame in light:
        around = cv2.GaussianBlur(frame, (0, 0), 4.0)
        layers.append(np.clip(frame / (around + _DARKEST / 2) - 1, -1, 3))
    return np.concatenate(layers, axis=2)
