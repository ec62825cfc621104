"""A file that holds disk space back, so that a full disk can still take the last words."""

import os
from pathlib import Path

_SPARE = 1 << 20


class Ballast:
    """`size` bytes of disk at `path`; without it SQLite cannot even delete on a full disk."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    @property
    def whole(self) -> bool:
        """Whether the space is held back."""
        return self._path.is_file() and self._path.stat().st_size == self._size

    def release(self) -> None:
        """Give the space to whatever must be written now."""
        self._path.unlink(missing_ok=True)

    def make(self) -> bool:
        """Hold the space back again; false while the disk has too little."""
        if self.whole:
            return True
        disk = os.statvfs(self._path.parent)
        if disk.f_bavail * disk.f_frsize < self._size + _SPARE:
            return False
        fresh = self._path.with_suffix(".tmp")
        try:
            with fresh.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
        except OSError:
            fresh.unlink(missing_ok=True)
            return False
        fresh.replace(self._path)
        return True
