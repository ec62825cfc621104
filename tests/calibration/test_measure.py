"""Measurements of drawn faults against the sizes they were drawn with."""

import math
from dataclasses import replace
from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from calibration.calibrated_colour import true_srgb
from calibration.colour import delta_e00, srgb_to_lab
from calibration.errors import CalibrationError
from calibration.measure import EDGE_PX, KINDS, Measurement, measure
from calibration.plane import Height, Scale
from calibration.record import Calibration
from calibration.region import MeasurementError, region_of_mask, region_of_polygon
from calibration.views import Views
from tests.support.drawn import Mask, Points, arc, ellipse, stroke
from tests.support.records import LENS, parsed

SIZE = 260
TURNS = [0.0, 0.3, math.pi / 4, 1.2, 2.5]
CARTON = Height(100.0, 2.0, "catalogue")
NOWHERE: list[tuple[float, float]] = []


def by_quantity(measurements: tuple[Measurement, ...]) -> dict[str, Measurement]:
    assert len({one.quantity for one in measurements}) == len(measurements)
    return {one.quantity: one for one in measurements}


def sized(kind: str, mask: Mask) -> dict[str, Measurement]:
    return by_quantity(measure(kind, NOWHERE, None, None, mask=mask))


def right(measured: Measurement, truth: float) -> bool:
    return abs(measured.value - truth) <= measured.U


def stadium_area(length: float, width: float) -> float:
    """Area of a round-ended stroke along a line of `length`."""
    return length * width + math.pi * width**2 / 4


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


# Units, and where sizes come from


def test_without_profile_or_height_sizes_are_in_pixels_and_only_the_edge_is_unsure() -> None:
    mask = ellipse((130, 130), (40, 9), 0.4, SIZE)
    without_profile = measure("dent", NOWHERE, None, CARTON, mask=mask)
    without_height = measure("dent", NOWHERE, parsed(), None, mask=mask)

    assert without_profile == without_height
    assert [one.unit for one in without_profile] == ["px", "px", "px2"]
    assert pytest.approx(2 * 2 * EDGE_PX / math.sqrt(3)) == without_profile[0].U


def test_with_profile_and_height_sizes_are_in_millimetres_at_that_height() -> None:
    mask = ellipse((130, 130), (40, 9), 0.4, SIZE)
    px = sized("dent", mask)
    for height_mm in (0.0, 100.0, 300.0):
        scale = (900.0 - height_mm) / 1500.0
        height = Height(height_mm, 1.0, "second view")
        mm = by_quantity(measure("dent", NOWHERE, parsed(), height, mask=mask))

        assert [mm[q].unit for q in ("length", "width", "area")] == ["mm", "mm", "mm2"]
        assert mm["length"].value == pytest.approx(px["length"].value * scale)
        assert mm["width"].value == pytest.approx(px["width"].value * scale)
        assert mm["area"].value == pytest.approx(px["area"].value * scale**2)


def test_a_stated_scale_needs_no_height() -> None:
    mask = ellipse((130, 130), (40, 9), 0.4, SIZE)
    px = sized("dent", mask)
    mm = by_quantity(measure("dent", NOWHERE, Scale(0.5, 0.02), None, mask=mask))

    assert mm["length"].value == pytest.approx(px["length"].value / 2)
    assert (
        pytest.approx(math.hypot(px["length"].U / 2, 0.02 * mm["length"].value)) == mm["length"].U
    )
    assert pytest.approx(math.hypot(px["area"].U / 4, 0.04 * mm["area"].value)) == mm["area"].U


def test_the_budget_adds_edge_scale_and_height_in_quadrature() -> None:
    mask = ellipse((130, 130), (90, 30), 0.4, SIZE)
    profile = parsed(U_relative=0.004)
    (length, _, area) = measure("dent", NOWHERE, profile, Height(100, 8, "catalogue"), mask=mask)
    scale = 800 / 1500
    edge = 2 * EDGE_PX / math.sqrt(3) * scale
    relative = math.hypot(0.004, 8 / 800)
    perimeter = region_of_mask(mask, (0, 0)).perimeter_px

    assert pytest.approx(math.hypot(2 * edge, relative * length.value)) == length.U
    assert pytest.approx(math.hypot(perimeter * edge * scale, 2 * relative * area.value)) == area.U


