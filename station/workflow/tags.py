"""What the tags on the bench do at each stage (decision 19). They open an item; they confirm none.

A tag belongs to an item from its identification on. When that item is done, its tags are spent:
they mean nothing more until they have left the field.
"""

from dataclasses import replace
from datetime import datetime

from station.domain.events import (
    Event,
    FaultCleared,
    FaultRaised,
    LookedUp,
    TagsSettled,
    Ticked,
)
from station.domain.identity import ItemCode
from station.domain.inspection import Contradiction, IdentifiedBy, Opened
from station.domain.item import Unidentified
from station.domain.tags import items_of
from station.workflow import capturing, scans
from station.workflow.commands import Command, FindOrder, Say, Sound
from station.workflow.stages import (
    Bench,
    Capturing,
    Identifying,
    Notice,
    Ready,
    Saving,
    opened_of,
)

Step = tuple[Bench, tuple[Command, ...]]


def answered(bench: Bench, event: TagsSettled | LookedUp) -> Step:
    """Note the tags that settled; take what the orders say of a code, or of a serial learnt."""
    if isinstance(event, TagsSettled):
        return _settled(bench, event), ()
    if isinstance(bench.stage, Capturing):
        return _refined(bench, bench.stage, event)
    return capturing.looked_up(bench, event)


def _settled(bench: Bench, event: TagsSettled) -> Bench:
    """Note which tags are on the bench now; one that has left may come anew.

    The open item's own tag stays its own while it is carried off and past the antenna.
    """
    here = frozenset(event.epcs)
    near = replace(
        bench.tags,
        epcs=event.epcs,
        fresh_id=event.fresh_id,
        seen=(bench.tags.seen | _own_tag(bench)) & here,
        spent=bench.tags.spent & here,
    )
    return replace(bench, tags=near)


def follow(before: Bench, after: Bench, event: Event) -> Step:
    """What the tags on the bench make of the state after an event."""
    if _open_id(before) != _open_id(after):
        after = _retired(after)
    match after.stage, event:
        case Ready(), FaultRaised() | FaultCleared() | Ticked():
            return after, ()  # They are not in the journal, so a replay would not open here.
        case Ready(), _:
            return _arrived(after, event)
        case Identifying(), _:
            return _with(after), ()
        case Capturing() as stage, TagsSettled() | LookedUp():
            return _compared(_with(after), stage, event.at)
    return after, ()


def _refined(bench: Bench, stage: Capturing, event: LookedUp) -> Step:
    """The code with a serial was looked up: take it, or say that the piece is done already.

    Orders that do not know this serial leave the item as its barcode named it.
    """
    opened, code = stage.identified.opened, stage.refining
    if code is None or opened.id != event.inspection:
        return bench, ()
    item = event.answer.item
    if item is not None and item.code != code:
        return bench, ()  # It answers an earlier question about another serial.
    stage = replace(stage, refining=None)
    if event.answer.problem is Unidentified.ALREADY_INSPECTED:
        notice = Notice("already-inspected", (("code", str(code)),), event.at)
        return replace(bench, stage=Ready(), notice=notice), (Say(Sound.ATTENTION),)
    if item is not None and item.category == stage.identified.item.category:
        stage = replace(
            stage,
            identified=replace(stage.identified, opened=replace(opened, code=code), item=item),
        )
    return capturing.finished(replace(bench, stage=stage), stage, event.at)


def _open_id(bench: Bench) -> str | None:
    match bench.stage:
        case Ready():
            return None
        case Saving(inspection=inspection):
            return inspection.id
        case stage:
            return opened_of(stage).id


def _own_tag(bench: Bench) -> frozenset[str]:
    match bench.stage:
        case Ready():
            return frozenset()
        case Saving(inspection=inspection):
            epc = inspection.judged.examined.identified.opened.epc
        case stage:
            epc = opened_of(stage).epc
    return frozenset() if epc is None else frozenset({epc})


