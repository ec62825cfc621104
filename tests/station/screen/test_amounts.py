"""Numbers are written with the figures their uncertainty supports."""

import pytest

from station.screen.amounts import amount, measured


@pytest.mark.parametrize(
    ("value", "text"),
    [(345.4, "345"), (2500, "2500"), (22.04, "22"), (22.25, "22.2"), (7.0, "7"), (0.254, "0.25")],
)
def test_an_amount_has_three_figures(value: float, text: str) -> None:
    assert amount(value) == text


@pytest.mark.parametrize(
    ("value", "uncertainty", "text"),
    [
        (620.4, 40.2, ("620", "40")),
        (22.04, 1.52, ("22.0", "1.5")),
        (0.8, 0.034, ("0.80", "0.03")),
        (96.2, 9.7, ("96", "10")),
    ],
)
def test_a_measurement_and_its_uncertainty_end_at_one_place(
    value: float, uncertainty: float, text: tuple[str, str]
) -> None:
    assert measured(value, uncertainty) == text
