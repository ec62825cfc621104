"""The band: which of the six states it is, what happened, and the one thing to do now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from station.domain.faults import TO_ARRANGE, Fault, FaultCode
from station.domain.grading import Grade
from station.domain.inspection import IdentifiedBy, Opened
from station.domain.item import Unidentified
from station.domain.parcel import ParcelClosure
from station.domain.tags import items_of
from station.screen.view import Band, Text
from station.workflow.stages import (
    Answering,
    Bench,
    Capturing,
    Identifying,
    Notice,
    Ready,
    Saving,
    Setup,
    opened_of,
)

NOTICE_STAYS = timedelta(seconds=8)
TURNED_AWAY = {
    Unidentified.UNKNOWN.value: "do.put-aside",
    Unidentified.UNDECLARED.value: "do.put-aside",
    Unidentified.ALREADY_INSPECTED.value: "do.put-aside",
    Unidentified.SEVERAL_ORDERS.value: "do.scan-parcel-or-order",
    Unidentified.UNREACHABLE.value: "do.scan-again",
    "no-recipe": "do.put-aside",
    "unknown-parcel": "do.put-parcel-aside",
    "parcel-unreachable": "do.scan-again",
    "plate-taken": "do.new-plate",
    "plate-other": "do.remove-plate",
}
QUIET = frozenset({FaultCode.UPSTREAM_DOWN, FaultCode.CALIBRATION_OVERDUE})
"""Faults that may last for days and ask nothing of the operator: the device strip shows them."""

OF_ALL_CAMERAS = frozenset({FaultCode.LIGHT_LOST, FaultCode.LIGHT_WRONG})
_AWAY = frozenset({FaultCode.CAMERA_LOST, FaultCode.CAMERA_SETTINGS, FaultCode.CAMERA_SWAPPED})
"""What keeps a camera from taking any picture."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What the band says."""

    band: Band
    instruction: Text
    notice: Text | None = None


def asking(bench: Bench, now: datetime, cameras: frozenset[str] = frozenset()) -> Asking:
    """The band of a state. A fault that stops work comes first, then a missing badge.

    `cameras` are the names of the cameras where there are several; their faults name them.
    """
    fault = stopping(bench)
    if fault is not None:
        return Asking(Band.STOPPED, *_told(fault, cameras))
    notice = _notice(bench.notice, now) or _trouble(bench, cameras)
    if bench.operator is None:
        return Asking(Band.NEEDS_YOU, Text("do.scan-badge"), notice)
    match bench.stage:
        case Ready():
            return _ready(bench, notice, now)
        case Identifying(opened):
            return Asking(Band.READING, Text("do.look-up"), notice or _known_by(opened))
        case Capturing(stuck=Fault() as stuck) as stage:
            remedy, said = _told(stuck, cameras)
            if stage.refused > 1:
                said = Text("screen.or-tote", (("fault", stuck.code.value),))
            return Asking(Band.NEEDS_YOU, remedy, said)
        case Capturing() as stage:
            away = _camera_away(bench, stage)
            if away is not None:
                return Asking(Band.LOOKING, *_told(away, cameras))
            known = _known_by(stage.identified.opened)
            return Asking(Band.LOOKING, _capturing(stage), notice or known)
        case Answering() as stage:
            band, instruction = _answering(bench, stage)
            return Asking(band, instruction, notice or _corrected(stage))
        case Saving():
            return Asking(Band.LOOKING, Text("do.save"), notice)


def stopping(bench: Bench) -> Fault | None:
    """The fault that stops work now: one that blocks, a shot that cannot be had, a failed save."""
    if bench.blocked is not None:
        return bench.blocked
    match bench.stage:
        case Capturing(stuck=fault) if fault is None or fault.code not in TO_ARRANGE:
            return fault
        case Saving(failed=fault):
            return fault
    return bench.desk.failed


def _ready(bench: Bench, notice: Text | None, now: datetime) -> Asking:
    if bench.notice is not None and bench.notice.id in TURNED_AWAY:
        said = Text(f"notice.{bench.notice.id}", bench.notice.arguments)
        return Asking(Band.NEEDS_YOU, Text(TURNED_AWAY[bench.notice.id]), said)
    last = bench.last
    if bench.notice is not None and bench.notice.id == "wrong-bin" and last is not None:
        grade = last.inspection.grade
        if grade is not None:
            instruction = Text("do.scan-bin", (("grade", grade.value),))
            return Asking(Band.NEEDS_YOU, instruction, Text("notice.wrong-bin"))
    desk = bench.desk
    if desk.closed is not None:
        return _closed(desk.closed)
    if desk.busy:
        return Asking(Band.READING, Text("do.save" if desk.closing else "do.look-up"), notice)
    if len(items_of(bench.tags.fresh)) > 1:
        return Asking(Band.READY, Text("do.scan-barcode"), notice or Text("screen.several-tags"))
    hint = _stick_label(bench, now) or _first_pose(bench.setup)
    return Asking(Band.READY, Text(f"do.{_next_item(bench)}"), notice or hint)


