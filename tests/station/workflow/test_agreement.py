"""Agreement figures against hand-computed ones."""

import pytest

from station.domain.grading import Grade
from station.workflow.agreement import Graded, agreement, rate

GOOD, REPAIR, SCRAP = Grade.RESELLABLE, Grade.REPAIR, Grade.SCRAP


def test_kappa_of_a_known_table() -> None:
    table = [(GOOD, GOOD, 20), (GOOD, REPAIR, 5), (REPAIR, GOOD, 10), (REPAIR, REPAIR, 15)]
    items = [Graded(truth, said, False) for truth, said, count in table for _ in range(count)]

    figures = agreement(items)

    assert figures.kappa.value == pytest.approx(0.4)
    assert figures.grade_accuracy.value == pytest.approx(0.7)


def test_miss_and_leak_count_only_what_the_machine_alone_resold() -> None:
    items = [
        Graded(GOOD, GOOD, False),
        Graded(GOOD, GOOD, True),
        Graded(REPAIR, GOOD, False),
        Graded(SCRAP, GOOD, True),
        Graded(SCRAP, None, True),
    ]

    figures = agreement(items)

    assert (figures.miss.value, figures.miss.n) == (pytest.approx(1 / 3), 3)
    assert (figures.leak.value, figures.leak.n) == (pytest.approx(1 / 2), 2)
    assert figures.review_load.value == pytest.approx(3 / 5)


def test_wilson_interval_of_a_known_share() -> None:
    share = rate(8, 10)

    assert (share.low, share.high) == (
        pytest.approx(0.4902, abs=1e-4),
        pytest.approx(0.9433, abs=1e-4),
    )


def test_no_case_gives_no_figure() -> None:
    assert rate(0, 0).value is None
    assert agreement([]).kappa.value is None
