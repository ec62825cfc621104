"""The desk's states that parcels, orders, tags, labels and the devices on the wire bring about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from desk_parts import Desk, desk_of, findings_of, graded, inspected, started
from drive import GTIN, OTHER_GTIN, SETUP, Drive, code, item_of

from station.domain.defect import Finding
from station.domain.epc import encode, sgtin
from station.domain.events import FaultRaised, Key, LookedUp, ParcelLookedUp
from station.domain.faults import Fault, FaultCode
from station.domain.grading import Grade
from station.domain.identity import ItemCode, check_digit
from station.domain.item import LookUp, OrderLine, Unidentified
from station.domain.label import LabelKind
from station.domain.parcel import Parcel, ParcelKind
from station.screen.equipment import Device, DeviceKind, DeviceState, Equipment
from station.workflow.stages import Identifying

PRINTING = replace(SETUP, labels=(LabelKind.RESULT,))
PARCEL = "00395201230000000012"
KINDS = tuple(kind for kind in DeviceKind if kind is not DeviceKind.DISK)
WIRED = Equipment("07", tuple(map(Device, KINDS)), waiting=2)
FAULTS = {
    "scanner": FaultCode.SCANNER_LOST,
    "tag-reader": FaultCode.TAG_READER_LOST,
    "light": FaultCode.LIGHT_LOST,
    "board": FaultCode.BOARD_LOST,
    "pedal": FaultCode.PEDAL_LOST,
    "scale": FaultCode.SCALE_LOST,
    "printer": FaultCode.PRINTER_LOST,
    "paper": FaultCode.PRINTER_STOPPED,
    "examiner": FaultCode.EXAMINER_DOWN,
    "upstream": FaultCode.UPSTREAM_DOWN,
    "refused": FaultCode.UPSTREAM_REFUSED,
}


def tag(number: int, gtin: str = GTIN) -> str:
    """The tag of a numbered piece."""
    return encode(sgtin(ItemCode(gtin, str(number)), 7))


def _gtin(number: int) -> str:
    body = f"0952012{number:06d}"
    return f"{body}{check_digit(body)}"


def _next(drive: Drive, number: int, gtin: str = GTIN) -> None:
    """A clear resellable, answered with its key."""
    drive.scan(f"01{gtin}21R-{number:04d}")
    drive.settle()
    drive.turn_over()
    drive.settle()
    drive.press(Key.RESELLABLE)
    drive.settle()


def _in_parcel(locale: str, pieces: int) -> Drive:
    drive = started(locale)
    drive.scan("RG:ORDER:RMA-77")
    drive.settle()
    for number in range(pieces):
        _next(drive, number % 2 + 1, GTIN if number < 2 else OTHER_GTIN)
    return drive


def _parcel(locale: str, pieces: int, *, close: bool = False) -> Desk:
    drive = _in_parcel(locale, pieces)
    if close:
        drive.scan("RG:CMD:CLOSE-PARCEL")
        drive.settle()
    return desk_of(drive, {}, locale, WIRED)


def _parcel_differs(locale: str) -> Desk:
    drive = _in_parcel(locale, 1)
    _next(drive, 9)
    drive.scan("RG:CMD:CLOSE-PARCEL")
    drive.settle()
    return desk_of(drive, {}, locale, WIRED)


def _parcel_lacks_much(locale: str) -> Desk:
    """A whole pallet's box of which one piece came."""
    goods = ("旅行双肩包 45 升", "Wool pullover, size M, navy", "不锈钢保温杯 500 ml 礼盒装")
    lines = tuple(
        OrderLine("RMA-78", ItemCode(_gtin(n)), name, "carton", (200, 120, 80), "", 3)
        for n, name in enumerate((*goods, "USB-C charger", "Desk lamp", "Umbrella"), 1)
    )
    drive = started(locale)
    drive.scan(PARCEL)
    asked = drive.bench.desk.asked
    assert asked is not None
    drive.owed.clear()
    parcel = Parcel(ParcelKind.PARCEL, asked.code, lines)
    drive.happen(ParcelLookedUp(drive.now, asked.id, parcel))
    _next(drive, 1)
    drive.scan("RG:CMD:CLOSE-PARCEL")
    drive.settle()
    return desk_of(drive, {}, locale, WIRED)


