"""Answers of the server of return orders, kept for when it is away. Losing them loses nothing."""

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

from station.adapters.store.failures import store_failed

FILE = "order-answers.sqlite"
MOST_KEPT = 100_000

_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    asked TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    body BLOB NOT NULL
)
"""


class OrderAnswers:
    """The newest `most` answers, by what was asked. Safe for many threads.

    A file that cannot be used is a StationError at the start; later failures only forget.
    """

    def __init__(self, directory: Path, most: int = MOST_KEPT) -> None:
        self._lock = threading.Lock()
        self._most = most
        path = directory / FILE
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.execute(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise store_failed(
                f"The kept answers in {path} cannot be used ({error}): remove that file."
            ) from error

    def put(self, asked: str, at: datetime, body: bytes) -> None:
        """Keep an answer in place of an earlier one; the oldest is forgotten for it."""
        row = (asked, at.astimezone(UTC).isoformat(), body)
        self._run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", *row)
        self._run(
            "DELETE FROM answers WHERE rowid <= (SELECT MAX(rowid) FROM answers) - ?", self._most
        )

    def get(self, asked: str) -> tuple[datetime, bytes] | None:
        """The kept answer and when it was fetched."""
        rows = self._run("SELECT at, body FROM answers WHERE asked = ?", asked)
        return (datetime.fromisoformat(rows[0][0]), rows[0][1]) if rows else None

    def drop(self, asked: str) -> None:
        """Forget an answer."""
        self._run("DELETE FROM answers WHERE asked = ?", asked)

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._connection.close()

    def _run(self, statement: str, *values: object) -> list[tuple[str, bytes]]:
        with self._lock:
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.Error:
                return []
