"""The return orders of a bench, looked up in the file that they were imported into."""

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.adapters.store.failures import store_failed
from station.adapters.store.order_file import COLUMNS, FILE, line_of_row, reading
from station.adapters.store.order_import import Source
from station.domain.faults import refuse
from station.domain.identity import ItemCode
from station.domain.item import Declared, Item, OrderLine, as_goods
from station.domain.parcel import MOST_LINES, Parcel, ParcelKind

_SELECT = f"SELECT {COLUMNS} FROM lines WHERE "  # noqa: S608  constants


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the imported orders hold."""

    lines: int
    orders: int
    parcels: int
    pieces: int


class SqlReturns:
    """Port Catalogue: the return orders imported into a directory.

    Sees a new import at the next look-up. Without any import it knows nothing. Safe for many
    threads. StationError if the file cannot be read.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[int, int] | None = None

    def declared(self, code: ItemCode) -> Declared:
        """The order lines that may mean the code, of at most two orders.

        A code with a serial means the line with that serial, else a line of its goods without one;
        a code without a serial means any line of its goods.
        """
        if code.serial is None:
            return Declared(self._of_two_orders("gtin = ?", code.gtin))
        named = self._of_two_orders("gtin = ? AND serial = ?", code.gtin, code.serial)
        return Declared(named or self._of_two_orders("gtin = ? AND serial IS NULL", code.gtin))

    def parcel(self, kind: ParcelKind, code: str) -> Parcel | None:
        """The parcel or order with that code; StationError if it holds more than any box."""
        column = "parcel" if kind is ParcelKind.PARCEL else "order_number"
        if not code:
            return None
        condition = f"{column} = ? ORDER BY number LIMIT {MOST_LINES + 1}"
        if kind is ParcelKind.PARCEL:
            condition = f"parcel <> '' AND {condition}"
        lines = self._lines(condition, code)
        if len(lines) > MOST_LINES:
            raise refuse(f"{code} has more than {MOST_LINES} lines: split it in the order file")
        return Parcel(kind, code, lines) if lines else None

    def goods(self, gtin: str) -> Item | None:
        """What the orders call these goods, as an item of no order; none if no order names them."""
        lines = self._lines("gtin = ? LIMIT 1", gtin)
        return as_goods(lines[0]) if lines else None

    def count(self) -> Counts:
        """How much there is; takes time with its size."""
        rows = self._query(
            "SELECT COUNT(*), COUNT(DISTINCT order_number), "
            "COUNT(DISTINCT NULLIF(parcel, '')), COALESCE(SUM(quantity), 0) FROM lines"
        )
        return Counts(*rows[0]) if rows else Counts(0, 0, 0, 0)

    def has(self, source: Source) -> bool:
        """Whether the file was imported as it is now."""
        query = "SELECT 1 FROM sources WHERE (path, size, modified_ns) = (?, ?, ?)"
        return bool(self._query(query, source.path, source.size, source.modified_ns))

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._let_go()

    def _of_two_orders(self, condition: str, *values: str) -> tuple[OrderLine, ...]:
        first = self._lines(f"{condition} LIMIT 1", *values)
        if not first:
            return ()
        other = f"{condition} AND order_number <> ? LIMIT 1"
        return (*first, *self._lines(other, *values, first[0].order))

    def _lines(self, condition: str, *values: str) -> tuple[OrderLine, ...]:
        return tuple(map(line_of_row, self._query(_SELECT + condition, *values)))

    def _query(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                connection = self._open()
                return connection.execute(query, values).fetchall() if connection else []
            except sqlite3.Error as error:
                self._let_go()
                raise store_failed(
                    f"The return orders in {self._path} cannot be read ({error}): "
                    "remove that file and import the orders again."
                ) from error

    def _open(self) -> sqlite3.Connection | None:
        """The connection to the file in place now; none where there is none."""
        try:
            facts = self._path.stat()
        except FileNotFoundError:
            self._let_go()
            return None
        except OSError as error:
            raise refuse(
                f"The return orders in {self._path} cannot be read ({error.strerror}): "
                "name a state directory."
            ) from error
        there = facts.st_ino, facts.st_mtime_ns
        if self._connection is None or self._seen != there:
            self._let_go()
            self._connection = reading(self._path)
            self._seen = there
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
