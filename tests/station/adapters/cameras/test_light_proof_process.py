"""Every picture of the virtual bench is gated and proved, whatever camera, lamps and hands do."""

from collections.abc import Iterator
from functools import partial

import pytest

from models.runtime.pictures import read_picture
from station.adapters.cameras.bench_camera import CameraSettings
from station.adapters.cameras.camera_rig import CameraRig, RigCamera
from station.adapters.cameras.child import CameraSetup, Watching, run_camera
from station.adapters.cameras.gates import References
from station.adapters.cameras.lifeline import Patience
from station.adapters.cameras.lighting import LightSettings
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.preview import PreviewRing
from station.adapters.cameras.prover import Prover
from station.adapters.clock import SystemClock
from station.adapters.processes import Children
from station.app.defaults import PICTURES
from station.domain.capture import Frame, Pose, Shot
from station.domain.events import Exposed, ExposureFailed, ProofFailed, Proved
from station.domain.faults import FaultCode
from station.virtual.faulty_source import virtual_camera
from station.virtual.world import Break, LampFault, World
from tests.support.events import Heard
from tests.support.lamps import Lamps

CLOCK = SystemClock()
SHOTS = (Shot("top-bright", "bench", "bright"), Shot("top-raking", "bench", "raking"))
TOP = Pose("top", ("top",), SHOTS)
BOTTOM = Pose("bottom", ("bottom",), (Shot("bottom-bright", "bench", "bright"),))


class Bench:
    """The rig as a station has it, over the virtual camera and its rendered cartons."""

    def __init__(self) -> None:
        self.world = World()
        self.heard = Heard()
        self.pixels = Pixels(1280 * 720, places=4)
        self.ring = PreviewRing()
        empty = {light: read_picture(PICTURES / f"empty-{light}.jpg") for light in FIRST}
        make = partial(virtual_camera, PICTURES, 7, self.world.address)
        setup = CameraSetup(make, self.ring.name, watching=Watching(lives_per_s=2, looks_per_s=2))
        children = Children(run_camera, (setup,), name="camera", monotonic=CLOCK.monotonic)
        self.rig = CameraRig(
            [
                RigCamera(
                    CameraSettings(
                        "bench", 1280, 720, answer_s=30, patience=Patience(first_s=60, silent_s=60)
                    ),
                    children,
                )
            ],
            light=Lamps(self.world),
            pixels=self.pixels,
            keep=lambda inspection, frame, evidence: None,
            emit=self.heard,
            clock=CLOCK,
            settings=LightSettings(settle_s=0.0),
            prover=Prover({"bench": References.of(empty)}),
        )
        self.rig.start()

    def lay(self, item: str = "r0000") -> None:
        """Everything is well, and another item lies there."""
        self.world.break_camera("none")
        for lamp in FIRST:
            self.world.break_lamp(lamp, "well")
        self.world.reach(hand=False)
        self.world.lay(item, "top")
        self.heard.events.clear()

    def expose(self, shot: Shot, proves: Pose | None = None) -> Exposed | ExposureFailed:
        kinds = (Exposed, ExposureFailed)
        before = sum(isinstance(event, kinds) for event in self.heard.events)
        self.rig.expose("i1", before, shot, proves=proves)
        answer: Exposed | ExposureFailed = self.heard.wait(
            object, before + 1, lambda event: isinstance(event, kinds)
        )
        return answer

    def picture(self, pose: Pose = TOP) -> tuple[Frame, ...]:
        """The shots of the pose, which are good."""
        self.world.turn(pose.name)
        answers = [self.expose(shot) for shot in pose.shots]
        assert all(isinstance(answer, Exposed) for answer in answers), answers
        return tuple(answer.frame for answer in answers if isinstance(answer, Exposed))

    def prove(self, frames: tuple[Frame, ...], pose: Pose = TOP) -> Proved | ProofFailed:
        self.rig.prove("i1", pose, frames)
        answer: Proved | ProofFailed = self.heard.wait(
            object, 1, lambda event: isinstance(event, (Proved, ProofFailed)), timeout_s=60
        )
        return answer

    def close(self) -> None:
        self.rig.stop()
        self.pixels.close()
        self.ring.close()
        self.world.close()


TOO_BRIGHT = {FaultCode.LIGHT_WRONG, FaultCode.CAMERA_WRONG, FaultCode.PICTURE_CLIPPED}
FIRST = ("bright", "raking")


@pytest.fixture(scope="module")
def running() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


@pytest.fixture
def bench(running: Bench) -> Bench:
    running.lay()
    return running


def test_what_lies_there_under_lamps_that_do_as_told_is_proved(bench: Bench) -> None:
    frames = bench.picture()

    answer = bench.prove(frames)

    assert isinstance(answer, Proved), answer
    (proof,) = answer.proofs
    assert proof.digests == tuple(frame.digest for frame in frames)
    for step in proof.steps:
        for (_, asked), seen in zip(step.asked.levels, step.seen, strict=True):
            assert seen == pytest.approx(asked, abs=0.02)


