"""Pictures from outside are decoded as they are meant, or refused before they can do harm."""

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.runtime.errors import PictureError
from models.runtime.picture_headers import Header, read_header
from models.runtime.pictures import decode_picture, read_picture

RED_OVER_BLUE = np.zeros((24, 40, 3), np.uint8)
RED_OVER_BLUE[:12, :, 0] = 255
RED_OVER_BLUE[12:, :, 2] = 255
RED_OVER_BLUE[:12, :20, 1] = 128


KINDS = {"jpg": "jpeg", "png": "png", "webp": "webp", "lossy.webp": "webp"}


def encoded(kind: str, picture: np.ndarray = RED_OVER_BLUE, *options: int) -> bytes:
    if kind == "lossy.webp":
        options = (cv2.IMWRITE_WEBP_QUALITY, 90)
    bgr = picture[..., ::-1] if picture.ndim == 3 else picture
    return cv2.imencode(f".{kind}", bgr, options)[1].tobytes()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_jpeg_segment(content: bytes, marker: int, body: bytes) -> bytes:
    return content[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + content[2:]


def with_png_chunk(content: bytes, kind: bytes, body: bytes) -> bytes:
    at = content.index(b"IDAT") - 4
    return content[:at] + chunk(kind, body) + content[at:]


def extended_webp(content: bytes, flags: int, width: int, height: int, tail: bytes = b"") -> bytes:
    canvas = bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little")
    canvas += (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + content[12:] + tail
    return b"RIFF" + struct.pack("<I", len(body)) + body


def exif(orientation: int) -> bytes:
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"II*\x00" + struct.pack("<IH", 8, 1) + entry + bytes(4)


def turned_jpeg(orientation: int) -> bytes:
    return with_jpeg_segment(
        encoded("jpg", RED_OVER_BLUE, cv2.IMWRITE_JPEG_QUALITY, 100),
        0xE1,
        b"Exif\x00\x00" + exif(orientation),
    )


def turned_png(orientation: int) -> bytes:
    return with_png_chunk(encoded("png"), b"eXIf", exif(orientation))


def turned_webp(orientation: int) -> bytes:
    data = exif(orientation)
    tail = b"EXIF" + struct.pack("<I", len(data)) + data
    lossless = encoded("webp", RED_OVER_BLUE, cv2.IMWRITE_WEBP_QUALITY, 101)
    return extended_webp(lossless, 0x08, 40, 24, tail)


@pytest.mark.parametrize("kind", [*KINDS])
def test_pixels_come_as_rgb(kind: str) -> None:
    picture = decode_picture(encoded(kind))

    assert picture.dtype == np.uint8
    assert picture.shape == (24, 40, 3)
    assert picture[4, 36, 0] > 200 > 60 > picture[4, 36, 2]
    assert picture[20, 20, 2] > 200 > 60 > picture[20, 20, 0]


@pytest.mark.parametrize("make", [turned_jpeg, turned_png, turned_webp])
@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (1, lambda p: p),
        (2, lambda p: p[:, ::-1]),
        (3, lambda p: p[::-1, ::-1]),
        (4, lambda p: p[::-1]),
        (5, lambda p: p.transpose(1, 0, 2)),
        (6, lambda p: np.rot90(p, -1)),
        (7, lambda p: np.rot90(p, 2).transpose(1, 0, 2)),
        (8, lambda p: np.rot90(p)),
    ],
)
def test_a_picture_is_turned_as_its_exif_says(
    make: Callable[[int], bytes], orientation: int, turn: Callable[[np.ndarray], np.ndarray]
) -> None:
    picture = decode_picture(make(orientation))

    wanted = turn(RED_OVER_BLUE)
    assert picture.shape == wanted.shape
    assert np.mean(np.abs(picture.astype(int) - wanted)) < 12


@pytest.mark.parametrize(
    "content",
    [
        encoded("png", RED_OVER_BLUE[..., 0]),
        encoded("png", RED_OVER_BLUE.astype(np.uint16) * 257),
        encoded("png", np.dstack([RED_OVER_BLUE, RED_OVER_BLUE[..., :1]])),
        encoded("jpg", RED_OVER_BLUE[..., 0]),
        encoded("jpg", RED_OVER_BLUE, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        encoded("jpg", RED_OVER_BLUE, cv2.IMWRITE_JPEG_RST_INTERVAL, 1),
        encoded("webp", RED_OVER_BLUE, cv2.IMWRITE_WEBP_QUALITY, 101),
        encoded("jpg") + b"appended by a phone",
    ],
)
def test_every_form_of_picture_becomes_eight_bit_rgb(content: bytes) -> None:
    picture = decode_picture(content)

    assert picture.dtype == np.uint8
    assert picture.shape == (24, 40, 3)


@pytest.mark.parametrize("kind", [*KINDS])
def test_a_picture_cut_short_anywhere_is_refused(kind: str) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (40, 56, 3), dtype=np.uint8)
    content = encoded(kind, noise)
    for size in (*range(60), *range(60, len(content), 37), *range(len(content) - 5, len(content))):
        with pytest.raises(PictureError, match=r"\.$"):
            decode_picture(content[:size])