def test_a_wider_edge_makes_every_size_less_sure() -> None:
    mask = ellipse((130, 130), (40, 9), 0.4, SIZE)
    for kind in KINDS:
        fine = measure(kind, NOWHERE, None, None, mask=mask, edge_px=0.7)
        coarse = measure(kind, NOWHERE, None, None, mask=mask, edge_px=2.1)

        assert [one.value for one in fine] == [one.value for one in coarse]
        assert all(2 < wide.U / close.U <= 3.001 for close, wide in zip(fine, coarse, strict=True))


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


def test_a_line_seen_through_a_distorting_lens_keeps_its_length() -> None:
    record = parsed(distortion=LENS)
    camera = np.array([[1500.0, 0, 639.5], [0, 1500.0, 359.5], [0, 0, 1]])
    middle = np.linspace((150.0, 75.0), (290.0, 145.0), 60)
    aside = 3 * np.array([-70.0, 140.0]) / math.hypot(140, 70)
    strip = np.vstack([middle - aside, middle[::-1] + aside])
    points = np.column_stack([strip, np.full(len(strip), 800.0)])
    pixels, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), camera, np.array(LENS))
    outline = pixels.reshape(-1, 2)
    scratch = by_quantity(measure("scratch", outline, record, CARTON))
    tear = by_quantity(measure("tear", outline, record, CARTON))
    blind = by_quantity(measure("scratch", outline, parsed(), CARTON))

    assert scratch["length"].value == pytest.approx(math.hypot(140, 70), abs=2.0)
    assert tear["area"].value == pytest.approx(math.hypot(140, 70) * 6, rel=0.02)
    assert abs(blind["length"].value - math.hypot(140, 70)) > 2.0


# Uncertainty


def test_the_stated_uncertainty_covers_the_truth() -> None:
    """Edges, scale and height are wrong by what the budget says; truth is what was drawn."""
    rng = np.random.default_rng(20_260_101)
    hits: dict[tuple[str, str], list[bool]] = {}
    for number in range(200):
        edge = float(rng.uniform(-EDGE_PX, EDGE_PX))
        height = Height(float(rng.uniform(0, 300)), float(rng.uniform(0, 12)), "catalogue")
        share = float(rng.uniform(0, 0.02))
        profile = parsed(U_relative=share)
        true_height = max(0.0, float(rng.normal(height.value_mm, height.U_mm / 2)))
        true_scale = profile.mm_per_px(true_height) * float(rng.normal(1.0, share / 2))
        centre = (float(rng.uniform(125, 135)), float(rng.uniform(125, 135)))
        turn = float(rng.uniform(0, math.pi))
        if number % 2:
            a, b = float(rng.uniform(8, 110)), float(rng.uniform(4, 40))
            kind = "dent"
            mask = ellipse(centre, (a + edge, b + edge), turn, SIZE)
            truth = {"length": 2 * max(a, b), "width": 2 * min(a, b), "area": math.pi * a * b}
        else:
            line, width = float(rng.uniform(40, 200)), float(rng.uniform(3, 9))
            kind = "scratch"
            curve = arc(line, float(rng.uniform(120, 2000)), turn, centre)
            mask = stroke(curve, width + 2 * edge, SIZE)
            truth = {"length": line + width}
            truth["width"] = stadium_area(line, width) / truth["length"]
        for one in measure(kind, NOWHERE, profile, height, mask=mask):
            power = 2 if one.quantity == "area" else 1
            hit = right(one, truth[one.quantity] * true_scale**power)
            hits.setdefault((kind, one.quantity), []).append(hit)

    shares = {key: float(np.mean(covered)) for key, covered in hits.items()}
    assert len(shares) == 5
    assert min(shares.values()) >= 0.9, shares


