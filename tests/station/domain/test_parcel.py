"""Parcels: codes in one form, and pieces set against what is declared."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import gtin, order_line

from station.domain.identity import ItemCode
from station.domain.item import OrderLine
from station.domain.parcel import OpenParcel, Parcel, ParcelKind, Piece, parcel_code, tally

AT = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1z 999 aa1 0123456784", "1Z999AA10123456784"),
        ("(00)340123450000000000", "340123450000000000"),
        ("00340123450000000000", "340123450000000000"),
        ("00340123450000000001", None),
        ("RR123456785CN", "RR123456785CN"),
        ("ab", None),
        ("", None),
        ("x" * 41, None),
        ("1Z\x00999", None),
        ("包裹12345", None),
        ("-1234", None),
    ],
)
def test_a_parcel_code_has_one_form(text: str, code: str | None) -> None:
    assert parcel_code(text) == code


serials = st.none() | st.sampled_from(["A", "B", "C"])
codes = st.builds(ItemCode, st.sampled_from([gtin(1), gtin(2)]), serials)
some_lines = st.lists(
    st.builds(
        lambda goods, serial, quantity: order_line(
            goods=goods, serial=serial, quantity=1 if serial else quantity
        ),
        st.integers(1, 2),
        serials,
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=4,
).map(tuple)


def fits(line: OrderLine, code: ItemCode) -> bool:
    same = line.code.gtin == code.gtin
    return same and (line.code == code or line.code.serial is None or code.serial is None)


@given(some_lines, st.lists(codes, max_size=6))
def test_every_declared_piece_is_present_or_missing_and_every_other_extra(
    lines: tuple[OrderLine, ...], came: list[ItemCode]
) -> None:
    done = tally(lines, came)
    declared = sum(line.quantity for line in lines)

    assert done.present + sum(one.quantity for one in done.missing) == declared
    assert done.present + len(done.extra) == len(came)
    for code in done.extra:
        assert not any(fits(one.line, code) for one in done.missing)


@given(some_lines, st.lists(codes, max_size=4))
def test_no_sequence_of_pieces_leaves_more_of_them_extra(
    lines: tuple[OrderLine, ...], came: list[ItemCode]
) -> None:
    counts = {tally(lines, order).present for order in permutations(came)}

    assert len(counts) == 1


def opened(*lines: OrderLine) -> OpenParcel:
    return OpenParcel("p-1", Parcel(ParcelKind.PARCEL, "1Z1", lines), "li-wei", AT)


def test_a_piece_meets_its_own_line_even_where_others_fit() -> None:
    lines = (order_line(order="ANY"), order_line(order="OWN", serial="A"))
    parcel = opened(*lines)

    assert parcel.line_for(ItemCode(gtin(1), "A")) == lines[1]
    assert parcel.line_for(ItemCode(gtin(1), "B")) == lines[0]
    assert parcel.line_for(ItemCode(gtin(2))) is None


def test_a_further_piece_of_the_goods_is_extra() -> None:
    parcel = opened(order_line(quantity=2))
    for number in range(2):
        assert parcel.line_for(ItemCode(gtin(1))) is not None
        parcel = parcel.with_piece(Piece(ItemCode(gtin(1)), f"i-{number}"))

    assert parcel.line_for(ItemCode(gtin(1))) is None


def test_an_inspection_that_supersedes_another_counts_once() -> None:
    parcel = opened(order_line(quantity=2)).with_piece(Piece(ItemCode(gtin(1)), "i-1"))
    again = parcel.with_piece(Piece(ItemCode(gtin(1)), "i-2"), instead_of="i-1")

    assert [piece.inspection for piece in again.came] == ["i-2"]
