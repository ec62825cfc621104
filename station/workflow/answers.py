"""A person's answer ends an inspection: closed with a grade, or held in a tote."""

from dataclasses import replace
from datetime import datetime

from station.domain.events import Scanned
from station.domain.grading import Condition, Grade
from station.domain.inspection import Decision, Inspection
from station.workflow.commands import Command, Save
from station.workflow.stages import Answering, Bench, Saving, opened_of

Step = tuple[Bench, tuple[Command, ...]]


def confirm(
    bench: Bench,
    stage: Answering,
    grade: Grade,
    how: str,
    at: datetime,
    then: Scanned | None = None,
) -> Step:
    """Close with `grade`; `then` is the scan that opens the next item once this one is saved."""
    if bench.operator is None:
        return bench, ()
    level = stage.judged.verdict.level
    condition = None
    if grade is Grade.RESELLABLE:
        condition = level.condition or Condition.LIGHT_FLAW
    decision = Decision(grade, condition, bench.operator, how, at)
    opened = opened_of(stage)
    inspection = Inspection(
        opened.id,
        stage.judged,
        at,
        decision=decision,
        supersedes=opened.supersedes,
        weight_g=bench.weighing.item,
        corrections=stage.corrections,
    )
    return _save(bench, inspection, then)


def hold(bench: Bench, stage: Answering, tote: str, at: datetime) -> Step:
    """Park the item in a tote for the supervisor; the operator goes on."""
    opened = opened_of(stage)
    inspection = Inspection(
        opened.id,
        stage.judged,
        at,
        tote=tote,
        supersedes=opened.supersedes,
        weight_g=bench.weighing.item,
        corrections=stage.corrections,
    )
    return _save(bench, inspection, None)


def _save(bench: Bench, inspection: Inspection, then: Scanned | None) -> Step:
    saving = replace(bench, stage=Saving(inspection, then), notice=None)
    return saving, (Save(inspection),)
