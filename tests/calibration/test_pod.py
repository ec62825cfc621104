"""Probability of detection: fits of drawn hits and misses, and what is made of them."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.detectability import detectability
from calibration.errors import CalibrationError
from calibration.observer import Place, learn_observer
from calibration.pod import Attempt, Condition, PodModel, fit
from calibration.record import Calibration
from calibration.region import MeasurementError, region_of_mask
from calibration.signs import NAMES, signs
from calibration.views import Views
from tests.calibration.test_refine import SIZE, pictured
from tests.support.drawn import ellipse, stroke
from tests.support.records import parsed

BENCH = Condition(0.25, 1.0)
TRUE_A90 = math.exp((math.log(9) - (-6.0)) / 3.0)


def tried(rng: np.random.Generator, count: int, kind: str = "scratch") -> list[Attempt]:
    """Hits and misses of benches of every sharpness and noise, by known odds."""
    size = np.exp(rng.uniform(np.log(2), np.log(80), count))
    mtf50, noise = rng.uniform(0.06, 0.35, count), np.exp(rng.uniform(-0.7, 1.2, count))
    odds = -6 + 3 * np.log(size) + 2 * np.log(mtf50 / 0.25) - np.log(noise)
    found = rng.random(count) < 1 / (1 + np.exp(-odds))
    return [
        Attempt(kind, float(s), Condition(float(m), float(n)), bool(f))
        for s, m, n, f in zip(size, mtf50, noise, found, strict=True)
    ]


def model(attempts: list[Attempt]) -> PodModel:
    return PodModel("drawn", 0.05, "drawn", fit(attempts), {})


def measured(mtf50: float = 0.25, noise: float = 1.0) -> Calibration:
    edge = {"x": 640.0, "y": 360.0, "mtf50": mtf50, "mtf10": 0.4}
    return parsed(
        sharpness={"edges": [edge]},
        noise={"read": noise, "gain": 0.0, "lightness": 0.5, "frames": 30},
    )


def test_the_fit_finds_the_size_from_which_90_percent_are_found() -> None:
    curve = fit(tried(np.random.default_rng(2), 4000))["scratch"].curve(BENCH)

    assert curve.found_from() == pytest.approx(TRUE_A90, rel=0.08)
    assert curve.probability(TRUE_A90) == pytest.approx(0.9, abs=0.02)


def test_the_bound_lies_above_the_truth_nearly_always() -> None:
    rng = np.random.default_rng(11)
    bounds = [
        fit(tried(rng, 250))["scratch"].curve(BENCH).found_from(bounded=True) for _ in range(60)
    ]

    held = [bound is None or bound >= TRUE_A90 * 0.995 for bound in bounds]
    assert np.mean(held) >= 0.9
    assert np.median([bound for bound in bounds if bound]) < 1.6 * TRUE_A90


def test_a_softer_or_noisier_bench_finds_only_larger_faults() -> None:
    known = fit(tried(np.random.default_rng(2), 4000))["scratch"]
    sharp, soft, noisy = (
        known.curve(c).found_from() for c in (BENCH, Condition(0.1, 1.0), Condition(0.25, 3.0))
    )

    assert sharp is not None
    assert soft is not None
    assert noisy is not None
    assert soft > 1.4 * sharp
    assert noisy > 1.2 * sharp


def test_what_is_never_surely_found_has_no_size() -> None:
    rng = np.random.default_rng(2)
    coin = [replace(a, found=bool(rng.random() < 0.5)) for a in tried(rng, 400)]
    curve = fit(coin)["scratch"].curve(BENCH)

    assert curve.found_from(bounded=True) is None


def test_faults_that_were_all_found_give_a_finite_fit() -> None:
    sure = [replace(a, found=True) for a in tried(np.random.default_rng(2), 60)]
    curve = fit(sure)["scratch"].curve(BENCH)

    # Nothing smaller was tried, so nothing smaller is claimed.
    assert curve.found_from() == pytest.approx(min(each.size_px for each in sure))
    assert all(math.isfinite(number) for number in (curve.offset, curve.slope))
    assert curve.probability(40) > 0.95


def test_a_model_reads_as_it_was_written() -> None:
    known = model(tried(np.random.default_rng(2), 300))

    assert PodModel.parse(known.text()).text() == known.text()
    with pytest.raises(MeasurementError, match="learn it again with 'regrade measure pod'"):
        PodModel.parse(known.text().replace("sizes_px", "tired_px"))


def test_a_bench_is_told_by_its_own_sharpness_noise_and_scale() -> None:
    known = model(tried(np.random.default_rng(2), 4000))
    (sharp,) = detectability(measured(), known)
    (soft,) = detectability(measured(mtf50=0.1), known)

    assert (sharp.defect, sharp.quantity, sharp.unit) == ("scratch", "length", "mm")
    assert sharp.a90 == pytest.approx(TRUE_A90 * 900 / 1500, rel=0.08)
    assert sharp.a90_95 is not None
    assert sharp.a90 is not None
    assert sharp.a90 < sharp.a90_95
    at_90 = 1 / (1 + math.exp(-(math.log(sharp.a90) - sharp.mu) / sharp.sigma))
    assert at_90 == pytest.approx(0.9, abs=0.01)
    assert soft.a90 is not None
    assert soft.a90 > 1.4 * sharp.a90


def test_a_bench_better_than_all_that_were_tried_is_foretold_no_more_than_the_best() -> None:
    known = model(tried(np.random.default_rng(2), 400))
    best = Condition(
        max(a.condition.mtf50 for a in known.kinds["scratch"].attempts),
        min(a.condition.noise for a in known.kinds["scratch"].attempts),
    )
    (perfect,), (held,) = known.curves(Condition(0.5, 0.01)), known.curves(best)

    assert perfect.found_from() == held.found_from()


def test_of_an_area_the_size_is_in_square_millimetres() -> None:
    known = model(tried(np.random.default_rng(2), 4000, "stain"))
    (found,) = detectability(measured(), known)

    assert found.unit == "mm2"
    assert found.a90 == pytest.approx((TRUE_A90 * 900 / 1500) ** 2, rel=0.16)


@pytest.mark.parametrize("section", ["sharpness", "noise"])
def test_without_sharpness_or_noise_nothing_is_foretold(section: str) -> None:
    record = replace(measured(), **{section: None})

    with pytest.raises(CalibrationError, match=f"has no {section}"):
        detectability(record, model(tried(np.random.default_rng(2), 100)))


def test_few_trials_leave_the_bound_further_off_than_many() -> None:
    few, many = (
        fit(tried(np.random.default_rng(2), count))["scratch"].curve(BENCH).found_from(bounded=True)
        for count in (150, 3000)
    )

    assert many is not None
    assert TRUE_A90 * 0.9 < many < 1.3 * TRUE_A90
    assert few is None or few > many


def test_the_sign_of_a_thin_scratch_falls_with_defocus_and_noise() -> None:
    line = stroke(np.array([[30.0, 60.0], [130.0, 95.0]]), 1.6, SIZE)
    region = region_of_mask(line, (0, 0))

    def seen(blur: float, noise: float) -> float:
        picture = pictured(line * 0.4, (0.8, 0.75, 0.7), blur=blur, noise=noise)
        return step_of(signs(region, Views(picture)))

    assert seen(0.8, 0.003) > 1.5 * seen(4.0, 0.003)
    assert seen(0.8, 0.003) > 1.5 * seen(0.8, 0.02)


def step_of(found: NDArray[np.float64] | None) -> float:
    """The step of the even light, over its error."""
    assert found is not None
    assert len(found) == len(NAMES)
    return math.expm1(float(found[0]))


def test_a_print_that_runs_on_under_an_outline_is_no_sign() -> None:
    stripes = np.zeros((SIZE, SIZE))
    stripes[:, ::14] = stripes[:, 1::14] = stripes[:, 2::14] = 1
    stripes = cv2.GaussianBlur(stripes, (0, 0), 0.8)
    region = region_of_mask(ellipse((80, 80), (24, 17), 0.3, SIZE), (0, 0))
    place = ellipse((80, 80), (24, 17), 0.3, SIZE)
    printed = signs(region, Views(pictured(stripes)))
    stained = signs(region, Views(pictured(np.maximum(stripes, place * 0.8))))

    assert step_of(stained) > 3 * step_of(printed)


def test_an_outline_that_leaves_nothing_around_it_tells_nothing() -> None:
    region = region_of_mask(np.ones((SIZE, SIZE), np.uint8), (0, 0))

    assert signs(region, Views(pictured(np.zeros((SIZE, SIZE))))) is None


def test_an_observer_keeps_to_his_false_calls_on_benches_he_did_not_learn_from() -> None:
    rng = np.random.default_rng(4)

    def places(benches: range, count: int) -> list[Place]:
        """Faults stand out in the third sign alone; the others are noise."""
        drawn = []
        for bench in benches:
            for number in range(count):
                found = rng.normal(0, 1, len(NAMES))
                found[2] += 2.5 * (number % 2)
                drawn.append(Place(found, number % 2 == 1, bench))
        return drawn

    seen = places(range(15), 20)
    learnt = learn_observer("dent", seen, 0.05)
    assert learnt is not None
    observer, called = learnt
    fresh = places(range(100, 140), 50)
    false = np.mean([observer.calls(each.signs) for each in fresh if not each.fault])
    hits = np.mean([observer.calls(each.signs) for each in fresh if each.fault])

    assert 0.02 < false < 0.09
    assert hits == pytest.approx(np.mean(called[[each.fault for each in seen]]), abs=0.08)
    assert int(np.argmax(np.abs(observer.weights[1:]))) == 2
    assert learn_observer("dent", seen[:8], 0.05) is None
