"""What a picture says of itself, read from its bytes before any decoder sees them.

JPEG (ITU-T T.81), PNG (W3C, third edition) and WebP (RFC 9649) are told apart by their first
bytes. The structure is followed to its end, so that a picture cut short is noticed, but no pixel
is decoded and nothing of the picture's size is allocated.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from models.runtime.errors import PictureError

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_MOST_SCANS = 100

_PNG = b"\x89PNG\r\n\x1a\n"
_WEBP_ANIMATED = 0x02

_CUT = "The picture is cut short: take or copy it again."
_DAMAGED = "The picture is damaged: take or copy it again."
_ANIMATED = "The picture is animated: give one still picture."


@dataclass(frozen=True, slots=True)
class Header:
    """Kind (`jpeg`, `png` or `webp`) and size in pixels as stored, before any rotation."""

    kind: str
    width: int
    height: int
    progressive: bool = False
    """A JPEG whose decoder must keep all coefficients until the last scan."""


def read_header(content: bytes) -> Header:
    """The header of a whole picture; PictureError for other, damaged or incomplete bytes."""
    if content.startswith(b"\xff\xd8\xff"):
        header = _jpeg(content)
    elif content.startswith(_PNG):
        header = _png(content)
    elif content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        header = _webp(content)
    else:
        raise PictureError("The file is no picture known here: use JPEG, PNG or WebP.")
    if header.width == 0 or header.height == 0:
        raise PictureError(_DAMAGED)
    return header


def _jpeg(content: bytes) -> Header:
    header: Header | None = None
    scans = 0
    for marker, segment in _segments(content):
        if marker in _FRAMES:
            if header is not None or len(segment) < 5:
                raise PictureError(_DAMAGED)
            height, width = struct.unpack_from(">HH", segment, 1)
            header = Header("jpeg", width, height, marker in _PROGRESSIVE)
        elif marker == _SOS:
            scans += 1
            if scans > _MOST_SCANS:
                raise PictureError(f"The picture has more than {_MOST_SCANS} scans: save it anew.")
    if header is None or scans == 0:
        raise PictureError(_DAMAGED)
    return header


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and parameters of each segment up to the end-of-image marker, which must come."""
    position = 2
    while True:
        if _byte(content, position) != 0xFF:
            raise PictureError(_DAMAGED)
        marker = _byte(content, position + 1)
        if marker == 0xFF:
            position += 1
            continue
        position += 2
        if marker == _EOI:
            return
        if marker in _ALONE:
            continue
        size = int.from_bytes(_part(content, position, 2), "big")
        if marker in (0x00, _SOI) or size < 2:
            raise PictureError(_DAMAGED)
        yield marker, _part(content, position + 2, size - 2)
        position += size
        if marker == _SOS:
            found = _AFTER_SCAN.search(content, position)
            if found is None:
                raise PictureError(_CUT)
            position = found.start()


def _png(content: bytes) -> Header:
    header: Header | None = None
    position = len(_PNG)
    while True:
        size, kind = struct.unpack(">I4s", _part(content, position, 8))
        body = _part(content, position + 8, size)
        (checksum,) = struct.unpack(">I", _part(content, position + 8 + size, 4))
        if zlib.crc32(body, zlib.crc32(kind)) != checksum:
            raise PictureError(_DAMAGED)
        position += 12 + size
        if (kind == b"IHDR") != (header is None):
            raise PictureError(_DAMAGED)
        if header is None:
            if size != 13:
                raise PictureError(_DAMAGED)
            header = Header("png", *struct.unpack_from(">II", body))
        elif kind == b"acTL":
            raise PictureError(_ANIMATED)
        elif kind == b"IEND":
            return header


def _webp(content: bytes) -> Header:
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise PictureError(_CUT)
    canvas: Header | None = None
    position = 12
    while position + 8 <= end:
        kind, size = struct.unpack_from("<4sI", content, position)
        if size > end - position - 8:
            raise PictureError(_CUT)
        body = content[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
        if kind == b"VP8X" and canvas is None:
            canvas = _canvas(body)
        elif kind in (b"VP8 ", b"VP8L"):
            picture = _lossy(body) if kind == b"VP8 " else _lossless(body)
            if canvas not in (None, picture):
                raise PictureError(_DAMAGED)
            return picture
    raise PictureError(_DAMAGED)


def _canvas(body: bytes) -> Header:
    if len(body) < 10:
        raise PictureError(_DAMAGED)
    if body[0] & _WEBP_ANIMATED:
        raise PictureError(_ANIMATED)
    width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
    return Header("webp", width, height)


def _lossy(body: bytes) -> Header:
    if len(body) < 10 or body[3:6] != b"\x9d\x01\x2a":
        raise PictureError(_DAMAGED)
    width, height = struct.unpack_from("<HH", body, 6)
    return Header("webp", width & 0x3FFF, height & 0x3FFF)


def _lossless(body: bytes) -> Header:
    if len(body) < 5 or body[0] != 0x2F:
        raise PictureError(_DAMAGED)
    sides = int.from_bytes(body[1:5], "little")
    return Header("webp", (sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1)


def _byte(content: bytes, position: int) -> int:
    return _part(content, position, 1)[0]


def _part(content: bytes, position: int, size: int) -> bytes:
    part = content[position : position + size]
    if len(part) < size:
        raise PictureError(_CUT)
    return part
