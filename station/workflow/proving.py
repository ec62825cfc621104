"""No pose counts before a light pattern has borne its frames out."""

from dataclasses import replace
from typing import TypeGuard

from station.domain.capture import Pose
from station.domain.events import BenchView, ProofFailed, Proved
from station.domain.faults import TO_ARRANGE
from station.workflow import capturing
from station.workflow.commands import Command, Prove, Say, Sound
from station.workflow.stages import Bench, Capturing

MOST_UNPROVEN = 3

Step = tuple[Bench, tuple[Command, ...]]


def owed(bench: Bench, stage: Capturing) -> list[Command]:
    """The proofs still out."""
    if not bench.setup.proving:
        return []
    inspection = stage.identified.opened.id
    return [Prove(inspection, pose, stage.frames_of(pose)) for pose in stage.unproved]


def proved(bench: Bench, event: Proved) -> Step:
    """Keep the proof; judge if it was the last that was waited for."""
    stage = bench.stage
    named = {digest for proof in event.proofs for digest in proof.digests}
    if not _is_about(stage, event.inspection, event.pose, named):
        return bench, ()
    others = tuple(proof for proof in stage.proofs if proof.pose != event.pose)
    stage = replace(stage, proofs=(*others, *event.proofs), unproven=0)
    return capturing.finished(replace(bench, stage=stage), stage, event.at)


def proof_failed(bench: Bench, event: ProofFailed) -> Step:
    """Picture the pose anew, and those after it: at once where the item was not touched since.

    A pose that is not believed again and again stops work.
    """
    stage = bench.stage
    if not _is_about(stage, event.inspection, event.pose, set(event.digests)):
        return bench, ()
    still = bench.view is BenchView.STILL or (bench.view is None and not stage.waiting)
    untouched = still and not stage.disturbed
    index = [pose.name for pose in stage.recipe.poses].index(event.pose)
    stage = _from_pose(stage, index)
    bench = replace(bench, stage=stage)
    again = tuple(capturing.examination(bench.setup, stage, pose) for pose in stage.unanswered)
    stuck = replace(stage, stuck=event.fault)
    if event.fault.code in TO_ARRANGE and (stage.unproven >= MOST_UNPROVEN or not untouched):
        laid_again = replace(stuck, waiting=True, refused=stage.refused + 1)
        return replace(bench, stage=laid_again), (*again, Say(Sound.ATTENTION))
    if stage.unproven >= MOST_UNPROVEN:
        return replace(bench, stage=stuck), (*again, Say(Sound.STOP))
    if not untouched:
        waiting = replace(stage, waiting=True)
        return replace(bench, stage=waiting), (*again, Say(Sound.ATTENTION))
    bench, commands = capturing.expose_next(bench, stage)
    return bench, (*again, *commands)


def _is_about(stage: object, inspection: str, pose: str, digests: set[str]) -> TypeGuard[Capturing]:
    """Whether it speaks of the frames that the stage holds of a pose which is fully pictured."""
    if not isinstance(stage, Capturing) or stage.identified.opened.id != inspection:
        return False
    mine = next((each for each in stage.recipe.poses if each.name == pose), None)
    done: tuple[Pose, ...] = stage.recipe.poses[: stage.pose_index]
    return mine in done and {frame.digest for frame in stage.frames_of(mine)} == digests


def _from_pose(stage: Capturing, index: int) -> Capturing:
    """The stage before the pose at `index` was pictured; earlier poses stay."""
    kept = {pose.name for pose in stage.recipe.poses[:index]}
    shots = {shot.name for pose in stage.recipe.poses[:index] for shot in pose.shots}
    return replace(
        stage,
        take=stage.take + 1,
        pose_index=index,
        waiting=False,
        disturbed=False,
        frames=tuple(frame for frame in stage.frames if frame.shot in shots),
        answers=tuple(answer for answer in stage.answers if answer.pose in kept),
        proofs=tuple(proof for proof in stage.proofs if proof.pose in kept),
        failures=0,
        stuck=None,
        unproven=stage.unproven + 1,
    )
