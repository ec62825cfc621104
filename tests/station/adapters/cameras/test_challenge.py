"""The light pattern against a bench drawn in linear light: truths pass, attacks do not."""

from collections.abc import Mapping
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.adapters.cameras.bench_reference import BenchReference
from station.adapters.cameras.challenge import proof_of
from station.adapters.cameras.reduced import HEIGHT, WIDTH, Level
from station.domain.faults import FaultCode
from station.domain.light_proof import LightResponse, Mix, plan_of

ACROSS = np.linspace(0, 1, WIDTH)[None, :]
FIELDS = {
    "bright": np.broadcast_to(0.30 + 0.05 * ACROSS, (HEIGHT, WIDTH)),
    "raking": np.broadcast_to(0.34 - 0.20 * ACROSS, (HEIGHT, WIDTH)),
}
CLOTH = 1 + 0.05 * np.random.default_rng(3).standard_normal((HEIGHT, WIDTH))
PLAN = plan_of(tuple(FIELDS), {})


def seen(level: np.ndarray, seed: int) -> Level:
    noise = np.random.default_rng(seed).normal(0, 0.002, level.shape)
    return np.clip(level + noise, 0, 1).astype(np.float32)


REFERENCES = {
    light: BenchReference(np.repeat(seen(field * CLOTH, 1)[..., None], 3, axis=2))
    for light, field in FIELDS.items()
}


def item(left: int = 120, paint: float = 1.6) -> dict[str, np.ndarray]:
    """A box under each light, with the shadow that low light casts."""
    lit = {light: field * CLOTH for light, field in FIELDS.items()}
    for light, level in lit.items():
        if light == "raking":
            level[60:120, left + 80 : left + 120] *= 0.2
        level[60:120, left : left + 80] = FIELDS[light][60:120, left : left + 80] * paint
        level[75:85, left + 10 : left + 70] *= 0.4
    return lit


def print_of(lit: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The picture under bright light as a flat sheet."""
    painted = lit["bright"] / FIELDS["bright"]
    return {light: painted * field for light, field in FIELDS.items()}


def bent(lit: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A sheet around the box that is lifted at one side: low light falls on it more steeply."""
    sheet = print_of(lit)
    turned = np.ones((HEIGHT, WIDTH))
    turned[50:130, 110:210] = 1 + 0.25 * np.linspace(-1, 1, 100)[None, :]
    return {light: level * (turned if light == "raking" else 1) for light, level in sheet.items()}


def mix(lit: Mapping[str, np.ndarray], levels: Mix) -> np.ndarray:
    return np.asarray(sum(lit[light] * share for light, share in levels.levels))


def judged(
    shots: Mapping[str, np.ndarray],
    live: Mapping[str, np.ndarray],
    asked: tuple[Mix, ...],
    shone: tuple[Mix, ...],
    drift: float = 1.0,
) -> FaultCode | None:
    taken = {light: seen(level * drift, 10 + n) for n, (light, level) in enumerate(shots.items())}
    steps = [
        (wish, seen(mix(live, given) * drift, 20 + n))
        for n, (wish, given) in enumerate(zip(asked, shone, strict=True))
    ]
    digests = ("0" * 64, "1" * 64)
    proof = proof_of(taken, REFERENCES, steps, pose="top", camera="bench", digests=digests)
    return PLAN.problem(proof)


@given(st.integers(0, 10**6), st.floats(0.85, 1.15))
@settings(max_examples=25, deadline=None)
def test_a_true_bench_passes_whatever_is_drawn_and_however_old_its_lamps_are(
    seed: int, drift: float
) -> None:
    asked = PLAN.draw(Random(seed).random)

    assert judged(item(), item(), asked, asked, drift) is None


@given(
    st.integers(0, 10**6),
    st.sampled_from(["stuck", "replayed", "swapped", "moved", "printed", "bent"]),
)
@settings(max_examples=60, deadline=None)
def test_no_attack_passes(seed: int, attack: str) -> None:
    chance = Random(seed)
    asked = shone = PLAN.draw(chance.random)
    shots, live = item(), item()
    if attack == "stuck":
        last = chance.choice(list(FIELDS))
        still = tuple((light, float(light == last)) for light, _ in asked[0].levels)
        shone = (Mix(still),) * len(asked)
    elif attack == "replayed":
        shone = PLAN.draw(chance.random)
    elif attack == "swapped":
        live = item(left=chance.randrange(10, 110), paint=chance.uniform(0.4, 1.4))
    elif attack == "moved":
        live = item(left=120 + chance.choice((-4, 4)))
    else:
        shots = live = (bent if attack == "bent" else print_of)(item())

    assert judged(shots, live, asked, shone) is not None


def test_a_lamp_that_bends_passes_by_its_calibrated_response_alone() -> None:
    bent = LightResponse("raking", ((0.0, 0.0), (0.5, 0.7), (1.0, 1.0)))
    plan = plan_of(tuple(FIELDS), {"raking": bent})
    asked = plan.draw(Random(5).random)
    given_ = tuple(
        Mix(
            tuple((lamp, bent.at(share) if lamp == "raking" else share) for lamp, share in m.levels)
        )
        for m in asked
    )
    shots = {light: seen(level, 1) for light, level in item().items()}
    steps = [(wish, seen(mix(item(), g), 2)) for wish, g in zip(asked, given_, strict=True)]
    proof = proof_of(shots, REFERENCES, steps, pose="top", camera="bench", digests=("0" * 64,))

    assert plan.problem(proof) is None
    assert PLAN.problem(proof) is FaultCode.FRAME_NOT_LIVE


@pytest.mark.parametrize("known", [0, 1])
def test_levels_are_read_with_fewer_references_too(known: int) -> None:
    asked = PLAN.draw(Random(7).random)
    shots = {light: seen(level, 1) for light, level in item().items()}
    steps = [(wish, seen(mix(item(), wish), 2)) for wish in asked]
    references = dict(list(REFERENCES.items())[:known])

    proof = proof_of(shots, references, steps, pose="top", camera="bench", digests=("0" * 64,))

    assert proof.relief is None
    assert PLAN.problem(proof) is None
