"""Sizes follow from scale and height, and their stated uncertainty covers the truth."""

import math

import cv2
import numpy as np
import pytest

from calibration.measure import EDGE_PX, KINDS, measure
from calibration.plane import Height, Scale
from calibration.region import region_of_mask
from tests.support.drawn import arc, ellipse, stroke
from tests.support.measured import CARTON, NOWHERE, SIZE, by_quantity, right, sized, stadium_area
from tests.support.records import LENS, parsed


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