def _parcel_problem(locale: str, *, reached: bool) -> Desk:
    drive = started(locale)
    drive.scan(PARCEL)
    asked = drive.bench.desk.asked
    assert asked is not None
    drive.happen(ParcelLookedUp(drive.now, asked.id, None, reached=reached))
    return desk_of(drive, {}, locale, WIRED)


def _turned_away(locale: str, problem: Unidentified) -> Desk:
    drive = started(locale)
    drive.scan(code(1))
    drive.look_up(LookUp(None, problem))
    return desk_of(drive, {}, locale, WIRED)


def _no_recipe(locale: str) -> Desk:
    drive = started(locale)
    drive.scan(code(1))
    item = replace(item_of(ItemCode(GTIN, "R-0001")), category="garment")
    drive.look_up(LookUp(item))
    return desk_of(drive, {}, locale, WIRED)


def _undeclared(locale: str) -> Desk:
    """A piece that the parcel's orders do not name, of which no fault was found."""
    truth = graded(Grade.RESELLABLE)
    drive = _in_parcel(locale, 1)
    drive.scan(code(9))
    assert isinstance(drive.bench.stage, Identifying)
    extra = replace(item_of(drive.bench.stage.opened.code), declared=False)
    _looked_up(drive, LookUp(extra))
    return _to_the_verdict(drive, (), locale, truth)


def _earlier_orders(locale: str) -> Desk:
    drive = started(locale)
    drive.scan(code(1))
    assert isinstance(drive.bench.stage, Identifying)
    item = item_of(drive.bench.stage.opened.code)
    _looked_up(drive, LookUp(item, as_of=drive.now - timedelta(hours=3)))
    drive.settle()
    return desk_of(drive, graded(Grade.REPAIR), locale, WIRED)


def _looked_up(drive: Drive, answer: LookUp) -> None:
    assert isinstance(drive.bench.stage, Identifying)
    drive.owed.clear()
    drive.happen(LookedUp(drive.now, drive.bench.stage.opened.id, answer))


def _to_the_verdict(
    drive: Drive, findings: tuple[Finding, ...], locale: str, truth: dict[str, object]
) -> Desk:
    drive.settle(findings)
    drive.turn_over()
    drive.settle(findings)
    return desk_of(drive, truth, locale, WIRED)


def _opened_by_tag(locale: str) -> Desk:
    drive = started(locale)
    drive.tags(tag(7))
    drive.settle()
    return desk_of(drive, graded(Grade.REPAIR), locale, WIRED)


def _several_tags(locale: str) -> Desk:
    drive = started(locale)
    drive.tags(tag(7), tag(8))
    return desk_of(drive, {}, locale, WIRED)


def _tag_disagrees(locale: str) -> Desk:
    drive = started(locale)
    drive.scan(code(1))
    drive.answer()
    drive.tags(tag(7, OTHER_GTIN))
    drive.settle()
    return desk_of(drive, graded(Grade.REPAIR), locale, WIRED)


def _tag_doubt(locale: str) -> Desk:
    truth = graded(Grade.REPAIR)
    findings = findings_of(truth)
    drive = started(locale)
    drive.scan(code(1))
    drive.answer()
    drive.tags(tag(7, OTHER_GTIN))
    desk = _to_the_verdict(drive, findings, locale, truth)
    drive.wait(9)
    return replace(desk, view=desk_of(drive, truth, locale, WIRED).view)


def _label_disagrees(locale: str) -> Desk:
    drive = started(locale)
    drive.tags(tag(7))
    drive.answer()
    drive.scan(f"01{OTHER_GTIN}21R-0001")
    return desk_of(drive, {}, locale, WIRED)


