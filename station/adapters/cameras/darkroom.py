"""From one exposure to what is kept and what is examined: both the same picture.

Metadata goes, and shipping labels are flattened where asked. A JPEG stays the camera's own: nothing
is compressed twice. Everything else is kept as PNG.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import PictureError
from models.runtime.opencv import cv2
from models.runtime.picture_headers import read_header
from models.runtime.pictures import decode_picture
from station.adapters.cameras import jpeg
from station.adapters.cameras.jpeg import Box
from station.adapters.cameras.pixels import PixelPlace, pixels_of
from station.adapters.cameras.sources.pictures import JPEG, PNG
from station.adapters.cameras.sources.source import Taken, TakenPixels, TornError

FindLabels = Callable[[NDArray[np.uint8]], Sequence[Box]]
"""Finds shipping labels in an RGB picture, uint8 [height, width, 3]."""

BANDS = 8
"""A picture that has not a single texture in one of so many bands came only in part."""

_WHITE, _DARK = 254, 10.0
_TORN = "The camera's picture is torn: check its cable, and use no hub."
# Noise hardly compresses, so the quickest of the lossless settings.
_QUICKLY = (cv2.IMWRITE_PNG_COMPRESSION, 1)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


@dataclass(frozen=True, slots=True)
class Developed:
    """The evidence bytes; the size and the mean grey value, 0 to 255, of their picture.

    `masked` are the boxes of it that were flattened.
    """

    evidence: bytes
    media_type: str
    width: int
    height: int
    mean: float
    masked: tuple[Box, ...] = ()


class Darkroom:
    """Develops exposures into the station's shared memory. For one thread."""

    def __init__(self, find_labels: FindLabels | None = None) -> None:
        """Without `find_labels` no label is ever masked."""
        self._find_labels = find_labels
        self._memory: dict[str, SharedMemory] = {}

    def develop(
        self, taken: Taken | TakenPixels, place: PixelPlace, *, mask_labels: bool = False
    ) -> Developed:
        """The evidence, decoded as RGB into the place if its size is the place's.

        TornError if it is no whole picture.
        """
        find = self._find_labels if mask_labels else None
        if isinstance(taken, TakenPixels):
            return self._from_pixels(taken.pixels, place, find)
        # Some cameras fill their last packet up with zeros.
        content = taken.evidence.rstrip(b"\0")
        try:
            if taken.media_type == JPEG:
                return self._from_jpeg(content, place, find)
            return self._from_png(content, place, find)
        except (PictureError, jpeg.DamagedError) as error:
            raise TornError(_TORN) from error

    def close(self) -> None:
        """Let go of the memory, which is the station's."""
        for memory in self._memory.values():
            memory.close()
        self._memory.clear()

    def _from_jpeg(self, content: bytes, place: PixelPlace, find: FindLabels | None) -> Developed:
        if find and not jpeg.at_hand():
            return self._from_decoded(decode_picture(content), place, find)
        content = jpeg.bare(content)
        labels = tuple(find(decode_picture(content))) if find else ()
        if labels:
            content = jpeg.cut(content, None, labels)
        header = read_header(content)
        if (header.width, header.height) != (place.width, place.height):
            return Developed(content, JPEG, header.width, header.height, 0.0, labels)
        pixels = self._pixels(place)
        if not jpeg.decode_into(content, pixels):
            np.copyto(pixels, decode_picture(content))
        return Developed(content, JPEG, place.width, place.height, _mean(pixels), labels)

    def _from_png(self, content: bytes, place: PixelPlace, find: FindLabels | None) -> Developed:
        picture = decode_picture(content)
        if find:
            return self._from_decoded(picture, place, find)
        return self._put(_bare_png(content), picture, place)

    def _from_pixels(
        self, pixels: NDArray[Any], place: PixelPlace, find: FindLabels | None
    ) -> Developed:
        if pixels.dtype != np.uint8:
            raise OSError("The camera delivers more than 8 bits a channel: choose an 8-bit format.")
        way = cv2.COLOR_GRAY2RGB if pixels.ndim == 2 else cv2.COLOR_BGR2RGB
        return self._from_decoded(np.asarray(cv2.cvtColor(pixels, way), np.uint8), place, find)

    def _from_decoded(
        self, picture: NDArray[np.uint8], place: PixelPlace, find: FindLabels | None
    ) -> Developed:
        labels = tuple(find(picture)) if find else ()
        if labels:
            picture = picture.copy()
            for x, y, width, height in labels:
                part = picture[max(0, y) : y + height, max(0, x) : x + width]
                part[:] = np.median(part, axis=(0, 1)).astype(np.uint8)
        good, png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), _QUICKLY)
        if not good:
            raise OSError("The camera's picture cannot be kept: choose another pixel format.")
        return self._put(png.tobytes(), picture, place, labels)

    def _put(
        self,
        content: bytes,
        picture: NDArray[np.uint8],
        place: PixelPlace,
        labels: tuple[Box, ...] = (),
    ) -> Developed:
        height, width = picture.shape[:2]
        if (width, height) == (place.width, place.height):
            np.copyto(self._pixels(place), picture)
        return Developed(content, PNG, width, height, _mean(picture), labels)

    def _pixels(self, place: PixelPlace) -> NDArray[np.uint8]:
        memory = self._memory.get(place.name)
        if memory is None:
            memory = self._memory[place.name] = SharedMemory(place.name)
        return pixels_of(memory, place.width, place.height)


def _mean(picture: NDArray[np.uint8]) -> float:
    """The mean grey value of every fourth pixel each way, which is enough to tell black.

    TornError if a band from edge to edge has one and the same colour: no sensor sees that, but a
    decoder shows it where the rest of a picture did not come (grey in a JPEG, green in YUYV, black
    in a buffer). White is overexposed, and a dark picture dark; others judge those.
    """
    sparse = picture[::4, ::4]
    red, green, blue = (float(value) for value in sparse.reshape(-1, 3).mean(axis=0))
    mean = 0.299 * red + 0.587 * green + 0.114 * blue
    bands = [band for band in np.array_split(sparse, BANDS) if band.size]
    if mean > _DARK and any(
        band[0, 0].min() < _WHITE and bool((band == band[0, 0]).all()) for band in bands
    ):
        raise TornError(_TORN)
    return mean


def _bare_png(content: bytes) -> bytes:
    """The PNG without texts, times, EXIF and colour profiles; its pixels untouched."""
    kept, at = [content[:8]], len(_PNG_SIGNATURE)
    while at + 8 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] in _PNG_NEEDED:
            kept.append(content[at:end])
        at = end
    return b"".join(kept)