def test_the_pattern_begins_to_shine_once_the_last_shot_is_taken(bench: Bench) -> None:
    bench.world.turn(TOP.name)
    frames = []
    for shot in SHOTS:
        answer = bench.expose(shot, TOP if shot is SHOTS[-1] else None)
        assert isinstance(answer, Exposed)
        frames.append(answer.frame)
    shining = bench.world.scene.lamps

    answered = bench.prove(tuple(frames))

    assert isinstance(answered, Proved), answered
    assert shining == answered.proofs[0].steps[0].asked.levels


@pytest.mark.parametrize("broken", ["stuck", "replay", "other-view"])
def test_a_camera_that_shows_something_else_after_the_shots_is_not_believed(
    bench: Bench, broken: Break
) -> None:
    frames = bench.picture()
    bench.world.break_camera(broken)

    answer = bench.prove(frames)

    assert isinstance(answer, ProofFailed)
    assert answer.fault.code in {FaultCode.FRAME_NOT_LIVE, FaultCode.ITEM_MOVED}
    assert answer.digests == tuple(frame.digest for frame in frames)


def test_a_print_of_the_item_is_not_believed_although_it_follows_the_light(bench: Bench) -> None:
    bench.world.break_camera("print")
    frames = bench.picture()

    answer = bench.prove(frames)

    assert isinstance(answer, ProofFailed)
    assert answer.fault.code is FaultCode.PICTURE_FLAT


def test_a_pose_with_one_light_is_proved_under_another_one_too(bench: Bench) -> None:
    frames = bench.picture(BOTTOM)

    answer = bench.prove(frames, BOTTOM)

    assert isinstance(answer, Proved), answer
    (proof,) = answer.proofs
    assert proof.digests == (frames[0].digest,)
    assert all([light for light, _ in step.asked.levels] == list(FIRST) for step in proof.steps)
    assert proof.relief is not None


@pytest.mark.parametrize("broken", ["print", "stuck", "replay", "other-view"])
def test_a_pose_with_one_light_is_lied_about_no_better(bench: Bench, broken: Break) -> None:
    if broken == "print":
        bench.world.break_camera(broken)
    frames = bench.picture(BOTTOM)
    bench.world.break_camera(broken)

    answer = bench.prove(frames, BOTTOM)

    assert isinstance(answer, ProofFailed), answer
    assert (answer.fault.code is FaultCode.PICTURE_FLAT) or broken != "print"


def test_another_item_than_was_pictured_is_not_believed(bench: Bench) -> None:
    frames = bench.picture()
    bench.world.lay("r0003", "top")

    answer = bench.prove(frames)

    assert isinstance(answer, ProofFailed)
    assert answer.fault.code in {FaultCode.ITEM_MOVED, FaultCode.FRAME_NOT_LIVE}, answer


def test_frames_of_before_a_restart_are_not_believed(bench: Bench) -> None:
    frames = bench.picture()
    other = tuple(
        Frame(**{**{f: getattr(frame, f) for f in Frame.__slots__}, "digest": "e" * 64})
        for frame in frames
    )

    answer = bench.prove(other)

    assert isinstance(answer, ProofFailed)
    assert "started again" in answer.fault.detail


@pytest.mark.parametrize(
    ("lamp", "fault"), [("bright", "weak"), ("raking", "weak"), ("raking", "dead")]
)
def test_a_lamp_that_does_not_as_told_is_found_before_the_examination(
    bench: Bench, lamp: str, fault: LampFault
) -> None:
    bench.world.break_lamp(lamp, fault)

    answer = bench.expose(next(shot for shot in SHOTS if shot.light == lamp))

    assert isinstance(answer, ExposureFailed)
    assert answer.fault.code in {FaultCode.LIGHT_WRONG, FaultCode.FRAME_BLACK}


def test_a_lamp_that_stays_lit_is_found_before_the_examination(bench: Bench) -> None:
    bench.expose(SHOTS[0])
    bench.world.break_lamp("bright", "stuck")

    answer = bench.expose(SHOTS[1])

    assert isinstance(answer, ExposureFailed)
    assert answer.fault.code in TOO_BRIGHT


def test_a_hand_in_the_picture_is_stopped(bench: Bench) -> None:
    bench.world.reach(hand=True)

    answer = bench.expose(SHOTS[0])

    assert isinstance(answer, ExposureFailed)
    assert answer.fault.code is FaultCode.ITEM_OUTSIDE


def test_the_picture_of_another_camera_is_stopped(bench: Bench) -> None:
    bench.world.break_camera("other-view")

    answer = bench.expose(SHOTS[1])

    assert isinstance(answer, ExposureFailed)
    assert answer.fault.code in {FaultCode.CAMERA_WRONG, FaultCode.LIGHT_WRONG}
