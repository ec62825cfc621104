"""Closed parcels: kept once, found by their code, superseded when they go on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lines import gtin, order_line

from station.adapters.store.opening import OpenStore, open_store
from station.domain.identity import ItemCode
from station.domain.parcel import OpenParcel, Parcel, ParcelClosure, ParcelKind, Piece

AT = datetime(2026, 3, 4, 8, tzinfo=UTC)
PARCEL = Parcel(ParcelKind.PARCEL, "1Z1", (order_line(quantity=2), order_line(goods=2)))


def closure(number: int = 1, supersedes: str | None = None) -> ParcelClosure:
    """One of three pieces came, and one that nobody declared."""
    came = (Piece(ItemCode(gtin(1)), "i-1"), Piece(ItemCode(gtin(3), "X"), "i-2"))
    opened = OpenParcel(f"p-{number}", PARCEL, "li-wei", AT, came, supersedes=supersedes)
    return ParcelClosure(opened, "li-wei", AT)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OpenStore]:
    opened = open_store(tmp_path, ballast_bytes=4096)
    yield opened
    opened.close()


def test_a_closure_is_kept_once_and_found_by_its_parcel(store: OpenStore) -> None:
    store.parcels.close_parcel(closure())
    store.parcels.close_parcel(closure())

    assert store.parcels.closure_of(PARCEL) == closure()
    assert store.parcels.latest(9) == (closure(),)
    assert store.parcels.closure_of(replace(PARCEL, kind=ParcelKind.ORDER)) is None
    assert store.parcels.closure_of(replace(PARCEL, code="1Z2")) is None


def test_the_latest_closure_of_a_parcel_counts(store: OpenStore) -> None:
    store.parcels.close_parcel(closure(1))
    store.parcels.close_parcel(closure(2, supersedes="p-1"))

    assert store.parcels.closure_of(PARCEL) == closure(2, supersedes="p-1")


def test_the_numbers_of_a_closure_stand_in_its_row(store: OpenStore) -> None:
    store.parcels.close_parcel(closure())
    with store.database.reading() as connection:
        row = connection.exec_driver_sql("SELECT code, missing, extra FROM parcels").one()

    assert tuple(row) == ("1Z1", 2, 1)


def test_a_closure_is_there_after_a_restart(tmp_path: Path) -> None:
    first = open_store(tmp_path, ballast_bytes=4096)
    first.parcels.close_parcel(closure())
    first.close()
    again = open_store(tmp_path, ballast_bytes=4096)

    assert again.parcels.closure_of(PARCEL) == closure()
    again.close()