def _ended(locale: str) -> Drive:
    truth = graded(Grade.REPAIR)
    drive = inspected(locale, findings_of(truth), PRINTING)
    drive.press(Key.REPAIR)
    drive.settle()
    return drive


def _labelled(locale: str, *scans: str, taken: bool = False) -> Desk:
    drive = _ended(locale)
    for text in scans:
        drive.scan(text)
        drive.answer(fail=taken)
    return desk_of(drive, {}, locale, WIRED)


def _ill(locale: str, *faults: FaultCode) -> Desk:
    drive = started(locale)
    for fault in faults:
        drive.happen(FaultRaised(drive.now, Fault(fault, fault.value)))
    return desk_of(drive, {}, locale, WIRED)


def _busy_and_ill(locale: str) -> Desk:
    """Half the wires off, in the middle of a parcel, with an item parked."""
    drive = _in_parcel(locale, 2)
    drive.scan(code(3))
    drive.settle()
    drive.scan("RG:BADGE:zhang-xiaoming")
    drive.wait(9)
    for fault in (FaultCode.TAG_READER_LOST, FaultCode.SCALE_LOST, FaultCode.PRINTER_STOPPED):
        drive.happen(FaultRaised(drive.now, Fault(fault, fault.value)))
    queued = replace(WIRED, waiting=1240)
    return desk_of(drive, {}, locale, queued)


def _uncalibrated(locale: str) -> Desk:
    states = {DeviceKind.CALIBRATION: DeviceState.MISSING, DeviceKind.SOUND: DeviceState.MUTED}
    devices = tuple(Device(kind, states.get(kind, DeviceState.WELL)) for kind in KINDS)
    return desk_of(started(locale), {}, locale, Equipment("07", devices))


def _ended_well(locale: str) -> Desk:
    return desk_of(_ended(locale), {}, locale, WIRED)


STATES: dict[str, Callable[[str], Desk]] = {
    "wired": lambda locale: desk_of(started(locale), {}, locale, WIRED),
    "parcel-opened": lambda locale: _parcel(locale, 0),
    "parcel-open": lambda locale: _parcel(locale, 2),
    "parcel-full": lambda locale: _parcel(locale, 4),
    "parcel-complete": lambda locale: _parcel(locale, 4, close=True),
    "parcel-differs": _parcel_differs,
    "parcel-lacks-much": _parcel_lacks_much,
    "parcel-unknown": lambda locale: _parcel_problem(locale, reached=True),
    "parcel-unreachable": lambda locale: _parcel_problem(locale, reached=False),
    "undeclared": _undeclared,
    **{
        problem.value: (lambda locale, problem=problem: _turned_away(locale, problem))
        for problem in Unidentified
    },
    "no-recipe": _no_recipe,
    "earlier-orders": _earlier_orders,
    "opened-by-tag": _opened_by_tag,
    "several-tags": _several_tags,
    "tag-disagrees": _tag_disagrees,
    "tag-doubt": _tag_doubt,
    "label-disagrees": _label_disagrees,
    "ended": _ended_well,
    "label-again": lambda locale: _labelled(locale, "RG:CMD:REPRINT"),
    "label-applied": lambda locale: _labelled(locale, "RG:PLATE:P-000123"),
    "put-away": lambda locale: _labelled(locale, "RG:BIN:REPAIR-R12"),
    "wrong-bin": lambda locale: _labelled(locale, "RG:BIN:SCRAP-S1"),
    "plate-taken": lambda locale: _labelled(locale, "RG:PLATE:P-000123", taken=True),
    **{
        f"ill-{name}": (lambda locale, fault=fault: _ill(locale, fault))
        for name, fault in FAULTS.items()
    },
    "ill-many": lambda locale: _ill(locale, *FAULTS.values()),
    "busy-and-ill": _busy_and_ill,
    "uncalibrated": _uncalibrated,
}
