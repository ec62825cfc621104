"""Imported orders: all or nothing, orders of the same number replaced, found by every code."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import csv_file, gtin, order_line
from small_disk import small_disk

from station.adapters.store.order_file import FILE
from station.adapters.store.order_import import Imported, Source, TwiceError, import_orders
from station.adapters.store.returns import Counts, SqlReturns
from station.domain.faults import FaultCode, StationError
from station.domain.identity import ItemCode
from station.domain.item import OrderLine
from station.domain.parcel import MOST_LINES, Parcel, ParcelKind

FIRST = (
    order_line("RMA-1", 1, serial="A-1", parcel="1Z1"),
    order_line("RMA-1", 2, parcel="1Z1", quantity=2),
    order_line("RMA-2", 1, serial="A-2"),
)


def put(directory: Path, *lines: OrderLine) -> Imported:
    return import_orders(directory, enumerate(lines, 2))


@pytest.fixture
def returns(tmp_path: Path) -> Iterator[SqlReturns]:
    put(tmp_path, *FIRST)
    opened = SqlReturns(tmp_path)
    yield opened
    opened.close()


def test_an_item_is_found_by_its_serial(returns: SqlReturns) -> None:
    assert returns.declared(ItemCode(gtin(1), "A-2")).lines == (FIRST[2],)


def test_a_serial_that_no_line_names_means_a_line_without_one(returns: SqlReturns) -> None:
    assert returns.declared(ItemCode(gtin(2), "B-7")).lines == (FIRST[1],)
    assert returns.declared(ItemCode(gtin(1), "A-9")).lines == ()


def test_goods_without_a_serial_mean_the_lines_of_every_order(returns: SqlReturns) -> None:
    found = returns.declared(ItemCode(gtin(1))).lines

    assert {line.order for line in found} == {"RMA-1", "RMA-2"}


def test_a_parcel_and_an_order_hold_their_lines(returns: SqlReturns) -> None:
    assert returns.parcel(ParcelKind.PARCEL, "1Z1") == Parcel(ParcelKind.PARCEL, "1Z1", FIRST[:2])
    assert returns.parcel(ParcelKind.ORDER, "RMA-2") == Parcel(
        ParcelKind.ORDER, "RMA-2", (FIRST[2],)
    )
    assert returns.parcel(ParcelKind.PARCEL, "1Z2") is None
    assert returns.parcel(ParcelKind.PARCEL, "") is None


def test_goods_are_known_apart_from_any_order(returns: SqlReturns) -> None:
    known = returns.goods(gtin(1))

    assert known is not None
    assert (known.name, known.order, known.code) == ("Goods 1", "", ItemCode(gtin(1)))
    assert returns.goods(gtin(3)) is None


def test_before_any_import_nothing_is_known(tmp_path: Path) -> None:
    returns = SqlReturns(tmp_path)

    assert returns.declared(ItemCode(gtin(1), "A-1")).lines == ()
    assert returns.count() == Counts(0, 0, 0, 0)


def test_an_import_adds_orders_and_replaces_those_of_the_same_number(
    tmp_path: Path, returns: SqlReturns
) -> None:
    again = order_line("RMA-2", 3, serial="C-1", parcel="1Z2")
    done = put(tmp_path, again, order_line("RMA-3", 4))

    assert done == Imported(lines=2, orders=2, replaced=1, kept=2)
    assert returns.declared(ItemCode(gtin(1), "A-2")).lines == ()
    assert returns.declared(ItemCode(gtin(3), "C-1")).lines == (again,)
    assert returns.declared(ItemCode(gtin(1), "A-1")).lines == (FIRST[0],)
    assert returns.count() == Counts(lines=4, orders=3, parcels=2, pieces=5)


def test_the_same_piece_in_a_later_order_is_another_return_of_it(
    tmp_path: Path, returns: SqlReturns
) -> None:
    put(tmp_path, order_line("RMA-9", 1, serial="A-1"))
    found = returns.declared(ItemCode(gtin(1), "A-1")).lines

    assert {line.order for line in found} == {"RMA-1", "RMA-9"}


def test_the_same_piece_twice_in_one_file_is_refused_with_both_numbers(
    tmp_path: Path, returns: SqlReturns
) -> None:
    lines = (order_line("X", 5), *FIRST, order_line("RMA-7", 1, serial="A-1"))

    with pytest.raises(TwiceError) as refused:
        put(tmp_path, *lines)

    assert (refused.value.first, refused.value.second) == (3, 6)
    assert returns.count().lines == 3
    assert not (tmp_path / f"{FILE}.new").exists()


def test_an_error_in_the_middle_imports_nothing(tmp_path: Path, returns: SqlReturns) -> None:
    def broken() -> Iterator[tuple[int, OrderLine]]:
        for number in range(20_000):
            yield number + 2, order_line(f"N-{number}", 7)
        raise ValueError("line 20002 is broken")

    with pytest.raises(ValueError, match="20002"):
        import_orders(tmp_path, broken())

    assert returns.count().lines == 3
    assert returns.parcel(ParcelKind.ORDER, "N-1") is None
    assert not (tmp_path / f"{FILE}.new").exists()


def test_look_ups_go_on_while_an_import_runs(tmp_path: Path, returns: SqlReturns) -> None:
    half_way, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[tuple[int, OrderLine]]:
        yield 2, order_line("RMA-1", 8)
        half_way.set()
        assert go_on.wait(30)

    importing = threading.Thread(target=lambda: import_orders(tmp_path, slow()))
    importing.start()
    assert half_way.wait(30)
    during = returns.declared(ItemCode(gtin(1), "A-1")).lines
    go_on.set()
    importing.join()

    assert during == (FIRST[0],)
    assert returns.declared(ItemCode(gtin(1), "A-1")).lines == ()


def test_two_imports_at_once_are_refused(tmp_path: Path) -> None:
    def nested() -> Iterator[tuple[int, OrderLine]]:
        put(tmp_path, order_line())
        yield 2, order_line()

    with pytest.raises(StationError, match="Another import"):
        import_orders(tmp_path, nested())


def test_a_kill_in_the_middle_of_an_import_leaves_the_orders_as_they_were(
    tmp_path: Path, returns: SqlReturns
) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from station.adapters.store.order_import import import_orders
from lines import order_line
def lines():
    for number in range(12_000):
        yield number + 2, order_line(f"K-{number}", 7)
    os.kill(os.getpid(), signal.SIGKILL)
import_orders(Path(sys.argv[1]), lines())
"""
    died = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((".", "tests/support"))},
        check=False,
        timeout=60,
    )

    assert died.returncode == -9
    assert returns.count().lines == 3
    assert put(tmp_path, order_line("RMA-5", 5)).kept == 3


