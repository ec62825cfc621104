"""The file that a bench's return orders are imported into: its tables, and a line as a row."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from station.domain.identity import ItemCode
from station.domain.item import OrderLine

FILE = "orders.sqlite"
VERSION = 1

TABLES = """
CREATE TABLE lines (
    number INTEGER PRIMARY KEY,
    order_number TEXT NOT NULL,
    parcel TEXT NOT NULL,
    gtin TEXT NOT NULL,
    serial TEXT,
    quantity INTEGER NOT NULL,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    length REAL NOT NULL,
    width REAL NOT NULL,
    height REAL NOT NULL,
    buyer_reason TEXT NOT NULL
);
CREATE TABLE sources (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL
) WITHOUT ROWID;
"""
INDEXES = (
    "CREATE INDEX lines_item ON lines (gtin, serial, order_number)",
    "CREATE INDEX lines_order ON lines (order_number)",
    "CREATE INDEX lines_parcel ON lines (parcel) WHERE parcel <> ''",
)
COLUMNS = (
    "order_number, parcel, gtin, serial, quantity, name, category, "
    "length, width, height, buyer_reason"
)

Row = tuple[str, str, str, str | None, int, str, str, float, float, float, str]


def row_of(line: OrderLine) -> Row:
    """The values of `COLUMNS`."""
    return (
        line.order,
        line.parcel,
        line.code.gtin,
        line.code.serial,
        line.quantity,
        line.name,
        line.category,
        *line.size_mm,
        line.buyer_reason,
    )


def line_of_row(row: Row) -> OrderLine:
    """The line of the values of `COLUMNS`."""
    order, parcel, gtin, serial, quantity, name, category, length, width, height, reason = row
    size = (length, width, height)
    return OrderLine(order, ItemCode(gtin, serial), name, category, size, parcel, quantity, reason)


def reading(path: Path) -> sqlite3.Connection:
    """A connection that takes the file for unchanging, which a renamed-in file is."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro&immutable=1",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
