"""The station's machine keeps its promises over any sequence of events."""

from collections import deque
from dataclasses import replace

from drive import BADGE, POLICY, SETUP, Drive, code, found
from hypothesis import given, settings
from hypothesis import strategies as st

from station.domain.capture import Pose
from station.domain.defect import Defect
from station.domain.events import (
    BenchView,
    FaultCleared,
    FaultRaised,
    Key,
    KeyPressed,
    LabelNoted,
    Scanned,
)
from station.domain.faults import Fault, FaultCode
from station.domain.grading import Grade
from station.workflow.commands import Examine, Expose, FindOrder, Save, Withdraw
from station.workflow.record import inspection_form
from station.workflow.settle import settle
from station.workflow.stages import Answering, Capturing, Identifying, Ready, Saving
from station.workflow.step import idle, replay, resume

TEXTS = [
    BADGE,
    "RG:BADGE:zhang",
    code(1),
    code(2),
    code(3),
    "RG:BIN:REPAIR-R12",
    "RG:BIN:SCRAP-S1",
    "RG:TOTE:T-07",
    "RG:PLATE:P-1",
    "RG:CMD:RETAKE",
    "17261231",
    "garbage",
]
FINDINGS = [
    (),
    (found(Defect.SCRATCH, 50),),
    (found(Defect.STAIN, 2000),),
    (found(Defect.DENT, 400, u=50),),
    (found(Defect.SCRATCH, 12),),
    (found(Defect.TEAR, 12, confidence=0.4),),
]
LOST = Fault(FaultCode.CAMERA_LOST, "camera", blocks=True)

actions = st.one_of(
    st.tuples(st.just("scan"), st.sampled_from(TEXTS)),
    st.tuples(st.just("press"), st.sampled_from(list(Key))),
    st.tuples(st.just("see"), st.sampled_from(list(BenchView))),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 1.0, 30.0])),
    st.tuples(st.just("answer"), st.sampled_from(FINDINGS)),
    st.tuples(st.just("settle"), st.sampled_from(FINDINGS)),
    st.tuples(st.just("inspect"), st.sampled_from(FINDINGS)),
    st.tuples(st.just("fail"), st.none()),
    st.tuples(st.just("fault"), st.booleans()),
)


def act(drive: Drive, name: str, argument: object) -> None:
    """Carry out one generated action."""
    match name:
        case "fail":
            drive.answer(fail=True)
        case "fault" if argument:
            drive.happen(FaultRaised(drive.now, LOST))
        case "fault":
            drive.happen(FaultCleared(drive.now, "camera"))
        case "inspect":
            drive.inspect(drive.count, argument)
        case _:
            getattr(drive, name)(argument)


def driven(script: list[tuple[str, object]]) -> Drive:
    """A machine after a generated script."""
    drive = Drive()
    drive.scan(BADGE)
    for name, argument in script:
        act(drive, name, argument)
    return drive


scripts = st.lists(actions, max_size=40)


@given(scripts)
@settings(max_examples=300)
def test_nothing_is_closed_or_held_without_a_person(script: list[tuple[str, object]]) -> None:
    for event, before, inspection in driven(script).saves:
        if isinstance(before.stage, Saving):
            assert before.stage.inspection == inspection
            continue
        assert isinstance(event, (Scanned, KeyPressed, LabelNoted))
        if isinstance(event, LabelNoted):
            assert event.fact.by == before.operator
        assert isinstance(before.stage, Answering)
        if inspection.decision is not None:
            assert not inspection.judged.verdict.needs_review
            assert inspection.decision.by == before.operator


@given(scripts)
@settings(max_examples=300)
def test_a_new_item_confirms_only_what_is_clear_shown_and_gone(
    script: list[tuple[str, object]],
) -> None:
    for event, before, inspection in driven(script).saves:
        decision = inspection.decision
        if decision is None or decision.how != "next-scan" or isinstance(before.stage, Saving):
            continue
        stage = before.stage
        assert isinstance(stage, Answering)
        assert stage.gone
        assert not stage.person_only
        assert decision.grade is Grade.RESELLABLE
        assert inspection.judged.verdict.proposed is Grade.RESELLABLE
        assert event.at - inspection.judged.judged_at >= SETUP.shown_at_least
        assert inspection.operator == before.operator


@given(scripts)
@settings(max_examples=200)
def test_every_prefix_replays_to_a_state_the_station_can_resume_from(
    script: list[tuple[str, object]],
) -> None:
    drive = driven(script)
    for length in range(0, len(drive.journal) + 1, 3):
        bench = replay(SETUP, drive.journal[:length])
        again = Drive(bench, drive.now, deque(resume(bench)), count=10_000)
        again.happen(FaultCleared(again.now, "camera"))
        again.wait(60)
        again.settle()
        for _ in range(3):
            again.turn_over()
            again.settle()
        if isinstance(again.bench.stage, Answering):
            again.scan(BADGE)
            again.scan("RG:TOTE:T-1")
            again.settle()

        assert isinstance(again.bench.stage, Ready)


