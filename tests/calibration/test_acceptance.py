"""Limits: which way they run, and what is said of a figure beyond them."""

import math

import pytest

from calibration.acceptance import Limit, judged, overall, refused


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(2.3, "pass"), (2.31, "marginal"), (3.5, "marginal"), (3.51, "fail"), (math.nan, "fail")],
)
def test_a_ceiling(value: float, verdict: str) -> None:
    assert Limit(2.3, 3.5).verdict(value) == verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.2, "pass"), (0.19, "marginal"), (0.15, "marginal"), (0.1, "fail")]
)
def test_a_floor(value: float, verdict: str) -> None:
    assert Limit(0.2, 0.15).verdict(value) == verdict


def test_limits_that_are_equal_are_refused() -> None:
    with pytest.raises(ValueError, match="floors or ceilings"):
        Limit(1.0, 1.0)


def test_reason_and_remedy_are_said_of_anything_but_a_pass() -> None:
    good = judged("colour", "mean", 1.0, "1", Limit(2.3, 3.5), "too far", "do it again")
    weak = judged("colour", "mean", 3.0, "1", Limit(2.3, 3.5), "too far", "do it again")

    assert (good.verdict, good.reason, good.remedy) == ("pass", None, None)
    assert (weak.verdict, weak.reason, weak.remedy) == ("marginal", "too far", "do it again")


def test_the_gravest_verdict_is_that_of_all_and_nothing_judged_is_a_failure() -> None:
    good = judged("colour", "mean", 1.0, "1", Limit(2.3, 3.5), "too far", "do it again")
    weak = judged("colour", "mean", 3.0, "1", Limit(2.3, 3.5), "too far", "do it again")

    assert overall((good,)) == "pass"
    assert overall((weak, good)) == "marginal"
    assert overall((good, weak, refused("colour", "chart", 0, "1", "none", "lay it"))) == "fail"
    assert overall(()) == "fail"
