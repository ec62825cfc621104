"""Labels: what is printed when an item ends, and what is believed only after it was scanned again.

Why the rules are as they are: decision 20.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from station.domain.events import LabelNoted, Scanned
from station.domain.inspection import Inspection
from station.domain.label import (
    GRADE_WORDS_ZH,
    Label,
    LabelFact,
    LabelFactKind,
    LabelKind,
    NoteOutcome,
    digital_link,
    plate_code,
)
from station.domain.scan import BinScanned, ItemScanned, PlateScanned
from station.workflow import answers
from station.workflow.commands import Command, NoteLabel, Print, Say, Sound
from station.workflow.outcomes import outcome_of
from station.workflow.stages import Answering, Bench, Notice, Ready, Setup, opened_of

Step = tuple[Bench, tuple[Command, ...]]


def on_closing(bench: Bench) -> tuple[Command, ...]:
    """The labels of the item that has just ended; none for a held one or without a printer."""
    last = bench.last
    if last is None or last.inspection.decision is None:
        return ()
    return tuple(Print(label_of(kind, last.inspection, bench.setup)) for kind in bench.setup.labels)


def reprint(bench: Bench, at: datetime) -> Step:
    """Print the labels of the item that ended last once more, because a person asks for it."""
    if not bench.setup.labels:
        return _say(bench, "no-printer", "", at)
    commands = on_closing(bench)
    if not commands or bench.last is None:
        return _say(bench, "nothing-to-print", "", at)
    bench, _ = _say(bench, "label-again", str(bench.last.inspection.item.code), at)
    return bench, commands


def plated(bench: Bench, stage: Answering, plate: str, at: datetime) -> Step:
    """A plate is scanned on the item: it confirms once it is known to be on no other item."""
    if bench.operator is None:
        return bench, ()
    fact = LabelFact(opened_of(stage).id, LabelFactKind.APPLIED, plate, bench.operator, at)
    return _note(bench, fact)


def binned(bench: Bench, inspection: str, place: str, at: datetime) -> Step:
    """The bin's own scan ended the item: it is put away, and nobody scans the bin twice."""
    if bench.operator is None:
        return bench, ()
    return _note(bench, LabelFact(inspection, LabelFactKind.PUT_AWAY, place, bench.operator, at))


def rescanned(
    bench: Bench, event: Scanned, meaning: ItemScanned | PlateScanned | BinScanned
) -> Step | None:
    """What a scan at the idle bench says of the item that ended last; none if nothing."""
    if not isinstance(bench.stage, Ready) or bench.last is None:
        return None
    last = bench.last.inspection
    match meaning:
        case ItemScanned():
            if not _is_own_label(bench, event.text, last):
                return None
            kind, code = LabelFactKind.APPLIED, last.id
        case PlateScanned(plate):
            kind, code = LabelFactKind.APPLIED, plate
        case BinScanned(place, grade):
            if last.decision is None:
                return _say(bench, "tote-first", place, event.at, Sound.ATTENTION)
            if grade is not last.grade:
                return _say(bench, "wrong-bin", place, event.at, Sound.STOP)
            kind, code = LabelFactKind.PUT_AWAY, place
    if bench.operator is None:
        return _say(bench, "badge-first", code, event.at, Sound.ATTENTION)
    return _note(bench, LabelFact(last.id, kind, code, bench.operator, event.at))


def noted(bench: Bench, event: LabelNoted) -> Step:
    """The store has answered: go on with what the scan was for, or say why not."""
    fact = event.fact
    if bench.noting != fact:
        return bench, ()
    bench = replace(bench, noting=None)
    match event.outcome:
        case NoteOutcome.ON_ANOTHER_ITEM:
            return _say(bench, "plate-taken", fact.code, event.at, Sound.STOP)
        case NoteOutcome.HAS_ANOTHER:
            return _say(bench, "plate-other", fact.code, event.at, Sound.ATTENTION)
        case NoteOutcome.NOTED:
            return _go_on(bench, fact, event.at)


def owed(bench: Bench) -> tuple[Command, ...]:
    """The question to the store that has not been answered yet."""
    if bench.noting is None:
        return ()
    return (NoteLabel(bench.noting, _instead_of(bench, bench.noting.inspection)),)


def label_of(kind: LabelKind, inspection: Inspection, setup: Setup) -> Label:
    """What a label says of a closed inspection; ValueError for a held one."""
    decision, item = inspection.decision, inspection.item
    if decision is None:
        raise ValueError("a held item has no label")
    said = {
        "item": str(item.code),
        "name": item.name,
        "order": item.order,
        "time": _minute(decision.at),
    }
    if kind is LabelKind.PLATE:
        said |= {"plate": plate_code(inspection.id), "number": inspection.id}
    else:
        outcome = outcome_of(setup, inspection)
        by = decision.at + timedelta(hours=outcome.deadline_hours) if outcome else None
        said |= {
            "link": digital_link(item.code),
            "grade": decision.grade.value.upper(),
            "grade_zh": GRADE_WORDS_ZH[decision.grade],
            "condition": decision.condition.value.replace("_", " ") if decision.condition else "",
            "disposition": outcome.disposition if outcome else "",
            "bin": decision.how.removeprefix("bin ")
            if decision.how.startswith("bin ")
            else (outcome.channel if outcome else ""),
            "deadline": _minute(by) if by else "",
            "inspection": inspection.id,
        }
    return Label(kind, inspection.id, tuple(said.items()))


def _go_on(bench: Bench, fact: LabelFact, at: datetime) -> Step:
    stage = bench.stage
    if isinstance(stage, Answering) and opened_of(stage).id == fact.inspection:
        verdict = stage.judged.verdict
        if verdict.proposed is None or verdict.needs_review:
            return bench, ()
        return answers.confirm(bench, stage, verdict.proposed, f"plate {fact.code}", fact.at)
    if not isinstance(stage, Ready) or bench.last is None:
        return bench, ()
    if bench.last.inspection.id != fact.inspection:
        return bench, ()
    if fact.kind is LabelFactKind.PUT_AWAY:
        return _say(bench, "put-away", fact.code, at, Sound.ACCEPT)
    code = str(bench.last.inspection.item.code)
    return _say(bench, "label-applied", code, at, Sound.ACCEPT)


def _note(bench: Bench, fact: LabelFact) -> Step:
    asking = replace(bench, noting=fact, notice=None)
    return asking, owed(asking)


def _instead_of(bench: Bench, inspection: str) -> str | None:
    """The inspection that this one supersedes: its plate is on the same item."""
    match bench.stage:
        case Answering() as stage if opened_of(stage).id == inspection:
            return opened_of(stage).supersedes
    if bench.last is not None and bench.last.inspection.id == inspection:
        return bench.last.inspection.supersedes
    return None


def _is_own_label(bench: Bench, text: str, last: Inspection) -> bool:
    """Whether the text is the Digital Link printed for the last item.

    Without a serial the same link names every piece of the goods, so it opens the next one.
    """
    return (
        LabelKind.RESULT in bench.setup.labels
        and last.decision is not None
        and last.item.code.serial is not None
        and text.endswith(digital_link(last.item.code))
    )


def _say(bench: Bench, notice: str, code: str, at: datetime, sound: Sound | None = None) -> Step:
    shown = replace(bench, notice=Notice(notice, (("code", code),), at))
    return shown, ((Say(sound),) if sound else ())


def _minute(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
