"""A folder of pictures in the place of a camera."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.runtime.pictures import decode_picture
from station.adapters.cameras.sources.folder import FolderSource
from station.adapters.cameras.sources.source import PixelExposure

TURNED_ONCE = 6
"""EXIF orientation: to be turned a quarter clockwise."""


def png_with_exif(path: Path, orientation: int) -> None:
    """A PNG 40 wide and 20 high with an `eXIf` chunk of that orientation."""
    _, coded = cv2.imencode(".png", np.arange(20 * 40 * 3, dtype=np.uint8).reshape(20, 40, 3))
    content = coded.tobytes()
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    chunk = b"eXIf" + exif
    framed = struct.pack(">I", len(exif)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(content[:33] + framed + content[33:])


def test_a_png_that_its_exif_wants_turned_is_kept_as_it_is_examined(tmp_path: Path) -> None:
    png_with_exif(tmp_path / "a.png", TURNED_ONCE)
    source = FolderSource(tmp_path)
    source.open()

    taken = source.grab("bright")

    assert isinstance(taken, PixelExposure)
    examined = decode_picture((tmp_path / "a.png").read_bytes())
    assert np.array_equal(taken.pixels[..., ::-1], examined)


def test_folders_are_passed_over_and_a_picture_that_is_gone_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").mkdir()
    cv2.imwrite(str(tmp_path / "b.jpg"), np.zeros((20, 40, 3), np.uint8))
    source = FolderSource(tmp_path)

    assert source.open() == {"pictures": 1.0}
    (tmp_path / "b.jpg").unlink()
    with pytest.raises(LookupError, match=r"b\.jpg cannot be read"):
        source.grab("bright")


def test_a_path_that_cannot_be_one_is_said() -> None:
    with pytest.raises(OSError, match="cannot be read"):
        FolderSource(Path("a\0b")).open()


def test_pictures_that_are_put_into_an_empty_folder_come_next(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((20, 40, 3), np.uint8))
    source = FolderSource(tmp_path)
    source.open()
    source.grab("bright")

    with pytest.raises(EOFError, match="put new ones into it"):
        source.grab("bright")
    cv2.imwrite(str(tmp_path / "b.png"), np.full((20, 40, 3), 9, np.uint8))
    assert source.grab("bright").sequence == 2
