"""A stain's colour differs from its surround by what was painted, as surely as is said."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.calibrated_colour import true_srgb
from calibration.colour import delta_e00, srgb_to_lab
from calibration.measure import Measurement, measure
from calibration.views import Views
from tests.support.drawn import Mask, ellipse
from tests.support.measured import NOWHERE, SIZE, by_quantity, right

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
