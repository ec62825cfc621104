"""What the names in a labelled set mean: kinds of fault, splits, and views of one item."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.labels.labelled import LabelError, Split

NOT_A_FAULT = "-"
"""Stands for the kind of a class that is no fault, such as an intact cap."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})

_SPLITS: Mapping[str, Split] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "held-out",
}
_VIEW = re.compile(r"__[^_]+$")
_AUGMENTED = re.compile(r"\.rf\.[0-9a-f]+$")


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of fault that may be learnt, and which of them a set's class names stand for.

    `renamed` gives a class name its kind, or `NOT_A_FAULT`.
    """

    known: Sequence[str]
    renamed: Mapping[str, str]

    def __post_init__(self) -> None:
        for name, kind in self.renamed.items():
            if kind != NOT_A_FAULT and kind not in self.known:
                raise LabelError(
                    f"{name} cannot stand for {kind}: name one of {', '.join(self.known)}, "
                    f"or {NOT_A_FAULT} for what is no fault."
                )

    def of(self, name: str) -> str | None:
        """The kind of a class, `NOT_A_FAULT`, or None where nothing says."""
        if name in self.renamed:
            return self.renamed[name]
        plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        return plain if plain in self.known else None

    def check(self, used: Sequence[str], where: Path) -> None:
        """Raise LabelError where a class that is used has no kind."""
        strange = [name for name in dict.fromkeys(used) if self.of(name) is None]
        if strange:
            raise LabelError(
                f"{where} labels {', '.join(strange)}, which is no kind to learn "
                f"({', '.join(self.known)}): say what it is with --class {strange[0]}=KIND, "
                f"or {strange[0]}={NOT_A_FAULT} where it is no fault."
            )


def split_named(name: str) -> Split | None:
    """The split that a folder of this name holds, such as `valid` or `train2017`."""
    return _SPLITS.get(name.lower().rstrip("0123456789"))


def item_named(file: Path) -> str:
    """The item that a picture's name tells: `mug7__top.jpg` and `mug7__side.jpg` show one.

    What Roboflow augmented from one picture (`NAME.rf.HASH.jpg`) shows one item as well.
    """
    return _VIEW.sub("", _AUGMENTED.sub("", file.stem))
