"""Check digits, each against numbers that their standards or publishers give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.carrier import fits, is_s10, is_ups
from station.domain.identity import (
    ItemCode,
    check_digit,
    checked,
    gtin14,
    gtin_of_upc_e,
    is_imei,
    luhn_holds,
)


@pytest.mark.parametrize(
    "key", ["9520123456788", "0614141123452", "106141412345678908", "952012345678912345"]
)
def test_gs1_keys_end_in_their_check_digit(key: str) -> None:
    assert checked(key, len(key))
    assert not checked(key, len(key) - 1)
    assert not checked(key[:-1] + str((int(key[-1]) + 1) % 10), len(key))


@pytest.mark.parametrize(
    ("digits", "gtin"),
    [
        ("9520123456788", "09520123456788"),
        ("036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        ("80614141123458", "80614141123458"),
        ("80614141123459", None),
        ("952012345678", None),
        ("٩٥٢٠١٢٣٤٥٦٧٨٨", None),
        ("", None),
    ],
)
def test_gtins_have_fourteen_digits(digits: str, gtin: str | None) -> None:
    assert gtin14(digits) == gtin


@pytest.mark.parametrize(
    ("short", "gtin"),
    [
        ("04252614", "00042100005264"),
        ("01234133", "00012300000413"),
        ("04252615", None),
        ("24252614", None),
        ("4252614", None),
        ("0425261x", None),
    ],
)
def test_a_upc_e_stands_for_a_upc_a(short: str, gtin: str | None) -> None:
    assert gtin_of_upc_e(short) == gtin


def test_imeis_end_in_a_luhn_digit() -> None:
    assert is_imei("490154203237518")
    assert is_imei("352099001761481")
    assert not is_imei("490154203237517")
    assert not is_imei("4901542032375180")
    assert not is_imei("49015420323751x")
    assert luhn_holds("79927398713")


@given(st.text("0123456789", min_size=14, max_size=14), st.integers(0, 13), st.integers(1, 9))
def test_luhn_finds_every_single_wrong_digit(data: str, place: int, shift: int) -> None:
    good = next(data + str(d) for d in range(10) if luhn_holds(data + str(d)))
    bad = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]

    assert not luhn_holds(bad)


@pytest.mark.parametrize(
    "code", ["1Z5R89390357567127", "1Z879E930346834440", "1Z12345E6605272234", "1Z999AA10123456784"]
)
def test_ups_numbers_hold_by_their_check_digit(code: str) -> None:
    assert is_ups(code)
    assert not is_ups(code[:-1] + str((int(code[-1]) + 1) % 10))
    assert not is_ups(code.lower())
    assert not is_ups(code + "0")


@pytest.mark.parametrize("code", ["RR123456785CN", "RR473124829FI"])
def test_postal_numbers_hold_by_their_check_digit(code: str) -> None:
    assert is_s10(code)
    assert not is_s10(code[:10] + str((int(code[10]) + 1) % 10) + code[11:])
    assert not is_s10(code.lower())


def test_the_weights_of_s10_give_nought_and_five_at_the_ends() -> None:
    by_remainder = {
        sum(int(d) * w for d, w in zip(f"{n:08}", (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11: n
        for n in range(300)
    }

    assert is_s10(f"RR{by_remainder[1]:08}0CN")
    assert is_s10(f"RR{by_remainder[0]:08}5CN")


def test_a_sites_pattern_names_digits_and_letters() -> None:
    assert fits("JD01AB9", "JD##@??")
    assert not fits("JD0AAB9", "JD##@??")
    assert not fits("JD01aB9", "JD##@??")
    assert not fits("JD01AB", "JD##@??")
    assert not fits("JD٠١AB9", "JD##@??")


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_fits_or_does_not(code: str, pattern: str) -> None:
    assert fits(code, pattern) in {True, False}
    assert is_ups(code) in {True, False}


def test_an_item_code_is_valid_or_not_made() -> None:
    assert str(ItemCode("09520123456788", "R/1")) == "(01)09520123456788(21)R/1"
    for gtin, serial in (
        ("9520123456788", None),
        ("09520123456789", None),
        ("09520123456788", ""),
        ("09520123456788", "S" * 21),
        ("09520123456788", "a b"),
        ("09520123456788", "#"),
    ):
        with pytest.raises(ValueError, match=r"item code|serial"):
            ItemCode(gtin, serial)


@given(st.text("0123456789", min_size=1, max_size=17))
def test_a_check_digit_completes_a_key(data: str) -> None:
    whole = f"{data}{check_digit(data)}"

    assert checked(whole, len(whole))
