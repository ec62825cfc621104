import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.faults import FaultCode
from station.domain.light_proof import (
    LightProof,
    LightResponse,
    LightStep,
    Mix,
    ProofPlan,
    plan_of,
)

BENDING = LightResponse("raking", ((0.0, 0.0), (0.5, 0.7), (1.0, 1.0)), tolerance=0.03)


def proof(plan: ProofPlan, mixes: tuple[Mix, ...], off: float = 0.0, **facts: float) -> LightProof:
    steps = []
    for mix in mixes:
        expected = [r.at(dict(mix.levels)[r.light]) + off for r in plan.responses]
        steps.append(LightStep(mix, tuple(expected)))
    values = {"bench": 0.5, "unlike": 0.0, "relief": 0.2, **facts}
    return LightProof("top", "bench", ("0" * 64,), tuple(steps), **values)


@given(st.integers(), st.integers(1, 4))
def test_a_pattern_draws_every_light_within_its_range_and_no_step_like_the_one_before(
    seed: int, lights: int
) -> None:
    plan = plan_of([f"lamp {n}" for n in range(lights)], {})

    mixes = plan.draw(Random(seed).random)

    assert len(mixes) == plan.steps >= 2
    assert plan.steps * lights >= 3
    for mix in mixes:
        assert all(0.12 <= level <= 0.78 for _, level in mix.levels)
    for first, second in itertools.pairwise(mixes):
        gaps = [abs(a - b) for (_, a), (_, b) in zip(first.levels, second.levels, strict=True)]
        assert max(gaps) > 0.06


@pytest.mark.parametrize(
    ("lights", "tolerance"), [(1, 0.03), (1, 0.08), (2, 0.03), (2, 0.08), (3, 0.03)]
)
def test_a_recording_of_other_levels_hardly_ever_follows_the_pattern(
    lights: int, tolerance: float
) -> None:
    lamps = [LightResponse(f"lamp {n}", tolerance=tolerance) for n in range(lights)]
    plan = plan_of([lamp.light for lamp in lamps], {lamp.light: lamp for lamp in lamps})
    chance = Random(lights)

    pairs = [(plan.draw(chance.random)[0], plan.draw(chance.random)[0]) for _ in range(600)]
    alike = [
        all(
            abs(a - b) <= tolerance for (_, a), (_, b) in zip(one.levels, other.levels, strict=True)
        )
        for one, other in pairs
    ]

    assert sum(alike) / len(alike) == pytest.approx(plan.by_chance, rel=0.4, abs=0.012)
    assert plan.by_chance**plan.steps <= 0.0005 or plan.steps == 6


def test_a_lamp_known_badly_takes_more_steps() -> None:
    wide = {"bright": LightResponse("bright", tolerance=0.08)}

    assert plan_of(["bright"], wide).steps > plan_of(["bright"], {}).steps


def test_chance_that_repeats_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="same numbers"):
        plan_of(["bright"], {}).draw(lambda: 0.5)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_response_grows_with_the_level(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert 0 <= BENDING.at(low) <= BENDING.at(high) <= 1


@pytest.mark.parametrize("curve", [((0, 0),), ((0, 0), (0.5, 0.6)), ((0, 0), (1, 1), (1, 1))])
def test_a_response_that_does_not_reach_from_dark_to_full_is_refused(
    curve: tuple[tuple[float, float], ...],
) -> None:
    with pytest.raises(ValueError, match="does not grow"):
        LightResponse("bright", curve)


def test_levels_are_held_against_the_calibrated_response() -> None:
    plan = plan_of(["bright", "raking"], {"raking": BENDING})
    mixes = plan.draw(Random(1).random)

    assert plan.problem(proof(plan, mixes)) is None
    assert plan.problem(proof(plan, mixes, off=0.025)) is None
    assert plan.problem(proof(plan, mixes, off=0.05)) is FaultCode.FRAME_NOT_LIVE
    straight = plan_of(["bright", "raking"], {})
    assert straight.problem(proof(plan, mixes)) is FaultCode.FRAME_NOT_LIVE


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"bench": 0.01}, FaultCode.BENCH_HIDDEN),
        ({"unlike": 0.05}, FaultCode.ITEM_MOVED),
        ({"relief": 0.0}, FaultCode.PICTURE_FLAT),
        ({"relief": None}, None),
    ],
)
def test_each_fact_of_a_proof_has_its_limit(
    facts: dict[str, float], code: FaultCode | None
) -> None:
    plan = plan_of(["bright", "raking"], {})
    mixes = plan.draw(Random(1).random)

    assert plan.problem(proof(plan, mixes, **facts)) is code
