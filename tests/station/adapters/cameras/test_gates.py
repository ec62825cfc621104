"""The gates on a drawn bench: what each of them measures, and that a good picture passes all."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.adapters.cameras.gates import (
    Looked,
    References,
    edge_sharpness,
    look_over,
    sharpness_of,
)
from station.domain.faults import FaultCode
from station.domain.picture import PictureLimits
from station.virtual.lighting import mixed
from station.virtual.spoiling import SPOILED

Picture = NDArray[np.uint8]
HEIGHT, WIDTH = 360, 640
ITEM = (slice(90, 270), slice(200, 440))
LIMITS = PictureLimits()
FALL = {"bright": np.ones((1, WIDTH, 1)), "raking": np.linspace(1.2, 0.4, WIDTH)[None, :, None]}


def noisy(level: NDArray[np.generic], seed: int = 1) -> Picture:
    noise = np.random.default_rng(seed).normal(0, 1.5, level.shape)
    return np.clip(np.rint(level + noise), 0, 255).astype(np.uint8)


def bench(light: str = "bright") -> NDArray[np.float32]:
    """A patterned cloth, lit evenly or from the left."""
    chance = np.random.default_rng(5)
    cloth = cv2.GaussianBlur(chance.normal(0, 20, (HEIGHT, WIDTH, 1)), (0, 0), 3)[..., None]
    return np.asarray((np.array([104, 110, 118]) + cloth) * FALL[light], np.float32)


def laid(light: str = "bright", shift: int = 0) -> NDArray[np.float32]:
    """A printed box on the bench."""
    picture = bench(light)
    box = np.full((180, 240, 3), (190, 150, 100), np.uint8)
    for x in (45, 120, 195):
        for y in (45, 130):
            cv2.circle(box, (x, y), 30, (90, 40, 30), cv2.FILLED)
    across = slice(200 + shift, 440 + shift)
    picture[ITEM[0], across] = box * FALL[light][:, across]
    return picture


INSIDE = np.zeros((HEIGHT, WIDTH), np.bool_)
INSIDE[ITEM] = True
REFERENCES = References.of({light: noisy(bench(light), 9) for light in ("bright", "raking")})


def looked(level: NDArray[np.generic], light: str = "bright") -> Looked:
    return look_over(noisy(level), light, REFERENCES, soft=light == "bright")


def problem(level: NDArray[np.generic], light: str = "bright") -> FaultCode | None:
    return LIMITS.problem(looked(level, light).facts)


@pytest.mark.parametrize("light", ["bright", "raking"])
def test_a_good_picture_passes_every_gate(light: str) -> None:
    assert problem(laid(light), light) is None


@pytest.mark.parametrize(
    ("way", "codes"),
    [
        ("blurred", {FaultCode.PICTURE_BLURRED}),
        ("smeared", {FaultCode.PICTURE_SMEARED, FaultCode.PICTURE_BLURRED}),
        ("clipped", {FaultCode.PICTURE_CLIPPED, FaultCode.LIGHT_WRONG, FaultCode.CAMERA_WRONG}),
        ("glaring", {FaultCode.PICTURE_GLARE}),
    ],
)
def test_each_way_to_spoil_a_picture_is_stopped(way: str, codes: set[FaultCode]) -> None:
    good = noisy(laid())
    spoiled = SPOILED[way](good, np.random.default_rng(3), INSIDE)

    code = LIMITS.problem(look_over(spoiled, "bright", REFERENCES).facts)

    assert code in codes


@pytest.mark.parametrize("share", [0.9, 1.1, 0.95, 1.06])
@pytest.mark.parametrize("light", ["bright", "raking"])
def test_a_lamp_that_is_a_little_off_is_seen_on_the_bare_bench(light: str, share: float) -> None:
    dimmed = mixed([(np.rint(laid(light).clip(0, 255)).astype(np.uint8), share)])

    facts = looked(dimmed, light).facts

    assert facts.light == pytest.approx(share, abs=0.02)
    assert LIMITS.problem(facts) is FaultCode.LIGHT_WRONG


def test_another_lamp_than_was_asked_for_is_told_from_a_weak_one() -> None:
    assert looked(laid("raking"), "bright").facts.other
    assert problem(laid("raking"), "bright") is FaultCode.LIGHT_WRONG


def test_the_picture_of_another_camera_is_no_picture_of_this_bench() -> None:
    elsewhere = np.ascontiguousarray(laid("raking")[::-1, ::-1]) * 0.7 + 40

    assert problem(elsewhere, "bright") in {FaultCode.CAMERA_WRONG, FaultCode.LIGHT_WRONG}


@pytest.mark.parametrize("seen", ["turned", "shifted"])
def test_a_camera_that_sees_the_same_bench_from_elsewhere_is_told_by_its_grain(seen: str) -> None:
    picture = noisy(laid())
    elsewhere = picture[::-1, ::-1] if seen == "turned" else np.roll(picture, 12, axis=1)

    facts = look_over(np.ascontiguousarray(elsewhere), "bright", REFERENCES).facts

    assert REFERENCES.pattern > 0.5
    assert looked(laid()).facts.alike == pytest.approx(1, abs=0.2)
    assert facts.alike is not None
    assert facts.alike < 0.2
    assert LIMITS.problem(facts) in {FaultCode.CAMERA_WRONG, FaultCode.LIGHT_WRONG}


def test_a_bench_without_grain_is_known_by_its_light_alone() -> None:
    plain = np.full((HEIGHT, WIDTH, 3), 110)
    references = References.of(
        {light: noisy(plain * fall, seed) for seed, (light, fall) in enumerate(FALL.items())}
    )

    assert look_over(noisy(laid()), "bright", references).facts.alike is None


@pytest.mark.parametrize("mtf50", [0.12, 0.2, 0.3])
def test_what_a_camera_shows_of_an_edge_follows_from_its_calibrated_mtf(mtf50: float) -> None:
    blur_px = 0.1874 / mtf50
    drawn = np.full((900, 900), 60, np.float32)
    cv2.fillPoly(drawn, [np.array([(220, 180), (700, 220), (660, 700), (180, 660)])], 190)
    soft = cv2.resize(cv2.GaussianBlur(drawn, (0, 0), 3 * blur_px), (300, 300),
                      interpolation=cv2.INTER_AREA)  # fmt: skip

    seen, _ = sharpness_of(np.rint(soft).astype(np.uint8))

    assert seen == pytest.approx(edge_sharpness(mtf50), rel=0.15)


def test_a_hand_over_the_edge_and_an_item_over_the_edge_are_stopped() -> None:
    hand = laid()
    cv2.ellipse(hand, (320, HEIGHT), (45, 140), 0, 0, 360, (215, 165, 140), cv2.FILLED)

    assert problem(hand) is FaultCode.ITEM_OUTSIDE
    assert problem(laid(shift=200)) is FaultCode.ITEM_OUTSIDE


def test_a_bare_bench_has_no_item() -> None:
    assert problem(bench()) is FaultCode.ITEM_ABSENT


def test_without_a_picture_of_the_empty_bench_a_picture_is_judged_by_itself() -> None:
    facts = look_over(noisy(laid()), "bright").facts

    assert (facts.bench, facts.light, facts.edge) == (None, None, None)
    assert LIMITS.problem(facts) is None


@pytest.mark.parametrize("turn", [0, 30, 60, 90, 120, 150])
def test_motion_in_any_direction_takes_sharpness_in_that_direction_alone(turn: int) -> None:
    chance = np.random.default_rng(2)
    field = cv2.GaussianBlur(chance.normal(0, 120, (HEIGHT, WIDTH)), (0, 0), 1.2) + 128
    still, _ = sharpness_of(np.clip(field, 0, 255).astype(np.uint8))
    line = np.zeros((15, 15), np.float32)
    reach = np.linspace(-6, 6, 200)
    x, y = reach * np.cos(np.radians(turn)), reach * np.sin(np.radians(turn))
    np.add.at(line, (np.rint(y + 7).astype(int), np.rint(x + 7).astype(int)), 1)
    moved = cv2.filter2D(field.astype(np.float32), -1, line / line.sum())

    least, evenness = sharpness_of(np.clip(moved, 0, 255).astype(np.uint8))

    assert still is not None
    assert least is not None
    assert least < 0.6 * still
    assert evenness < 0.75


def test_a_picture_without_edges_tells_no_sharpness() -> None:
    assert sharpness_of(np.full((100, 100), 90, np.uint8))[0] is None
