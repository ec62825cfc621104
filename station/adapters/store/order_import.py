"""Importing return orders: all of a file, or nothing.

The file of orders is made anew by each import, beside the one in use, and takes its place in one
rename. So a look-up never waits for an import, an import that fails leaves no trace, and whoever
has the old file open reads on in it. It is never written in place, so it needs no log of its own.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from station.adapters.store.failures import disk_full, store_failed
from station.adapters.store.order_file import (
    COLUMNS,
    FILE,
    INDEXES,
    TABLES,
    VERSION,
    reading,
    row_of,
)
from station.domain.faults import refuse
from station.domain.identity import ItemCode
from station.domain.item import OrderLine

_BATCH = 5000
_CACHE_KIB = 32 * 1024

_INSERT = f"INSERT INTO lines (number, {COLUMNS}) VALUES ({', '.join('?' * 12)})"  # noqa: S608  constants
_KEEP = f"""
INSERT INTO lines ({COLUMNS}) SELECT {COLUMNS} FROM old.lines
WHERE order_number NOT IN (SELECT name FROM incoming)
"""  # noqa: S608  constants
_TWICE = """
SELECT gtin, serial, MIN(number), MAX(number) FROM lines INDEXED BY lines_item
WHERE serial IS NOT NULL AND number <= ?
GROUP BY gtin, serial HAVING COUNT(*) > 1 ORDER BY MAX(number) LIMIT 1
"""


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
        connection.executescript(TABLES)
        usable = current.exists() and _version(current) == VERSION
        old = f"file:{quote(str(current))}?mode=ro&immutable=1" if usable else ":memory:"
        connection.execute("ATTACH ? AS old", (old,))
        if not usable:
            connection.executescript(TABLES.replace("CREATE TABLE ", "CREATE TABLE old."))
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
    rows = ((number, *row_of(line)) for number, line in numbered)
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
    for index in INDEXES:
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


def _version(path: Path) -> int:
    """The form of a file of orders; 0 if it is none."""
    with suppress(sqlite3.Error), closing(reading(path)) as connection:
        return _one(connection, "PRAGMA user_version")
    return 0


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
