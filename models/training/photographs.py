"""Clean real photographs: found on disk and split by the object they show."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime import pictures as runtime
from models.runtime.errors import PictureError
from models.training.errors import TrainingError
from models.training.partition import PHOTOGRAPH_SHARES, Part, part_of

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
_VIEW_NUMBER = re.compile(r"_\d+$")


@dataclass(frozen=True, slots=True)
class Photograph:
    """One photograph; views of the same object share ``source``."""

    path: Path
    name: str
    """Path relative to the directory that was named, with that directory's own name before it."""
    source: str

    @property
    def part(self) -> Part:
        """Learnt from, for thresholds, or only measured."""
        return part_of(self.source, PHOTOGRAPH_SHARES)


def list_photographs(directories: Sequence[Path]) -> tuple[Photograph, ...]:
    """All photographs below ``directories``, ordered by name.

    Files ``x_001.jpg`` and ``x_002.jpg`` of one directory are views of one object.
    Raises TrainingError where a directory holds none.
    """
    found = []
    for directory in directories:
        files = [file for file in directory.rglob("*") if file.suffix.lower() in _SUFFIXES]
        if not files:
            raise TrainingError(f"{directory} holds no photographs: name a folder of JPEG or PNG.")
        for file in files:
            relative = file.relative_to(directory)
            name = (Path(directory.name) / relative).as_posix()
            source = (Path(directory.name) / relative.parent / _stem(relative)).as_posix()
            found.append(Photograph(path=file, name=name, source=source))
    return tuple(sorted(found, key=lambda photograph: photograph.name))


def check_photographs(photographs: Sequence[Photograph]) -> None:
    """Read every photograph once, before anything is learnt.

    TrainingError where one cannot be used, and where the same file lies in two parts: what is
    measured on it would flatter.
    """
    known: dict[str, Photograph] = {}
    for photograph in photographs:
        read_photograph(photograph)
        digest = hashlib.sha256(photograph.path.read_bytes()).hexdigest()
        other = known.setdefault(digest, photograph)
        if other.part is not photograph.part:
            raise TrainingError(
                f"{other.path} and {photograph.path} are the same picture, and only one of them"
                " would be learnt from: remove one."
            )


def photographs_of(photographs: Sequence[Photograph], part: Part) -> tuple[Photograph, ...]:
    """Those of one part."""
    return tuple(photograph for photograph in photographs if photograph.part is part)


def read_photograph(photograph: Photograph) -> NDArray[np.uint8]:
    """RGB pixels, uint8 [H, W, 3]; raises TrainingError where the file is no picture."""
    return read_picture(photograph.path)


def read_picture(path: Path) -> NDArray[np.uint8]:
    """RGB pixels of a picture file, uint8 [H, W, 3]; raises TrainingError where it is none or cut
    short."""
    try:
        return runtime.read_picture(path)
    except PictureError as error:
        detail = str(error).rstrip(".")
        raise TrainingError(
            f"{path} cannot be used ({detail}): remove it or write it again."
        ) from error


def _stem(file: Path) -> str:
    return _VIEW_NUMBER.sub("", file.stem)
