"""What the reference receiver keeps: one JSON line for each result, synced before it answers."""

import fcntl
import hashlib
import json
import os
import threading
from enum import StrEnum
from pathlib import Path
from typing import IO


class Stored(StrEnum):
    """What became of a post."""

    NEW = "new"
    REPEATED = "repeated"
    CONFLICT = "conflict"


class ReceiverStore:
    """Results by id in an append-only file; a kept result is never overwritten.

    A line torn by a power cut was never acknowledged and is cut off at the start. One process has
    the file; another waits for it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("a+b")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._lock = threading.Lock()
        self._digests: dict[str, str] = {}
        self._duplicates = 0
        self._repeated = 0
        self._read()

    def keep(self, inspection_id: str, body: bytes) -> Stored:
        """Keep a result once; the same id with another body is a conflict."""
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            kept = self._digests.get(inspection_id)
            if kept is not None:
                self._repeated += 1
                return Stored.REPEATED if kept == digest else Stored.CONFLICT
            line = json.dumps({"id": inspection_id, "sha256": digest, "body": body.decode()})
            self._file.write(line.encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self._digests[inspection_id] = digest
            return Stored.NEW

    def counts(self) -> dict[str, int]:
        """Ids kept, lines beyond the first of an id, and posts of an id that was there already."""
        with self._lock:
            return {
                "unique_ids": len(self._digests),
                "duplicates": self._duplicates,
                "repeated_posts": self._repeated,
            }

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _read(self) -> None:
        self._file.seek(0)
        whole = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            kept = json.loads(line)
            if kept["id"] in self._digests:
                self._duplicates += 1
            self._digests.setdefault(kept["id"], kept["sha256"])
            whole += len(line)
        self._file.truncate(whole)
        os.fsync(self._file.fileno())
        folder = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
