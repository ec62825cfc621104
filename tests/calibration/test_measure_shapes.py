"""Drawn faults of every shape have the lengths, widths and areas they were drawn with."""

import math
from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.measure import KINDS, measure
from calibration.record import Calibration
from calibration.region import region_of_mask, region_of_polygon
from tests.support.drawn import Points, arc, ellipse, stroke
from tests.support.measured import CARTON, NOWHERE, SIZE, by_quantity, right, sized, stadium_area
from tests.support.records import parsed

TURNS = [0.0, 0.3, math.pi / 4, 1.2, 2.5]


@pytest.mark.parametrize(
    ("width", "radius", "turn"),
    list(product([2.0, 3.0, 5.0, 9.0, 16.0], [1e5, 150.0, 60.0], TURNS)),
)
def test_a_scratch_is_as_long_as_its_curve(width: float, radius: float, turn: float) -> None:
    mask = stroke(arc(110.0, radius, turn, (130.3, 129.6)), width, SIZE)
    scratch = sized("scratch", mask)
    truth = 110.0 + width

    assert scratch.keys() == {"length", "width"}
    assert right(scratch["length"], truth)
    assert right(scratch["width"], stadium_area(110.0, width) / truth)


def test_a_winding_scratch_is_measured_along_its_way_and_not_across() -> None:
    x = np.linspace(20, 240, 300)
    points = np.column_stack([x, 130 + 40 * np.sin(x / 18)])
    steps = np.diff(points, axis=0)
    truth = float(np.hypot(steps[:, 0], steps[:, 1]).sum()) + 4.0
    scratch = sized("scratch", stroke(points, 4.0, SIZE))

    assert truth > 1.5 * 224
    assert right(scratch["length"], truth)


def test_a_side_branch_does_not_count() -> None:
    straight = stroke(np.array([[20.0, 130.0], [220.0, 130.0]]), 4.0, SIZE)
    branch = stroke(np.array([[120.0, 130.0], [120.0, 100.0]]), 4.0, SIZE)

    assert right(sized("scratch", straight | branch)["length"], 204.0)


def test_the_gap_in_a_broken_scratch_does_not_count() -> None:
    first = stroke(np.array([[20.0, 100.0], [90.0, 120.0]]), 4.0, SIZE)
    second = stroke(np.array([[130.0, 130.0], [220.0, 160.0]]), 4.0, SIZE)
    scratch = sized("scratch", first | second)
    truth = math.hypot(70, 20) + math.hypot(90, 30) + 2 * 4.0

    assert scratch["length"].value == pytest.approx(truth, abs=2 * scratch["length"].U)


@pytest.mark.parametrize("turn", TURNS)
def test_a_flat_ended_scratch_does_not_grow_by_its_corners(turn: float) -> None:
    along = np.array([math.cos(turn), math.sin(turn)])
    across = np.array([-along[1], along[0]])
    centre = np.array([130.0, 130.0])
    corners = [
        centre + a * 60 * along + b * 8 * across for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]
    scratch = by_quantity(measure("scratch", corners, None, None))

    assert right(scratch["length"], 120.0)
    assert right(scratch["width"], 16.0)


@pytest.mark.parametrize("kind", ["scratch", "dent", "stain", "tear"])
def test_a_single_pixel_is_no_longer_than_a_pixel(kind: str) -> None:
    fault = sized(kind, np.ones((1, 1), dtype=np.uint8))

    assert 0 < fault["length"].value <= 1


@pytest.mark.parametrize("turn", TURNS)
def test_a_dent_has_the_axes_and_the_area_of_its_ellipse(turn: float) -> None:
    dent = sized("dent", ellipse((130.2, 128.7), (61.0, 23.5), turn, SIZE))

    assert dent.keys() == {"length", "width", "area"}
    assert right(dent["length"], 122.0)
    assert right(dent["width"], 47.0)
    assert dent["area"].value == pytest.approx(math.pi * 61 * 23.5, rel=0.005)


def test_a_long_rectangle_is_as_wide_as_its_short_side_however_it_lies() -> None:
    for turn in TURNS:
        box = cv2.boxPoints(((130.0, 130.0), (120.0, 30.0), math.degrees(turn)))
        dent = by_quantity(measure("dent", box, None, None))

        assert right(dent["width"], 30.0)
        assert right(dent["length"], math.hypot(120, 30))
        assert dent["area"].value == pytest.approx(3600, rel=0.01)


