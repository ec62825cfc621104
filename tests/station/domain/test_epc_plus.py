"""SGTIN+ and DSGTIN+, both ways, by the layout of GS1's tag data translation files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain import epc_plus
from station.domain.epc import Unread
from station.domain.epc_plus import ASCII, CODE40, INTEGER, PlusEpc, best_encoding, decode, encode
from station.domain.identity import ItemCode, check_digit

VECTORS = [
    (
        "F70795211411234538566CB0AFC4",
        PlusEpc(ItemCode("79521141123453", "32a/b"), 0, ASCII),
    ),
    (
        # 1111 0111 · 0 · 001 · 0952…6788 · 000 · 00100 · 1001 in 14 bits · 6 of filling
        "F710952012345678804" + "0FA40",
        PlusEpc(ItemCode("09520123456788", "1001"), 1, INTEGER),
    ),
]


@pytest.mark.parametrize(("bank", "epc"), VECTORS)
def test_a_vector_reads_and_writes(bank: str, epc: PlusEpc) -> None:
    assert encode(epc) == bank
    assert decode(bank) == epc


def test_code_forty_packs_three_characters_in_a_word() -> None:
    epc = PlusEpc(ItemCode("09520123456788", "ABC1"), 0, CODE40)

    bits = f"{int(encode(epc), 16):b}"
    first, second = bits[76:92], bits[92:108]

    assert int(first, 2) == 1600 * 1 + 40 * 2 + 3 + 1
    assert int(second, 2) == 1600 * 31 + 1
    assert decode(encode(epc)) == epc


def test_a_dated_sgtin_carries_its_date() -> None:
    epc = PlusEpc(ItemCode("09520123456788", "7"), 0, INTEGER, date=("17", "261231"))

    assert encode(epc).startswith("FB0" + "4" + f"{(26 << 9) | (12 << 5) | 31:04X}")
    assert decode(encode(epc)) == epc
    assert epc.uri == "https://id.gs1.org/01/09520123456788/21/7?17=261231"
    assert epc.elements == (("01", "09520123456788"), ("21", "7"), ("17", "261231"))


@pytest.mark.parametrize(
    ("bank", "reason"),
    [
        ("F70795211411234538566CB0AFC40000", "length"),
        ("F70795211411234538566CB0AFC5", "padding"),
        ("F70795211411234538566CB0", "content"),
        ("F70795211411234548566CB0AFC4", "content"),
        ("F70795211411234538066CB0AFC4", "content"),
        ("F7079521141123453C566CB0AFC4", "content"),
        ("F70795211411234538566CB0AFC4".replace("66CB", "06CB"), "content"),
        ("F7", "hex"),
        ("F700", "content"),
        ("FB0F" + "0" * 36, "content"),
        ("300000000000000000000000", "scheme"),
    ],
)
def test_what_breaks_a_rule_is_no_epc(bank: str, reason: str) -> None:
    read = decode(bank)

    assert isinstance(read, Unread)
    assert read.reason == reason


@pytest.mark.parametrize(
    "make",
    [
        lambda: PlusEpc(ItemCode("09520123456788"), 0, INTEGER),
        lambda: PlusEpc(ItemCode("09520123456788", "A"), 0, INTEGER),
        lambda: PlusEpc(ItemCode("09520123456788", "a"), 0, CODE40),
        lambda: PlusEpc(ItemCode("09520123456788", "1"), 8, INTEGER),
        lambda: PlusEpc(ItemCode("09520123456788", "1"), 0, 6),
        lambda: PlusEpc(ItemCode("09520123456788", "1"), 0, INTEGER, date=("10", "261231")),
        lambda: PlusEpc(ItemCode("09520123456788", "1"), 0, INTEGER, date=("17", "261331")),
        lambda: PlusEpc(ItemCode("09520123456788", "1"), 0, INTEGER, date=("17", "2612310")),
    ],
)
def test_what_cannot_be_written_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=r"\w"):
        make()


serials = st.text("!\"%&'()*+,-./0123456789:;<=>?ABFZ_abfz", min_size=1, max_size=20)
written = st.text("0123456789", min_size=13, max_size=13).filter(lambda d: d.strip("0"))
gtins = written.map(lambda d: f"{d}{check_digit(d)}")
dates = st.tuples(
    st.sampled_from(["11", "13", "15", "16", "17", "7006", "7007"]),
    st.builds("{:02}{:02}{:02}".format, st.integers(0, 99), st.integers(1, 12), st.integers(0, 31)),
)


@given(gtins, serials, st.integers(0, 7), st.none() | dates, st.text("01", max_size=40), st.data())
def test_every_epc_comes_back_from_its_tag(
    gtin: str,
    serial: str,
    filtered: int,
    date: tuple[str, str] | None,
    further: str,
    data: st.DataObject,
) -> None:
    ways = [way for way in range(6) if epc_plus._packs(serial, way)]
    way = data.draw(st.sampled_from([best_encoding(serial), *ways]))
    epc = PlusEpc(ItemCode(gtin, serial), filtered, way, date)

    assert decode(encode(epc)) == epc
    if further:
        words = further + "0" * (-(len(epc_plus._bits(epc)) + len(further)) % 16)
        longer = PlusEpc(ItemCode(gtin, serial), filtered, way, date, words)
        assert decode(encode(longer)) == longer


@given(st.sampled_from(["F7", "FB"]), st.text("0123456789ABCDEF", min_size=2, max_size=62))
def test_any_bits_are_an_epc_or_say_why_not(header: str, rest: str) -> None:
    bank = header + rest[: len(rest) - len(rest) % 4] + "00"

    read = decode(bank)

    if isinstance(read, PlusEpc):
        assert encode(read) == bank
