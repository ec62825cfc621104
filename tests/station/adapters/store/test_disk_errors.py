"""After an I/O error on a commit nobody knows; the store looks, and claims only what is there."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from station.adapters.store.database import connect
from station.adapters.store.opening import OpenStore, open_store
from station.domain.events import Began, Ticked
from station.domain.faults import FaultCode, StationError
from tests.support.kept import START, entry, inspection, inspection_id, record

SMALL = 4096


def disk_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


class Disk:
    """Connections whose commits fail when told, before or after the rows are on disk."""

    def __init__(self) -> None:
        self.before = False
        self.after = False
        self.code = sqlite3.SQLITE_IOERR_FSYNC
        self.opened = 0

    def connect(self, path: Path) -> sqlite3.Connection:
        disk = self
        self.opened += 1

        class Connection(sqlite3.Connection):
            def commit(self) -> None:
                if disk.before:
                    disk.before = False
                    self.rollback()
                    raise disk_error(disk.code)
                super().commit()
                if disk.after:
                    disk.after = False
                    raise disk_error(disk.code)

        return connect(path, Connection)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def store(disk: Disk, tmp_path: Path) -> OpenStore:
    return open_store(tmp_path, ballast_bytes=SMALL, connect=disk.connect)


def save(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))


def begin(store: OpenStore) -> None:
    store.journal.begin(Began(START))


def append(store: OpenStore) -> None:
    store.journal.append(Ticked(START))


WRITES = [save, begin, append]


@pytest.mark.parametrize("write", WRITES)
def test_a_commit_that_failed_and_is_there_counts_as_saved(
    store: OpenStore, disk: Disk, tmp_path: Path, write: Callable[[OpenStore], None]
) -> None:
    disk.after = True
    write(store)
    store.close()
    (tmp_path / "station.db-wal").unlink(missing_ok=True)
    again = open_store(tmp_path, ballast_bytes=SMALL)

    assert disk.opened == 2
    assert again.inspections.inspection(inspection_id(1)) == (
        inspection(1) if write is save else None
    )
    assert len(again.journal.segment()) == (0 if write is save else 1)
    again.close()


@pytest.mark.parametrize("write", WRITES)
def test_a_commit_that_failed_and_is_not_there_is_refused_and_can_be_repeated(
    store: OpenStore, disk: Disk, write: Callable[[OpenStore], None]
) -> None:
    disk.before = True
    with pytest.raises(StationError) as failed:
        write(store)
    nothing = (store.inspections.latest(9), store.journal.segment())
    write(store)

    assert failed.value.fault.code is FaultCode.STORE_FAILED
    assert "does not write reliably" in str(failed.value)
    assert nothing == ((), ())
    assert len(store.inspections.latest(9)) + len(store.journal.segment()) == 1
    store.close()


def test_an_error_that_is_no_disk_error_is_a_bug_and_changes_nothing(
    store: OpenStore, disk: Disk
) -> None:
    disk.before = True
    disk.code = sqlite3.SQLITE_MISUSE
    with pytest.raises(Exception, match="disk I/O error") as failed:
        save(store)

    assert not isinstance(failed.value, StationError)
    assert store.inspections.latest(9) == ()
    store.close()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_BUSY, "close that program"),
        (sqlite3.SQLITE_READONLY, "the right to write"),
        (sqlite3.SQLITE_CORRUPT, "restore the last backup"),
    ],
)
def test_each_refusal_of_the_database_says_what_to_do(
    store: OpenStore, disk: Disk, code: int, words: str
) -> None:
    disk.before = True
    disk.code = code
    with pytest.raises(StationError, match=words):
        save(store)
    store.close()


def test_another_program_that_holds_the_database_is_a_fault(tmp_path: Path) -> None:
    def impatient(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA busy_timeout = 1")
        return connection

    store = open_store(tmp_path, ballast_bytes=SMALL, connect=impatient)
    other = sqlite3.connect(tmp_path / "station.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StationError, match="Another program"):
        save(store)
    other.execute("ROLLBACK")
    other.close()
    save(store)

    assert store.inspections.inspection(inspection_id(1)) == inspection(1)
    store.close()
