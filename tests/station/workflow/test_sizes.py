"""Measured sizes are set beside true ones, fault by fault."""

import pytest

from station.domain.defect import Defect, Finding, Measurement, Quantity, Unit
from station.workflow.sizes import TrueSize, size_errors, size_figures

BOX = ((10.0, 10.0), (49.0, 10.0), (49.0, 29.0), (10.0, 29.0))
AWAY = ((210.0, 10.0), (249.0, 10.0), (249.0, 29.0), (210.0, 29.0))


def finding(
    length: float, u: float, *, defect: Defect = Defect.DENT, polygon=BOX, score: float = 0.9
) -> Finding:
    measured = (Measurement(Quantity.LENGTH, length, Unit.MM, u),)
    return Finding(defect, score, "top-bright", (10, 10, 40, 20), polygon, measured)


def true(length: float, polygon=BOX, defect: str = "dent") -> TrueSize:
    return TrueSize(defect, polygon, {"length": (length, "mm"), "depth": (2.0, "mm")})


def test_a_measured_fault_is_set_beside_the_true_one() -> None:
    (error,) = size_errors([finding(12.0, 1.0)], [true(10.5)])

    assert (error.measured, error.true, error.unit) == (12.0, 10.5, "mm")


@pytest.mark.parametrize("other", [true(10, AWAY), true(10, BOX, "stain")])
def test_another_fault_is_no_truth_for_it(other: TrueSize) -> None:
    assert size_errors([finding(12.0, 1.0)], [other]) == []


def test_a_fault_found_twice_is_measured_by_the_surer_finding() -> None:
    (error,) = size_errors([finding(30.0, 1.0, score=0.4), finding(11.0, 1.0)], [true(10)])

    assert error.measured == 11.0


def test_pixels_are_not_set_beside_millimetres() -> None:
    measured = (Measurement(Quantity.LENGTH, 40.0, Unit.PX, 2.0),)
    in_pixels = Finding(Defect.DENT, 0.9, "photo", (10, 10, 40, 20), BOX, measured)

    assert size_errors([in_pixels], [true(10)]) == []


def test_figures_tell_bias_error_and_how_often_u_covers() -> None:
    errors = [
        error
        for length, u in ((11.0, 2.0), (12.0, 1.0), (9.0, 2.0))
        for error in size_errors([finding(length, u)], [true(10.0)])
    ]
    (figures,) = size_figures(errors)

    assert (figures.defect, figures.quantity) == ("dent", "length")
    assert (figures.bias, figures.error) == (1.0, 1.0)
    assert figures.covered.value == pytest.approx(2 / 3)
    assert figures.covered.n == 3
