"""Pictures in which people outlined faults: what a labelled set tells, whatever its format."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.sets import Polygon, SetError

Split = Literal["train", "validation", "held-out"]
"""What a set itself says a picture is for."""


class LabelError(SetError):
    """A labelled set cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One labelled fault in picture pixels, pixel centres at integers.

    `box_only` where only a box was drawn: the fault lies inside and need not fill it.
    """

    defect: str
    polygon: Polygon
    box_only: bool = False


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture and what was labelled in it.

    Pictures of the same `item` must stay together when a set is split. `not_faults` are places
    that a person called design, not damage; of `unsure` ones nothing is known. Where `complete`,
    no fault of the set's classes is left unlabelled; elsewhere only the labelled places are known.
    Pictures of one `pose` (empty where unknown) differ in their `light` only.
    """

    path: Path
    item: str
    faults: tuple[Outline, ...]
    complete: bool = True
    not_faults: tuple[Polygon, ...] = ()
    unsure: tuple[Polygon, ...] = ()
    split: Split | None = None
    pose: str = ""
    light: str = ""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A labelled set that was read whole.

    `classes` are the kinds of fault it looks for: of other kinds it says nothing, not even that
    there are none. `notes` are sentences about what was left out or understood in a certain way.
    """

    path: Path
    pictures: tuple[LabelledPicture, ...]
    classes: frozenset[str]
    notes: tuple[str, ...] = ()
