"""What a pack in shadow would have made of an inspection, beside what the live one did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from station.domain.capture import Frame, Pose
from station.domain.grading import Grade, Verdict
from station.domain.inspection import Inspection, PoseExamined
from station.domain.item import Item
from station.domain.judging import judge
from station.domain.packs import Compared
from station.workflow.stages import Setup


@dataclass(frozen=True, slots=True)
class ShadowTask:
    """One pose to be examined by the pack in shadow."""

    inspection: str
    pose: Pose
    frames: tuple[Frame, ...]
    item: Item
    least: float | None


def tasks(setup: Setup, inspection: Inspection) -> tuple[ShadowTask, ...]:
    """The poses that the live pack examined; none where it could not, or the recipe is gone."""
    examined = inspection.judged.examined
    recipe = setup.recipe(inspection.item.category)
    policy = setup.policy(inspection.item.category)
    if recipe is None or policy is None:
        return ()
    frames = {frame.shot: frame for frame in examined.frames}
    done = {pose.pose for pose in examined.poses if pose.failure is None}
    return tuple(
        ShadowTask(
            inspection.id,
            pose,
            tuple(frames[shot.name] for shot in pose.shots if shot.name in frames),
            inspection.item,
            policy.reported_from,
        )
        for pose in recipe.poses
        if pose.name in done
    )


def compared(
    setup: Setup, inspection: Inspection, answers: Sequence[PoseExamined], at: datetime
) -> Compared | None:
    """The comparison, once every task was answered; none where the shadow could not examine.

    Both verdicts are the policy's on findings alone: what else called a person calls one for both.
    """
    item, examined = inspection.item, inspection.judged.examined
    policy = setup.policy(item.category)
    if policy is None or any(answer.failure for answer in answers):
        return None
    findings = tuple(finding for answer in answers for finding in answer.findings)
    packs = sorted({pose.model_pack for pose in examined.poses if pose.model_pack})
    return Compared(
        inspection=inspection.id,
        category=item.category,
        against=", ".join(packs),
        live=_proposal(judge(policy, examined.findings)),
        shadow=_proposal(judge(policy, findings)),
        final=inspection.grade,
        at=at,
    )


def _proposal(verdict: Verdict) -> Grade | None:
    return None if verdict.needs_review else verdict.proposed
