"""Which model packs a bench has, which one works, which one looks on, and how that came about."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from station.domain.grading import Grade

SHIPPED = "shipped"
"""The name of the pack that ships with the station; no imported pack is called so."""

MOST_EARLIER = 100
"""How many rollbacks in a row are possible."""


class PackDeed(StrEnum):
    """What was done with a pack."""

    IMPORT = "import"
    SHADOW = "shadow"
    UNSHADOW = "unshadow"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class PackEntry:
    """One line of the shelf's history; `digest` names every byte of the pack, `evidence` says what
    the deed rests on."""

    deed: PackDeed
    pack: str
    digest: str
    at: datetime
    by: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The packs in use, by name; `earlier` were live before, the latest last."""

    live: str = SHIPPED
    shadow: str | None = None
    earlier: tuple[str, ...] = ()
    history: tuple[PackEntry, ...] = ()


class ShelfError(ValueError):
    """The shelf does not allow it; the text is one sentence that says why."""


def noted(shelf: Shelf, entry: PackEntry) -> Shelf:
    """The shelf after a deed. ShelfError where it makes no sense.

    A rollback's entry names the pack that is live after it.
    """
    shelf = replace(shelf, history=(*shelf.history, entry))
    match entry.deed:
        case PackDeed.IMPORT:
            return shelf
        case PackDeed.SHADOW:
            if entry.pack == shelf.live:
                raise ShelfError(f"{entry.pack} is live: nothing can be learnt from its shadow.")
            return replace(shelf, shadow=entry.pack)
        case PackDeed.UNSHADOW:
            return replace(shelf, shadow=None)
        case PackDeed.PROMOTE:
            if entry.pack == shelf.live:
                raise ShelfError(f"{entry.pack} is live already.")
            if not entry.by or not entry.evidence:
                raise ShelfError("A promotion names who promotes and what it rests on.")
            shadow = None if shelf.shadow == entry.pack else shelf.shadow
            earlier = (*shelf.earlier, shelf.live)[-MOST_EARLIER:]
            return replace(shelf, live=entry.pack, shadow=shadow, earlier=earlier)
        case PackDeed.ROLLBACK:
            if not shelf.earlier:
                raise ShelfError("There is no earlier pack to go back to.")
            live = shelf.earlier[-1]
            shadow = None if shelf.shadow == live else shelf.shadow
            return replace(shelf, live=live, shadow=shadow, earlier=shelf.earlier[:-1])


@dataclass(frozen=True, slots=True)
class Compared:
    """What the live pack and the one in shadow made of one inspection.

    `against` names the live pack as the record does. A proposal is None where a person had to
    look. `final` is the grade it was closed with; None while it is held.
    """

    inspection: str
    category: str
    against: str
    live: Grade | None
    shadow: Grade | None
    final: Grade | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Counts over the compared inspections of one category.

    `differ` disagree in grade or in needing a person: `stricter` where the shadow's grade is worse
    than the live one's, `milder` where it is better, `doubts` where only the shadow calls a person,
    `settles` where only the live one does.
    """

    compared: int
    differ: int
    stricter: int
    milder: int
    doubts: int
    settles: int


_ORDER = (Grade.RESELLABLE, Grade.REPAIR, Grade.SCRAP)


def disagreements(compared: Iterable[Compared]) -> dict[str, Disagreement]:
    """The counts of each category; an inspection that was compared twice counts once, as last."""
    last = {one.inspection: one for one in compared}
    counts: dict[str, Counter[str]] = {}
    for one in last.values():
        counts.setdefault(one.category, Counter())[_difference(one)] += 1
    return {
        category: Disagreement(
            compared=count.total(),
            differ=count.total() - count["same"],
            **{name: count[name] for name in ("stricter", "milder", "doubts", "settles")},
        )
        for category, count in sorted(counts.items())
    }


def _difference(one: Compared) -> str:
    if one.live is one.shadow:
        return "same"
    if one.shadow is None:
        return "doubts"
    if one.live is None:
        return "settles"
    return "stricter" if _ORDER.index(one.shadow) > _ORDER.index(one.live) else "milder"
