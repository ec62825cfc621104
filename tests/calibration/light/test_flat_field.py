"""The flat field: what is left of a lamp's fall-off, and what is no blank card."""

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.light.flat_field import FlatField, cells_of, flat_field_of, residual_percent
from calibration.rendering.planar import Glow, Sensor

SIZE = (480, 360)


def card(glow: Glow, seed: int = 0, shade: NDArray[np.float32] | None = None) -> NDArray[np.uint8]:
    """A blank card under a lamp."""
    light = 0.8 * glow.over(SIZE)
    if shade is not None:
        light = light * shade[..., None]
    return Sensor().develop(np.asarray(light, np.float32), np.random.default_rng(seed))


@pytest.mark.parametrize("falloff", [0.0, 0.3, 0.6])
def test_a_lamps_fall_off_is_taken_out(falloff: float) -> None:
    glow = Glow(x=0.35, y=0.6, falloff=falloff)
    made = flat_field_of([card(glow), card(glow, 1)])

    assert made.residual_percent < 1.0
    assert [each.verdict for each in made.results] == ["pass"]
    assert made.fall_percent == pytest.approx(100 * falloff, abs=12)


def test_the_field_follows_the_light_between_its_cells() -> None:
    glow = Glow(x=0.3, y=0.4, falloff=0.5)
    field = flat_field_of([card(glow), card(glow, 1)]).field
    truth = glow.over(SIZE)[..., 1]
    even = field.over(SIZE) / (truth / truth.max())

    assert even[20:-20, 20:-20].std() / even.mean() < 0.005
    assert np.abs(even / even.mean() - 1).max() < 0.03


def test_a_card_that_is_darker_on_one_side_is_found_out_by_turning_it() -> None:
    side = np.tile(np.linspace(1, 0.88, SIZE[0]), (SIZE[1], 1)).astype(np.float32)
    down = np.tile(np.linspace(1, 0.88, SIZE[1])[:, None], (1, SIZE[0])).astype(np.float32)
    made = flat_field_of([card(Glow(), shade=side), card(Glow(), 1, shade=down)])

    assert made.results[0].verdict == "fail"
    assert made.results[0].remedy is not None


def test_one_picture_cannot_check_itself() -> None:
    made = flat_field_of([card(Glow())])

    assert [each.verdict for each in made.results] == ["fail"]
    assert "turn the card" in (made.results[0].remedy or "")


def test_light_that_falls_off_too_far_is_named() -> None:
    glow = Glow(falloff=0.9, x=0.0, y=0.0)

    assert any(
        each.quantity == "fall-off" for each in flat_field_of([card(glow), card(glow, 1)]).results
    )


def test_what_is_no_blank_card_fitly_exposed_is_refused() -> None:
    busy = card(Glow())
    busy[100:200, 100:300] = 30
    with pytest.raises(CalibrationError, match="blank card alone"):
        flat_field_of([busy, card(Glow())])
    with pytest.raises(CalibrationError, match="clipped"):
        flat_field_of([card(Glow(level=(1.4, 1.4, 1.4)))])
    with pytest.raises(CalibrationError, match="dark"):
        flat_field_of([card(Glow(level=(0.02, 0.02, 0.02)))])
    with pytest.raises(CalibrationError, match="differ in size"):
        flat_field_of([card(Glow()), card(Glow())[:100]])
    with pytest.raises(CalibrationError, match="two, turned"):
        flat_field_of([])


def test_a_lamp_five_percent_dim_leaves_the_field_and_moves_the_level() -> None:
    made = flat_field_of([card(Glow()), card(Glow(), 1)])
    dim = card(Glow(level=(0.9025, 0.9025, 0.9025)), 2)

    assert residual_percent(cells_of(dim), made.field) < 1.0
    assert cells_of(dim).mean() / cells_of(card(Glow())).mean() == pytest.approx(0.95, abs=0.003)


def test_the_level_at_a_place_is_that_of_its_pixel() -> None:
    field = FlatField(np.linspace(0.5, 1, 81).reshape(9, 9))

    assert field.at(np.array([[10.0, 20.0]]), SIZE) == pytest.approx(field.over(SIZE)[20, 10])
