"""From 8-bit pixels to the values a model takes."""

import numpy as np
from numpy.typing import NDArray

from models.runtime.manifest import GRID, Input
from models.runtime.opencv import cv2


class Preparation:
    """Makes batches of one picture. Its buffer is used again by the next call."""

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

    def batch(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """float32 [1, 3, H, W] for `picture`, uint8 [H, W, 3] RGB; valid until the next call."""
        height, width, channels = picture.shape
        if self._buffer.shape[2:] != (height, width):
            self._buffer = np.empty((1, channels, height, width), np.float32)
        for channel, table in enumerate(self._tables):
            cv2.LUT(cv2.extractChannel(picture, channel), table, dst=self._buffer[0, channel])
        return self._buffer