def test_a_full_disk_is_said_and_leaves_the_orders_as_they_were() -> None:
    with small_disk(512 * 1024) as disk:
        put(disk, *FIRST)

        with pytest.raises(StationError) as refused:
            put(disk, *(order_line(f"N-{number}", 7) for number in range(20_000)))

        assert refused.value.fault.code is FaultCode.DISK_FULL
        returns = SqlReturns(disk)
        assert returns.count().lines == 3
        returns.close()


def test_a_damaged_file_is_a_sentence(tmp_path: Path, returns: SqlReturns) -> None:
    fresh = tmp_path / "damaged"
    fresh.write_bytes(b"SQLite format 3\x00" + b"\xa5" * 8000)
    fresh.replace(tmp_path / FILE)

    with pytest.raises(StationError, match="import the orders again"):
        returns.declared(ItemCode(gtin(1)))
    put(tmp_path, *FIRST)
    assert returns.count().lines == 3


def test_a_file_of_another_version_is_made_anew(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE lines (number INTEGER PRIMARY KEY, colour TEXT)")
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    assert put(tmp_path, *FIRST) == Imported(lines=3, orders=2, replaced=0, kept=0)


def test_a_directory_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")

    with pytest.raises(StationError, match="may write to"):
        put(blocked / "state", *FIRST)


def test_a_parcel_larger_than_any_box_is_refused(tmp_path: Path, returns: SqlReturns) -> None:
    put(tmp_path, *(order_line("BIG", 1, parcel="P-9") for _ in range(MOST_LINES + 1)))

    with pytest.raises(StationError, match="more than 1000 lines"):
        returns.parcel(ParcelKind.PARCEL, "P-9")


def test_a_source_is_known_until_it_changes(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "orders.csv", *FIRST)
    import_orders(tmp_path, enumerate(FIRST, 2), Source.of(path))
    returns = SqlReturns(tmp_path)

    assert returns.has(Source.of(path))
    put(tmp_path, order_line("RMA-8"))
    assert returns.has(Source.of(path))
    csv_file(path, *FIRST[:2])
    assert not returns.has(Source.of(path))
    returns.close()


codes = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(codes)
def test_any_text_is_only_a_value(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    directory = tmp_path_factory.getbasetemp() / "values"
    if not (directory / FILE).exists():
        put(directory, *FIRST)
    returns = SqlReturns(directory)
    known = text in ("RMA-1", "RMA-2")
    try:
        assert (returns.parcel(ParcelKind.ORDER, text) is not None) == known
        assert returns.parcel(ParcelKind.PARCEL, f"{text}' OR 1=1 --") is None
        assert returns.count().lines == 3
    finally:
        returns.close()
