"""The rig against a camera that fails in every way, on a clock that the test turns."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig_stand import BEHAVIOURS, Stand, stand

from station.adapters.cameras.job import Job
from station.adapters.cameras.link import LOOK_HEIGHT, LOOK_WIDTH, Begun, Looked, Opened
from station.domain.capture import Shot
from station.domain.events import Exposed, ExposureFailed, FaultCleared, FaultRaised
from station.domain.faults import Fault, FaultCode


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("same-bytes", FaultCode.FRAME_STALE),
        ("same-number", FaultCode.FRAME_STALE),
        ("buffered", FaultCode.FRAME_STALE),
        ("future", FaultCode.FRAME_STALE),
        ("black", FaultCode.FRAME_BLACK),
        ("wrong-size", FaultCode.FRAME_WRONG_SIZE),
        ("hang", FaultCode.CAMERA_LOST),
        ("late", FaultCode.CAMERA_LOST),
        ("die", FaultCode.CAMERA_LOST),
        ("gone", FaultCode.CAMERA_LOST),
        ("drifted", FaultCode.CAMERA_SETTINGS),
        ("refused", FaultCode.CAMERA_LOST),
        ("dim", FaultCode.LIGHT_LOST),
        ("torn", FaultCode.FRAME_TORN),
    ],
)
def test_each_failure_is_told_apart_and_the_next_frame_is_good(
    behaviour: str, code: FaultCode
) -> None:
    with stand(["good", behaviour]) as bench:
        for take in range(3):
            bench.alive()
            bench.expose(take)
            bench.turn(3.5 if behaviour in ("hang", "late") else 0.5)

        failed = bench.heard.of(ExposureFailed)
        assert [event.fault.code for event in failed] == [code]
        assert failed[0].fault.detail.endswith(".")
        assert [event.take for event in bench.heard.of(Exposed)] == [0, 2]


@given(st.lists(st.sampled_from(BEHAVIOURS), max_size=25), st.data())
@settings(max_examples=150, deadline=None)
def test_no_stale_or_foreign_frame_is_ever_taken(script: list[str], data: st.DataObject) -> None:
    with stand(script) as bench:
        for take in range(len(script)):
            light = data.draw(st.sampled_from(["bright", "raking"]))
            bench.expose(take, light)
            bench.turn(data.draw(st.sampled_from([0.05, 0.2, 4.0])))
            for child, answer in bench.late:
                child.deliver(answer)
            bench.late.clear()
            bench.pump()
            bench.alive()
        for _ in range(4 * len(script)):
            bench.turn(4.0)
            bench.alive()

        exposed = bench.heard.of(Exposed)
        answered = [event.take for event in (*exposed, *bench.heard.of(ExposureFailed))]
        assert sorted(answered) == list(range(len(script)))
        digests = [event.frame.digest for event in exposed]
        assert len(set(digests)) == len(digests)
        for event in exposed:
            frame = event.frame
            at, light, settled, *_ = bench.kept[frame.digest].decode().split()
            assert (float(at), light, settled) == (frame.monotonic_s, frame.light, "True")


def test_a_lost_camera_is_said_once_and_its_return_once() -> None:
    with stand(["die", "good"]) as bench:
        bench.expose()
        bench.turn(1.0)
        bench.alive()
        bench.alive()

        raised, cleared = bench.heard.of(FaultRaised), bench.heard.of(FaultCleared)
        assert [(e.fault.code, e.fault.blocks) for e in raised] == [(FaultCode.CAMERA_LOST, False)]
        assert [e.subject for e in cleared] == ["bench"]


def test_when_starting_again_does_not_help_work_stops_with_words_until_it_is_back() -> None:
    with stand(["die"] * 3, starts_allowed=3) as bench:
        for take in range(4):
            bench.expose(take)
            bench.turn(1.0)

        blocking = [e.fault for e in bench.heard.of(FaultRaised) if e.fault.blocks]
        assert len(blocking) == 1
        assert "check its cable" in blocking[0].detail
        last = bench.heard.of(ExposureFailed)[-1]
        assert last.take == 3
        assert last.fault.blocks

        bench.starts_allowed = 4
        bench.turn(bench.rig.due_s() - bench.clock.seconds)
        bench.alive()
        bench.expose(9)
        bench.turn(1.0)

        assert len(bench.heard.of(FaultCleared)) == 1
        assert [event.take for event in bench.heard.of(Exposed)] == [9]


def test_a_camera_that_never_takes_its_settings_stops_work_with_the_words_for_that() -> None:
    with stand(["die", "drifted", "drifted"], starts_allowed=3) as bench:
        for take in range(4):
            bench.expose(take)
            bench.turn(1.0)

        raised = [(e.fault.code, e.fault.blocks) for e in bench.heard.of(FaultRaised)]
        assert raised == [
            (FaultCode.CAMERA_LOST, False),
            (FaultCode.CAMERA_SETTINGS, False),
            (FaultCode.CAMERA_SETTINGS, True),
        ]
        last = bench.heard.of(FaultRaised)[-1].fault
        assert last.detail.endswith("correct the configuration.")


def test_what_is_wrong_with_a_camera_that_stops_work_is_said_anew_when_it_changes() -> None:
    with stand(["die", "die", "drifted"], starts_allowed=2) as bench:
        for take in range(2):
            bench.expose(take)
            bench.turn(1.0)
        bench.starts_allowed = 3
        bench.turn(bench.rig.due_s() - bench.clock.seconds)
        bench.alive()
        bench.expose(3)
        bench.turn(1.0)

        raised = [(e.fault.code, e.fault.blocks) for e in bench.heard.of(FaultRaised)]
        assert raised[-2:] == [(FaultCode.CAMERA_LOST, True), (FaultCode.CAMERA_SETTINGS, True)]


def test_a_camera_that_falls_silent_between_exposures_is_started_again() -> None:
    with stand([]) as bench:
        bench.alive()
        bench.turn(2.4)
        assert len(bench.children) == 1

        bench.turn(0.2)

        assert len(bench.children) == 2
        assert not bench.children[0].alive


def test_a_process_that_is_slow_to_start_is_not_killed_for_it() -> None:
    """On a busy computer another one would start no sooner."""
    with stand([], slow_start=True) as bench:
        bench.turn(50.0)
        bench.children[-1].deliver(Begun())
        bench.pump()
        bench.turn(14.0)
        bench.children[-1].deliver(Opened({}))
        bench.pump()
        bench.turn(5.5)
        bench.alive()

        assert len(bench.children) == 1
        assert not bench.heard.of(FaultRaised)

        bench.turn(2.6)
        assert len(bench.children) == 2
        assert "fallen silent" in bench.heard.of(FaultRaised)[0].fault.detail


@pytest.mark.parametrize(
    ("said", "late_s", "words"),
    [
        ([], 60.0, "process does not start"),
        ([Begun()], 15.0, "does not open"),
        ([Begun(), Opened({})], 6.0, "sends no picture"),
    ],
)
def test_a_start_that_is_stuck_says_at_what(said: list[object], late_s: float, words: str) -> None:
    with stand([], slow_start=True) as bench:
        for message in said:
            bench.children[-1].deliver(message)
        bench.pump()
        bench.turn(late_s - 0.1)
        assert len(bench.children) == 1

        bench.turn(0.2)

        assert len(bench.children) == 2
        assert words in bench.heard.of(FaultRaised)[0].fault.detail


def test_a_shot_waits_for_the_first_picture_longer_than_for_another() -> None:
    with stand(["hang", "hang"]) as bench:
        bench.expose(0)
        bench.turn(5.9)
        assert not bench.heard.of(ExposureFailed)
        bench.turn(0.2)
        assert len(bench.heard.of(ExposureFailed)) == 1

        bench.alive()
        bench.expose(1)
        bench.turn(2.6)
        assert len(bench.heard.of(ExposureFailed)) == 2


def show_for_six_seconds(bench: Stand, *rows: bytes) -> None:
    """Live pictures, each of one row over and over; the last one stays."""
    for n in range(60):
        pixels = rows[min(n, len(rows) - 1)] * LOOK_HEIGHT
        bench.children[-1].deliver(Looked(bench.clock.seconds, pixels))
        bench.pump()
        bench.turn(0.1)


def test_a_camera_whose_preview_is_frozen_is_started_again() -> None:
    rows = [bytes([90 + n, 40]) * (LOOK_WIDTH // 2) for n in range(30)]
    with stand([]) as bench:
        show_for_six_seconds(bench, *rows)

        assert len(bench.children) == 2
        assert "same picture" in bench.heard.of(FaultRaised)[0].fault.detail


@pytest.mark.parametrize("row", [bytes([0, 2]) * (LOOK_WIDTH // 2), b"\xff" * LOOK_WIDTH])
def test_in_the_dark_and_in_glaring_light_a_camera_may_repeat_itself(row: bytes) -> None:
    with stand([]) as bench:
        show_for_six_seconds(bench, row)

        assert len(bench.children) == 1


def test_a_lamp_that_is_slower_than_the_settings_is_waited_for() -> None:
    with stand(["good", "good"]) as bench:
        bench.slow_lamp_s = 0.4
        bench.expose(light="raking")
        bench.turn(1.0)

        lit = next(at for at, light in bench.lights if light == "raking")
        (exposed,) = bench.heard.of(Exposed)
        assert exposed.frame.monotonic_s >= lit + 0.4


def test_the_light_of_the_next_shot_settles_while_this_ones_frame_is_looked_over() -> None:
    with stand([]) as bench:
        bench.expose(0, "bright", then="raking")
        bench.turn(0.15)
        assert len(bench.heard.of(Exposed)) == 1
        assert bench.lights[-1][1] == "raking"

        bench.turn(0.11)
        bench.look()
        begun_s = bench.clock.seconds
        bench.expose(1, "raking")

        first, second = bench.heard.of(Exposed)
        assert (first.frame.light, second.frame.light) == ("bright", "raking")
        assert second.frame.monotonic_s == begun_s, "the light had settled already"


def test_a_light_that_no_shot_came_for_does_not_stay() -> None:
    with stand([]) as bench:
        bench.expose(0, "bright", then="raking")
        bench.turn(2.0)
        bench.look()

        assert bench.lights[-1][1] == "bright"


def test_a_light_that_failed_during_the_exposure_refuses_it_though_the_next_one_is_set() -> None:
    with stand(["dim"]) as bench:
        bench.expose(0, "bright", then="raking")
        bench.turn(0.15)

        assert [e.fault.code for e in bench.heard.of(ExposureFailed)] == [FaultCode.LIGHT_LOST]


def test_the_same_wish_twice_is_one_exposure() -> None:
    with stand([]) as bench:
        bench.expose(0, "raking")
        bench.expose(0, "raking")
        bench.turn(1.0)

        assert len(bench.heard.of(Exposed)) == 1


def test_evidence_that_cannot_be_kept_fails_the_exposure() -> None:
    with stand([]) as bench:
        bench.keep_fails = Fault(FaultCode.DISK_FULL, "disk", "The disk is full.", blocks=True)
        bench.expose()
        bench.turn(1.0)

        assert not bench.heard.of(Exposed)
        assert bench.heard.of(ExposureFailed)[0].fault.code is FaultCode.DISK_FULL


def test_a_recipe_that_names_another_camera_fails_in_words() -> None:
    with stand([]) as bench:
        bench.rig.expose(Job("i1", 0, Shot("s", "side", "bright")))

        fault = bench.heard.of(ExposureFailed)[0].fault
        assert "no camera side" in fault.detail
        assert fault.blocks
