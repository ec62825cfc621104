"""From the look-up to the verdict: identify, picture pose by pose, examine, judge."""

from dataclasses import replace
from datetime import datetime
from typing import TypeGuard

from station.domain.capture import Pose, Trigger
from station.domain.events import BenchView, Exposed, ExposureFailed, LookedUp, PoseAnswered
from station.domain.faults import TO_ARRANGE
from station.domain.grading import Grade, GradingPolicy
from station.domain.inspection import Examined, Identified, IdentifiedBy, Judged, PoseExamined
from station.domain.judging import judge
from station.workflow import camera_codes
from station.workflow.commands import Command, Examine, Expose, FindOrder, Prove, Say, Sound
from station.workflow.stages import (
    Answering,
    Bench,
    Capturing,
    Identifying,
    Notice,
    Ready,
    Setup,
)

MOST_FAILURES = 3

Step = tuple[Bench, tuple[Command, ...]]


def looked_up(bench: Bench, event: LookedUp) -> Step:
    """The item is known and its first pose is pictured, or the bench says why not."""
    stage = bench.stage
    if not isinstance(stage, Identifying) or stage.opened.id != event.inspection:
        return bench, ()
    item = event.answer.item
    code = (("code", str(stage.opened.code)),)
    if item is None:
        problem = event.answer.problem.value if event.answer.problem else ""
        return _turned_away(bench, Notice(problem, code, event.at))
    recipe = bench.setup.recipe(item.category)
    if recipe is None or bench.setup.policy(item.category) is None:
        what = (*code, ("category", item.category))
        return _turned_away(bench, Notice("no-recipe", what, event.at))
    # A tag is read while the hand that lays the item down is still over it. A bench whose presence
    # watch has seen nothing yet cannot tell.
    moving = bench.view in (BenchView.EMPTY, BenchView.DISTURBED)
    hasty = stage.opened.by is IdentifiedBy.TAG and moving
    waiting = hasty or recipe.poses[0].trigger is Trigger.KEY
    capturing = Capturing(Identified(stage.opened, item), recipe, waiting=waiting, disturbed=hasty)
    as_of, notice = event.answer.as_of, None
    if as_of is not None:
        notice = Notice("orders-of-earlier", (("time", f"{as_of:%m-%d %H:%M}"),), event.at)
    bench = replace(bench, stage=capturing, notice=notice)
    return (bench, ()) if waiting else expose_next(bench, capturing)


def examination(setup: Setup, stage: Capturing, pose: Pose) -> Examine:
    """The wish to have the pictures of a pose examined as closely as the item's policy asks."""
    item = stage.identified.item
    policy = setup.policy(item.category)
    return Examine(
        stage.identified.opened.id,
        stage.take,
        pose,
        stage.frames_of(pose),
        item,
        policy.reported_from if policy else None,
    )


def again(bench: Bench, stage: Capturing | Answering) -> Step:
    """Picture the item anew from the first pose, which it lies in already."""
    fresh = _afresh(bench, stage, waiting=False)
    return (bench, ()) if fresh is None else expose_next(replace(bench, stage=fresh), fresh)


def retake(bench: Bench, stage: Capturing | Answering) -> Step:
    """Picture the current pose again; once all are pictured, begin with the first.

    Frames of earlier poses stay, and are examined again because their answers may be on the way.
    """
    if isinstance(stage, Capturing) and stage.pose is not None:
        shots = {shot.name for shot in stage.pose.shots}
        kept = tuple(frame for frame in stage.frames if frame.shot not in shots)
        stage = replace(stage, take=stage.take + 1, frames=kept, failures=0, stuck=None)
        bench = replace(bench, stage=stage, notice=None)
        owed = tuple(examination(bench.setup, stage, pose) for pose in stage.unanswered)
        bench, commands = (bench, ()) if stage.waiting else expose_next(bench, stage)
        return bench, (*owed, *commands)
    fresh = _afresh(bench, stage, waiting=True)
    if fresh is None:
        return bench, ()
    if len(fresh.recipe.poses) == 1:
        return expose_next(replace(bench, stage=replace(fresh, waiting=False)), fresh)
    return replace(bench, stage=fresh, notice=None), ()


