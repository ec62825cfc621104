"""What cannot be measured is refused, and everything else is measured in finite numbers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.measure import KINDS, measure
from calibration.plane import Height, Scale
from calibration.region import MeasurementError
from calibration.views import Views
from tests.support.measured import CARTON, NOWHERE
from tests.support.records import parsed


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MeasurementError, match="'smell': use one of scratch, crack, dent"):
        measure("smell", [(0, 0), (9, 0), (9, 9)], None, None)


@pytest.mark.parametrize(
    ("outline", "said"),
    [
        ([], "at least three points"),
        ([(0, 0), (5, 5)], "at least three points"),
        ([(0, 0), (5, 5), (9, 9)], "encloses no area"),
        ([(3, 3), (3, 3), (3, 3)], "encloses no area"),
        ([(0, 0), (5, math.nan), (9, 0)], "outside any picture"),
        ([(0, 0), (5, 1e9), (9, 0)], "outside any picture"),
    ],
)
def test_an_outline_without_inside_is_refused(
    outline: list[tuple[float, float]], said: str
) -> None:
    with pytest.raises(MeasurementError, match=said):
        measure("dent", outline, None, None)


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(MeasurementError, match="mask is empty"):
        measure("dent", NOWHERE, None, None, mask=np.zeros((4, 4), dtype=np.uint8))


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((10, 10), dtype=np.uint8),
        np.zeros((10, 10, 4), dtype=np.uint8),
        np.zeros((10, 10, 3), dtype=np.float64),
    ],
)
def test_a_picture_that_is_not_rgb_is_refused(picture: NDArray[np.uint8]) -> None:
    with pytest.raises(MeasurementError, match="8-bit RGB"):
        measure("stain", [(0, 0), (9, 0), (9, 9)], None, None, views=Views(picture))


def test_a_picture_of_another_size_than_the_calibration_is_refused() -> None:
    picture = np.zeros((1080, 1920, 3), dtype=np.uint8)

    with pytest.raises(CalibrationError, match=r"1280 x 720 pixels and this one has 1920 x 1080"):
        measure("stain", [(0, 0), (9, 0), (9, 9)], parsed(), CARTON, views=Views(picture))


@pytest.mark.parametrize(("value_mm", "expanded"), [(-1, 0), (1, -1), (math.nan, 0), (0, math.inf)])
def test_a_height_that_is_no_height_is_refused(value_mm: float, expanded: float) -> None:
    with pytest.raises(CalibrationError, match="correct the item's height"):
        Height(value_mm, expanded, "catalogue")


@pytest.mark.parametrize(("scale", "expanded"), [(0, 0), (-1, 0), (math.nan, 0), (1, -1), (1, 1)])
def test_a_scale_that_is_no_scale_is_refused(scale: float, expanded: float) -> None:
    with pytest.raises(CalibrationError):
        Scale(scale, expanded)


def test_an_item_as_tall_as_the_camera_is_refused() -> None:
    with pytest.raises(CalibrationError, match="correct the item's height"):
        measure("dent", [(0, 0), (9, 0), (9, 9)], parsed(), Height(900, 1, "catalogue"))


points = st.lists(st.tuples(st.floats(-60, 300), st.floats(-60, 300)), min_size=3, max_size=12)


@settings(max_examples=60, deadline=None)
@given(outline=points, kind=st.sampled_from(sorted(KINDS)))
def test_any_outline_is_measured_in_finite_numbers_or_refused(
    outline: list[tuple[float, float]], kind: str
) -> None:
    try:
        found = measure(
            kind, outline, parsed(), CARTON, views=Views(np.zeros((720, 1280, 3), np.uint8))
        )
    except MeasurementError:
        return

    for one in found:
        assert math.isfinite(one.value)
        assert math.isfinite(one.U)
        assert one.value >= 0
        assert one.U >= 0


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0.01, 1),
    shape=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    kind=st.sampled_from(sorted(KINDS)),
)
def test_any_mask_is_measured_in_finite_numbers(
    seed: int, share: float, shape: tuple[int, int], kind: str
) -> None:
    mask = (np.random.default_rng(seed).random(shape) < share).astype(np.uint8)
    mask[0, 0] = 1
    diagonal = math.hypot(*shape)
    for one in measure(kind, NOWHERE, None, None, mask=mask):
        assert math.isfinite(one.value)
        assert one.U > 0
        along = kind in {"scratch", "crack", "broken_seal"}
        if not along and one.quantity == "length":
            assert one.value <= diagonal + 1
        if one.quantity == "area":
            assert one.value == np.count_nonzero(mask)
