"""How well codes in photographs are read is counted honestly."""

from pathlib import Path

import numpy as np
import pytest
import zxingcpp

from models.runtime.opencv import cv2
from station.app.symbol_table import Row, symbol_table

PHOTOGRAPHS = Path(__file__).parents[4] / "shared/data/barcodes"


def photograph(path: Path, content: str | None) -> None:
    """A picture of a QR code, or of none."""
    path.parent.mkdir(exist_ok=True)
    grey = np.full((120, 120), 255, np.uint8)
    if content is not None:
        code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode)
        grey = np.pad(np.array(code.to_image(scale=3), np.uint8), 30, constant_values=255)
    cv2.imwrite(str(path), grey)


def test_every_outcome_is_counted_in_its_column(tmp_path: Path) -> None:
    for name, content, truth in (
        ("right", "HELLO\r\n1", b"HELLO\r\n1"),
        ("wrong", "HELLO", b"OTHER"),
        ("blank", None, b"HELLO"),
    ):
        photograph(tmp_path / "some" / f"{name}.png", content)
        (tmp_path / "some" / f"{name}.txt").write_bytes(truth)
    photograph(tmp_path / "some" / "bytes.png", "HELLO")
    (tmp_path / "some" / "bytes.bin").write_bytes(b"HELLO")
    photograph(tmp_path / "some" / "untold.png", "HELLO")
    (tmp_path / "some" / "broken.png").write_bytes(b"no picture")
    photograph(tmp_path / "falsepositives-1" / "clean.png", None)
    photograph(tmp_path / "falsepositives-1" / "dirty.png", "HELLO")

    false, some, whole = symbol_table(tmp_path)

    assert some == Row("some", n=4, right=2, misread=1, not_read=1, extra=0, untold=1, unreadable=1)
    assert false == Row("falsepositives-1", empty=2, false=1)
    assert whole == Row(
        "all", n=4, right=2, misread=1, not_read=1, empty=2, false=1, untold=1, unreadable=1
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_photographs_of_the_reader_are_read_and_none_is_misread() -> None:
    if not PHOTOGRAPHS.is_dir():
        pytest.skip("the barcode photographs are not here")

    whole = symbol_table(PHOTOGRAPHS)[-1]

    assert whole.n == 886
    assert whole.right >= 810
    assert whole.misread == 0
    assert (whole.empty, whole.false) == (44, 0)
