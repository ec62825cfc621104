"""What SQLite's refusals mean to the person at the bench."""

import shutil
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station.domain.faults import Fault, FaultCode, StationError

_NEARLY_NOTHING = 256 * 1024


def result_code(error: DBAPIError) -> int:
    """SQLite's primary result code; 0 where the error did not come from SQLite."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return int(code) & 0xFF


def is_ambiguous(error: DBAPIError) -> bool:
    """Whether what was being committed may be on disk all the same."""
    return result_code(error) == sqlite3.SQLITE_IOERR


def is_full(error: DBAPIError, directory: Path) -> bool:
    """Whether the disk is full; SQLite calls some of it an I/O error."""
    code = result_code(error)
    if code == sqlite3.SQLITE_FULL:
        return True
    return code == sqlite3.SQLITE_IOERR and shutil.disk_usage(directory).free < _NEARLY_NOTHING


def disk_full(directory: Path) -> StationError:
    """The disk is full and nothing of this write was kept."""
    return StationError(
        Fault(
            FaultCode.DISK_FULL,
            "disk",
            f"The disk that holds {directory} is full: free some space on it; "
            "the station goes on by itself once there is room.",
            blocks=True,
        )
    )


def store_failed(sentence: str) -> StationError:
    """The database cannot be used; `sentence` says what is wrong and what to do."""
    return StationError(Fault(FaultCode.STORE_FAILED, "store", sentence, blocks=True))


def meaning(error: DBAPIError, directory: Path) -> StationError | None:
    """The fault behind an error of the database; none when the error is a bug of ours."""
    if is_full(error, directory):
        return disk_full(directory)
    match result_code(error):
        case sqlite3.SQLITE_IOERR:
            return store_failed(
                f"The disk that holds {directory} does not write reliably ({error.orig}): "
                "check its cable and its health before going on."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged(directory)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return store_failed(
                f"Another program holds the station's database in {directory}: close that program."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return store_failed(
                f"The station's database in {directory} cannot be opened for writing: "
                "give the station's user the right to write there."
            )
    return None


def damaged(directory: Path) -> StationError:
    """The database is no longer whole."""
    return store_failed(
        f"The station's database in {directory} is damaged: restore the last backup, "
        "and keep the damaged file for the integrator."
    )
