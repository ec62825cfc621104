"""The machine asks for pictures and examinations, and a person takes over where they fail."""

from dataclasses import replace

from drive import BADGE, POLICY, SETUP, Drive, code
from machine_scripts import FINDINGS, driven

from station.domain.capture import Pose, Trigger
from station.domain.events import BenchView, FaultCleared, Key
from station.domain.faults import FaultCode
from station.domain.grading import Grade
from station.workflow.commands import Examine, Expose
from station.workflow.record import inspection_form
from station.workflow.stages import Answering, Capturing, Ready
from station.workflow.step import idle, resume


def test_a_shot_is_asked_for_with_the_light_of_the_one_that_follows_in_its_pose() -> None:
    asked: list[tuple[str, str]] = []
    drive = Drive()
    drive.scan(BADGE)
    drive.settle()
    drive.scan(code(1))
    while drive.owed:
        if isinstance(drive.owed[0], Expose):
            asked.append((drive.owed[0].shot.name, drive.owed[0].then))
        drive.answer()

    assert asked == [("top-bright", "raking"), ("top-raking", "")]


def test_the_last_shot_of_a_pose_names_the_pose_whose_proof_follows() -> None:
    poses = SETUP.recipes[0].poses
    for proving, expected in ((True, [None, poses[0]]), (False, [None, None])):
        asked: list[Pose | None] = []
        drive = Drive(idle(replace(SETUP, proving=proving)))
        drive.scan(BADGE)
        drive.settle()
        drive.scan(code(1))
        while drive.owed and len(asked) < 2:
            if isinstance(drive.owed[0], Expose):
                asked.append(drive.owed[0].proves)
            drive.answer()

        assert asked == expected


def test_the_next_pose_is_asked_for_while_the_last_is_examined() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    for _ in range(3):
        drive.answer()

    stage = drive.bench.stage
    assert isinstance(stage, Capturing)
    assert stage.waiting
    assert stage.pose.name == "bottom"
    assert any(isinstance(command, Examine) for command in drive.owed)


def test_the_pictures_are_examined_as_closely_as_the_policy_asks() -> None:
    closely = replace(SETUP, policies=(replace(POLICY, reported_from=0.25),))
    for setup, least in ((SETUP, None), (closely, 0.25)):
        drive = Drive(idle(setup))
        drive.scan(BADGE)
        drive.scan(code(1))
        for _ in range(3):
            drive.answer()

        (asked,) = (each for each in drive.owed if isinstance(each, Examine))
        again = [each for each in resume(drive.bench) if isinstance(each, Examine)]
        assert (asked.pose.name, asked.least) == ("top", least)
        assert again == [asked]


def test_an_item_lies_still_but_unturned_until_the_bench_was_disturbed() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.settle()
    drive.see(BenchView.STILL)

    assert drive.bench.stage.waiting

    drive.turn_over()

    assert isinstance(drive.owed[0], Expose)


def test_an_examination_that_fails_needs_a_person() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.settle()
    drive.turn_over()
    while drive.owed:
        drive.answer(fail=isinstance(drive.owed[0], Examine))

    assert drive.bench.stage.judged.verdict.needs_review
    assert drive.bench.stage.judged.verdict.proposed is None


def test_a_shot_that_keeps_failing_stops_and_a_retake_starts_over() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.answer()
    for _ in range(3):
        drive.answer(fail=True)

    assert drive.bench.stage.stuck is not None

    drive.owed.clear()
    drive.press(Key.RETAKE)
    drive.settle()

    assert drive.bench.stage.waiting


def test_late_answers_of_an_earlier_take_are_ignored() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.answer()
    late = drive.owed.popleft()
    drive.press(Key.RETAKE)
    before = drive.bench
    drive.owed.appendleft(late)
    drive.answer()

    assert drive.bench == before


def test_a_retake_keeps_the_frames_of_earlier_poses() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.settle()
    drive.turn_over()
    first = drive.bench.stage.frames
    drive.owed.clear()
    drive.press(Key.RETAKE)

    assert drive.bench.stage.frames == first
    assert [type(command) for command in drive.owed] == [Expose]

    drive.settle()

    assert isinstance(drive.bench.stage, Answering)


def test_a_retake_of_a_finished_item_begins_with_laying_it() -> None:
    drive = driven([("inspect", FINDINGS[1])])
    drive.press(Key.RETAKE)

    assert isinstance(drive.bench.stage, Capturing)
    assert drive.bench.stage.waiting
    assert drive.bench.stage.pose.name == "top"

    drive.turn_over()
    drive.settle()
    drive.turn_over()
    drive.settle()

    assert isinstance(drive.bench.stage, Answering)
    assert drive.bench.stage.judged.verdict.proposed is Grade.RESELLABLE


def test_an_item_that_cannot_be_pictured_goes_into_a_tote_for_a_person() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.answer()
    drive.refuse(FaultCode.PICTURE_GLARE)
    assert drive.bench.stage.cannot_be_pictured
    drive.scan("RG:TOTE:T-07")
    drive.settle()

    held = drive.bench.last.inspection
    examined = held.judged.examined
    assert (held.decision, held.tote) == (None, "T-07")
    assert held.judged.verdict.needs_review
    assert held.judged.verdict.proposed is None
    assert (examined.frames, examined.last_frame_at) == ((), None)
    assert [(pose.pose, pose.model_pack, pose.failure) for pose in examined.poses] == [
        ("top", None, "not pictured: picture-glare"),
        ("bottom", None, "not pictured: picture-glare"),
    ]
    form = inspection_form(held, None)
    assert (form["shots"], form["model_pack"], form["times"]["last_frame"]) == ([], None, None)
    assert isinstance(drive.bench.stage, Ready)


def test_what_was_seen_of_an_item_before_it_could_not_be_pictured_counts() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.settle(FINDINGS[2])
    drive.turn_over()
    drive.refuse(FaultCode.PICTURE_GLARE)
    drive.scan("RG:TOTE:T-07")

    examined = drive.saves[-1][2].judged.examined
    assert [frame.shot for frame in examined.frames] == ["top-bright", "top-raking"]
    assert examined.findings == FINDINGS[2]
    assert examined.unseen >= {"bottom"}


def test_a_tote_means_nothing_while_pictures_are_still_tried_or_the_camera_is_gone() -> None:
    for failures in (0, 1, 3):
        drive = Drive()
        drive.scan(BADGE)
        drive.scan(code(1))
        drive.answer()
        for _ in range(failures):
            drive.answer(fail=True)
        drive.scan("RG:TOTE:T-07")

        assert drive.bench.notice.id == "scan-not-now"
        assert not drive.saves


def test_a_first_pose_that_a_key_starts_waits_for_the_key() -> None:
    first, *others = SETUP.recipes[0].poses
    by_key = replace(SETUP.recipes[0], poses=(replace(first, trigger=Trigger.KEY), *others))
    drive = Drive(idle(replace(SETUP, recipes=(by_key,))))
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.answer()
    drive.turn_over()
    before = list(drive.owed)
    drive.press(Key.TAKE)

    assert not any(isinstance(command, Expose) for command in before)
    assert isinstance(drive.owed[-1], Expose)


def test_an_item_that_lies_wrong_still_does_when_another_device_comes_back() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.answer()
    drive.refuse(FaultCode.PICTURE_BLURRED)
    drive.happen(FaultCleared(drive.now, "upstream"))

    assert drive.bench.stage.cannot_be_pictured
    assert drive.bench.stage.waiting
    assert not drive.owed
    drive.scan("RG:TOTE:T-07")
    drive.settle()
    assert isinstance(drive.bench.stage, Ready)
