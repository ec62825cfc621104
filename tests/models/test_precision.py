"""Figures agree with their definitions and carry intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.matching import IOU_LEVELS, Matches
from models.precision import ClassCases, figure, ranking, resamples
from models.runtime.metrics import Figure


def matches(confidence: list[float], hits: list[bool], true: int) -> Matches:
    matched = np.repeat(np.array(hits, bool).reshape(-1, 1), len(IOU_LEVELS), axis=1)
    order = np.argsort(-np.array(confidence), kind="stable")
    return Matches(np.array(confidence, float)[order], matched[order], true)


def ap50(cases: ClassCases, *weights: float) -> float:
    return float(cases.average_precision(np.array(weights, float))[0])


def test_finding_everything_and_nothing_else_is_one() -> None:
    cases = ClassCases.of([(0, matches([0.9, 0.8], [True, True], 2))], 1)

    assert ap50(cases, 1) == 1
    assert cases.recall(np.ones(1), 0.85) == 0.5


def test_finding_nothing_is_nought_and_nothing_to_find_is_unknown() -> None:
    assert ap50(ClassCases.of([(0, matches([], [], 3))], 1), 1) == 0
    assert np.isnan(ap50(ClassCases.of([(0, matches([0.5], [False], 0))], 1), 1))


def test_average_precision_is_the_area_under_the_interpolated_curve() -> None:
    cases = ClassCases.of([(0, matches([0.9, 0.8, 0.7, 0.6], [True, False, True, False], 3))], 1)

    # Precision 1 up to recall 1/3 (34 of 101 recalls), 2/3 up to 2/3 (33), then nothing.
    assert ap50(cases, 1) == pytest.approx((34 + 33 * 2 / 3) / 101)


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=5), min_size=1, max_size=4
    ),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_a_weight_is_as_good_as_that_many_copies(
    found: list[list[tuple[int, bool]]], counts: list[int]
) -> None:
    poses = [
        matches([c / 20 for c, _ in pose], [hit for _, hit in pose], 1 + sum(h for _, h in pose))
        for pose in found
    ]
    weights = np.array(counts[: len(poses)], float)
    copies = [pose for pose, n in zip(poses, counts, strict=False) for _ in range(n)]
    once = ClassCases.of(enumerate(poses), len(poses))
    copied = ClassCases.of(enumerate(copies), len(copies))

    weighted = once.average_precision(weights)

    if not copies:
        assert np.isnan(weighted).all()
        return
    # Where confidences are equal, copies may be ordered differently.
    if len({c for pose in found for c, _ in pose}) == sum(map(len, found)):
        assert weighted == pytest.approx(copied.average_precision(np.ones(len(copies))))
    assert once.recall(weights, 0.5) == pytest.approx(copied.recall(np.ones(len(copies)), 0.5))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=12))
def test_ranking_is_the_chance_that_a_faulty_one_scores_higher(
    cases: list[tuple[int, bool]],
) -> None:
    bad = [score for score, faulty in cases if faulty]
    good = [score for score, faulty in cases if not faulty]
    pairs = [1.0 if b > g else 0.5 if b == g else 0.0 for b in bad for g in good]

    area = ranking([s for s, _ in cases], [f for _, f in cases], np.ones(len(cases)))

    if pairs:
        assert area == pytest.approx(np.mean(pairs))
    else:
        assert np.isnan(area)


def test_resamples_begin_with_the_set_itself_and_repeat() -> None:
    weights = resamples(7, 50)

    assert weights.shape == (51, 7)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 7).all()
    assert np.array_equal(weights, resamples(7, 50))


def test_a_figure_has_the_middle_of_its_resamples() -> None:
    spread = figure([0.5, *np.linspace(0, 1, 41)], 9)

    assert (spread.value, spread.n) == (0.5, 9)
    assert (spread.low, spread.high) == pytest.approx((0.025, 0.975))


def test_a_figure_without_a_value_is_unknown() -> None:
    assert figure([np.nan, 0.5], 0) == Figure(n=0)
    assert figure([0.5, np.nan], 3) == Figure(value=0.5, n=3)
