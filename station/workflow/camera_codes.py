"""What the codes in an item's pictures say of it (decision 19): a serial, or doubt. Never more."""

from collections.abc import Iterable
from dataclasses import replace

from station.domain.identity import ItemCode
from station.domain.inspection import Contradiction, Identified, PoseExamined
from station.domain.scan import item_pictured
from station.domain.tags import item_of
from station.workflow.stages import Capturing


def telling(answers: Iterable[PoseExamined]) -> dict[str, ItemCode]:
    """The codes in the pictures that name an item, in the order seen, and the item of each."""
    texts = (text for answer in answers for text in answer.codes)
    return {text: item for text in texts if (item := item_pictured(text)) is not None}


def serial_of(stage: Capturing, answer: PoseExamined) -> ItemCode | None:
    """The item's code with the serial that this answer is the first to show.

    None where the piece is known already, or where the pictures name more than one.
    """
    known = _known(stage)
    before = set(telling(stage.answers).values())
    seen = before | set(telling((answer,)).values())
    pieces = {item for item in seen if item.serial is not None}
    if known.serial is not None or len(pieces) != 1 or pieces <= before:
        return None
    return next(iter(pieces)) if all(_fits(known, item) for item in seen) else None


def contradiction_of(stage: Capturing) -> Contradiction | None:
    """The first item in the pictures of this take that cannot be the one on the bench."""
    known = _known(stage)
    others = (item for item in telling(stage.answers).values() if not _fits(known, item))
    other = next(others, None)
    return None if other is None else Contradiction("camera", other)


def forgotten(identified: Identified) -> Identified:
    """The item without what codes in its pictures contradicted: it is pictured anew."""
    opened = identified.opened
    if opened.contradiction is None or opened.contradiction.source != "camera":
        return identified
    return replace(identified, opened=replace(opened, contradiction=None))


def _known(stage: Capturing) -> ItemCode:
    """The item as far as code and tag name it; a tag's serial counts even if no order knows it."""
    opened = stage.identified.opened
    code = stage.refining or opened.code
    tagged = item_of(opened.epc) if code.serial is None and opened.epc is not None else None
    return tagged or code


def _fits(known: ItemCode, item: ItemCode) -> bool:
    """Whether a code can be on the item known so far; many labels leave the serial out."""
    serials = {known.serial, item.serial} - {None}
    return known.gtin == item.gtin and len(serials) < 2
