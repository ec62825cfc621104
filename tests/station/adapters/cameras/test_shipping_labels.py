"""A shipping label is given away by its code; goods' own labels stay."""

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from station.adapters.cameras.jpeg import Box
from station.adapters.cameras.shipping_labels import shipping_labels
from station.adapters.symbols import read_symbols

TRACKING = "1Z999AA10123456784"
EAN = "4006381333931"
LABEL = (420, 200, 520, 280)


def carton() -> NDArray[np.uint8]:
    """A brown carton on a grey bench, RGB."""
    chance = np.random.default_rng(1)
    picture = np.full((720, 1280, 3), 110, np.uint8)
    picture[100:620, 200:1080] = (176, 132, 90)
    return np.asarray(np.clip(picture + chance.normal(0, 4, picture.shape), 0, 255), np.uint8)


def stick(
    picture: NDArray[np.uint8], code: str, kind: zxingcpp.BarcodeFormat, at: Box, *, name: str = ""
) -> None:
    """A white label with a code and some lines of print on it."""
    x, y, width, height = at
    picture[y : y + height, x : x + width] = 232
    bars = np.array(zxingcpp.create_barcode(code, kind).to_image(scale=2))[:90]
    high, wide = bars.shape
    left, top = x + (width - wide) // 2, y + height - 20 - high
    picture[top : top + high, left : left + wide] = np.minimum(bars, 232)[:, :, None]
    for line in range(3):
        place = (x + 20, y + 40 + 34 * line)
        cv2.putText(picture, name, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 2)


def covered(boxes: tuple[Box, ...], at: Box) -> float:
    """The share of a place that the boxes cover."""
    seen = np.zeros((720, 1280), bool)
    for x, y, width, height in boxes:
        seen[y : y + height, x : x + width] = True
    x, y, width, height = at
    return float(seen[y : y + height, x : x + width].mean())


def test_the_paper_around_a_parcels_code_is_found_and_not_the_carton() -> None:
    picture, at = carton(), LABEL
    stick(picture, TRACKING, zxingcpp.BarcodeFormat.Code128, at, name="A. Buyer, Road 1")

    boxes = shipping_labels(read_symbols, picture)

    assert covered(boxes, at) > 0.98
    assert sum(width * height for _, _, width, height in boxes) < 1.25 * at[2] * at[3]


def test_the_goods_own_label_stays() -> None:
    picture = carton()
    stick(picture, EAN, zxingcpp.BarcodeFormat.EAN13, LABEL)

    assert read_symbols(picture)
    assert shipping_labels(read_symbols, picture) == ()


def test_paper_that_is_not_set_off_is_covered_around_its_code() -> None:
    picture = np.full((720, 1280, 3), 232, np.uint8)
    at = LABEL
    stick(picture, TRACKING, zxingcpp.BarcodeFormat.Code128, at)

    boxes = shipping_labels(read_symbols, picture)

    assert covered(boxes, (500, 380, 360, 70)) > 0.98
    assert covered(boxes, (0, 0, 1280, 720)) < 0.5


def test_nothing_is_masked_without_a_code() -> None:
    assert shipping_labels(read_symbols, carton()) == ()
