"""No verdict before every pose was proved, and what happens to one that is not."""

from collections import deque
from dataclasses import replace

import pytest
from drive import BADGE, SETUP, Drive, answer_to, code

from station.domain.capture import Frame
from station.domain.events import BenchView, Key, ProofFailed, Proved
from station.domain.faults import Fault, FaultCode
from station.domain.light_proof import LightProof, LightStep, Mix
from station.workflow.commands import Command, Examine, Expose, Prove
from station.workflow.record import evidence_record
from station.workflow.stages import Answering, Capturing
from station.workflow.step import idle, replay, resume

PROVING = replace(SETUP, proving=True)
NOT_LIVE = Fault(FaultCode.FRAME_NOT_LIVE, "bench", "The camera's picture does not follow.")
MOVED = Fault(FaultCode.ITEM_MOVED, "bench", "The item was moved while it was pictured.")


def proof(pose: str, frames: tuple[Frame, ...]) -> LightProof:
    mix = Mix((("bright", 0.5),))
    digests = tuple(frame.digest for frame in frames)
    return LightProof(pose, "bench", digests, (LightStep(mix, (0.5,)),), 0.4, 0.0)


class Proving(Drive):
    """A drive that answers Prove as it is told: by truth, or by a fault for each time."""

    faults: deque[Fault]

    def settle(self, findings: tuple = (), *, hold: bool = False) -> None:
        held: list[Command] = []
        while self.owed:
            command = self.owed[0]
            if not isinstance(command, Prove):
                self.answer(findings)
                continue
            self.owed.popleft()
            if hold:
                held.append(command)
            else:
                self.prove(command)
        self.owed.extend(held)

    def prove(self, command: Prove) -> None:
        digests = tuple(frame.digest for frame in command.frames)
        if self.faults:
            fault = self.faults.popleft()
            self.happen(
                ProofFailed(self.now, command.inspection, command.pose.name, digests, fault)
            )
            return
        proofs = (proof(command.pose.name, command.frames),)
        self.happen(Proved(self.now, command.inspection, command.pose.name, proofs))


def started(*faults: Fault) -> Proving:
    drive = Proving(bench=idle(PROVING))
    drive.faults = deque(faults)
    drive.scan("RG:BADGE:li-wei")
    drive.see(BenchView.STILL)
    drive.scan(code(1))
    return drive


def stage(drive: Proving) -> Capturing:
    assert isinstance(drive.bench.stage, Capturing)
    return drive.bench.stage


def test_the_verdict_waits_for_the_proof_of_every_pose() -> None:
    drive = started()
    drive.settle(hold=True)
    drive.turn_over()
    drive.settle(hold=True)

    assert isinstance(drive.bench.stage, Capturing)
    assert [pose.name for pose in stage(drive).unproved] == ["top", "bottom"]
    drive.settle()

    assert isinstance(drive.bench.stage, Answering)


def test_the_record_names_the_proofs_and_the_frames_that_they_bear_out() -> None:
    drive = started()
    drive.settle()
    drive.turn_over()
    drive.settle()
    drive.press(Key.RESELLABLE)

    (_, _, inspection) = drive.saves[-1]
    record = evidence_record(inspection, None, None)
    proofs = record["light_proofs"]
    assert [one["pose"] for one in proofs] == ["top", "bottom"]
    frames = {frame["digest"] for frame in record["frames"]}
    assert frames == {digest for one in proofs for digest in one["digests"]}
    assert record["poses_unproved"] == []


def test_the_record_of_a_bench_that_cannot_prove_names_every_pose_as_unproved() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.inspect(1)
    drive.press(Key.RESELLABLE)

    (_, _, inspection) = drive.saves[-1]
    assert evidence_record(inspection, None, None)["poses_unproved"] == ["top", "bottom"]


def test_a_pose_that_is_not_believed_is_pictured_anew_at_once_while_it_lies_there() -> None:
    drive = started(NOT_LIVE)
    drive.settle(hold=True)
    first = {frame.digest for frame in stage(drive).frames}

    drive.prove(drive.owed.popleft())

    assert stage(drive).pose_index == 0
    assert not stage(drive).waiting
    assert isinstance(drive.owed[0], Expose)
    drive.settle()
    assert not first & {frame.digest for frame in stage(drive).frames}
    assert not stage(drive).unproved