def _afresh(bench: Bench, stage: Capturing | Answering, *, waiting: bool) -> Capturing | None:
    """The first pose of a new take; none if the recipe is gone.

    What codes in the earlier pictures contradicted is forgotten with them.
    """
    if isinstance(stage, Capturing):
        return Capturing(
            stage.identified,
            stage.recipe,
            take=stage.take + 1,
            waiting=waiting,
            refining=stage.refining,
        )
    identified = camera_codes.forgotten(stage.judged.examined.identified)
    recipe = bench.setup.recipe(identified.item.category)
    if recipe is None:
        return None
    return Capturing(identified, recipe, take=stage.take + 1, waiting=waiting)


def laid(bench: Bench) -> Step:
    """The item lies as the pose asks: picture it."""
    stage = bench.stage
    if not isinstance(stage, Capturing) or not stage.waiting:
        return bench, ()
    stage = replace(stage, waiting=False, disturbed=False, failures=0, stuck=None)
    return expose_next(replace(bench, stage=stage, notice=None), stage)


def exposed(bench: Bench, event: Exposed) -> Step:
    """Keep the frame; go on to the next shot, the next pose, or the examination's answer."""
    stage = bench.stage
    if not is_current(stage, event.inspection, event.take):
        return bench, ()
    shot = stage.next_shot
    if shot is None or stage.waiting or event.frame.shot != shot.name:
        return bench, ()
    pose = stage.pose
    stage = replace(stage, frames=(*stage.frames, event.frame), failures=0, stuck=None)
    if stage.next_shot is not None or pose is None:
        return expose_next(replace(bench, stage=stage), stage)
    index = stage.pose_index + 1
    more = index < len(stage.recipe.poses)
    stage = replace(stage, pose_index=index, waiting=more, disturbed=False, refused=0)
    commands: list[Command] = [examination(bench.setup, stage, pose)]
    if bench.setup.proving:
        opened = stage.identified.opened
        commands.append(Prove(opened.id, pose, stage.frames_of(pose)))
    if more:
        commands.append(Say(Sound.ATTENTION))
    return replace(bench, stage=stage), tuple(commands)


def exposure_failed(bench: Bench, event: ExposureFailed) -> Step:
    """Try the shot again a few times, then say what is wrong and wait for a person.

    Where the item lies wrong the pose waits to be laid again, and is pictured anew from its start.
    """
    stage = bench.stage
    if not is_current(stage, event.inspection, event.take):
        return bench, ()
    stage = replace(stage, failures=stage.failures + 1)
    if stage.failures < MOST_FAILURES and not event.fault.blocks:
        return expose_next(replace(bench, stage=stage), stage)
    stuck = replace(stage, stuck=event.fault)
    if event.fault.code in TO_ARRANGE:
        shots = {shot.name for shot in stage.pose.shots} if stage.pose else set()
        kept = tuple(frame for frame in stage.frames if frame.shot not in shots)
        laid_anew = stage.refused + 1
        stuck = replace(stuck, waiting=True, disturbed=False, frames=kept, refused=laid_anew)
        return replace(bench, stage=stuck), (Say(Sound.ATTENTION),)
    return replace(bench, stage=stuck), (Say(Sound.STOP),)


def pose_answered(bench: Bench, event: PoseAnswered) -> Step:
    """Note the answer and what the codes in its pictures say; when every pose has one, judge."""
    stage = bench.stage
    if not is_current(stage, event.inspection, event.take):
        return bench, ()
    if event.result.pose not in {pose.name for pose in stage.unanswered}:
        return bench, ()
    code = camera_codes.serial_of(stage, event.result)
    known = camera_codes.contradiction_of(stage)
    stage = replace(stage, answers=(*stage.answers, event.result), refining=code or stage.refining)
    asked = () if code is None else (FindOrder(event.inspection, code),)
    other = camera_codes.contradiction_of(stage)
    bench, commands = finished(replace(bench, stage=stage), stage, event.at)
    if isinstance(bench.stage, Capturing) and other is not None and known is None:
        notice = Notice("camera-disagrees", (("code", str(other.item)),), event.at)
        bench, commands = replace(bench, notice=notice), (*commands, Say(Sound.ATTENTION))
    return bench, (*asked, *commands)


