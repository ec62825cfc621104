"""A camera of which only the part that shows the bench is ever seen."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import PictureError
from models.runtime.opencv import cv2
from models.runtime.picture_headers import read_header
from models.runtime.pictures import decode_picture
from station.adapters.cameras import jpeg
from station.adapters.cameras.jpeg import Box
from station.adapters.cameras.sources.pictures import JPEG, shrink
from station.adapters.cameras.sources.source import (
    Exposure,
    FrameSource,
    PixelExposure,
    Taken,
    TakenPixels,
    TornError,
)


class CroppedSource:
    """Another source, cut to a part of its pictures before anybody sees one.

    A JPEG is cut without being compressed again; without libjpeg-turbo it becomes pixels. A picture
    of another size than the camera's own is left as it came, for the station to refuse.
    """

    def __init__(self, source: FrameSource, size: tuple[int, int], crop: Box) -> None:
        """`size` is that of the camera's pictures; the corner of `crop` is in multiples of 16."""
        self._source = source
        self._size = size
        self._crop = crop

    def open(self) -> dict[str, float]:
        """Open the camera."""
        return self._source.open()

    def identity(self) -> str:
        """Which camera it is."""
        return self._source.identity()

    def grab(self, light: str) -> Taken | TakenPixels:
        """The part of the next frame."""
        taken = self._source.grab(light)
        if isinstance(taken, TakenPixels):
            return PixelExposure(self._part(taken.pixels), taken.sequence, taken.monotonic_s)
        content = taken.evidence.rstrip(b"\0")
        try:
            header = read_header(content)
            if (header.width, header.height) != self._size:
                return taken
            if taken.media_type == JPEG and jpeg.at_hand():
                part = jpeg.cut(content, self._crop)
                return Exposure(part, JPEG, taken.sequence, taken.monotonic_s)
            decoded = cv2.cvtColor(decode_picture(content), cv2.COLOR_RGB2BGR)
        except (PictureError, jpeg.DamagedError) as error:
            raise TornError("The camera's picture is torn: check its cable.") from error
        return PixelExposure(self._part(decoded), taken.sequence, taken.monotonic_s)

    def look(self) -> NDArray[np.uint8] | None:
        """The same part, live."""
        seen = self._source.look()
        if seen is None:
            return None
        across, down = seen.shape[1] / self._size[0], seen.shape[0] / self._size[1]
        x, y, width, height = self._crop
        rows = slice(round(y * down), max(round((y + height) * down), round(y * down) + 1))
        columns = slice(round(x * across), max(round((x + width) * across), round(x * across) + 1))
        return shrink(np.ascontiguousarray(seen[rows, columns]))

    def close(self) -> None:
        """Let go of the camera."""
        self._source.close()

    def _part(self, pixels: NDArray[Any]) -> NDArray[Any]:
        if (pixels.shape[1], pixels.shape[0]) != self._size:
            return pixels
        x, y, width, height = self._crop
        return np.ascontiguousarray(pixels[y : y + height, x : x + width])