def test_the_uncertainty_of_a_large_fault_is_not_larger_than_its_causes() -> None:
    """Where scale and height rule, about one truth in twenty lies outside U."""
    rng = np.random.default_rng(7)
    mask = ellipse((130, 130), (120, 60), 0.4, SIZE)
    profile = parsed(U_relative=0.03)
    (length, _, _) = measure("dent", NOWHERE, profile, Height(150, 30, "catalogue"), mask=mask)
    heights = rng.normal(150, 15, 4000)
    truths = 240 * (900 - heights) / 1500 * rng.normal(1, 0.015, 4000)

    assert 0.92 <= float(np.mean(np.abs(truths - length.value) <= length.U)) <= 0.985


# A stain's colour

BOARD = (178, 140, 96)
COFFEE = (122, 88, 60)


def board(rng_seed: int = 1, noise: float = 0.0) -> NDArray[np.uint8]:
    rng = np.random.default_rng(rng_seed)
    plain = np.tile(np.array(BOARD, dtype=np.float64), (SIZE, SIZE, 1))
    return np.asarray(np.clip(plain + rng.normal(0, noise, plain.shape), 0, 255), dtype=np.uint8)


def stained(picture: NDArray[np.uint8], mask: Mask, seed: int = 2) -> NDArray[np.uint8]:
    difference = np.array(COFFEE, dtype=np.int64) - np.array(BOARD)
    changed = picture.astype(np.int64) + difference * mask[..., None]
    return np.clip(changed, 0, 255).astype(np.uint8)


def coloured(picture: NDArray[np.uint8]) -> Views:
    """A picture whose colours are known to be sRGB."""
    return Views(picture, colour=true_srgb((picture.shape[1], picture.shape[0])))


def colour_difference(picture: NDArray[np.uint8], mask: Mask) -> Measurement:
    found = by_quantity(measure("stain", NOWHERE, None, None, views=coloured(picture), mask=mask))
    return found["delta_e00"]


TRUE_DIFFERENCE = float(delta_e00(srgb_to_lab(BOARD), srgb_to_lab(COFFEE)))


def test_a_stain_differs_from_the_board_around_it_by_what_was_painted() -> None:
    mask = ellipse((130, 130), (30, 20), 0.3, SIZE)
    measured = colour_difference(stained(board(), mask), mask)

    assert measured.value == pytest.approx(TRUE_DIFFERENCE, abs=1e-6)
    assert measured.unit == "1"
    assert 0 < measured.U < 0.2 * measured.value


def test_noise_and_print_near_the_stain_hardly_move_its_colour() -> None:
    mask = ellipse((130, 130), (30, 20), 0.3, SIZE)
    picture = stained(board(noise=6.0), mask)
    picture[:, 163:175] = 20
    measured = colour_difference(picture, mask)

    assert right(measured, TRUE_DIFFERENCE)


def test_noise_makes_the_colour_of_a_small_stain_less_sure() -> None:
    small, large = (ellipse((130, 130), (r, r), 0, SIZE) for r in (5, 40))
    quiet = colour_difference(stained(board(noise=1.0), small), small)
    noisy = colour_difference(stained(board(noise=12.0), small), small)
    broad = colour_difference(stained(board(noise=12.0), large), large)

    assert noisy.U / noisy.value > quiet.U / quiet.value
    assert noisy.U / noisy.value > broad.U / broad.value


def test_a_blotchy_stain_on_an_even_board_is_less_sure_of_its_colour() -> None:
    mask = ellipse((130, 130), (6, 6), 0.0, SIZE)
    even = stained(board(), mask)
    blotchy = np.where(mask[..., None] > 0, stained(board(noise=25.0), mask), even)

    assert colour_difference(blotchy, mask).U > 1.2 * colour_difference(even, mask).U


def test_a_soft_edge_does_not_pale_a_small_stain() -> None:
    mask = ellipse((130, 130), (7, 7), 0.0, SIZE)
    soft = cv2.GaussianBlur(stained(board(), mask), (0, 0), 1.5).astype(np.uint8)

    assert colour_difference(soft, mask).value == pytest.approx(TRUE_DIFFERENCE, rel=0.05)


