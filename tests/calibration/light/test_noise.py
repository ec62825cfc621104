"""Noise and repeatability from pictures in which nothing changes."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.light.noise import (
    noise_of,
    noise_results,
    repeatability_of,
    repeatability_results,
)
from calibration.rendering.planar import Sensor

Picture = NDArray[np.uint8]


def scene() -> NDArray[np.float32]:
    """A ramp of grey with texture."""
    ramp = np.tile(np.linspace(0.05, 0.85, 240), (160, 1))
    texture = np.random.default_rng(3).uniform(0.7, 1, (20, 30))
    fine = cv2.resize(texture, (240, 160), interpolation=cv2.INTER_CUBIC)
    return np.repeat((ramp * fine)[..., None], 3, axis=2).astype(np.float32)


def shots(
    count: int, sensor: Sensor | None = None, *, flicker: float = 0.0, creep_px: float = 0.0
) -> list[Picture]:
    chance = np.random.default_rng(5)
    pictures = []
    for number in range(count):
        move = np.array([[1, 0, creep_px * number / count], [0, 1, 0]], np.float64)
        light = cv2.warpAffine(scene(), move, (240, 160), borderMode=cv2.BORDER_REFLECT)
        level = 1 + flicker * chance.standard_normal()
        pictures.append((sensor or Sensor()).develop(np.asarray(light * level, np.float32), chance))
    return pictures


def test_the_noise_of_a_known_sensor_comes_out() -> None:
    found = noise_of(shots(24, Sensor(shot=4e-4, read=4e-3)))
    luma = np.sqrt(0.2126**2 + 0.7152**2 + 0.0722**2)

    # Three channels of equal noise make luma less noisy by the root of the squared weights.
    assert found.gain == pytest.approx(255 * 4e-4 * luma**2, rel=0.15)
    assert found.read == pytest.approx(255 * 4e-3 * luma, rel=0.3)
    assert noise_results(found)[0].verdict == "pass"


def test_a_loud_sensor_fails() -> None:
    found = noise_of(shots(8, Sensor(shot=1.5e-2)))

    assert noise_results(found)[0].verdict == "fail"


def test_a_flickering_lamp_is_not_taken_for_noise() -> None:
    calm, flickering = noise_of(shots(12)), noise_of(shots(12, flicker=0.03))

    assert flickering.gain == pytest.approx(calm.gain, rel=0.2)


def test_an_untouched_bench_repeats_itself() -> None:
    results = repeatability_results(repeatability_of(shots(30)))

    assert {each.verdict for each in results} == {"pass"}


def test_a_flickering_lamp_and_a_creeping_camera_are_named() -> None:
    flicker = repeatability_of(shots(12, flicker=0.03))
    creep = repeatability_of(shots(12, creep_px=1.0))

    assert flicker.level_cv_percent > 1.0
    assert flicker.shift_px < 0.2
    assert creep.shift_px == pytest.approx(11 / 12, abs=0.1)
    assert [each.verdict for each in repeatability_results(creep)] == ["pass", "fail", "marginal"]


def test_a_blank_card_cannot_show_a_shift() -> None:
    blank = np.full((60, 80, 3), 128, np.uint8)

    with pytest.raises(CalibrationError, match="lay a target"):
        repeatability_of([blank, blank])


def test_too_few_or_unlike_pictures_are_refused() -> None:
    with pytest.raises(CalibrationError, match="too few"):
        noise_of(shots(2))
    with pytest.raises(CalibrationError, match="differ in size"):
        repeatability_of([shots(1)[0], shots(1)[0][:50]])