def _next_item(bench: Bench) -> str:
    """What the empty bench waits for; a parcel of which every piece came is as good as done."""
    opened = bench.desk.opened
    if bench.parked:
        return "scan-item-or-parked"
    if opened is None:
        return "scan-item"
    return "scan-next-parcel" if not opened.tally.missing else "scan-piece"


def _stick_label(bench: Bench, now: datetime) -> Text | None:
    """That the label which has just been printed belongs on the last item."""
    decision = bench.last.inspection.decision if bench.last else None
    if not bench.setup.labels or decision is None or now - decision.at > NOTICE_STAYS:
        return None
    return Text("screen.stick-label", (("grade", decision.grade.value),))


def _corrected(stage: Answering) -> Text | None:
    """That the operator has corrected findings, for as long as they can be taken back."""
    count = len(stage.corrections)
    return Text("screen.corrected", (("count", str(count)),)) if count else None


def _closed(closure: ParcelClosure) -> Asking:
    """What the closing of a parcel brought to light; it stays until the next scan."""
    done, code = closure.tally, ("code", closure.opened.parcel.code)
    if closure.complete:
        said = Text("parcel.complete", (code, ("count", str(done.present))))
        return Asking(Band.READY, Text("do.scan-item"), said)
    missing = sum(one.quantity for one in done.missing)
    counts = (("missing", str(missing)), ("extra", str(len(done.extra))))
    return Asking(Band.NEEDS_YOU, Text("do.check-parcel"), Text("parcel.differs", (code, *counts)))


def _first_pose(setup: Setup) -> Text | None:
    """How to lay any item, where all goods that this bench grades begin alike."""
    graded = [recipe for recipe in setup.recipes if setup.policy(recipe.category)]
    first = {recipe.poses[0].told for recipe in graded}
    return Text(f"pose.{first.pop()}") if len(first) == 1 else None


def _known_by(opened: Opened) -> Text | None:
    """That nobody need scan an item which its tag has named."""
    certain = opened.by is IdentifiedBy.TAG and opened.contradiction is None
    return Text("screen.known-by-tag") if certain else None


def _told(fault: Fault, cameras: frozenset[str]) -> tuple[Text, Text]:
    """What to do about a fault, and what is wrong."""
    code = fault.code.value
    if not _of_one(fault, cameras):
        return Text(f"remedy.{code}"), Text(f"fault.{code}")
    which = (("camera", fault.subject), ("fault", code))
    return Text(f"remedy-at.{code}", which), Text("screen.fault-at", which)


def _trouble(bench: Bench, cameras: frozenset[str]) -> Text | None:
    """The first standing fault that stops nothing, and what the person can do about it."""
    fault = next((fault for fault in bench.faults if fault.code not in QUIET), None)
    if fault is None:
        return None
    code = ("fault", fault.code.value)
    if _of_one(fault, cameras):
        return Text("screen.trouble-at", (("camera", fault.subject), code))
    return Text("screen.trouble", (code,))


def _of_one(fault: Fault, cameras: frozenset[str]) -> bool:
    """Whether it concerns one of several cameras; all see the same lamps."""
    return fault.subject in cameras and fault.code not in OF_ALL_CAMERAS


def _camera_away(bench: Bench, stage: Capturing) -> Fault | None:
    """What is wrong with the camera whose picture is waited for."""
    if stage.waiting or stage.next_shot is None:
        return None
    camera = stage.next_shot.camera
    mine = (fault for fault in bench.faults if fault.subject == camera)
    return next((fault for fault in mine if fault.code in _AWAY), None)


def _capturing(stage: Capturing) -> Text:
    if stage.pose is None:
        return Text("do.examine")
    return Text(f"pose.{stage.pose.told}" if stage.waiting else "do.hands-off")


def _answering(bench: Bench, stage: Answering) -> tuple[Band, Text]:
    verdict = stage.judged.verdict
    if verdict.needs_review or verdict.proposed is None:
        return Band.NEEDS_YOU, Text("do.scan-tote")
    if stage.person_only:
        return Band.NEEDS_YOU, Text("do.decide-again")
    if verdict.proposed is Grade.RESELLABLE and _next_scan_confirms(bench, stage):
        return Band.RESULT, Text("do.scan-next" if stage.gone else "do.take-off-and-scan-next")
    return Band.NEEDS_YOU, Text(f"do.confirm-{verdict.proposed.value}")


def _next_scan_confirms(bench: Bench, stage: Answering) -> bool:
    policy = bench.setup.policy(stage.judged.examined.identified.item.category)
    same_person = bench.operator == opened_of(stage).operator
    return same_person and policy is not None and policy.next_scan_confirms


def _notice(notice: Notice | None, now: datetime) -> Text | None:
    """A notice about a moment ago; it fades so that it is not taken for the present."""
    if notice is None or (notice.at is not None and now - notice.at > NOTICE_STAYS):
        return None
    return Text(f"notice.{notice.id}", notice.arguments)
