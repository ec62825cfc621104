"""A supervisor settles a held inspection: the answer is a new record that supersedes it."""

from dataclasses import replace
from datetime import datetime

from station.domain.correction import Correction
from station.domain.grading import Condition, Grade
from station.domain.inspection import Decision, Inspection


def settle(
    held: Inspection,
    grade: Grade,
    by: str,
    reason: str,
    *,
    fresh_id: str,
    at: datetime,
    corrections: tuple[Correction, ...] = (),
) -> Inspection:
    """The closed inspection that supersedes a held one; ValueError if it is not held.

    `corrections` are the supervisor's, beside those that the operator gave.
    """
    if held.decision is not None:
        raise ValueError(f"{held.id} is closed already")
    examined = held.judged.examined
    opened = replace(examined.identified.opened, id=fresh_id, supersedes=held.id)
    judged = replace(
        held.judged,
        examined=replace(examined, identified=replace(examined.identified, opened=opened)),
    )
    condition = None
    if grade is Grade.RESELLABLE:
        condition = held.judged.verdict.best.condition or Condition.LIGHT_FLAW
    decision = Decision(grade, condition, by, "review", at, reason)
    return Inspection(
        fresh_id,
        judged,
        at,
        decision=decision,
        supersedes=held.id,
        weight_g=held.weight_g,
        corrections=(*held.corrections, *corrections),
    )
