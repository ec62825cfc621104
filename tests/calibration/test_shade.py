"""Colour against a physical reference: what decides, and what is left undecided."""

import math

import pytest

from calibration.colour import delta_e00
from calibration.errors import CalibrationError
from calibration.shade import Lab, Shade, Undecided, shade_difference

RED: Lab = (45.0, 50.0, 28.0)
FADED: Lab = (52.0, 40.0, 24.0)


def shade(day: Lab, warm: Lab | None = None, *, bench: str | None = "a" * 64) -> Shade:
    lab = {"bright": day} if warm is None else {"bright": day, "warm": warm}
    return Shade(lab, 1.0, bench)


def test_a_faded_item_differs_from_its_reference_beyond_doubt() -> None:
    found = shade_difference(shade(FADED), shade(RED), "bright")

    assert found.value == pytest.approx(float(delta_e00(RED, FADED)))
    assert pytest.approx(math.sqrt(2)) == found.U
    assert found.undecided == ()
    assert found.exceeds(3.0) is True
    assert found.exceeds(30.0) is False


def test_within_u_of_the_limit_nothing_is_decided() -> None:
    found = shade_difference(shade(FADED), shade(RED), "bright")
    assert found.value is not None

    assert found.exceeds(found.value + 1.0) is None


def test_a_catalogue_picture_is_no_reference() -> None:
    found = shade_difference(shade(FADED), shade(RED, bench=None), "bright")

    assert found.undecided == (Undecided.NO_PHYSICAL_REFERENCE,)
    assert found.exceeds(3.0) is None


def test_an_item_from_an_uncalibrated_bench_decides_nothing() -> None:
    found = shade_difference(shade(FADED, bench=None), shade(RED), "bright")

    assert found.undecided == (Undecided.NOT_CALIBRATED,)


def test_a_match_by_one_lamp_alone_is_metameric() -> None:
    found = shade_difference(shade(RED, RED), shade(RED, (45.0, 40.0, 36.0)), "bright")

    assert found.value == 0
    assert found.undecided == (Undecided.METAMERIC,)


def test_the_same_difference_under_both_lamps_is_not_metameric() -> None:
    assert shade_difference(shade(RED, RED), shade(FADED, FADED), "bright").undecided == ()


def test_a_bluish_white_may_be_brightened() -> None:
    shirt = shade((93.0, 1.0, -9.0))

    found = shade_difference(shirt, shade((92.0, 0.5, -1.0)), "bright")

    assert found.undecided == (Undecided.BRIGHTENED,)


def test_without_a_common_lamp_there_is_no_difference() -> None:
    found = shade_difference(shade(RED), shade(RED), "warm")

    assert (found.value, found.U) == (None, None)
    assert found.undecided == (Undecided.NO_COMMON_LAMP,)


@pytest.mark.parametrize("lab", [{}, {"bright": (math.nan, 0.0, 0.0)}])
def test_a_shade_without_numbers_is_refused(lab: dict[str, Lab]) -> None:
    with pytest.raises(CalibrationError, match="measure it"):
        Shade(lab, 1.0, None)
