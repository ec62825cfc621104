import math

from hypothesis import given
from hypothesis import strategies as st

from models.training.reality import auroc, wilson


@given(st.integers(0, 200).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_an_interval_holds_the_share_it_is_about(counts: tuple[int, int]) -> None:
    hits, total = counts
    low, high = wilson(hits, total)

    assert 0 <= low <= high <= 1
    if total:
        assert low - 1e-9 <= hits / total <= high + 1e-9


def test_an_interval_has_the_textbook_bounds() -> None:
    low, high = wilson(8, 10)

    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_ranking_is_perfect_reversed_or_by_chance() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1
    assert auroc([0.1], [0.5, 0.6]) == 0
    assert auroc([0.5], [0.5]) == 0.5
    assert math.isnan(auroc([], [0.1]))
