"""The station's machine keeps its promises over any sequence of events."""

from collections import deque

from drive import BADGE, SETUP, Drive, code
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_scripts import FINDINGS, driven

from station.domain.events import BenchView, FaultCleared, Key, KeyPressed, LabelNoted, Scanned
from station.domain.grading import Grade
from station.workflow.stages import Answering, Ready, Saving
from station.workflow.step import replay, resume

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
