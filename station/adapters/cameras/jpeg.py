"""Lossless work on JPEG files: metadata off, a part cut out, boxes flattened to one colour.

libjpeg-turbo's transforms rearrange the camera's own coefficients; no pixel is compressed twice.
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

GRAIN = 16
"""Edges in a JPEG are lossless where they are multiples of this."""

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels."""

_CROP, _NO_OUTPUT, _COPY_NONE = 4, 16, 64
_STOP_ON_WARNING, _ACCURATE = 8192, 4096
_RGB = 0
_BLOCK = 8
_SOI, _SOS, _DHT = 0xD8, 0xDA, 0xC4
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_JFIF, _ADOBE = 0xE0, 0xEE
_COMMENT = 0xFE
_JFIF_BYTES = 16


class _Region(ctypes.Structure):
    _fields_ = (
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("w", ctypes.c_int),
        ("h", ctypes.c_int),
    )


_Filter = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_short),
    _Region,
    _Region,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_void_p,
)


class _Transform(ctypes.Structure):
    _fields_ = (
        ("r", _Region),
        ("op", ctypes.c_int),
        ("options", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("customFilter", _Filter),
    )


class DamagedError(ValueError):
    """The bytes are no whole JPEG."""


def bare(content: bytes) -> bytes:
    """The JPEG without comments, EXIF and other application data; its coefficients untouched.

    JFIF (without its thumbnail) and Adobe's marker stay: they say how the colours are meant. The
    Huffman tables that USB cameras leave out of motion JPEG are put in, where the library is, so
    that any program can show the picture. DamagedError if its segments cannot be followed.
    """
    if content[:2] != bytes((0xFF, _SOI)):
        raise DamagedError("no JPEG")
    kept, at, tables = [content[:2]], 2, False
    while True:
        while content[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 4 > len(content) or content[at] != 0xFF:
            raise DamagedError("its segments are broken")
        marker = content[at + 1]
        if marker in _BARE:
            at += 2
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SOS:
            whole = b"".join((*kept, content[at:]))
            return whole if tables or not at_hand() else cut(whole, None)
        tables = tables or marker == _DHT
        segment = content[at : at + 2 + length]
        at += 2 + length
        if marker == _JFIF and segment[4:9] == b"JFIF\0" and length >= _JFIF_BYTES:
            size = _JFIF_BYTES.to_bytes(2, "big")
            kept.append(segment[:2] + size + segment[4:16] + b"\0\0")
        elif marker == _ADOBE or not (0xE0 <= marker <= 0xEF or marker == _COMMENT):
            kept.append(segment)


def at_hand() -> bool:
    """Whether libjpeg-turbo is installed (Debian: libturbojpeg0)."""
    return _library() is not None


def cut(content: bytes, crop: Box | None, flat: Sequence[Box] = ()) -> bytes:
    """The picture within `crop`, whose corner is a multiple of `GRAIN`, flattened in `flat`.

    `flat` are boxes of the picture within the crop; each grows to the next multiples of `GRAIN`
    and is left with its own median colour. Metadata is gone. DamagedError for a damaged JPEG;
    RuntimeError without the library.
    """
    library = _library()
    if library is None:
        raise RuntimeError("libturbojpeg is not installed: apt install libturbojpeg0")
    flattened = [_Flattened(box) for box in flat]
    if flattened:
        _transform(library, content, crop, _NO_OUTPUT, [box.measure for box in flattened])
    return _transform(library, content, crop, 0, [box.write for box in flattened])


def decode_into(content: bytes, pixels: NDArray[np.uint8]) -> bool:
    """Decode into `pixels`, contiguous uint8 [height, width, 3] RGB; false without the library.

    DamagedError if the picture has another size or any of its coefficients cannot be read, which
    a common decoder passes over in silence.
    """
    library = _library()
    if library is None:
        return False
    height, width = pixels.shape[:2]
    place = pixels.ctypes.data_as(ctypes.c_void_p)
    handle = library.tjInitDecompress()
    seen = [ctypes.c_int() for _ in range(4)]
    try:
        failed = library.tjDecompressHeader3(handle, content, len(content), *seen)
        if failed or (seen[0].value, seen[1].value) != (width, height):
            raise DamagedError("it has another size")
        flags = _STOP_ON_WARNING | _ACCURATE
        if library.tjDecompress2(
            handle, content, len(content), place, width, 3 * width, height, _RGB, flags
        ):
            raise DamagedError("libjpeg-turbo cannot read all of it")
    finally:
        library.tjDestroy(handle)
    return True


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of blocks of a component: the pixels above it, and how many a block is wide and high.

    `blocks` are the coefficients, int16 [count, 64], the level first; they may be written.
    """

    blocks: NDArray[np.int16]
    component: int
    above: int
    wide: int
    high: int


_See = Callable[[_Row], None]


class _Flattened:
    """A box that keeps nothing but one level for each component."""

    def __init__(self, box: Box) -> None:
        x, y, width, height = box
        self._left, self._top = x // GRAIN * GRAIN, y // GRAIN * GRAIN
        self._right, self._bottom = (-(-end // GRAIN) * GRAIN for end in (x + width, y + height))
        self._levels: dict[int, list[int]] = {}

    def measure(self, row: _Row) -> None:
        levels = self._levels.setdefault(row.component, [])
        levels.extend(self._of(row)[:, 0].tolist())

    def write(self, row: _Row) -> None:
        blocks = self._of(row)
        if blocks.size:
            blocks[:] = 0
            blocks[:, 0] = int(np.median(self._levels[row.component]))

    def _of(self, row: _Row) -> NDArray[np.int16]:
        """The blocks of a row that touch the box."""
        if row.above + row.high <= self._top or row.above >= self._bottom:
            return row.blocks[:0]
        return row.blocks[self._left // row.wide : -(-self._right // row.wide)]


@cache
def _library() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libturbojpeg.so.0")
        library.tjInitTransform.restype = library.tjInitDecompress.restype = ctypes.c_void_p
    except (OSError, AttributeError):
        return None
    library.tjTransform.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_ulong,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.POINTER(ctypes.c_ulong),
        ctypes.POINTER(_Transform),
        ctypes.c_int,
    ]
    library.tjDecompressHeader3.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_ulong,
        *[ctypes.POINTER(ctypes.c_int)] * 4,
    ]
    library.tjDecompress2.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_ulong,
        ctypes.c_void_p,
        *[ctypes.c_int] * 5,
    ]
    library.tjDestroy.argtypes = [ctypes.c_void_p]
    library.tjFree.argtypes = [ctypes.c_void_p]
    return library


def _transform(
    library: ctypes.CDLL,
    content: bytes,
    crop: Box | None,
    options: int,
    see: Sequence[_See] = (),
) -> bytes:
    options |= _COPY_NONE | (_CROP if crop else 0)
    whole = _Region()

    def filtered(
        coefficients: Any, array: _Region, plane: _Region, component: int, *_: object
    ) -> int:
        nonlocal whole
        whole = plane if component == 0 else whole
        wide, high = (
            _BLOCK * max(1, round(of / part))
            for of, part in ((whole.w, plane.w), (whole.h, plane.h))
        )
        blocks = np.ctypeslib.as_array(coefficients, (array.w // _BLOCK, _BLOCK * _BLOCK))
        row = _Row(blocks, component, array.y // _BLOCK * high, wide, high)
        for look in see:
            look(row)
        return 0

    # Without a filter nothing is called back, which is quicker.
    transform = _Transform(
        _Region(*(crop or (0, 0, 0, 0))), 0, options, None, _Filter(filtered) if see else _Filter()
    )
    handle = library.tjInitTransform()
    made, size = ctypes.c_void_p(), ctypes.c_ulong()
    try:
        failed = library.tjTransform(
            handle, content, len(content), 1, made, size, transform, _STOP_ON_WARNING
        )
        if failed:
            raise DamagedError("libjpeg-turbo cannot read all of it")
        return ctypes.string_at(made.value, size.value) if made.value else b""
    finally:
        if made.value:
            library.tjFree(made)
        library.tjDestroy(handle)
