"""The return orders of a bench: imported into a file of their own, and looked up there.

The file is made anew by each import, beside the one in use, and takes its place in one rename. So a
look-up never waits for an import, an import that fails leaves no trace, and whoever has the old
file open reads on in it. It is never written in place, so it needs no log of its own.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from station.adapters.store.failures import disk_full, store_failed
from station.domain.faults import refuse
from station.domain.identity import ItemCode
from station.domain.item import Declared, Item, OrderLine, as_goods
from station.domain.parcel import MOST_LINES, Parcel, ParcelKind

FILE = "orders.sqlite"
VERSION = 1
_BATCH = 5000
_CACHE_KIB = 32 * 1024

_TABLES = """
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
_INDEXES = (
    "CREATE INDEX lines_item ON lines (gtin, serial, order_number)",
    "CREATE INDEX lines_order ON lines (order_number)",
    "CREATE INDEX lines_parcel ON lines (parcel) WHERE parcel <> ''",
)
_COLUMNS = (
    "order_number, parcel, gtin, serial, quantity, name, category, "
    "length, width, height, buyer_reason"
)
_INSERT = f"INSERT INTO lines (number, {_COLUMNS}) VALUES ({', '.join('?' * 12)})"  # noqa: S608  constants
_SELECT = f"SELECT {_COLUMNS} FROM lines WHERE "  # noqa: S608  constants
_KEEP = f"""
INSERT INTO lines ({_COLUMNS}) SELECT {_COLUMNS} FROM old.lines
WHERE order_number NOT IN (SELECT name FROM incoming)
"""  # noqa: S608  constants
_TWICE = """
SELECT gtin, serial, MIN(number), MAX(number) FROM lines INDEXED BY lines_item
WHERE serial IS NOT NULL AND number <= ?
GROUP BY gtin, serial HAVING COUNT(*) > 1 ORDER BY MAX(number) LIMIT 1
"""

_Row = tuple[str, str, str, str | None, int, str, str, float, float, float, str]


@dataclass(frozen=True, slots=True)
class Source:
    """The file an import came from, so that the same file is not imported twice."""

    path: str
    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> "Source":
        """The facts of a file as it is now; OSError if there is none."""
        facts = path.stat()
        return cls(str(path.resolve()), facts.st_size, facts.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the lines and orders it brought, how many orders it replaced, and how
    many lines of other orders stay."""

    lines: int
    orders: int
    replaced: int
    kept: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the imported orders hold."""

    lines: int
    orders: int
    parcels: int
    pieces: int


class TwiceError(Exception):
    """A serialised item is there twice; both order lines by their number."""

    def __init__(self, code: ItemCode, first: int, second: int) -> None:
        super().__init__(str(code))
        self.code = code
        self.first = first
        self.second = second


def import_orders(
    directory: Path, numbered: Iterable[tuple[int, OrderLine]], source: Source | None = None
) -> Imported:
    """Add orders to those of the directory; an order that is there already is replaced whole.

    All or nothing: an error in `numbered`, a TwiceError, a full disk or a kill leaves the orders
    as they were. StationError if another import is running or the disk cannot take it.
    """
    with _alone(directory):
        fresh = directory / f"{FILE}.new"
        fresh.unlink(missing_ok=True)
        try:
            with _building(fresh, directory / FILE) as connection:
                imported = _fill(connection, numbered, source)
            _sync(fresh)
            fresh.replace(directory / FILE)
            _sync(directory)
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise disk_full(directory) from error
            raise
        finally:
            fresh.unlink(missing_ok=True)
    return imported


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Hold the directory's import lock."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory / "orders.lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise store_failed(
            f"The directory {directory} cannot be used ({error.strerror}): "
            "name one that the station's user may write to."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise refuse("Another import of orders is running: wait until it is done") from error
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _building(path: Path, current: Path) -> Iterator[sqlite3.Connection]:
    """A transaction on a new file that nobody else sees, so nothing is logged or synced yet.

    The orders in use are attached as `old`; where there are none, an empty database is.
    """
    connection = sqlite3.connect(f"file:{quote(str(path))}", uri=True, isolation_level=None)
    try:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE_KIB}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.executescript(_TABLES)
        usable = current.exists() and _version(current) == VERSION
        old = f"file:{quote(str(current))}?mode=ro&immutable=1" if usable else ":memory:"
        connection.execute("ATTACH ? AS old", (old,))
        if not usable:
            connection.executescript(_TABLES.replace("CREATE TABLE ", "CREATE TABLE old."))
        connection.execute("BEGIN")
        yield connection
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    finally:
        connection.close()


def _fill(
    connection: sqlite3.Connection,
    numbered: Iterable[tuple[int, OrderLine]],
    source: Source | None,
) -> Imported:
    rows = ((number, *_row(line)) for number, line in numbered)
    while batch := list(islice(rows, _BATCH)):
        connection.executemany(_INSERT, batch)
    last = _one(connection, "SELECT COALESCE(MAX(number), 0) FROM lines")
    lines = _one(connection, "SELECT COUNT(*) FROM lines")
    connection.execute(
        "CREATE TEMP TABLE incoming AS SELECT DISTINCT order_number AS name FROM lines"
    )
    connection.execute("CREATE UNIQUE INDEX temp.incoming_name ON incoming (name)")
    orders = _one(connection, "SELECT COUNT(*) FROM incoming")
    replaced = _one(
        connection,
        "SELECT COUNT(*) FROM incoming WHERE EXISTS "
        "(SELECT 1 FROM old.lines WHERE order_number = incoming.name)",
    )
    connection.execute(_KEEP)
    kept = _one(connection, "SELECT COUNT(*) FROM lines") - lines
    for index in _INDEXES:
        connection.execute(index)
    twice = connection.execute(_TWICE, (last,)).fetchone()
    if twice is not None:
        gtin, serial, first, second = twice
        raise TwiceError(ItemCode(gtin, serial), first, second)
    connection.execute("INSERT INTO sources SELECT * FROM old.sources")
    if source is not None:
        facts = (source.path, source.size, source.modified_ns)
        connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", facts)
    return Imported(lines, orders, replaced, kept)


def _one(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def _row(line: OrderLine) -> _Row:
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


def _line(row: _Row) -> OrderLine:
    order, parcel, gtin, serial, quantity, name, category, length, width, height, reason = row
    size = (length, width, height)
    return OrderLine(order, ItemCode(gtin, serial), name, category, size, parcel, quantity, reason)


def _version(path: Path) -> int:
    """The form of a file of orders; 0 if it is none."""
    with suppress(sqlite3.Error), closing(_reading(path)) as connection:
        return _one(connection, "PRAGMA user_version")
    return 0


def _reading(path: Path) -> sqlite3.Connection:
    """A connection that takes the file for unchanging, which a renamed-in file is."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro&immutable=1",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        return tuple(map(_line, self._query(_SELECT + condition, *values)))

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
            self._connection = _reading(self._path)
            self._seen = there
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