def test_replay_gives_the_state_that_was() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.REPAIR), ("settle", ())])

    assert replay(SETUP, drive.journal) == drive.bench


def test_a_clear_item_takes_one_action() -> None:
    drive = driven([("inspect", ()), ("wait", 1.0), ("see", BenchView.EMPTY)])
    drive.scan(code(2))
    drive.settle()

    assert isinstance(drive.bench.stage, Capturing)
    assert drive.bench.last is not None
    assert drive.bench.last.inspection.grade is Grade.RESELLABLE
    assert drive.bench.last.inspection.decision.how == "next-scan"


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


def test_doubt_goes_into_a_tote_and_no_key_closes_it() -> None:
    drive = driven([("inspect", FINDINGS[3])])
    for key in (Key.RESELLABLE, Key.REPAIR, Key.SCRAP):
        drive.press(key)
        assert drive.bench.notice.id == "tote-first"
    drive.scan("RG:TOTE:T-07")
    drive.settle()

    held = drive.bench.last.inspection
    assert (held.decision, held.tote) == (None, "T-07")


def test_an_undo_asks_again_and_the_answer_supersedes() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.SCRAP), ("settle", ())])
    first = drive.bench.last.inspection
    drive.press(Key.UNDO)

    assert isinstance(drive.bench.stage, Answering)
    assert drive.bench.stage.person_only

    drive.press(Key.REPAIR)
    drive.settle()
    second = drive.bench.last.inspection

    assert second.id != first.id
    assert second.supersedes == first.id
    assert second.grade is Grade.REPAIR
    assert second.judged.verdict == first.judged.verdict


def test_an_undo_holds_the_result_back_even_after_a_restart() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.SCRAP), ("settle", ())])
    first = drive.bench.last.inspection
    drive.press(Key.UNDO)

    assert Withdraw(first.id) in drive.owed
    assert resume(replay(SETUP, drive.journal)) == (Withdraw(first.id),)


def test_an_undo_after_the_window_is_refused() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.SCRAP), ("settle", ())])
    drive.wait(21)
    drive.press(Key.UNDO)

    assert isinstance(drive.bench.stage, Ready)
    assert drive.bench.notice.id == "undo-too-late"


def test_an_undo_parks_the_item_on_the_bench_and_its_scan_brings_it_back() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.SCRAP), ("settle", ())])
    drive.scan(code(2))
    drive.settle()
    drive.press(Key.UNDO)
    drive.press(Key.REPAIR)
    drive.settle()

    assert [stage.identified.opened.code.serial for stage in drive.bench.parked] == ["R-0002"]

    drive.scan(code(2))

    assert isinstance(drive.bench.stage, Capturing)
    assert drive.bench.parked == ()


def test_another_badge_parks_and_never_closes() -> None:
    drive = driven([("inspect", ())])
    drive.scan("RG:BADGE:zhang")

    assert isinstance(drive.bench.stage, Ready)
    assert len(drive.bench.parked) == 1
    assert drive.saves == []


def test_a_scan_while_looking_changes_nothing_but_the_notice() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    before = drive.bench.stage
    drive.scan(code(2))

    assert drive.bench.stage == before
    assert drive.bench.notice.id == "still-looking"


def test_the_same_label_twice_opens_one_inspection() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.scan(code(1))

    assert [c for c in drive.owed if isinstance(c, FindOrder)] == [drive.owed[0]]
    assert drive.bench.notice.id == "same-item"


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


def test_a_record_that_cannot_be_written_is_saved_again_under_its_id() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.REPAIR)])
    while drive.owed:
        drive.answer(fail=isinstance(drive.owed[0], Save))
    first = drive.bench.stage.inspection

    assert isinstance(drive.bench.stage, Saving)
    assert resume(drive.bench) == (Save(first),)


def test_an_unknown_item_turns_back_to_ready() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(9))
    assert isinstance(drive.bench.stage, Identifying)
    drive.answer(fail=True)

    assert isinstance(drive.bench.stage, Ready)
    assert drive.bench.notice.id == "unknown-item"


def test_nobody_works_without_a_badge() -> None:
    drive = Drive()
    drive.scan(code(1))

    assert isinstance(drive.bench.stage, Ready)
    assert drive.bench.notice.id == "badge-first"


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


def test_settling_a_held_item_supersedes_it() -> None:
    drive = driven([("inspect", FINDINGS[3])])
    drive.scan("RG:TOTE:T-07")
    drive.settle()
    held = drive.bench.last.inspection

    closed = settle(held, Grade.REPAIR, "0815", "seam open", fresh_id="id-9999", at=drive.now)

    assert (closed.id, closed.supersedes) == ("id-9999", held.id)
    assert closed.decision.by == "0815"
    assert closed.judged.verdict == held.judged.verdict


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
