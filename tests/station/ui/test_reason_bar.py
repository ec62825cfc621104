"""The limit bar is true to scale, and its labels never collide."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.grading import Level
from station.ui.reason_bar import Scale, label_places, labelled, scale_for

LIMITS = ((Level.LIGHT_FLAW, 60.0), (Level.REPAIR, 400.0), (Level.SCRAP, 2500.0))


@given(st.floats(0, 5000), st.floats(0.1, 200))
def test_the_bar_shows_the_value_its_spread_and_a_limit(value: float, uncertainty: float) -> None:
    scale = scale_for(value, uncertainty, LIMITS, 400)

    assert 0 <= value <= scale.end
    assert value + uncertainty <= scale.end
    assert any(limit <= scale.end for _, limit in LIMITS)


@given(st.floats(0, 5000), st.floats(0, 5000))
def test_distances_on_the_bar_are_distances_of_values(first: float, second: float) -> None:
    scale = Scale(5000, 400)

    assert scale.at(second) - scale.at(first) == pytest.approx((second - first) / 5000 * 400)


def test_the_next_grade_is_in_sight() -> None:
    assert scale_for(22, 1, LIMITS, 400).end == pytest.approx(400 * 1.12)
    assert scale_for(620, 40, LIMITS, 400).end == pytest.approx(2500 * 1.12)


def test_a_limit_within_the_uncertainty_is_shown_large() -> None:
    scale = scale_for(412, 36, LIMITS, 400)

    assert scale.at(400) == pytest.approx(200)
    assert scale.at(412 + 36) - scale.at(412 - 36) > 30


@pytest.mark.parametrize(
    ("value", "named"),
    [(22, [60, 400]), (100, [60, 400]), (620, [400, 2500]), (4000, [400, 2500])],
)
def test_the_limits_on_either_side_are_named(value: float, named: list[float]) -> None:
    scale = scale_for(value, 1, LIMITS, 400)

    assert [limit for _, limit in labelled(value, LIMITS, scale)] == named


@given(
    st.lists(st.tuples(st.floats(0, 400), st.floats(20, 180)), min_size=1, max_size=3),
)
def test_labels_stay_inside_and_apart(labels: list[tuple[float, float]]) -> None:
    centres = tuple(sorted(centre for centre, _ in labels))
    widths = tuple(width for _, width in labels)
    lefts = label_places(centres, widths, 400, 10)
    if lefts is None:
        assert sum(widths) + 10 * (len(widths) - 1) > 400
        return
    ends = [left + width for left, width in zip(lefts, widths, strict=True)]

    assert min(lefts) >= -1e-6
    assert max(ends) <= 400 + 1e-6
    for (_, end), (left, _) in pairwise(zip(lefts, ends, strict=True)):
        assert left - end >= 10 - 1e-6
