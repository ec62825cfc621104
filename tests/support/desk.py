"""The operator's desk in every state, by driving the machine with the rendered returns."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import desk_wired
from desk_parts import DEVICES, WELL, Desk, desk_of, findings_of, graded, inspected, started
from drive import POLICY, Drive, code

from station.domain.defect import Measurement
from station.domain.events import FaultRaised, Key
from station.domain.faults import Fault, FaultCode
from station.domain.grading import Condition, DecisionRule, Grade, LimitClause
from station.domain.judging import judge
from station.screen.equipment import Device, DeviceKind, DeviceState, Equipment


def _verdict(locale: str, truth: dict[str, Any]) -> Desk:
    findings = findings_of(truth)
    return desk_of(inspected(locale, findings), truth, locale)


def _no_badge(locale: str) -> Desk:
    return desk_of(Drive(), {}, locale, replace(WELL, waiting=0))


def _ready(locale: str) -> Desk:
    return desk_of(started(locale), {}, locale)


def _reading(locale: str) -> Desk:
    drive = started(locale)
    drive.scan(code(1))
    return desk_of(drive, {}, locale)


def _turning(locale: str) -> Desk:
    drive = started(locale)
    drive.scan(code(1))
    drive.settle()
    return desk_of(drive, graded(Grade.REPAIR), locale)


def _pictured_badly(locale: str, code_: FaultCode, times: int = 1) -> Desk:
    """A shot that fails a gate as often as it is tried, the item laid anew between the `times`."""
    truth = graded(Grade.REPAIR)
    drive = started(locale)
    drive.scan(code(1))
    drive.answer()
    drive.refuse(code_)
    for _ in range(times - 1):
        drive.press(Key.TAKE)
        drive.refuse(code_)
    return desk_of(drive, truth, locale)


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
    return desk_of(inspected(locale, (doubtful, *light)), truth, locale)


def _unexamined(locale: str) -> Desk:
    truth = graded(Grade.RESELLABLE)
    drive = started(locale)
    drive.scan(code(1))
    drive.settle()
    drive.turn_over()
    while drive.owed:
        drive.answer(fail=not hasattr(drive.owed[0], "shot"))
    return desk_of(drive, truth, locale)


def _unknown(locale: str) -> Desk:
    drive = started(locale)
    drive.scan(code(1))
    drive.answer(fail=True)
    return desk_of(drive, {}, locale)


def _stopped(locale: str) -> Desk:
    drive = started(locale)
    lost = Fault(FaultCode.CAMERA_LOST, "camera", blocks=True)
    drive.happen(FaultRaised(drive.now, lost))
    queued = tuple(
        Device(d.kind, DeviceState.LOST) if d.kind is DeviceKind.UPSTREAM else d for d in DEVICES
    )
    return desk_of(drive, {}, locale, Equipment("07", queued, waiting=12))


def _one_of_two_cameras(locale: str, *, blocks: bool) -> Desk:
    drive = started(locale)
    lost = Fault(FaultCode.CAMERA_LOST, "bench left", blocks=blocks)
    drive.happen(FaultRaised(drive.now, lost))
    names = ("bench left", "bench right")
    devices = (*(Device(DeviceKind.CAMERA, name=name) for name in names), *DEVICES[2:])
    return desk_of(drive, {}, locale, Equipment("07", devices))


def _refused(locale: str) -> Desk:
    truth = graded(Grade.REPAIR)
    drive = inspected(locale, findings_of(truth))
    drive.wait(1)
    drive.scan("RG:BIN:SCRAP-S1")
    return desk_of(drive, truth, locale)


def _undone(locale: str) -> Desk:
    truth = graded(Grade.REPAIR)
    drive = inspected(locale, findings_of(truth))
    drive.press(Key.REPAIR)
    drive.settle()
    drive.press(Key.UNDO)
    return desk_of(drive, truth, locale)


def _everything_ill(locale: str) -> Desk:
    drive = started(locale)
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
    return desk_of(drive, {}, locale, Equipment("07", states, waiting=1240))


STATES: dict[str, Callable[[str], Desk]] = {
    "no-badge": _no_badge,
    "ready": _ready,
    "reading": _reading,
    "looking": _turning,
    "clear": lambda locale: _verdict(locale, graded(Grade.RESELLABLE, Condition.AS_NEW)),
    "light-flaw": lambda locale: _verdict(locale, graded(Grade.RESELLABLE, Condition.LIGHT_FLAW)),
    "repair": lambda locale: _verdict(locale, graded(Grade.REPAIR)),
    "scrap": lambda locale: _verdict(locale, graded(Grade.SCRAP)),
    "lies-over-the-edge": lambda locale: _pictured_badly(locale, FaultCode.ITEM_OUTSIDE),
    "hides-the-bench": lambda locale: _pictured_badly(locale, FaultCode.BENCH_HIDDEN),
    "glares-again": lambda locale: _pictured_badly(locale, FaultCode.PICTURE_GLARE, times=2),
    "lamp-wrong": lambda locale: _pictured_badly(locale, FaultCode.LIGHT_WRONG),
    "held": _held,
    "unexamined": _unexamined,
    "unknown": _unknown,
    "stopped": _stopped,
    "one-of-two-cameras": lambda locale: _one_of_two_cameras(locale, blocks=True),
    "one-of-two-cameras-goes-on": lambda locale: _one_of_two_cameras(locale, blocks=False),
    "refused": _refused,
    "undone": _undone,
    "everything-ill": _everything_ill,
    **desk_wired.STATES,
}


def desk(state: str, locale: str) -> Desk:
    """The desk in a named state."""
    return STATES[state](locale)
