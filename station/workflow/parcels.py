"""Opening and closing parcels, and counting what comes out of them.

A parcel changes only between two items. A scan that names another parcel closes the open one, but
not before the orders know the other; a parcel opened by mistake, out of which nothing came, is let
go without a record.
"""

from dataclasses import replace
from datetime import datetime

from station.domain.events import (
    Event,
    LookedUp,
    ParcelClosed,
    ParcelCloseFailed,
    ParcelLookedUp,
    Saved,
    Scanned,
)
from station.domain.item import Unidentified
from station.domain.parcel import (
    OpenParcel,
    ParcelAsked,
    ParcelClosure,
    ParcelKind,
    Piece,
    parcel_code,
)
from station.domain.scan import ParcelScanned, PlainScanned, ReturnOrderScanned
from station.workflow.commands import CloseParcel, Command, FindParcel, Say, Sound
from station.workflow.notices import printable
from station.workflow.stages import Bench, Identifying, Notice, Ready, Saving

Step = tuple[Bench, tuple[Command, ...]]
ParcelMeaning = ParcelScanned | ReturnOrderScanned | PlainScanned


def scanned(bench: Bench, event: Scanned, meaning: ParcelMeaning) -> Step:
    """The code of a parcel, the number of an order, or a plain code that may be either."""
    kind: ParcelKind | None = None
    match meaning:
        case ParcelScanned(code):
            kind, code = ParcelKind.PARCEL, parcel_code(code) or code
        case ReturnOrderScanned(code):
            kind = ParcelKind.ORDER
        case PlainScanned(code):
            pass
    refused = _refused(bench, code, event.at)
    if refused is not None:
        return refused if kind else _say(bench, "scan-unknown-code", code, event.at)
    opened = bench.desk.opened
    if opened is not None and opened.parcel.code in (code, parcel_code(code)):
        return _say(bench, "parcel-is-open", code, event.at)
    asked = ParcelAsked(event.fresh_id, kind, code, bench.operator or "", event.at)
    desk = replace(bench.desk, asked=asked, closed=None)
    return replace(bench, desk=desk, notice=None), (FindParcel(asked),)


def closed_by_hand(bench: Bench, event: Scanned) -> Step:
    """The command to close the open parcel."""
    opened = bench.desk.opened
    refused = _refused(bench, "", event.at)
    if refused is not None:
        return refused
    if opened is None:
        return _say(bench, "no-parcel-open", "", event.at)
    return _close(bench, opened, event.at, then=None)


def answered(bench: Bench, event: ParcelLookedUp | ParcelClosed | ParcelCloseFailed) -> Step:
    """What came of a look-up or of a closure."""
    if isinstance(event, ParcelLookedUp):
        return _looked_up(bench, event)
    return _close_answered(bench, event)


def _looked_up(bench: Bench, event: ParcelLookedUp) -> Step:
    """Open the parcel, after closing the one before it; or say why not."""
    desk = bench.desk
    asked = desk.asked
    if asked is None or asked.id != event.id:
        return bench, ()
    bench = replace(bench, desk=replace(desk, asked=None))
    if not isinstance(bench.stage, Ready):
        return _say(bench, "finish-item-first", asked.code, event.at)
    if not event.reached:
        return _say(bench, "parcel-unreachable", asked.code, event.at)
    if event.parcel is None:
        if asked.kind is None:
            return _say(bench, "scan-unknown-code", asked.code, event.at)
        return _say(bench, "unknown-parcel", asked.code, event.at)
    before = event.before
    fresh = OpenParcel(
        asked.id,
        event.parcel,
        asked.operator,
        asked.at,
        came=before.opened.came if before else (),
        unknown=before.opened.unknown if before else (),
        supersedes=before.id if before else None,
    )
    current = desk.opened
    if current is None or not (current.came or current.unknown):
        return _open(bench, fresh, event.at)
    return _close(bench, current, event.at, then=fresh)


