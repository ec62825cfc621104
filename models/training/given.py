"""What a run is given to learn from, by names that tell one thing from another."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from models.labels.labelled import LabelledSet
from models.runtime.manifest import MANIFEST
from models.sets import read_set
from models.training.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Given:
    """The sources of a run, and the SHA-256 of the manifest of the pack that it goes on from."""

    sources: tuple[str, ...]
    started_from: str

    @classmethod
    def of(
        cls,
        sets: Sequence[Path],
        photographs: Sequence[Path],
        labelled: Sequence[LabelledSet],
        start_from: Path | None,
    ) -> Self:
        """Rendered sets by generator and seed, all else by where it lies.

        TrainingError where the pack cannot be read, SetError where a set is damaged.
        """
        rendered = [read_set(path) for path in sets]
        named = [f"the rendered set {each.generator} {each.seed}" for each in rendered]
        named += [f"the labelled set {each.path.resolve()}" for each in labelled]
        named += [f"the photographs in {each.resolve()}" for each in photographs]
        return cls(tuple(sorted(named)), _digest(start_from))


def _digest(pack: Path | None) -> str:
    if pack is None:
        return ""
    try:
        return hashlib.sha256((pack / MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise TrainingError(f"{pack} cannot be read: name the directory of a pack.") from error
