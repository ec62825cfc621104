"""From 8-bit pictures to the planes and values a model takes."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.runtime.manifest import GRID, Input
from models.runtime.opencv import cv2

Pictures = Mapping[str, NDArray[np.uint8]]
"""Pictures of one pose by the lamp that was lit, uint8 [H, W, 3] RGB, all of one size."""

BLACK = 0
"""What every pixel of a lamp that took no picture holds."""


class Preparation:
    """Makes batches of one picture or pose. Its buffer is used again by the next call."""

    def __init__(self, rule: Input) -> None:
        self._rule = rule
        pixels = np.arange(256, dtype=np.float64) * rule.scale
        self._tables = [
            ((pixels - mean) / std).astype(np.float32)
            for mean, std in zip(rule.mean, rule.std, strict=True)
        ]
        self._buffer = np.empty((1, rule.channels, 0, 0), np.float32)

    def takes(self, width: int, height: int) -> bool:
        """Whether the model takes pictures of this size."""
        if self._rule.width:
            return (width, height) == (self._rule.width, self._rule.height)
        return width > 0 and height > 0 and width % GRID == 0 and height % GRID == 0

    def batch(self, pictures: Pictures) -> NDArray[np.float32]:
        """float32 [1, C, H, W] of at least one picture; valid until the next call.

        Lamps that the model does not know are left out.
        """
        planes: list[NDArray[np.uint8] | None] = []
        for light in self._rule.lights:
            picture = pictures.get(light.name)
            if picture is None:
                planes += [None] * light.planes
            elif light.colour == "grey":
                planes.append(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8))
            else:
                planes += [np.asarray(cv2.extractChannel(picture, n), np.uint8) for n in range(3)]
        height, width = next(iter(pictures.values())).shape[:2]
        return self._values(planes, height, width)

    def batch_of_planes(self, planes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """float32 [1, C, H, W] of planes that are laid out already, uint8 [H, W, C]."""
        height, width, count = planes.shape
        layers = [np.ascontiguousarray(planes[..., plane]) for plane in range(count)]
        return self._values(layers, height, width)

    def _values(
        self, planes: Sequence[NDArray[np.uint8] | None], height: int, width: int
    ) -> NDArray[np.float32]:
        if self._buffer.shape[2:] != (height, width):
            self._buffer = np.empty((1, len(self._tables), height, width), np.float32)
        for channel, (plane, table) in enumerate(zip(planes, self._tables, strict=True)):
            if plane is None:
                self._buffer[0, channel] = table[BLACK]
            else:
                cv2.LUT(plane, table, dst=self._buffer[0, channel])
        return self._buffer
