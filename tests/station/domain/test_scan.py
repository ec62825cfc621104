"""What a code read at the bench means."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
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
    ParcelScanned,
    PlainScanned,
    PlateScanned,
    ReturnOrderScanned,
    ToteScanned,
    read_scan,
)

GTIN = "09520123456788"
GS = "\x1d"
ITEM = ItemScanned(ItemCode(GTIN))
PIECE = ItemScanned(ItemCode(GTIN, "R-0001"))
UNKNOWN = NotUnderstood("scan-unknown-code")
MISREAD = NotUnderstood("scan-bad-check-digit")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("9520123456788", ITEM),
        ("]E09520123456788", ITEM),
        ("]E3952012345678812345", ITEM),
        (GTIN, ITEM),
        (f"]I1{GTIN}", ITEM),
        (f"]I0{GTIN}", ITEM),
        ("]E496385074", ItemScanned(ItemCode("00000096385074"))),
        ("96385074", ItemScanned(ItemCode("00000096385074"))),
        ("]E0036000291452", ItemScanned(ItemCode("00036000291452"))),
        ("036000291452", ItemScanned(ItemCode("00036000291452"))),
        ("]E004252614", ItemScanned(ItemCode("00042100005264"))),
        ("04252614", ItemScanned(ItemCode("00042100005264"))),
        ("]E09520123456789", MISREAD),
        ("]E0abc", MISREAD),
        ("9520123456789", PlainScanned("9520123456789")),
    ],
)
def test_numbers_of_retail_name_goods(text: str, meaning: Meaning) -> None:
    assert read_scan(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (f"]C101{GTIN}21R-0001", PIECE),
        (f"]C1{GS}01{GTIN}21R-0001", PIECE),
        (f"]d201{GTIN}21R-0001{GS}10LOT7", PIECE),
        (f"01{GTIN}{GS}1726123121R-0001{GS}", PIECE),
        (f"01{GTIN}17261231" + "21R-0001", PIECE),
        (f"]e001{GTIN}3103000195392201000", ITEM),
        (f"]Q301{GTIN}8200https://example.com/x", ITEM),
        (f"]J101{GTIN}7003261231235{GS}", UNKNOWN),
        (f"]d28006{GTIN}0102{GS}21R-0001", PIECE),
        (f"]C001{GTIN}21R-0001", PIECE),
        ("17261231", AttributeScanned("17", "261231")),
        ("]C117260200", AttributeScanned("17", "260200")),
        ("]C117260230", UNKNOWN),
        ("]C117261301", UNKNOWN),
        ("]C170032602281259", AttributeScanned("7003", "2602281259")),
        ("]C170032602282459", UNKNOWN),
        ("]C180082602281259", AttributeScanned("8008", "2602281259")),
        ("]C18008260228125959", AttributeScanned("8008", "260228125959")),
        ("]C1300", AttributeScanned("30", "0")),
        ("]C130", UNKNOWN),
        ("21ABC", AttributeScanned("21", "ABC")),
        ("]C021ABC", PlainScanned("21ABC")),
        ("]C191XYZ", AttributeScanned("91", "XYZ")),
        ("91XYZ", PlainScanned("91XYZ")),
        ("400RMA-77", ReturnOrderScanned("RMA-77")),
        ("]C1400RMA-77" + GS + "420100032", ReturnOrderScanned("RMA-77")),
        (f"]C110LOT{GS}17261231", UNKNOWN),
        ("]C14149520123456788", AttributeScanned("414", "9520123456788")),
        ("]C14149520123456789", MISREAD),
        ("]C1800309520123456788" + "1A", AttributeScanned("8003", "095201234567881A")),
        ("]C1253952012345678812", AttributeScanned("253", "952012345678812")),
        ("]C13106000123", UNKNOWN),
        ("]C18912", UNKNOWN),
        (f"]C101{GTIN}01{GTIN}", ITEM),
        (f"]C101{GTIN}21A{GS}21B", UNKNOWN),
        (f"]C101{GTIN}21" + "S" * 21, UNKNOWN),
        (f"]C110LOT21{GS}21SERIAL{GS}21SERIAL{GS}99", UNKNOWN),
        ("0109520123456789", MISREAD),
        (f"]C101{GTIN}21\u0661", UNKNOWN),
        ("]C1", UNKNOWN),
    ],
)
def test_element_strings_say_what_was_scanned(text: str, meaning: Meaning) -> None:
    assert read_scan(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (f"(01){GTIN}(21)R-0001(10)LOT7", PIECE),
        (f"]Q1(01){GTIN}(21)R-0001", PIECE),
        (f"(01){GTIN}(21)A\\(B\\)", ItemScanned(ItemCode(GTIN, "A(B)"))),
        (f"(01){GTIN}(21)A)B", UNKNOWN),
        (f"(01){GTIN}(21)", UNKNOWN),
        (f"(01){GTIN} (21)R-0001", UNKNOWN),
        ("(01)09520123456789", MISREAD),
        ("(89)1", UNKNOWN),
        ("(00)106141412345678908", ParcelScanned("106141412345678908", "sscc")),
    ],
)
def test_brackets_are_read_as_they_are_printed(text: str, meaning: Meaning) -> None:
    assert read_scan(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("]C100106141412345678908", ParcelScanned("106141412345678908", "sscc")),
        ("00106141412345678908", ParcelScanned("106141412345678908", "sscc")),
        (
            f"]C10010614141234567890802{GTIN}3725",
            ParcelScanned("106141412345678908", "sscc"),
        ),
        ("00106141412345678909", MISREAD),
        ("1Z5R89390357567127", ParcelScanned("1Z5R89390357567127", "ups")),
        ("]C01Z5R89390357567127", ParcelScanned("1Z5R89390357567127", "ups")),
        ("1Z5R89390357567128", PlainScanned("1Z5R89390357567128")),
        ("RR123456785CN", ParcelScanned("RR123456785CN", "s10")),
        ("RR123456784CN", PlainScanned("RR123456784CN")),
        ("SF1234567890123", ParcelScanned("SF1234567890123", "site")),
        ("SF123456789012X", PlainScanned("SF123456789012X")),
    ],
)
def test_parcels_are_told_by_their_check_digit_or_the_sites_pattern(
    text: str, meaning: Meaning
) -> None:
    assert read_scan(text, ("SF#############",)) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("RG:BADGE:7", BadgeScanned("7")),
        ("]C0RG:BADGE:7", BadgeScanned("7")),
        ("]Q1RG:CMD:TAKE", CommandScanned(Order.TAKE)),
        ("RG:CMD:CLOSE-PARCEL", CommandScanned(Order.CLOSE_PARCEL)),
        ("RG:CMD:REPRINT", CommandScanned(Order.REPRINT)),
        ("RG:CMD:CLOSE_PARCEL", UNKNOWN),
        ("RG:PLATE:P-000123", PlateScanned("P-000123")),
        ("RG:TOTE:T-07", ToteScanned("T-07")),
        ("RG:ORDER:RMA-77", ReturnOrderScanned("RMA-77")),
        ("RG:BIN:REPAIR-R12", BinScanned("REPAIR-R12", Grade.REPAIR)),
        ("RG:CMD:UNDO", CommandScanned(Order.UNDO)),
        ("RG:CMD:EXPLODE", UNKNOWN),
        ("RG:BIN:GOLD-1", UNKNOWN),
        ("RG:", UNKNOWN),
        ("RG:PLATE:P 1", UNKNOWN),
    ],
)
def test_our_own_codes(text: str, meaning: Meaning) -> None:
    assert read_scan(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("490154203237518", AttributeScanned("imei", "490154203237518")),
        ("490154203237519", PlainScanned("490154203237519")),
        ("SKU 12-34", PlainScanned("SKU 12-34")),
        ("abc\x07", NotUnderstood("scan-control-characters")),
        ("abc\x00", NotUnderstood("scan-control-characters")),
        ("abc\u202edef", NotUnderstood("scan-control-characters")),
        ("abc\u200bdef", NotUnderstood("scan-control-characters")),
        ("7" * 4096, NotUnderstood("scan-too-long")),
        ("", UNKNOWN),
        ("]", PlainScanned("]")),
        ("]Q1", UNKNOWN),
        ("再售", UNKNOWN),
        ("https://example.com/shop", UNKNOWN),
        ("javascript://01", UNKNOWN),
        ("x" * 49, UNKNOWN),
        ("^XA^FDx^FS^XZ", PlainScanned("^XA^FDx^FS^XZ")),
        ("'; DROP TABLE events;--", PlainScanned("'; DROP TABLE events;--")),
    ],
)
def test_plain_and_hostile_codes_name_no_item(text: str, meaning: Meaning) -> None:
    assert read_scan(text) == meaning


@given(st.text(max_size=300))
@example("]C1" + "30" * 120)
@example("https://a/" + "01/" * 80)
@example("(" * 250)
@example("http://[/01/09520123456788")
@example("https://a/01/09520123456788?%ff=%00")
def test_any_text_has_a_meaning(text: str) -> None:
    assert read_scan(text) is not None


@given(
    st.sampled_from(["", "]C1", "]d2", "]Q1", "]E0", "]C0"]),
    st.text("0123456789()/\x1d%?&=httpsABC1Z:.", max_size=120),
)
def test_any_text_of_syntax_has_a_meaning(identifier: str, text: str) -> None:
    assert read_scan(identifier + text) is not None


@given(st.from_regex(r"[1-9][0-9]{12}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_never_names_an_item(data: str, place: int, shift: int) -> None:
    good = data + str(check_digit(data))
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]

    assert gtin14(good) == good
    assert gtin14(wrong) is None
    for text in (wrong, f"01{wrong}", f"]C101{wrong}", f"(01){wrong}", f"https://a/01/{wrong}"):
        assert not isinstance(read_scan(text), ItemScanned)


serials = st.text("!\"%&'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz", min_size=1, max_size=20)


@given(serials, serials)
def test_every_form_of_a_label_means_the_same_item(serial: str, lot: str) -> None:
    meaning = ItemScanned(ItemCode(GTIN, serial))
    hri = serial.replace("(", "\\(").replace(")", "\\)")

    assert read_scan(f"]d210{lot}{GS}01{GTIN}21{serial}") == meaning
    assert read_scan(f"(01){GTIN}(21){hri}") == meaning
    link = f"https://id.gs1.org/01/{GTIN}/10/{quote(lot, safe='')}/21/{quote(serial, safe='')}"
    if len(link) < 250:
        assert read_scan(f"]Q1{link}") == meaning
