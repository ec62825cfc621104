"""Opens the station's database in a state directory."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from station.adapters.store.ballast import Ballast
from station.adapters.store.codec import Codec
from station.adapters.store.corrections import SqlCorrections
from station.adapters.store.database import Connect, Database, connect
from station.adapters.store.failures import store_failed
from station.adapters.store.inspections import SqlInspections
from station.adapters.store.journal import SqlJournal
from station.adapters.store.lock import InstanceLock
from station.adapters.store.outbox import SqlOutbox
from station.adapters.store.parcels import SqlParcels
from station.adapters.store.steps import nothing
from station.adapters.store.upgrade import upgrade

BALLAST_BYTES = 64 * 1024 * 1024
_QUICKLY_CHECKED = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class OpenStore:
    """Everything kept in one state directory, locked for this process."""

    journal: SqlJournal
    inspections: SqlInspections
    outbox: SqlOutbox
    parcels: SqlParcels
    corrections: SqlCorrections
    database: Database
    lock: InstanceLock

    def close(self) -> None:
        """Close the database and let another station have the directory."""
        self.database.close()
        self.lock.release()


def open_store(
    directory: Path,
    *,
    ballast_bytes: int = BALLAST_BYTES,
    reached: Callable[[str], None] = nothing,
    connect: Connect = connect,
) -> OpenStore:
    """The store in `directory`, made or brought up to date if need be.

    StationError if another station uses it (ALREADY_RUNNING), or if it cannot be used
    (STORE_FAILED, DISK_FULL). A file too large to be checked within the start-up is left to
    `Database.check`.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = InstanceLock(directory / "station.lock")
    except OSError as error:
        raise store_failed(
            f"The directory {directory} cannot be used ({error.strerror}): "
            "name one that the station's user may write to."
        ) from error
    path = directory / "station.db"
    ballast = Ballast(directory / "ballast", ballast_bytes)
    database = Database(path, ballast, reached, connect)
    try:
        if path.exists() and path.stat().st_size <= _QUICKLY_CHECKED:
            database.check()
        database.write("upgrade", lambda connection: upgrade(connection, directory))
        codec = Codec()
        store = OpenStore(
            SqlJournal(database, codec),
            SqlInspections(database, codec),
            SqlOutbox(database),
            SqlParcels(database, codec),
            SqlCorrections(database, codec),
            database,
            lock,
        )
        database.disk_well()
    except BaseException:
        database.close()
        lock.release()
        raise
    return store
