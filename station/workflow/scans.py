"""What each kind of scan does at each stage (the scan grammar's rules)."""

from dataclasses import replace

from station.domain.events import Key, KeyPressed, Scanned
from station.domain.grading import Grade
from station.domain.identity import ItemCode
from station.domain.inspection import Contradiction, IdentifiedBy, Opened
from station.domain.scan import (
    AttributeScanned,
    BadgeScanned,
    BinScanned,
    CommandScanned,
    ItemScanned,
    Meaning,
    NotUnderstood,
    Order,
    ParcelScanned,
    PlainScanned,
    PlateScanned,
    ReturnOrderScanned,
    ToteScanned,
    read_scan,
)
from station.workflow import answers, capturing, keys, labelling, parcels
from station.workflow.commands import Command, FindOrder, Say, Sound
from station.workflow.notices import printable
from station.workflow.stages import (
    Answering,
    Bench,
    Capturing,
    Identifying,
    Notice,
    OpenStage,
    Ready,
    Saving,
    opened_of,
)

Step = tuple[Bench, tuple[Command, ...]]

_KEYS = {
    Order.TAKE: Key.TAKE,
    Order.RETAKE: Key.RETAKE,
    Order.UNDO: Key.UNDO,
    Order.RESELLABLE: Key.RESELLABLE,
    Order.REPAIR: Key.REPAIR,
    Order.SCRAP: Key.SCRAP,
    Order.NOT_DAMAGE: Key.NOT_DAMAGE,
    Order.WRONG_OUTLINE: Key.WRONG_OUTLINE,
    Order.MISSED_FAULT: Key.MISSED_FAULT,
    Order.NEXT_FAULT: Key.NEXT_FAULT,
}


def scanned(bench: Bench, event: Scanned) -> Step:
    """React to a code; a code that means nothing here leaves the item as it is."""
    meaning: Meaning = read_scan(event.text, bench.setup.parcel_patterns)
    match meaning:
        case NotUnderstood(reason):
            return say(bench, event, reason, Sound.ATTENTION)
        case BadgeScanned(badge):
            return _badge(bench, event, badge)
        case CommandScanned(Order.REPRINT):
            return labelling.reprint(bench, event.at)
        case CommandScanned(Order.CLOSE_PARCEL):
            return parcels.closed_by_hand(bench, event)
        case CommandScanned(order):
            return keys.pressed(bench, KeyPressed(event.at, _KEYS[order], event.fresh_id))
        case ItemScanned():
            return _item(bench, event, meaning)
        case BinScanned() | PlateScanned() | ToteScanned():
            return _place(bench, event, meaning)
        case ParcelScanned() | ReturnOrderScanned() | PlainScanned():
            return parcels.scanned(bench, event, meaning)
        case AttributeScanned():
            return say(bench, event, "scan-not-now")


def say(bench: Bench, event: Scanned, notice: str, sound: Sound | None = None) -> Step:
    """Show a notice about this scan and change nothing else."""
    shown = replace(bench, notice=Notice(notice, (("code", printable(event.text)),), event.at))
    return shown, ((Say(sound),) if sound else ())


def _badge(bench: Bench, event: Scanned, badge: str) -> Step:
    """Log in. Another person's badge parks the open item; it never closes one."""
    if bench.operator == badge:
        return say(bench, event, "badge-already-in")
    arrived = replace(bench, operator=badge, notice=None)
    match bench.stage:
        case Identifying() | Capturing() | Answering() as stage:
            parked = (*bench.parked, stage)
            notice = Notice("badge-parked", (("badge", badge),), event.at)
            return replace(arrived, stage=Ready(), parked=parked, notice=notice), (
                Say(Sound.ATTENTION),
            )
    return arrived, ()


def _item(bench: Bench, event: Scanned, meaning: ItemScanned) -> Step:
    if bench.operator is None:
        return say(bench, event, "badge-first", Sound.ATTENTION)
    if bench.blocked:
        return say(bench, event, "scan-while-stopped", Sound.STOP)
    match bench.stage:
        case Ready():
            return labelling.rescanned(bench, event, meaning) or _open(bench, event, meaning)
        case Identifying() | Capturing() as stage:
            return _again(bench, event, meaning.item, stage)
        case Answering() as stage:
            return _next(bench, event, meaning, stage)
        case Saving():
            return say(bench, event, "still-saving", Sound.ATTENTION)


def _again(bench: Bench, event: Scanned, code: ItemCode, stage: Identifying | Capturing) -> Step:
    """A further label while an item is looked at: its own, or another item's.

    An item that only its tag named is in doubt when a label names another one.
    """
    opened = opened_of(stage)
    same = _same_piece(opened.code, code)
    if same and opened.by is IdentifiedBy.TAG:
        told = opened.contradiction
        kept = told if told is not None and told.source == "barcode" else None
        stage = _reopened(stage, replace(opened, by=IdentifiedBy.BOTH, contradiction=kept))
    elif not same and opened.by is IdentifiedBy.TAG:
        other = Contradiction("barcode", code)
        stage = _reopened(stage, replace(opened, contradiction=other))
    bench = replace(bench, stage=stage)
    if same:
        return say(bench, event, "same-item", Sound.ATTENTION)
    return say(
        bench,
        event,
        "label-disagrees" if opened.by is IdentifiedBy.TAG else "still-looking",
        Sound.ATTENTION,
    )