def _retired(bench: Bench) -> Bench:
    """The item that was open is so no more: the tags seen with it are spent."""
    near = bench.tags
    spent = (near.spent | near.seen) & frozenset(near.epcs)
    return replace(bench, tags=replace(near, seen=frozenset(), spent=spent))


def _with(bench: Bench) -> Bench:
    """Every tag that comes while an item is identified or pictured was seen with it."""
    near = bench.tags
    return replace(bench, tags=replace(near, seen=near.seen | frozenset(near.fresh)))


def _arrived(bench: Bench, event: Event) -> Step:
    """Exactly one item's tags on a bench that waits for an item open it, as its barcode would."""
    if bench.operator is None or bench.blocked or bench.desk.busy:
        return bench, ()
    found = items_of(bench.tags.fresh)
    if len(found) > 1 and isinstance(event, TagsSettled):
        return _told(bench, "several-tags", event.at)
    if len(found) != 1:
        return bench, ()
    (code, epc), *_ = found.items()
    opened = Opened(
        bench.tags.fresh_id, code, bench.operator, event.at, by=IdentifiedBy.TAG, epc=epc
    )
    opening, commands = scans.open_item(bench, opened)
    return _with(opening), commands


def _compared(bench: Bench, stage: Capturing, at: datetime) -> Step:
    """An item is being pictured: its tag confirms what it is, adds its serial, or contradicts."""
    opened = stage.identified.opened
    found = items_of(bench.tags.fresh)
    matching = {code: epc for code, epc in found.items() if _fits(opened.code, code)}
    if len(matching) > 1:
        return _told(bench, "several-tags", at) if stage.refining is None else (bench, ())
    others = sorted((code for code in found if code not in matching), key=str)
    if not matching or (others and opened.by is IdentifiedBy.TAG):
        return _contradicted(bench, stage, others, at)
    (code, epc), *_ = matching.items()
    asked = opened.epc == epc
    known = opened.by is IdentifiedBy.TAG and asked
    opened = replace(
        opened,
        by=IdentifiedBy.TAG if known else IdentifiedBy.BOTH,
        epc=epc,
        contradiction=_of_barcode(opened.contradiction),
    )
    stage = _reopened(stage, opened)
    if opened.code == code or asked or stage.refining == code:
        return replace(bench, stage=stage), ()
    refining = replace(stage, refining=code)
    return replace(bench, stage=refining), (FindOrder(opened.id, code),)


def _contradicted(bench: Bench, stage: Capturing, others: list[ItemCode], at: datetime) -> Step:
    """Tags of other items lie here, or none at all: the doubt lasts as long as they do."""
    opened = stage.identified.opened
    told = opened.contradiction
    if told is not None and told.source == "barcode":
        return bench, ()
    if told is not None and told.item in others:
        return bench, ()
    new = Contradiction("tag", others[0]) if others else None
    if new == told:
        return bench, ()
    bench = replace(bench, stage=_reopened(stage, replace(opened, contradiction=new)))
    if new is None:
        return bench, ()
    if opened.by is IdentifiedBy.TAG:
        return _told(bench, "several-tags", at)
    return _told(bench, "tag-disagrees", at, str(new.item))


def _fits(code: ItemCode, other: ItemCode) -> bool:
    """Whether a tag's code can be that of an item known so far by `code`."""
    return code.gtin == other.gtin and code.serial in (None, other.serial)


def _of_barcode(told: Contradiction | None) -> Contradiction | None:
    return told if told is not None and told.source == "barcode" else None


def _reopened(stage: Capturing, opened: Opened) -> Capturing:
    return replace(stage, identified=replace(stage.identified, opened=opened))


def _told(bench: Bench, notice: str, at: datetime, code: str = "") -> Step:
    said = Notice(notice, (("code", code),), at)
    return replace(bench, notice=said), (Say(Sound.ATTENTION),)
