"""Codes in pictures come out as a scanner would send them, and mean the same."""

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from station.adapters.symbols import read_symbols
from station.domain.identity import ItemCode
from station.domain.scan import (
    CommandScanned,
    ItemScanned,
    Meaning,
    Order,
    ParcelScanned,
    read_scan,
)

GTIN = "09520123456788"
PIECE = ItemScanned(ItemCode(GTIN, "R-0001"))

Picture = NDArray[np.uint8]


def printed(content: str, kind: zxingcpp.BarcodeFormat, *, gs1: bool = False) -> Picture:
    """A code as an RGB picture on white."""
    code = (
        zxingcpp.create_barcode(content, kind, gs1=gs1)
        if gs1
        else zxingcpp.create_barcode(content, kind)
    )
    grey = np.array(code.to_image(scale=3), np.uint8)
    return np.repeat(np.pad(grey, 40, constant_values=255)[..., None], 3, axis=2)


@pytest.mark.parametrize(
    ("content", "kind", "gs1", "text", "meaning"),
    [
        (
            f"(01){GTIN}(21)R-0001(10)LOT7",
            zxingcpp.BarcodeFormat.DataMatrix,
            True,
            f"]d201{GTIN}21R-0001\x1d10LOT7",
            PIECE,
        ),
        (
            f"(01){GTIN}(21)R-0001",
            zxingcpp.BarcodeFormat.Code128,
            True,
            f"]C101{GTIN}21R-0001",
            PIECE,
        ),
        (
            f"(01){GTIN}(21)R-0001",
            zxingcpp.BarcodeFormat.QRCode,
            True,
            f"]Q301{GTIN}21R-0001",
            PIECE,
        ),
        (
            f"https://id.gs1.org/01/{GTIN}/21/R-0001",
            zxingcpp.BarcodeFormat.QRCode,
            False,
            f"]Q1https://id.gs1.org/01/{GTIN}/21/R-0001",
            PIECE,
        ),
        (
            "9520123456788",
            zxingcpp.BarcodeFormat.EAN13,
            False,
            "]E09520123456788",
            ItemScanned(ItemCode(GTIN)),
        ),
        (
            "(00)106141412345678908",
            zxingcpp.BarcodeFormat.Code128,
            True,
            "]C100106141412345678908",
            ParcelScanned("106141412345678908", "sscc"),
        ),
        (
            "RG:CMD:TAKE",
            zxingcpp.BarcodeFormat.Code128,
            False,
            "]C0RG:CMD:TAKE",
            CommandScanned(Order.TAKE),
        ),
    ],
)
def test_a_code_in_a_picture_means_what_its_scan_means(
    content: str, kind: zxingcpp.BarcodeFormat, gs1: bool, text: str, meaning: Meaning
) -> None:
    (symbol,) = read_symbols(printed(content, kind, gs1=gs1))

    assert symbol.text == text
    assert symbol.plain == text[3:]
    assert read_scan(symbol.text) == meaning


def test_every_code_of_a_picture_is_told_from_top_to_bottom_with_its_place() -> None:
    top = printed("9520123456788", zxingcpp.BarcodeFormat.EAN13)
    bottom = printed("RG:PLATE:P-1", zxingcpp.BarcodeFormat.QRCode)
    width = max(top.shape[1], bottom.shape[1])
    both = np.full((top.shape[0] + bottom.shape[0], width, 3), 255, np.uint8)
    both[: top.shape[0], : top.shape[1]] = top
    both[top.shape[0] :, : bottom.shape[1]] = bottom

    first, second = read_symbols(both)

    assert (first.plain, second.plain) == ("9520123456788", "RG:PLATE:P-1")
    assert all(y < top.shape[0] for _, y in first.corners)
    assert all(y > top.shape[0] for _, y in second.corners)


def test_a_large_picture_is_read_too() -> None:
    code = printed("9520123456788", zxingcpp.BarcodeFormat.EAN13)
    table = np.full((1200, 1920, 3), 230, np.uint8)
    table[300 : 300 + code.shape[0], 700 : 700 + code.shape[1]] = code

    (symbol,) = read_symbols(table)

    assert symbol.text == "]E09520123456788"
    assert all(700 <= x <= 700 + code.shape[1] for x, _ in symbol.corners)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 80), st.integers(1, 80))
def test_noise_holds_no_code(seed: int, height: int, width: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)

    assert read_symbols(noise) == ()


def test_no_further_look_begins_once_patience_is_spent() -> None:
    ean = printed("9520123456788", zxingcpp.BarcodeFormat.EAN13)
    plate = printed("RG:PLATE:P-1", zxingcpp.BarcodeFormat.QRCode)

    def read(picture: Picture, *spent_s: float) -> list[str]:
        times = iter((10.0, *spent_s))
        found = read_symbols(picture, patience_s=0.25, spent_s=lambda: next(times))
        assert next(times, None) is None
        return [symbol.plain for symbol in found]

    assert read(ean, 10.0, 10.1, 10.3) == ["9520123456788"]
    assert read(ean, 10.0, 10.25, 10.25) == [], "one look is not enough for an EAN"
    assert read(plate, 10.0, 10.25, 10.25) == ["RG:PLATE:P-1"]