@pytest.mark.parametrize(
    ("kind", "quantities"),
    [
        ("scratch", ["length", "width"]),
        ("dent", ["length", "width", "area"]),
        ("stain", ["length", "width", "area"]),
        ("tear", ["length", "width", "area"]),
    ],
)
def test_each_kind_has_its_own_quantities_and_depth_is_never_claimed(
    kind: str, quantities: list[str]
) -> None:
    mask = ellipse((130, 130), (40, 9), 0.4, SIZE)

    assert [one.quantity for one in measure(kind, NOWHERE, None, None, mask=mask)] == quantities


def test_a_mask_and_the_outline_around_its_pixels_agree() -> None:
    mask = ellipse((130.2, 128.7), (61.0, 23.5), 0.7, SIZE)
    angle = np.linspace(0, 2 * math.pi, 200, endpoint=False)
    u, v = 61.0 * np.cos(angle), 23.5 * np.sin(angle)
    turned = np.column_stack(
        [u * math.cos(0.7) - v * math.sin(0.7), u * math.sin(0.7) + v * math.cos(0.7)]
    )
    of_mask = sized("dent", mask)
    of_outline = by_quantity(measure("dent", turned + np.array([130.2, 128.7]), None, None))

    for quantity, measured in of_outline.items():
        assert measured.value == pytest.approx(of_mask[quantity].value, rel=0.02)
    assert of_outline["length"].value == pytest.approx(122.0, abs=0.3)


def test_the_mask_may_lie_anywhere_and_its_empty_border_does_not_count() -> None:
    small = ellipse((30.0, 30.0), (20.0, 8.0), 0.5, 61)
    wide = np.pad(small, 37)
    profile = parsed()
    here = measure("dent", NOWHERE, profile, CARTON, mask=small, offset=(300, 200))
    there = measure("dent", NOWHERE, profile, CARTON, mask=wide, offset=(263, 163))

    assert here == there


def test_every_non_zero_value_is_inside() -> None:
    mask = ellipse((130, 130), (40, 9), 0.4, SIZE)

    assert sized("dent", mask * np.uint8(255)) == sized("dent", mask)


@settings(max_examples=25, deadline=None)
@given(
    factor=st.floats(1.0, 3.0),
    shift=st.tuples(st.floats(-50, 900), st.floats(-50, 500)),
    kind=st.sampled_from(sorted(KINDS)),
)
def test_sizes_follow_the_outline_and_not_its_place(
    factor: float, shift: tuple[float, float], kind: str
) -> None:
    outline = np.array([[0.0, 0.0], [60.0, 8.0], [75.0, 20.0], [50.0, 24.0], [4.0, 14.0]])
    first = by_quantity(measure(kind, outline, None, None))
    second = by_quantity(measure(kind, outline * factor + shift, None, None))

    for quantity, measured in second.items():
        power = 2 if quantity == "area" else 1
        assert measured.value == pytest.approx(first[quantity].value * factor**power, rel=0.04)


def test_the_perimeter_of_a_disc_is_that_of_its_circle() -> None:
    for radius in (6.0, 20.0, 80.0):
        region = region_of_mask(ellipse((130.3, 129.8), (radius, radius), 0.0, SIZE), (0, 0))

        assert region.perimeter_px == pytest.approx(2 * math.pi * radius, rel=0.04)


def test_a_ring_is_a_disc_without_its_hole() -> None:
    outer = ellipse((130, 130), (60, 60), 0, SIZE)
    ring = outer & ~ellipse((130, 130), (40, 40), 0, SIZE)
    dent = sized("dent", ring)

    assert right(dent["length"], 120.0)
    assert dent["area"].value == pytest.approx(math.pi * (60**2 - 40**2), rel=0.01)


def square(side: float) -> Points:
    return np.array([[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]])


@pytest.mark.parametrize("side", [0.5, 3.0, 300.0, 9000.0])
def test_an_outline_of_any_size_is_measured_with_bounded_work(side: float) -> None:
    region = region_of_polygon(square(side))

    assert region.cells.size < 300_000
    assert region.area_px2 == pytest.approx(side**2, rel=0.01)


def test_the_bench_calibration_of_a_rendered_set_measures_at_a_third_of_a_millimetre() -> None:
    record: Calibration = parsed(fx=2679.0697674418607, fy=2679.0697674418607)
    (length, *_) = measure("tear", square(30.0), record, CARTON)

    assert length.value == pytest.approx(math.hypot(30, 30) * 800 / 2679.07, abs=0.2)
    assert length.U < 0.8
