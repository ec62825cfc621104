"""What a code read at the bench means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.grading import Grade
from station.domain.identity import ItemCode, check_digit, gtin14
from station.domain.scan import (
    AttributeScanned,
    BadgeScanned,
    BinScanned,
    CommandScanned,
    ItemScanned,
    Meaning,
    NotUnderstood,
    Order,
    PlateScanned,
    ReturnOrderScanned,
    ToteScanned,
    read_scan,
)

GTIN = "09520123456788"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("9520123456788", ItemScanned(ItemCode(GTIN))),
        ("]E09520123456788", ItemScanned(ItemCode(GTIN))),
        (f"]C101{GTIN}21R-0001", ItemScanned(ItemCode(GTIN, "R-0001"))),
        (f"]d201{GTIN}21R-0001\x1d10LOT7", ItemScanned(ItemCode(GTIN, "R-0001"))),
        (f"01{GTIN}17261231" + "21R-0001", ItemScanned(ItemCode(GTIN, "R-0001"))),
        ("17261231", AttributeScanned("17", "261231")),
        ("21ABC", AttributeScanned("21", "ABC")),
        ("400RMA-77", ReturnOrderScanned("RMA-77")),
        ("RG:BADGE:7", BadgeScanned("7")),
        ("]C0RG:BADGE:7", BadgeScanned("7")),
        ("]Q1RG:CMD:TAKE", CommandScanned(Order.TAKE)),
        ("RG:PLATE:P-000123", PlateScanned("P-000123")),
        ("RG:TOTE:T-07", ToteScanned("T-07")),
        ("RG:BIN:REPAIR-R12", BinScanned("REPAIR-R12", Grade.REPAIR)),
        ("RG:CMD:UNDO", CommandScanned(Order.UNDO)),
        ("RG:CMD:EXPLODE", NotUnderstood("scan-unknown-code")),
        ("RG:BIN:GOLD-1", NotUnderstood("scan-unknown-code")),
        ("0109520123456789", NotUnderstood("scan-bad-check-digit")),
        ("9520123456789", NotUnderstood("scan-unknown-code")),
        ("abc\x07", NotUnderstood("scan-control-characters")),
        ("7" * 4096, NotUnderstood("scan-too-long")),
        ("", NotUnderstood("scan-unknown-code")),
    ],
)
def test_a_code_means_one_thing(text: str, meaning: Meaning) -> None:
    assert read_scan(text) == meaning


@given(st.text(max_size=300))
def test_any_text_has_a_meaning(text: str) -> None:
    assert read_scan(text) is not None


@given(st.from_regex(r"[0-9]{13}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_never_names_an_item(data: str, place: int, shift: int) -> None:
    good = data + str(check_digit(data))
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]

    assert gtin14(good) == good
    assert gtin14(wrong) is None