def _reopened(stage: Identifying | Capturing, opened: Opened) -> Identifying | Capturing:
    if isinstance(stage, Identifying):
        return replace(stage, opened=opened)
    return replace(stage, identified=replace(stage.identified, opened=opened))


def _same_piece(code: ItemCode, label: ItemCode) -> bool:
    """Whether a label can be on the item known by `code`; many labels leave the serial out."""
    return code.gtin == label.gtin and (label.serial is None or label.serial == code.serial)


def _open(bench: Bench, event: Scanned, meaning: ItemScanned) -> Step:
    opened = Opened(event.fresh_id, meaning.item, bench.operator or "", event.at)
    return open_item(bench, opened)


def open_item(bench: Bench, opened: Opened) -> Step:
    """Look an item up, or go on with it where it was parked; not while a parcel is changing."""
    if bench.desk.busy:
        return replace(bench, notice=Notice("parcel-busy", (), opened.opened_at)), ()
    for stage in bench.parked:
        if _same_piece(opened_of(stage).code, opened.code):
            return _unpark(bench, stage)
    reading = replace(bench, stage=Identifying(opened), notice=None)
    return reading, (FindOrder(opened.id, opened.code),)


def _unpark(bench: Bench, stage: OpenStage) -> Step:
    """A parked item is pictured anew: nobody knows what happened to it meanwhile."""
    left = tuple(other for other in bench.parked if other is not stage)
    bench = replace(bench, parked=left, notice=None)
    if isinstance(stage, Identifying):
        opened = stage.opened
        return replace(bench, stage=stage), (FindOrder(opened.id, opened.code),)
    bench, commands = capturing.again(bench, stage)
    if isinstance(stage, Capturing) and stage.refining is not None:
        return bench, (FindOrder(opened_of(stage).id, stage.refining), *commands)
    return bench, commands


def _next(bench: Bench, event: Scanned, meaning: ItemScanned, stage: Answering) -> Step:
    """A new item confirms a clear resellable that was shown long enough and has gone."""
    opened = opened_of(stage)
    if _same_piece(opened.code, meaning.item):
        return say(bench, event, "same-item")
    verdict = stage.judged.verdict
    policy = bench.setup.policy(stage.judged.examined.identified.item.category)
    if verdict.needs_review:
        return say(bench, event, "tote-first", Sound.ATTENTION)
    if verdict.proposed is not Grade.RESELLABLE or stage.person_only:
        return say(bench, event, "key-first", Sound.ATTENTION)
    if policy is None or not policy.next_scan_confirms:
        return say(bench, event, "key-first", Sound.ATTENTION)
    if bench.operator != opened.operator:
        return say(bench, event, "key-first", Sound.ATTENTION)
    if event.at - stage.judged.judged_at < bench.setup.shown_at_least:
        return say(bench, event, "too-soon", Sound.ATTENTION)
    if not stage.gone:
        return say(bench, event, "take-it-off-first", Sound.ATTENTION)
    return answers.confirm(bench, stage, Grade.RESELLABLE, "next-scan", event.at, then=event)


def _place(bench: Bench, event: Scanned, place: BinScanned | PlateScanned | ToteScanned) -> Step:
    stage = bench.stage
    if isinstance(place, ToteScanned) and isinstance(stage, Capturing) and stage.cannot_be_pictured:
        left = capturing.unpictured(bench, stage, event.at)
        if left is not None:
            return answers.hold(bench, left, place.tote, event.at)
    if not isinstance(stage, Answering):
        again = None if isinstance(place, ToteScanned) else labelling.rescanned(bench, event, place)
        return again or say(bench, event, "scan-not-now")
    verdict = stage.judged.verdict
    if isinstance(place, ToteScanned):
        return answers.hold(bench, stage, place.tote, event.at)
    if verdict.needs_review or verdict.proposed is None:
        return say(bench, event, "tote-first", Sound.ATTENTION)
    if isinstance(place, BinScanned) and place.grade is not verdict.proposed:
        return say(bench, event, "wrong-bin", Sound.STOP)
    if isinstance(place, PlateScanned):
        return labelling.plated(bench, stage, place.plate, event.at)
    bench, noting = labelling.binned(bench, opened_of(stage).id, place.bin, event.at)
    how = f"bin {place.bin}"
    bench, commands = answers.confirm(bench, stage, verdict.proposed, how, event.at)
    return bench, (*noting, *commands)
