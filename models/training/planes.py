"""The planes that the network sees of one pose: a picture under each lamp, side by side."""

from collections.abc import Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from models.runtime.manifest import LightInput

LIGHTS = (
    LightInput(name="bright", colour="RGB"),
    LightInput(name="raking", colour="grey"),
    LightInput(name="raking-back", colour="grey"),
)
"""The lamps a network learns, in the order of its input planes."""

PLANES = sum(light.planes for light in LIGHTS)

PLANES_OF: Mapping[str, slice] = MappingProxyType(
    {
        light.name: slice(
            sum(before.planes for before in LIGHTS[:place]),
            sum(before.planes for before in LIGHTS[: place + 1]),
        )
        for place, light in enumerate(LIGHTS)
    }
)
"""Where the planes of each lamp stand."""

COLOUR = PLANES_OF[LIGHTS[0].name]
"""The planes of the one lamp that is seen in colour."""

ABSENT = 0
"""The value of every pixel of a lamp that took no picture."""


def grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The luma of an RGB picture, uint8 [H, W], as the bench's runtime takes it."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def stacked(pictures: Mapping[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Planes uint8 [H, W, PLANES] of RGB pictures by lamp, all of one size; at least one known.

    Lamps without a picture are ABSENT; pictures of lamps that are not among LIGHTS are left out.
    """
    known = {name: picture for name, picture in pictures.items() if name in PLANES_OF}
    if not known:
        raise ValueError(f"no picture under any of the lamps {', '.join(PLANES_OF)}")
    height, width = next(iter(known.values())).shape[:2]
    planes = np.full((height, width, PLANES), ABSENT, np.uint8)
    for light in LIGHTS:
        if light.name in known:
            picture = known[light.name]
            place = PLANES_OF[light.name]
            planes[..., place] = picture if light.planes == 3 else grey(picture)[..., None]
    return planes