def _close_answered(bench: Bench, event: ParcelClosed | ParcelCloseFailed) -> Step:
    """The closure is durable: show what it says, and open what was scanned; or try it again."""
    desk = bench.desk
    closing = desk.closing
    if closing is None or closing.id != event.id:
        return bench, ()
    if isinstance(event, ParcelCloseFailed):
        return replace(bench, desk=replace(desk, failed=event.fault)), ()
    shown = replace(desk, opened=None, closing=None, then=None, failed=None, closed=closing)
    bench = replace(bench, desk=shown, notice=None)
    sound = Say(Sound.ACCEPT if closing.complete else Sound.ATTENTION)
    if desk.then is None:
        return bench, (sound,)
    bench, _ = _open(bench, desk.then, event.at)
    return bench, (sound,)


def follow(before: Bench, after: Bench, event: Event) -> Bench:
    """Count what an event brought out of the open parcel."""
    opened = after.desk.opened
    match event, before.stage:
        case Scanned(), _ if after.desk.closed is not None and after.desk is before.desk:
            return replace(after, desk=replace(after.desk, closed=None))
        case Saved(inspection=saved), Saving(inspection) if inspection.id == saved:
            earlier = inspection.supersedes
            known = opened is not None and earlier in {p.inspection for p in opened.came}
            if opened is None or (earlier is not None and not known):
                return after
            piece = Piece(inspection.item.code, inspection.id)
            counted = opened.with_piece(piece, instead_of=earlier)
            return replace(after, desk=replace(after.desk, opened=counted))
        case LookedUp(answer=answer), Identifying(opened=looked_for) if (
            opened is not None
            and answer.problem is Unidentified.UNKNOWN
            and event.inspection == looked_for.id
        ):
            noted = opened.with_unknown(looked_for.code)
            return replace(after, desk=replace(after.desk, opened=noted))
    return after


def resume(bench: Bench) -> tuple[Command, ...]:
    """What is still owed about parcels."""
    desk = bench.desk
    if desk.closing is not None:
        return (CloseParcel(desk.closing),)
    return (FindParcel(desk.asked),) if desk.asked is not None else ()


def _refused(bench: Bench, code: str, at: datetime) -> Step | None:
    """Say why no parcel can be opened or closed now; none if one can."""
    if bench.operator is None:
        return _say(bench, "badge-first", code, at)
    if bench.blocked is not None:
        return _say(bench, "scan-while-stopped", code, at)
    if bench.desk.busy:
        return _say(bench, "parcel-busy", code, at)
    if not isinstance(bench.stage, Ready):
        return _say(bench, "finish-item-first", code, at)
    return _say(bench, "finish-parked-first", code, at) if bench.parked else None


def _open(bench: Bench, fresh: OpenParcel, at: datetime) -> Step:
    bench = replace(bench, desk=replace(bench.desk, opened=fresh))
    shown = (("code", fresh.parcel.code), ("count", str(fresh.parcel.pieces)))
    notice = Notice("parcel-opened", shown, at)
    as_of = fresh.parcel.as_of
    if fresh.supersedes is not None:
        notice = Notice("parcel-opened-again", shown, at)
    elif as_of is not None:
        notice = Notice("orders-of-earlier", (("time", f"{as_of:%m-%d %H:%M}"),), at)
    return replace(bench, notice=notice), (Say(Sound.ACCEPT),)


def _close(bench: Bench, opened: OpenParcel, at: datetime, then: OpenParcel | None) -> Step:
    closure = ParcelClosure(opened, bench.operator or opened.operator, at)
    desk = replace(bench.desk, closing=closure, then=then, closed=None)
    return replace(bench, desk=desk, notice=None), (CloseParcel(closure),)


def _say(bench: Bench, notice: str, code: str, at: datetime) -> Step:
    shown = replace(bench, notice=Notice(notice, (("code", printable(code)),), at))
    return shown, (Say(Sound.ATTENTION),)
