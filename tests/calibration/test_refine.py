"""Rough outlines found again on drawn pictures whose true edges are known."""

import math

import cv2
import numpy as np
import pytest

from calibration.measurands import KINDS
from calibration.refine import Refined, refine
from calibration.region import Cells, Region, region_of_mask
from calibration.views import Picture, Views
from tests.support.drawn import Mask, ellipse, stroke

SIZE = 160
BOARD, COFFEE = (0.42, 0.26, 0.12), (0.20, 0.10, 0.045)


def encoded(light: np.ndarray) -> Picture:
    light = np.clip(light, 0, 1)
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * code), np.uint8)


def pictured(
    cover: np.ndarray, inner: tuple[float, ...] = COFFEE, *, blur: float = 1.2, noise: float = 0.003
) -> Picture:
    """A fault of `cover` on an even board, as a camera sees it: blur and noise in linear light."""
    light = np.array(BOARD) + cover[..., None] * (np.array(inner) - np.array(BOARD))
    light = cv2.GaussianBlur(light, (0, 0), blur)
    return encoded(light + np.random.default_rng(4).normal(0, noise, light.shape))


def found(kind: str, rough: Mask | Cells, views: Views) -> Refined:
    outlining = KINDS[kind].outlining
    assert outlining is not None
    return refine(region_of_mask(rough, (0, 0)), views, outlining)


def grown(mask: Mask, px: int) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * px + 1, 2 * px + 1))
    return np.asarray(cv2.dilate(mask, disc), np.uint8)


def pixels(region: Region) -> Cells:
    return region.covers((slice(0, SIZE), slice(0, SIZE)))


@pytest.mark.parametrize("inner", [COFFEE, (0.9, 0.85, 0.8), (0.40, 0.20, 0.16)])
def test_a_stain_outlined_too_wide_or_too_narrow_is_found_at_its_edge(
    inner: tuple[float, ...],
) -> None:
    true = ellipse((80, 78), (30, 18), 0.4, SIZE)
    area = math.pi * 30 * 18
    views = Views(pictured(true.astype(np.float64), inner))
    for rough in (grown(true, 4), ellipse((82, 77), (25, 15), 0.4, SIZE)):
        assert abs(np.count_nonzero(rough) / area - 1) > 0.2

        refined = found("stain", rough, views)

        assert refined.region.area_px2 == pytest.approx(area, rel=0.04)
        assert refined.contrast > 3


def test_the_edge_lies_half_way_in_light_and_not_in_code_values() -> None:
    """A white spot on black under strong blur: half its code value lies far out on its skirt."""
    true = ellipse((80, 80), (20, 20), 0.0, SIZE)
    light = cv2.GaussianBlur(np.repeat(true[..., None] * 0.9 + 0.005, 3, axis=2), (0, 0), 3.0)
    picture = encoded(light)
    by_code = np.count_nonzero(picture[..., 1] > 128)

    refined = found("stain", grown(true, 3), Views(picture))

    assert by_code > 1.15 * math.pi * 400
    assert refined.region.area_px2 == pytest.approx(math.pi * 400, rel=0.03)


def test_where_nothing_shows_the_outline_stays_and_has_no_contrast() -> None:
    rough = ellipse((80, 80), (24, 16), 0.0, SIZE)
    refined = found("stain", rough, Views(pictured(np.zeros((SIZE, SIZE)))))

    assert refined.contrast < 1
    assert refined.region.area_px2 == pytest.approx(np.count_nonzero(rough), rel=0.12)


def test_what_looks_alike_beside_the_item_is_no_part_of_the_fault() -> None:
    true = ellipse((60, 80), (20, 20), 0.0, SIZE)
    beside = np.zeros((SIZE, SIZE))
    beside[:, 75:] = 1
    within = beside == 0
    refined = found(
        "stain", grown(true, 3), Views(pictured(np.maximum(true, beside)), within=within)
    )

    assert not pixels(refined.region)[~within].any()


def test_a_scratch_is_followed_past_the_end_that_was_seen() -> None:
    line = np.array([[20.0, 60.0], [80.0, 84.0], [140.0, 90.0]])
    true = stroke(line, 3.0, SIZE)
    seen = stroke(np.array([[20.0, 60.0], [80.0, 84.0], [100.0, 86.0]]), 7.0, SIZE)
    refined = found("scratch", seen, Views(pictured(true.astype(np.float64), (0.8, 0.75, 0.7))))

    assert np.flatnonzero(pixels(refined.region).any(axis=0)).max() == pytest.approx(140, abs=3)
    assert refined.region.area_px2 < 1.4 * np.count_nonzero(true)


def test_a_low_lamp_shows_an_edge_that_the_even_light_does_not() -> None:
    true = ellipse((80, 80), (26, 18), 0.2, SIZE).astype(np.float64)
    even = pictured(np.zeros((SIZE, SIZE)))
    low = pictured(true)
    rough = grown(true.astype(np.uint8), 4)

    blind, lit = (found("stain", rough, v) for v in (Views(even), Views(even, (low,))))

    assert lit.contrast > 3 > blind.contrast
    assert lit.region.area_px2 == pytest.approx(math.pi * 26 * 18, rel=0.05)


def test_a_fault_outside_the_pictures_comes_back_as_it_is() -> None:
    rough = region_of_mask(np.ones((5, 5), np.uint8), (500, 500))
    outlining = KINDS["stain"].outlining
    assert outlining is not None

    assert refine(rough, Views(pictured(np.zeros((SIZE, SIZE)))), outlining) == Refined(rough, 0.0)
    assert refine(rough, Views(), outlining) == Refined(rough, 0.0)
