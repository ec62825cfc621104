"""The one connection to the station's SQLite file, for every write, read and checkpoint.

A single connection keeps clear of SQLite's WAL-reset fault (3.7.0 to 3.51.2), which needs two that
write or checkpoint at the same moment. `synchronous=FULL` keeps acknowledged commits through a
power cut; NORMAL does not.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from station.adapters.store.ballast import Ballast
from station.adapters.store.failures import damaged, disk_full, is_ambiguous, is_full, meaning

Connect = Callable[[Path], sqlite3.Connection]

PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", 2),
    ("foreign_keys", 1),
    ("trusted_schema", 0),
)


def connect(path: Path, kind: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """A connection as the store uses it; transactions are begun explicitly."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=kind)
    try:
        for name, value in PRAGMAS:
            connection.execute(f"PRAGMA {name} = {value}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


class Database:
    """Transactions on the file at `path`, one at a time from any thread.

    Failures that a person can act on are StationErrors. `reached` is told each durable step.
    """

    def __init__(
        self, path: Path, ballast: Ballast, reached: Callable[[str], None], connect: Connect
    ) -> None:
        self._path = path
        self._ballast = ballast
        self._connect = connect
        self._lock = threading.RLock()
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self.reached = reached

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view of everything committed."""
        with self._lock:
            try:
                connection = self._open()
                with connection.begin():
                    yield connection
            except DBAPIError as error:
                self._drop()
                self._explain(error)

    def write(
        self,
        name: str,
        change: Callable[[Connection], None],
        landed: Callable[[Connection], bool] = lambda _: False,
    ) -> None:
        """Do `change` in one transaction; it is durable on return.

        After an I/O error the file is opened anew and `landed` looks whether the change is there
        all the same. On a full disk nothing is kept, and the ballast is let go so that the next
        write, which reports it, has room.
        """
        with self._lock:
            self.reached(f"{name}-begun")
            try:
                connection = self._open()
                with connection.begin():
                    change(connection)
                    self.reached(f"{name}-written")
            except DBAPIError as error:
                self._settle(error, landed)
            self.reached(f"{name}-committed")

    def check(self) -> None:
        """StationError if the file is damaged (SQLite's quick_check); takes time with its size."""
        with self.reading() as connection:
            rows = connection.exec_driver_sql("PRAGMA quick_check(1)").scalars().all()
        if rows != ["ok"]:
            raise damaged(self._path.parent)

    def pragmas(self) -> dict[str, object]:
        """The settings in force on the connection."""
        with self.reading() as connection:
            return {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name, _ in PRAGMAS
            }

    def disk_well(self) -> bool:
        """Whether the ballast is in place; makes it anew when there is room again."""
        with self._lock:
            return self._ballast.make()

    def close(self) -> None:
        """Checkpoint and close."""
        with self._lock:
            self._drop()

    def _open(self) -> Connection:
        if self._connection is None:
            self._engine = create_engine(
                "sqlite://", creator=lambda: self._connect(self._path), poolclass=StaticPool
            )
            event.listen(self._engine, "begin", _begin)
            self._connection = self._engine.connect()
        return self._connection

    def _drop(self) -> None:
        """Close, whatever state the connection is in; the next use opens it again."""
        connection, engine = self._connection, self._engine
        self._connection = self._engine = None
        with suppress(DBAPIError):
            if connection is not None:
                connection.close()
        with suppress(DBAPIError):
            if engine is not None:
                engine.dispose()

    def _settle(self, error: DBAPIError, landed: Callable[[Connection], bool]) -> None:
        """Return if the change is durable after all, else raise what went wrong."""
        if is_full(error, self._path.parent):
            self._make_room()
            raise disk_full(self._path.parent) from error
        self._drop()
        if is_ambiguous(error):
            with self.reading() as connection:
                there = landed(connection)
            # What is read back may be in the page cache only: a checkpoint writes it once more and
            # syncs the database file.
            if there and self._checkpoint():
                return
        self._explain(error)

    def _make_room(self) -> None:
        self._ballast.release()
        if not self._checkpoint():
            self._drop()

    def _checkpoint(self) -> bool:
        """Move the whole log into the database file and sync it; false if that failed."""
        cursor = self._open().connection.cursor()
        try:
            busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:
            return False
        return not busy

    def _explain(self, error: DBAPIError) -> NoReturn:
        """Raise the fault behind the error, or the error itself where it is a bug."""
        fault = meaning(error, self._path.parent)
        if fault is None:
            raise error
        raise fault from error