def test_a_surround_that_differs_from_side_to_side_makes_the_colour_less_sure() -> None:
    mask = ellipse((130, 130), (30, 20), 0.3, SIZE)
    even = stained(board(), mask)
    uneven = even.copy()
    uneven[:, :125][mask[:, :125] == 0] = (90, 120, 150)

    assert colour_difference(uneven, mask).U > 1.5 * colour_difference(even, mask).U


def test_a_print_that_runs_on_under_the_stain_does_not_count() -> None:
    mask = ellipse((130, 130), (30, 20), 0.3, SIZE)
    printed = board()
    printed[:, 112:148] = (140, 110, 76)
    both_sides = float(delta_e00(srgb_to_lab((140, 110, 76)), srgb_to_lab((84, 58, 40))))
    measured = colour_difference(stained(printed, mask), mask)

    assert min(TRUE_DIFFERENCE, both_sides) <= measured.value <= max(TRUE_DIFFERENCE, both_sides)


def test_no_stain_has_no_colour_difference() -> None:
    mask = ellipse((130, 130), (30, 20), 0.3, SIZE)

    assert colour_difference(board(), mask).value == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("centre", [(0.0, 0.0), (259.0, 130.0), (130.0, 255.0)])
def test_a_stain_at_the_border_of_the_picture_is_compared_with_what_is_there(
    centre: tuple[float, float],
) -> None:
    mask = ellipse(centre, (30, 20), 0.3, SIZE)

    assert colour_difference(stained(board(), mask), mask).value == pytest.approx(TRUE_DIFFERENCE)


def test_an_outline_finds_the_same_colour_as_its_mask() -> None:
    mask = ellipse((130, 130), (30, 20), 0.0, SIZE)
    picture = stained(board(), mask)
    outline = cv2.ellipse2Poly((130, 130), (30, 20), 0, 0, 360, 4)
    found = by_quantity(measure("stain", outline, None, None, views=coloured(picture)))

    assert found["delta_e00"].value == pytest.approx(TRUE_DIFFERENCE)


@pytest.mark.parametrize(
    ("mask", "offset"),
    [
        (np.ones((SIZE, SIZE), dtype=np.uint8), (0, 0)),
        (np.ones((2, 2), dtype=np.uint8), (5, 5)),
        (np.ones((20, 20), dtype=np.uint8), (500, 500)),
    ],
)
def test_a_stain_without_surround_or_core_has_no_colour_difference(
    mask: Mask, offset: tuple[int, int]
) -> None:
    views = coloured(board())
    found = measure("stain", NOWHERE, None, None, views=views, mask=mask, offset=offset)

    assert [one.quantity for one in found] == ["length", "width", "area"]


def test_no_colour_difference_is_claimed_of_a_camera_whose_colours_are_not_calibrated() -> None:
    mask = ellipse((130, 130), (30, 20), 0.3, SIZE)
    views = Views(stained(board(), mask))
    found = measure("stain", NOWHERE, None, None, views=views, mask=mask)

    assert [one.quantity for one in found] == ["length", "width", "area"]


def test_the_error_of_the_cameras_correction_is_in_the_budget_of_a_difference() -> None:
    mask = ellipse((130, 130), (30, 20), 0.3, SIZE)
    picture = stained(board(), mask)
    unsure = replace(true_srgb((SIZE, SIZE)), U_difference=0.4)
    views = Views(picture, colour=unsure)
    found = by_quantity(measure("stain", NOWHERE, None, None, views=views, mask=mask))
    budget = {part.cause: part.u for part in found["delta_e00"].budget}

    assert budget["colour"] == pytest.approx(0.2 * TRUE_DIFFERENCE)
    assert found["delta_e00"].U > 0.4 * TRUE_DIFFERENCE
    assert "colour" not in {part.cause for part in found["area"].budget}


# What cannot be measured


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


# Regions


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
