"""What the operator's keys do at each stage."""

from dataclasses import replace

from station.domain.events import Key, KeyPressed
from station.domain.grading import Grade
from station.workflow import answers, capturing, correcting
from station.workflow.commands import Command, Say, Sound, Withdraw
from station.workflow.stages import (
    Answering,
    Bench,
    Capturing,
    Identifying,
    Notice,
    Saving,
)

Step = tuple[Bench, tuple[Command, ...]]

_GRADES = {
    Key.RESELLABLE: Grade.RESELLABLE,
    Key.REPAIR: Grade.REPAIR,
    Key.SCRAP: Grade.SCRAP,
}


def pressed(bench: Bench, event: KeyPressed) -> Step:
    """React to a key; a key that means nothing now says so and changes nothing."""
    if event.key in _GRADES:
        return _grade(bench, event, _GRADES[event.key])
    if isinstance(bench.stage, Answering) and event.key in (*correcting.KINDS, Key.NEXT_FAULT):
        return correcting.pressed(bench, bench.stage, event)
    match event.key, bench.stage:
        case Key.TAKE, Capturing(waiting=True):
            return capturing.laid(bench)
        case ((Key.TAKE | Key.RETAKE), (Capturing() | Answering() as stage)):
            if event.key is Key.TAKE and not (isinstance(stage, Capturing) and stage.stuck):
                return _say(bench, event, "key-not-now")
            return capturing.retake(bench, stage)
        case Key.UNDO, _:
            return _undo(bench, event)
    return _say(bench, event, "key-not-now")


def _grade(bench: Bench, event: KeyPressed, grade: Grade) -> Step:
    stage = bench.stage
    if not isinstance(stage, Answering):
        return _say(bench, event, "key-not-now")
    if stage.judged.verdict.needs_review:
        return _say(bench, event, "tote-first", Sound.ATTENTION)
    if bench.operator is None:
        return _say(bench, event, "badge-first", Sound.ATTENTION)
    return answers.confirm(bench, stage, grade, f"key {event.key.value}", event.at)


def _undo(bench: Bench, event: KeyPressed) -> Step:
    """Ask the last question again; the answer supersedes the record, which stays as it was."""
    last, stage = bench.last, bench.stage
    if last is None or isinstance(stage, Saving):
        return _say(bench, event, "nothing-to-undo")
    if event.at >= last.release_at:
        return _say(bench, event, "undo-too-late", Sound.ATTENTION)
    judged = last.inspection.judged
    identified = judged.examined.identified
    opened = replace(
        identified.opened, id=event.fresh_id, opened_at=event.at, supersedes=last.inspection.id
    )
    examined = replace(judged.examined, identified=replace(identified, opened=opened))
    again = Answering(
        replace(judged, examined=examined),
        person_only=True,
        corrections=last.inspection.corrections,
    )
    parked = bench.parked
    if isinstance(stage, (Identifying, Capturing, Answering)):
        parked = (*parked, stage)
    bench = replace(bench, stage=again, parked=parked, last=None, notice=None)
    return bench, (Withdraw(last.inspection.id), Say(Sound.ATTENTION))


def _say(bench: Bench, event: KeyPressed, notice: str, sound: Sound | None = None) -> Step:
    shown = replace(bench, notice=Notice(notice, (("key", event.key.value),), event.at))
    return shown, ((Say(sound),) if sound else ())