def finished(bench: Bench, stage: Capturing, at: datetime) -> Step:
    """Judge once every pose is answered and nothing of the item is being looked up."""
    if stage.pose is not None or stage.unanswered or stage.refining is not None:
        return bench, ()
    if bench.setup.proving and stage.unproved:
        return bench, ()
    return _judged(bench, stage, at)


def unpictured(bench: Bench, stage: Capturing, at: datetime) -> Answering | None:
    """What is to be said of an item that no good picture can be had of: a person must look.

    Poses whose answer or proof is not there count as not examined, and their frames as not taken.
    None where the policy is gone.
    """
    policy = bench.setup.policy(stage.identified.item.category)
    if policy is None or stage.stuck is None:
        return None
    unproved = {pose.name for pose in stage.unproved} if bench.setup.proving else set()
    answers = {answer.pose: answer for answer in stage.answers if answer.pose not in unproved}
    kept = [pose for pose in stage.recipe.poses if pose.name in answers]
    why = f"not pictured: {stage.stuck.code.value}"
    missing = (
        PoseExamined(pose.name, (), None, None, failure=why)
        for pose in stage.recipe.poses
        if pose.name not in answers
    )
    partial = replace(
        stage,
        frames=tuple(frame for pose in kept for frame in stage.frames_of(pose)),
        answers=(*answers.values(), *missing),
        proofs=tuple(proof for proof in stage.proofs if proof.pose in answers),
    )
    return Answering(_judge(policy, partial, at), stage.take)


def _judged(bench: Bench, stage: Capturing, at: datetime) -> Step:
    policy = bench.setup.policy(stage.identified.item.category)
    if policy is None:
        return _turned_away(bench, Notice("no-recipe", (), at))
    judged = _judge(policy, stage, at)
    clear = not judged.verdict.needs_review and judged.verdict.proposed is Grade.RESELLABLE
    sound = Sound.ACCEPT if clear else Sound.ATTENTION
    return replace(bench, stage=Answering(judged, stage.take), notice=None), (Say(sound),)


def _judge(policy: GradingPolicy, stage: Capturing, at: datetime) -> Judged:
    order = {pose.name: index for index, pose in enumerate(stage.recipe.poses)}
    answers = tuple(sorted(stage.answers, key=lambda answer: order[answer.pose]))
    failed = tuple(answer.pose for answer in answers if answer.failure)
    seen = {zone for pose in stage.recipe.poses if pose.name not in failed for zone in pose.zones}
    opened = stage.identified.opened
    contradiction = opened.contradiction or camera_codes.contradiction_of(stage)
    examined = Examined(
        replace(stage.identified, opened=replace(opened, contradiction=contradiction)),
        stage.frames,
        answers,
        unseen=frozenset(stage.recipe.zones - seen),
        last_frame_at=max((frame.exposed_at for frame in stage.frames), default=None),
        proofs=stage.proofs,
    )
    verdict = judge(
        policy,
        examined.findings,
        unseen=frozenset(stage.recipe.required_zones - seen),
        unexamined=failed,
        other_item=str(contradiction.item) if contradiction else None,
        undeclared=not stage.identified.item.declared,
        unlike=tuple(a.pose for a in answers if a.unlikeness is not None and a.unlikeness > 1),
        unsupported=tuple(
            a.pose for a in answers if a.strangeness is not None and a.strangeness > 1
        ),
    )
    return Judged(examined, verdict, at)


def is_current(stage: object, inspection: str, take: int) -> TypeGuard[Capturing]:
    return (
        isinstance(stage, Capturing)
        and stage.identified.opened.id == inspection
        and stage.take == take
    )


def expose_next(bench: Bench, stage: Capturing) -> Step:
    return bench, owed(bench, stage)


def owed(bench: Bench, stage: Capturing) -> tuple[Command, ...]:
    """The exposure that the stage waits for, if any."""
    left = stage.shots_left
    if not left:
        return ()
    last = len(left) == 1
    then = "" if last else left[1].light
    proves = stage.pose if last and bench.setup.proving else None
    return (Expose(stage.identified.opened.id, stage.take, left[0], then, proves),)


def _turned_away(bench: Bench, notice: Notice) -> Step:
    return replace(bench, stage=Ready(), notice=notice), (Say(Sound.ATTENTION),)
