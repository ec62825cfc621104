"""The operator's desk as a function of the station's state."""

from datetime import datetime

from station.domain.capture import Frame
from station.domain.events import Key
from station.domain.grading import Grade
from station.domain.inspection import Examined, Identified, Judged
from station.screen.asking import asking
from station.screen.equipment import Equipment, device_strip
from station.screen.parcel import parcel_view
from station.screen.reasons import Row, doubt_text, margins, marks, reason_views, rows
from station.screen.view import (
    GradeView,
    ItemView,
    KeyView,
    OperatorView,
    PictureView,
    ReasonView,
    Text,
    Thumb,
)
from station.workflow.stages import (
    Answering,
    Bench,
    Capturing,
    Identifying,
    Ready,
    Saving,
    opened_of,
)

MOST_REASONS = 3

_GRADES = {
    Key.RESELLABLE: Grade.RESELLABLE,
    Key.REPAIR: Grade.REPAIR,
    Key.SCRAP: Grade.SCRAP,
}


def operator_view(bench: Bench, now: datetime, equipment: Equipment) -> OperatorView:
    """Everything the operator's desk shows in this state at this moment."""
    judged = _judged(bench)
    groups = _rows(bench, judged)
    reasons = reason_views(groups)
    asked = asking(bench, now, equipment.named)
    return OperatorView(
        band=asked.band,
        instruction=asked.instruction,
        notice=asked.notice,
        station=equipment.station,
        operator=bench.operator,
        ended=bench.ended,
        parked=len(bench.parked),
        item=_item(bench),
        picture=_picture(bench, groups),
        grade=_grade(bench, judged, reasons) if judged else None,
        reasons=reasons[:MOST_REASONS],
        more_reasons=max(0, len(reasons) - MOST_REASONS),
        keys=_keys(bench, now),
        devices=device_strip(equipment, bench.faults),
        seconds=_seconds(bench, now),
        parcel=parcel_view(bench.desk),
    )


def _judged(bench: Bench) -> Judged | None:
    match bench.stage:
        case Answering(judged=judged):
            return judged
        case Saving(inspection=inspection):
            return inspection.judged
    return None


def _identified(bench: Bench) -> Identified | None:
    match bench.stage:
        case Capturing(identified=identified):
            return identified
    judged = _judged(bench)
    return judged.examined.identified if judged else None


def _rows(bench: Bench, judged: Judged | None) -> tuple[Row, ...]:
    if judged is None:
        return ()
    recipe = bench.setup.recipe(judged.examined.identified.item.category)
    return rows(judged.verdict, recipe)


def _item(bench: Bench) -> ItemView | None:
    match bench.stage:
        case Identifying(opened):
            return ItemView("", str(opened.code), "", "")
    identified = _identified(bench)
    if identified is None:
        return None
    item = identified.item
    return ItemView(item.name, str(item.code), item.order, item.buyer_reason)


def _picture(bench: Bench, groups: tuple[Row, ...]) -> PictureView | None:
    match bench.stage:
        case Capturing(frames=frames) if frames:
            return PictureView(frames[-1].shot, _thumbs(frames, {}), ())
    judged = _judged(bench)
    return _judged_picture(bench, judged.examined, groups) if judged else None


def _judged_picture(
    bench: Bench, examined: Examined, groups: tuple[Row, ...]
) -> PictureView | None:
    """The shot of the deciding fault is shown first, else the first shot."""
    if not examined.frames:
        return None
    recipe = bench.setup.recipe(examined.identified.item.category)
    scales = {answer.pose: answer.mm_per_px for answer in examined.poses}
    poses = recipe.poses if recipe else ()
    by_shot = {shot.name: scales.get(pose.name) for pose in poses for shot in pose.shots}
    placed = marks(groups)
    shot = placed[0].shot if placed else examined.frames[0].shot
    return PictureView(shot, _thumbs(examined.frames, by_shot), placed)


def _thumbs(frames: tuple[Frame, ...], scales: dict[str, float | None]) -> tuple[Thumb, ...]:
    return tuple(Thumb(frame.shot, frame.digest, scales.get(frame.shot)) for frame in frames)


def _grade(bench: Bench, judged: Judged, reasons: tuple[ReasonView, ...]) -> GradeView:
    verdict = judged.verdict
    if verdict.needs_review or verdict.proposed is None:
        told = (doubt_text(reason) for reason in reasons)
        doubts = tuple(dict.fromkeys(text for text in told if text is not None))
        return GradeView(verdict.proposed, None, False, "", (), doubts)
    policy = bench.setup.policy(judged.examined.identified.item.category)
    disposition = policy.outcome(verdict.level).disposition if policy else ""
    return GradeView(
        grade=verdict.proposed,
        condition=verdict.level.condition,
        sure=True,
        disposition=disposition,
        margins=margins(reasons[0]) if reasons else (),
    )


def _keys(bench: Bench, now: datetime) -> tuple[KeyView, ...]:
    """The keys in their fixed places; each is enabled where the machine would act on it."""
    stage = bench.stage
    proposed = None
    if isinstance(stage, Answering) and not stage.judged.verdict.needs_review:
        proposed = stage.judged.verdict.proposed
    answers = proposed is not None and bench.operator is not None
    grades = tuple(
        KeyView(key.value, Text(f"grade.{grade.value}"), answers, grade is proposed)
        for key, grade in _GRADES.items()
    )
    taking = isinstance(stage, Capturing) and (stage.waiting or stage.stuck is not None)
    undoing = (
        bench.last is not None and now < bench.last.release_at and not isinstance(stage, Saving)
    )
    return (
        *grades,
        KeyView(Key.TAKE.value, Text("key.take"), taking),
        KeyView(Key.RETAKE.value, Text("key.retake"), isinstance(stage, (Capturing, Answering))),
        KeyView(Key.UNDO.value, Text("key.undo"), undoing),
    )


def _seconds(bench: Bench, now: datetime) -> float | None:
    match bench.stage:
        case Ready() | Saving():
            return None
        case Identifying() | Capturing() | Answering() as stage:
            return max(0.0, (now - opened_of(stage).opened_at).total_seconds())