def bomb_png() -> bytes:
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(30_001 * 3_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def bomb_jpeg() -> bytes:
    content = bytearray(encoded("jpg"))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", 30_000, 30_000)
    return bytes(content)


def bomb_progressive_jpeg() -> bytes:
    content = bytearray(encoded("jpg", RED_OVER_BLUE, cv2.IMWRITE_JPEG_PROGRESSIVE, 1))
    at = content.index(b"\xff\xc2")
    content[at + 5 : at + 9] = struct.pack(">HH", 5_000, 8_000)
    return bytes(content)


def bomb_webp() -> bytes:
    content = bytearray(encoded("lossy.webp"))
    at = content.index(b"\x9d\x01\x2a") + 3
    content[at : at + 4] = struct.pack("<HH", 16_383, 16_383)
    return bytes(content)


def bomb_lossless_webp() -> bytes:
    content = bytearray(encoded("webp"))
    at = content.index(b"VP8L") + 9
    content[at : at + 4] = struct.pack("<I", 0x0FFF_FFFF)
    return bytes(content)


BOMBS = {
    bomb_png: 900,
    bomb_jpeg: 900,
    bomb_progressive_jpeg: 40,
    bomb_webp: 268,
    bomb_lossless_webp: 268,
}


@pytest.mark.parametrize(("bomb", "megapixels"), BOMBS.items())
def test_a_bomb_is_refused_by_its_size(bomb: Callable[[], bytes], megapixels: int) -> None:
    with pytest.raises(PictureError, match=f"has {megapixels} megapixels"):
        decode_picture(bomb())


def test_bombs_allocate_nothing_of_their_size(tmp_path: Path) -> None:
    for bomb in BOMBS:
        (tmp_path / bomb.__name__).write_bytes(bomb())
    program = """
import resource, sys
from pathlib import Path
from models.runtime.errors import PictureError
from models.runtime.pictures import read_picture
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        read_picture(path)
    except PictureError:
        print("refused")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout.split()

    assert answer[:-1] == ["refused"] * len(BOMBS)
    assert int(answer[-1]) < 20 * 1024, "kilobytes"


@pytest.mark.parametrize("first", ["models.runtime.opencv", "models.runtime.pictures"])
def test_the_decoder_itself_is_capped_and_leaves_no_qt_variables(first: str) -> None:
    program = f"""
import {first}
import os, cv2, numpy
print([name for name in os.environ if name.startswith("QT_QPA")])
try:
    cv2.imdecode(numpy.frombuffer(open(0, "rb").read(), numpy.uint8), 1)
except cv2.error:
    print("capped")
"""
    wide = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", 61_000, 1_000, 8, 0, 0, 0, 0)
    )
    wide += chunk(b"IDAT", zlib.compress(bytes(61_001 * 1_000))) + chunk(b"IEND", b"")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("QT_QPA", "OPENCV"))}
    answer = subprocess.run(
        [sys.executable, "-c", program],
        input=wide,
        capture_output=True,
        check=True,
        env=environment,
    ).stdout.split()

    assert answer == [b"[]", b"capped"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no picture known here"),
        (b"GIF89a" + bytes(40), "no picture known here"),
        (b"II*\x00" + bytes(40), "no picture known here"),
        (b"<svg/>", "no picture known here"),
        (
            with_jpeg_segment(encoded("jpg"), 0xC0, b"\x08\x00\x10\x00\x10\x01\x01\x11\x00"),
            "damaged",
        ),
        (with_png_chunk(encoded("png"), b"acTL", bytes(8)), "animated"),
        (extended_webp(encoded("webp"), 0x02, 40, 24), "animated"),
        (extended_webp(encoded("webp"), 0x00, 4, 4), "damaged"),
        (encoded("jpg")[:-2] + b"\xff\xda\x00\x02" * 200 + b"\xff\xd9", "scans"),
    ],
)
def test_what_is_no_single_still_picture_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(PictureError, match=message):
        decode_picture(content)


def test_a_damaged_png_is_refused_by_its_checksum() -> None:
    content = bytearray(encoded("png"))
    content[len(content) // 2] ^= 1

    with pytest.raises(PictureError, match="damaged"):
        decode_picture(bytes(content))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.jpg", tmp_path):
        with pytest.raises(PictureError, match="cannot be read"):
            read_picture(path)


def test_a_file_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(encoded("png"))

    assert np.array_equal(read_picture(tmp_path / "picture.png"), RED_OVER_BLUE)


@given(st.integers(1, 200), st.integers(1, 200), st.sampled_from([*KINDS]))
@settings(max_examples=40, deadline=None)
def test_the_size_is_known_before_decoding(width: int, height: int, kind: str) -> None:
    content = encoded(kind, np.zeros((height, width, 3), np.uint8))

    header = read_header(content)

    assert header == Header(KINDS[kind], width, height)
    assert decode_picture(content).shape == (height, width, 3)


@given(st.data(), st.sampled_from([*KINDS]))
@settings(max_examples=300, deadline=None)
def test_damage_is_refused_or_decoded_but_never_more(data: st.DataObject, kind: str) -> None:
    content = bytearray(encoded(kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = decode_picture(bytes(content))
    except PictureError:
        return
    assert picture.dtype == np.uint8
    assert picture.ndim == 3


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"]), st.binary(max_size=200))
def test_noise_behind_a_signature_is_refused(signature: bytes, noise: bytes) -> None:
    with pytest.raises(PictureError):
        decode_picture(signature + noise)
