"""A folder of pictures in the place of a camera."""

import time
from pathlib import Path

from models.runtime.errors import PictureError
from models.runtime.opencv import cv2
from models.runtime.pictures import decode_picture
from station.adapters.cameras.sources.pictures import JPEG, PNG
from station.adapters.cameras.sources.source import Exposure, PixelExposure

_MEDIA_TYPES = {".jpg": JPEG, ".jpeg": JPEG, ".png": PNG}
_EXIF = (b"Exif\0\0", b"eXIf")
"""As JPEG and as PNG mark it."""


class FolderSource:
    """The JPEG and PNG pictures of a folder in the order of their names, each one once.

    Where names tell the light (`007-top-raking.jpg`) no picture stands in for one of another light:
    after one that was refused the next would be taken for it, and all that follow for others. A
    picture that EXIF may want turned is given as its turned pixels: evidence carries no EXIF.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Path] = []
        self._sequence = 0

    def open(self) -> dict[str, float]:
        """List the folder; OSError if it cannot be read or holds no picture."""
        self._files = self._listed()
        if not self._files:
            raise OSError(f"The picture folder {self._folder} holds no JPEG or PNG.")
        return {"pictures": float(len(self._files))}

    def identity(self) -> str:
        """A folder is no camera."""
        return ""

    def grab(self, light: str) -> Exposure | PixelExposure:
        """The next picture.

        EOFError after the last one until new ones are there, LookupError if its name tells another
        light: it stays the next one then.
        """
        if self._sequence >= len(self._files):
            self._files += [file for file in self._listed() if file not in self._files]
        if self._sequence >= len(self._files):
            raise EOFError(f"{self._folder} has no more pictures: put new ones into it.")
        file = self._files[self._sequence]
        if not _of_light(file, light) and any(_of_light(other, light) for other in self._files):
            raise LookupError(
                f"The next picture {file.name} is not of the light {light}: a picture was refused "
                f"or is missing, so put {self._folder} in order and start again."
            )
        self._sequence += 1
        try:
            content, now = file.read_bytes(), time.monotonic()
        except OSError as error:
            raise LookupError(f"{file} cannot be read: put it back, or start again.") from error
        if any(mark in content for mark in _EXIF):
            try:
                turned = cv2.cvtColor(decode_picture(content), cv2.COLOR_RGB2BGR)
            except PictureError as error:
                raise LookupError(f"{file}: {error}") from error
            return PixelExposure(turned, self._sequence, now)
        return Exposure(content, _MEDIA_TYPES[file.suffix.lower()], self._sequence, now)

    def look(self) -> None:
        """A folder has no live picture."""

    def close(self) -> None:
        """Nothing is held open."""

    def _listed(self) -> list[Path]:
        try:
            return sorted(
                file
                for file in self._folder.iterdir()
                if file.suffix.lower() in _MEDIA_TYPES and file.is_file()
            )
        except (OSError, ValueError) as error:
            raise OSError(f"The picture folder {self._folder} cannot be read.") from error


def _of_light(file: Path, light: str) -> bool:
    return file.stem.endswith(f"-{light}")
