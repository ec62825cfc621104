"""The operator's desk in every state, by driving the machine with the rendered returns."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from drive import BADGE, POLICY, Drive, code

from station.domain.defect import Defect, Finding, Measurement, Quantity, Unit
from station.domain.events import FaultRaised, Key
from station.domain.faults import Fault, FaultCode
from station.domain.grading import Condition, DecisionRule, Grade, LimitClause
from station.domain.judging import judge
from station.screen.equipment import Device, DeviceKind, DeviceState, Equipment
from station.screen.operator import operator_view
from station.screen.view import OperatorView, Thumb

PICTURES = Path("station/virtual/pictures")
DEVICES = tuple(
    Device(kind)
    for kind in (
        DeviceKind.SCANNER,
        DeviceKind.CAMERA,
        DeviceKind.EXAMINER,
        DeviceKind.CALIBRATION,
        DeviceKind.UPSTREAM,
    )
)
WELL = Equipment("07", DEVICES, waiting=2)
NAMES = {"en": "Insulated flask gift box 500 ml", "zh-CN": "保温杯礼盒 500 ml"}
BUYERS = {"en": "arrived with a crushed box", "zh-CN": "收到时外箱压坏"}


@dataclass(frozen=True)
class Desk:
    """A view, and where the bytes of its pictures are."""

    view: OperatorView
    files: dict[str, Path]

    def load(self, digest: str) -> bytes:
        """The evidence bytes of a picture."""
        return self.files[digest].read_bytes()


@cache
def returns() -> tuple[dict[str, Any], ...]:
    """The truth of every rendered return."""
    names = sorted(PICTURES.glob("r*/truth.json"))
    return tuple(json.loads(name.read_text("utf-8")) for name in names)


def findings_of(truth: dict[str, Any], shots: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """The faults of a return as a perfect detector would report them, on every shot of a pose."""
    return tuple(
        _finding(fault, shot["shot"])
        for pose in truth["poses"]
        for shot in pose["shots"]
        if not shots or shot["shot"] in shots
        for fault in pose["faults"]
    )


def _finding(fault: dict[str, Any], shot: str) -> Finding:
    xs, ys = zip(*fault["polygon"], strict=True)
    box = (int(min(xs)), int(min(ys)), int(max(xs) - min(xs)) + 1, int(max(ys) - min(ys)) + 1)
    measured = tuple(
        Measurement(Quantity(m["quantity"]), m["value"], Unit(m["unit"]), 0.4 + 0.03 * m["value"])
        for m in fault["truth"]
    )
    corners = tuple((float(x), float(y)) for x, y in fault["polygon"])
    return Finding(Defect(fault["defect"]), 0.93, shot, box, corners, measured)


def chosen(wanted: Callable[[Any, tuple[Finding, ...]], bool]) -> dict[str, Any]:
    """The return with the most faults whose verdict is as wanted."""
    fitting = []
    for truth in returns():
        findings = findings_of(truth)
        verdict = judge(POLICY, findings)
        if wanted(verdict, findings):
            fitting.append(truth)
    assert fitting, "no rendered return shows this state"
    return max(fitting, key=lambda truth: len(findings_of(truth)))


def graded(grade: Grade, condition: Condition | None = None) -> dict[str, Any]:
    """A return that is surely of a grade."""
    return chosen(
        lambda v, _: (
            not v.needs_review
            and v.proposed is grade
            and (condition is None or v.level.condition is condition)
        )
    )


def _started(locale: str) -> Drive:
    drive = Drive()
    drive.scan(BADGE)
    drive.bench = replace(
        drive.bench, operator="李伟" if locale == "zh-CN" else "Li Wei", ended=213
    )
    return drive


def _inspected(locale: str, truth: dict[str, Any], findings: tuple[Finding, ...]) -> Drive:
    drive = _started(locale)
    drive.scan(code(1))
    drive.settle(findings)
    drive.turn_over()
    drive.settle(findings)
    return drive


def _desk(drive: Drive, truth: dict[str, Any], locale: str, equipment: Equipment = WELL) -> Desk:
    view = operator_view(drive.bench, drive.now + timedelta(seconds=3.2), equipment)
    if view.item is not None and view.item.name:
        named = replace(view.item, name=NAMES[locale], buyer_reason=BUYERS[locale])
        view = replace(view, item=named)
    files: dict[str, Path] = {}
    if view.picture is not None:
        thumbs = tuple(
            Thumb(t.shot, f"{truth['return']}/{t.shot}", t.mm_per_px) for t in view.picture.thumbs
        )
        files = {t.digest: PICTURES / f"{t.digest}.jpg" for t in thumbs}
        view = replace(view, picture=replace(view.picture, thumbs=thumbs))
    return Desk(view, files)


def _verdict(locale: str, truth: dict[str, Any]) -> Desk:
    findings = findings_of(truth)
    return _desk(_inspected(locale, truth, findings), truth, locale)


def _no_badge(locale: str) -> Desk:
    return _desk(Drive(), {}, locale, replace(WELL, waiting=0))


def _ready(locale: str) -> Desk:
    return _desk(_started(locale), {}, locale)


def _reading(locale: str) -> Desk:
    drive = _started(locale)
    drive.scan(code(1))
    return _desk(drive, {}, locale)


def _turning(locale: str) -> Desk:
    drive = _started(locale)
    drive.scan(code(1))
    drive.settle()
    return _desk(drive, graded(Grade.REPAIR), locale)


def _held(locale: str) -> Desk:
    truth = graded(Grade.REPAIR)
    worst, *others = findings_of(truth, ("top-bright", "bottom-bright"))
    limits = [c for c in POLICY.clauses if isinstance(c, LimitClause) and c.repair_above]
    clause = max(limits, key=lambda c: c.rule is DecisionRule.GUARD_BAND)
    limit = clause.repair_above or 0.0
    near = Measurement(clause.quantity, limit * 1.03, clause.unit, limit * 0.09)
    if clause.rule is not DecisionRule.GUARD_BAND:
        worst = replace(worst, confidence=0.45)
    doubtful = replace(worst, defect=clause.defect, measurements=(near,))
    light = tuple(f for f in others if not judge(POLICY, (f,)).needs_review)[:1]
    return _desk(_inspected(locale, truth, (doubtful, *light)), truth, locale)


def _unexamined(locale: str) -> Desk:
    truth = graded(Grade.RESELLABLE)
    drive = _started(locale)
    drive.scan(code(1))
    drive.settle()
    drive.turn_over()
    while drive.owed:
        drive.answer(fail=not hasattr(drive.owed[0], "shot"))
    return _desk(drive, truth, locale)


def _unknown(locale: str) -> Desk:
    drive = _started(locale)
    drive.scan(code(1))
    drive.answer(fail=True)
    return _desk(drive, {}, locale)


def _stopped(locale: str) -> Desk:
    drive = _started(locale)
    lost = Fault(FaultCode.CAMERA_LOST, "camera", blocks=True)
    drive.happen(FaultRaised(drive.now, lost))
    queued = tuple(
        Device(d.kind, DeviceState.LOST) if d.kind is DeviceKind.UPSTREAM else d for d in DEVICES
    )
    return _desk(drive, {}, locale, Equipment("07", queued, waiting=12))


def _refused(locale: str) -> Desk:
    truth = graded(Grade.REPAIR)
    drive = _inspected(locale, truth, findings_of(truth))
    drive.wait(1)
    drive.scan("RG:BIN:SCRAP-S1")
    return _desk(drive, truth, locale)


def _undone(locale: str) -> Desk:
    truth = graded(Grade.REPAIR)
    drive = _inspected(locale, truth, findings_of(truth))
    drive.press(Key.REPAIR)
    drive.settle()
    drive.press(Key.UNDO)
    return _desk(drive, truth, locale)


def _in_parcel(locale: str) -> Drive:
    drive = _started(locale)
    drive.scan("RG:ORDER:RMA-77")
    drive.settle()
    drive.inspect(1)
    drive.press(Key.RESELLABLE)
    drive.settle()
    return drive


def _parcel_open(locale: str) -> Desk:
    return _desk(_in_parcel(locale), {}, locale)


def _parcel_differs(locale: str) -> Desk:
    drive = _in_parcel(locale)
    drive.inspect(9)
    drive.press(Key.RESELLABLE)
    drive.settle()
    drive.scan("RG:CMD:CLOSE-PARCEL")
    drive.settle()
    return _desk(drive, {}, locale)


def _everything_ill(locale: str) -> Desk:
    drive = _started(locale)
    states = (
        Device(DeviceKind.SCANNER, DeviceState.LOST),
        Device(DeviceKind.CAMERA, DeviceState.FAULTY),
        Device(DeviceKind.LIGHT, DeviceState.LOST),
        Device(DeviceKind.EXAMINER, DeviceState.STARTING),
        Device(DeviceKind.CALIBRATION, DeviceState.OVERDUE),
        Device(DeviceKind.DISK, DeviceState.FULL),
        Device(DeviceKind.SOUND, DeviceState.MUTED),
        Device(DeviceKind.UPSTREAM, DeviceState.LOST),
    )
    return _desk(drive, {}, locale, Equipment("07", states, waiting=1240))


STATES: dict[str, Callable[[str], Desk]] = {
    "no-badge": _no_badge,
    "ready": _ready,
    "reading": _reading,
    "looking": _turning,
    "clear": lambda locale: _verdict(locale, graded(Grade.RESELLABLE, Condition.AS_NEW)),
    "light-flaw": lambda locale: _verdict(locale, graded(Grade.RESELLABLE, Condition.LIGHT_FLAW)),
    "repair": lambda locale: _verdict(locale, graded(Grade.REPAIR)),
    "scrap": lambda locale: _verdict(locale, graded(Grade.SCRAP)),
    "held": _held,
    "unexamined": _unexamined,
    "unknown": _unknown,
    "stopped": _stopped,
    "refused": _refused,
    "undone": _undone,
    "parcel-open": _parcel_open,
    "parcel-differs": _parcel_differs,
    "everything-ill": _everything_ill,
}


def desk(state: str, locale: str) -> Desk:
    """The desk in a named state."""
    return STATES[state](locale)
