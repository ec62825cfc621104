"""Lamps of other benches, made of the pictures at hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.training.photometry import relit
from models.training.planes import COLOUR, PLANES


def planes(seed: int, *absent: int) -> NDArray[np.uint8]:
    made = np.random.default_rng(seed).integers(1, 200, (16, 16, PLANES), dtype=np.uint8)
    made[..., list(absent)] = 0
    return made


@given(st.integers(0, 1000))
def test_a_lamp_that_took_no_picture_stays_absent_and_lends_nothing(seed: int) -> None:
    seen = planes(3, COLOUR.stop)
    changed = relit(seen, np.random.default_rng(seed))

    assert (changed.dtype, changed.shape) == (seen.dtype, seen.shape)
    assert not changed[..., COLOUR.stop].any()
    alone = planes(3, COLOUR.stop, COLOUR.stop + 1)
    assert np.array_equal(relit(alone, np.random.default_rng(seed)), alone)


@given(st.integers(0, 1000))
def test_lent_light_lies_between_the_lamps_it_came_from(seed: int) -> None:
    dark, light = 60, 180
    seen = np.full((8, 8, PLANES), dark, np.uint8)
    seen[..., COLOUR] = light
    changed = relit(seen, np.random.default_rng(seed))

    low = changed[..., COLOUR.stop :].astype(int)
    assert low.min() >= dark - 1
    assert low.max() < light
    # One colour all over keeps its level: what is lent shows where lamps differ.
    assert np.abs(changed[..., COLOUR].astype(int) - light).max() <= 1


def test_relief_of_a_low_angle_picture_comes_into_the_coloured_one() -> None:
    seen = np.full((8, 8, PLANES), 120, np.uint8)
    seen[:, 4:, COLOUR.stop] = 240
    steps = []
    for seed in range(30):
        colour = relit(seen, np.random.default_rng(seed))[..., COLOUR].astype(int)
        steps.append(int(colour[:, 4:].min() - colour[:, :4].max()))

    assert min(steps) == 0
    assert max(steps) > 20
