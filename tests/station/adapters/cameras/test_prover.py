"""Each camera is judged by what was calibrated of it."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.adapters.cameras.freshness import Refusal
from station.adapters.cameras.gates import References
from station.adapters.cameras.prover import CameraOptics, Prover, Trial
from station.domain.capture import Frame, Pose, Shot
from station.domain.faults import FaultCode
from station.domain.light_proof import LightProof, LightResponse, Mix

HEIGHT, WIDTH = 360, 640
SHOTS = {name: Shot(f"{name}-bright", name, "bright") for name in ("keen", "soft", "new")}
FALL = {
    "bright": np.ones((1, WIDTH, 1)),
    "raking": np.linspace(1.2, 0.4, WIDTH)[None, :, None],
    "ring": np.linspace(1.05, 0.95, WIDTH)[None, :, None],
}


def bench(light: str) -> NDArray[np.uint8]:
    grain = cv2.GaussianBlur(
        np.random.default_rng(5).normal(0, 20, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 3
    )
    return np.clip((110 + grain[..., None]) * FALL[light] * np.ones(3), 0, 255).astype(np.uint8)


def box(blur_px: float) -> NDArray[np.uint8]:
    picture = bench("bright")
    picture[90:270, 200:440] = (190, 150, 100)
    for x in (245, 320, 395):
        cv2.circle(picture, (x, 180), 30, (90, 40, 30), cv2.FILLED)
    soft = cv2.GaussianBlur(picture, (0, 0), blur_px).astype(np.float32)
    noise = np.random.default_rng(2).normal(0, 1, picture.shape)
    return np.clip(np.rint(soft + noise), 0, 255).astype(np.uint8)


def prover(**known: CameraOptics) -> Prover:
    references = References.of({light: bench(light) for light in FALL})
    return Prover(dict.fromkeys(SHOTS, references), known, chance=Random(3).random)


def frame(shot: Shot) -> Frame:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    digest = shot.camera.encode().hex().ljust(64, "0")
    return Frame(
        shot.name, shot.camera, shot.light, digest, "image/jpeg", WIDTH, HEIGHT, 1, 1.0, at
    )


def test_what_is_blurred_to_one_camera_is_all_that_a_softer_one_can_show() -> None:
    judge = prover(keen=CameraOptics(mtf50=0.4), soft=CameraOptics(mtf50=0.15))
    picture = box(2.2)

    keen, soft = (
        judge.refuse("i1", SHOTS[name], frame(SHOTS[name]).digest, picture)
        for name in ("keen", "soft")
    )

    assert keen is not None
    assert keen.code is FaultCode.PICTURE_BLURRED
    assert soft is None


def test_each_cameras_lamps_answer_as_calibrated_for_it() -> None:
    wide = {light: LightResponse(light, tolerance=0.08) for light in FALL}
    judge = prover(soft=CameraOptics(responses=wide))
    trials = {}
    for name in ("soft", "new"):
        shot = SHOTS[name]
        assert judge.refuse("i1", shot, frame(shot).digest, box(0.5)) is None
        trials[name] = judge.trial("i1", Pose("top", ("top",), (shot,)), [frame(shot)])

    assert all(isinstance(trial, Trial) for trial in trials.values())
    soft, new = (len(trial.steps) for trial in trials.values() if isinstance(trial, Trial))
    assert soft > new


def test_a_pose_with_one_light_is_tried_under_the_one_that_falls_most_unlike_it() -> None:
    shot = SHOTS["new"]
    judge = prover()
    assert judge.refuse("i1", shot, frame(shot).digest, box(0.5)) is None

    trial = judge.trial("i1", Pose("top", ("top",), (shot,)), [frame(shot)])

    assert not isinstance(trial, Refusal)
    alone, *steps = trial.steps
    assert alone.mix.levels == (("raking", 1.0),)
    assert all([light for light, _ in step.mix.levels] == ["bright", "raking"] for step in steps)


@pytest.mark.parametrize("name", ["keen", "new"])
def test_the_trial_of_a_pose_goes_on_with_the_light_that_it_was_begun_with(name: str) -> None:
    shot = SHOTS[name]
    pose = Pose("top", ("top",), (shot, Shot(f"{name}-ring", name, "ring")))
    judge = prover()
    frames = [replace(frame(shot), light=each.light) for each in pose.shots]
    assert judge.refuse("i1", shot, frames[0].digest, box(0.5)) is None

    begun = judge.begin("i1", pose)
    trial, again = (judge.trial("i1", pose, frames) for _ in range(2))
    begun_again = judge.begin("i1", pose)
    of_another = judge.trial("i2", pose, frames)

    assert isinstance(trial, Trial)
    assert isinstance(again, Trial)
    assert isinstance(of_another, Trial)
    assert trial.steps[0].mix == begun
    drawn = [begun_again, *(each.steps[0].mix for each in (trial, again, of_another))]
    assert len(set(map(str, drawn))) == 4


def test_a_pose_with_one_light_is_begun_with_the_light_that_is_added() -> None:
    assert prover().begin("i1", Pose("top", ("top",), (SHOTS["new"],))).levels == (("raking", 1.0),)


LABEL = (270, 130, 100, 70)


def labelled(light: str) -> NDArray[np.float64]:
    """The box with a printed label on it, in linear light, float64 [height, width, 3]."""
    coded = bench(light) / 255
    lit = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    level = lit.mean(axis=(0, 2), keepdims=True)
    lit[90:270, 200:440] = 0.6 * level[:, 200:440] * (1.0, 0.8, 0.5)
    if light == "raking":
        lit[90:270, 440:475] *= 0.2
    x, y, width, height = LABEL
    bars = np.where(np.arange(width) // 4 % 2, 0.2, 2.0)
    lit[y : y + height, x : x + width] = (level[:, x : x + width] * bars[None, :, None]) / 2
    return lit


def exposed(lit: NDArray[np.float64], *, masked: bool = False) -> NDArray[np.uint8]:
    coded = np.where(lit <= 0.0031308, 12.92 * lit, 1.055 * np.maximum(lit, 0) ** (1 / 2.4) - 0.055)
    noise = np.random.default_rng(9).normal(0, 1, lit.shape)
    picture = np.clip(np.rint(coded * 255 + noise), 0, 255).astype(np.uint8)
    if masked:
        x, y, width, height = LABEL
        label = picture[y : y + height, x : x + width]
        label[:] = np.median(label, axis=(0, 1))
    return picture


def tried(*, told: bool) -> tuple[LightProof, ...] | Refusal | None:
    """A pose whose shots were masked, through its trial; `told` is whether the prover knows."""
    judge = prover()
    lights = {light: labelled(light) for light in ("bright", "raking")}
    shots = tuple(Shot(light, "new", light) for light in lights)
    frames = [replace(frame(shot), digest=f"{n:064}") for n, shot in enumerate(shots)]
    for shot, each in zip(shots, frames, strict=True):
        picture = exposed(lights[shot.light], masked=True)
        assert judge.refuse("i1", shot, each.digest, picture, [LABEL] if told else []) is None
    trial = judge.trial("i1", Pose("top", ("top",), shots), frames)
    assert isinstance(trial, Trial)

    def mixed(mix: Mix) -> NDArray[np.float64]:
        return np.asarray(sum(lights[light] * share for light, share in mix.levels))

    return [trial.see(step, exposed(mixed(step.mix))) for step in trial.steps][-1]


def test_a_label_that_was_flattened_in_the_shots_does_not_count_as_moved() -> None:
    ignorant, outcome = tried(told=False), tried(told=True)

    assert isinstance(ignorant, Refusal)
    assert ignorant.code is FaultCode.ITEM_MOVED
    assert isinstance(outcome, tuple)
    assert outcome[0].unlike < 0.001