def test_a_pose_that_the_hands_have_left_has_to_be_laid_again() -> None:
    drive = started(MOVED)
    drive.settle(hold=True)
    drive.see(BenchView.DISTURBED)

    drive.prove(drive.owed.popleft())

    assert stage(drive).pose_index == 0
    assert stage(drive).waiting
    assert not any(isinstance(command, Expose) for command in drive.owed)
    drive.turn_over()
    drive.settle()
    assert [frame.shot for frame in stage(drive).frames] == ["top-bright", "top-raking"]


def test_a_camera_that_is_never_believed_stops_work_until_a_person_tries_again() -> None:
    drive = started(*[NOT_LIVE] * 3)
    drive.settle()

    assert stage(drive).stuck == NOT_LIVE
    assert not drive.owed
    drive.press(Key.RETAKE)
    drive.settle()
    assert not stage(drive).unproved


def test_a_proof_of_other_frames_proves_nothing() -> None:
    drive = started()
    drive.settle(hold=True)
    command = drive.owed.popleft()
    assert isinstance(command, Prove)
    other = tuple(replace(frame, digest="f" * 64) for frame in command.frames)

    drive.happen(Proved(drive.now, command.inspection, "top", (proof("top", other),)))

    assert [pose.name for pose in stage(drive).unproved] == ["top"]


def test_after_a_restart_the_proofs_still_out_are_asked_for_again() -> None:
    drive = started()
    drive.settle(hold=True)

    bench = replay(PROVING, drive.journal)

    assert [type(command) for command in resume(bench)] == [Prove]


def test_a_bench_that_cannot_switch_its_lights_asks_for_no_proof() -> None:
    drive = Drive()
    drive.scan("RG:BADGE:li-wei")
    drive.scan(code(1))
    drive.answer()
    drive.answer()
    drive.answer()

    assert any(isinstance(command, Examine) for command in drive.owed)
    assert not any(isinstance(command, Prove) for command in drive.owed)


@pytest.mark.parametrize("code_", [FaultCode.ITEM_OUTSIDE, FaultCode.PICTURE_GLARE])
def test_an_item_that_lies_wrong_is_pictured_again_once_it_was_laid_again(code_: FaultCode) -> None:
    drive = started()
    drive.answer()
    fault = Fault(code_, "bench")
    for _ in range(3):
        command = drive.owed.popleft()
        assert isinstance(command, Expose)
        failed = answer_to(command, drive.now, (), True, drive.fresh())
        drive.happen(replace(failed, fault=fault))

    assert stage(drive).stuck == fault
    assert stage(drive).waiting
    assert not stage(drive).frames
    drive.turn_over()
    assert stage(drive).stuck is None
    drive.settle()
    assert stage(drive).pose_index == 1


@pytest.mark.parametrize("proved", [True, False])
def test_of_an_item_put_into_a_tote_only_proved_poses_count(proved: bool) -> None:
    drive = started()
    drive.settle(hold=not proved)
    drive.turn_over()
    drive.refuse(FaultCode.PICTURE_GLARE)
    drive.scan("RG:TOTE:T-07")

    examined = drive.saves[-1][2].judged.examined
    failures = {pose.pose: pose.failure for pose in examined.poses}
    assert failures["bottom"] == "not pictured: picture-glare"
    assert (failures["top"] is None) == proved
    assert len(examined.frames) == (2 if proved else 0)
    assert {proof.pose for proof in examined.proofs} == ({"top"} if proved else set())


def test_how_often_a_pose_was_laid_anew_is_counted_until_it_is_pictured() -> None:
    drive = started(MOVED)
    drive.answer()
    drive.refuse(FaultCode.PICTURE_GLARE)
    drive.turn_over()
    assert stage(drive).refused == 1
    drive.settle(hold=True)
    assert (stage(drive).pose_index, stage(drive).refused) == (1, 0)

    drive.see(BenchView.DISTURBED)
    drive.settle()

    assert stage(drive).cannot_be_pictured
    assert (stage(drive).pose_index, stage(drive).refused) == (0, 1)
