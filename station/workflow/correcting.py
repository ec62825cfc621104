"""The operator's word on what was found: keys that correct a finding before the item is answered.

Corrections change no verdict. They are kept with the inspection, and train the next detector.
"""

from dataclasses import replace
from datetime import datetime

from station.domain.correction import Correction, CorrectionKind
from station.domain.defect import Finding
from station.domain.events import Key, KeyPressed
from station.domain.grading import Verdict
from station.workflow.commands import Command, Say, Sound
from station.workflow.stages import Answering, Bench, Notice

Step = tuple[Bench, tuple[Command, ...]]
Arguments = tuple[tuple[str, str], ...]

KINDS = {
    Key.NOT_DAMAGE: CorrectionKind.NOT_DAMAGE,
    Key.WRONG_OUTLINE: CorrectionKind.WRONG_OUTLINE,
    Key.MISSED_FAULT: CorrectionKind.MISSED_FAULT,
}


def pressed(bench: Bench, stage: Answering, event: KeyPressed) -> Step:
    """Correct the finding that is pointed at, take that back, or point at the next one."""
    shown = shown_findings(stage.judged.verdict)
    if event.key is Key.MISSED_FAULT:
        return _toggled(bench, stage, event, None, ())
    if not shown:
        return _said(bench, Notice("no-fault-shown", (), event.at))
    place = stage.pointed % len(shown)
    if event.key is Key.NEXT_FAULT:
        place = (place + 1) % len(shown)
        bench = replace(bench, stage=replace(stage, pointed=place))
        return _said(bench, Notice("fault-pointed", _number(shown, place), event.at))
    finding = stage.judged.examined.findings.index(shown[place])
    return _toggled(bench, stage, event, finding, _number(shown, place))


def shown_findings(verdict: Verdict) -> tuple[Finding, ...]:
    """The findings in the order in which the screen numbers them."""
    return tuple(dict.fromkeys(r.finding for r in verdict.reasons if r.finding is not None))


def _toggled(
    bench: Bench,
    stage: Answering,
    event: KeyPressed,
    finding: int | None,
    told: Arguments,
) -> Step:
    """Note a correction; the same key again takes it back."""
    operator = bench.operator
    if operator is None:
        return _said(bench, Notice("badge-first", (), event.at))
    kind = KINDS[event.key]
    others = tuple(c for c in stage.corrections if c.finding != finding)
    mine = [c for c in stage.corrections if c.finding == finding]
    if any(c.kind is kind for c in mine):
        bench = replace(bench, stage=replace(stage, corrections=others))
        return _said(bench, _taken_back(kind, told, event.at))
    made = Correction(kind, operator, f"key {event.key.value}", event.at, finding)
    bench = replace(bench, stage=replace(stage, corrections=(*others, made)))
    return _said(bench, _noted(kind, told, event.at))


def _number(shown: tuple[Finding, ...], place: int) -> Arguments:
    return (
        ("number", str(place + 1)),
        ("count", str(len(shown))),
        ("defect", shown[place].defect.value),
    )


def _noted(kind: CorrectionKind, told: Arguments, at: datetime) -> Notice:
    match kind:
        case CorrectionKind.NOT_DAMAGE:
            return Notice("noted-not-damage", told, at)
        case CorrectionKind.WRONG_OUTLINE:
            return Notice("noted-wrong-outline", told, at)
        case _:
            return Notice("noted-missed-fault", told, at)


def _taken_back(kind: CorrectionKind, told: Arguments, at: datetime) -> Notice:
    match kind:
        case CorrectionKind.NOT_DAMAGE:
            return Notice("taken-back-not-damage", told, at)
        case CorrectionKind.WRONG_OUTLINE:
            return Notice("taken-back-wrong-outline", told, at)
        case _:
            return Notice("taken-back-missed-fault", told, at)


def _said(bench: Bench, notice: Notice) -> Step:
    return replace(bench, notice=notice), (Say(Sound.ATTENTION),)
