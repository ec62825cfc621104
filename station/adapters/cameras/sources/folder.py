"""A folder of pictures in the place of a camera."""

import time
from pathlib import Path

from station.adapters.cameras.sources.pictures import JPEG, PNG
from station.adapters.cameras.sources.source import Exposure

_MEDIA_TYPES = {".jpg": JPEG, ".jpeg": JPEG, ".png": PNG}


class FolderSource:
    """The JPEG and PNG pictures of a folder in the order of their names, each one once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Path] = []
        self._sequence = 0

    def open(self) -> dict[str, float]:
        """List the folder; OSError if it cannot be read or holds no picture."""
        try:
            files = sorted(f for f in self._folder.iterdir() if f.suffix.lower() in _MEDIA_TYPES)
        except OSError as error:
            raise OSError(f"The picture folder {self._folder} cannot be read.") from error
        if not files:
            raise OSError(f"The picture folder {self._folder} holds no JPEG or PNG.")
        self._files = files
        return {"pictures": float(len(self._files))}

    def grab(self, light: str) -> Exposure:  # noqa: ARG002  the pictures have their light in them
        """The next picture; EOFError after the last one."""
        if self._sequence >= len(self._files):
            raise EOFError(f"{self._folder} has no more pictures: put new ones into it.")
        file = self._files[self._sequence]
        self._sequence += 1
        media_type = _MEDIA_TYPES[file.suffix.lower()]
        return Exposure(file.read_bytes(), media_type, self._sequence, time.monotonic())

    def look(self) -> None:
        """A folder has no live picture."""

    def close(self) -> None:
        """Nothing is held open."""
