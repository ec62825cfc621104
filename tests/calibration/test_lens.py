"""A lens from pictures of a board: how near the truth, and what is refused or judged."""

import dataclasses

import numpy as np
import pytest

from calibration.boards.board import Board
from calibration.boards.finding import find_board
from calibration.errors import CalibrationError
from calibration.lens.calibrate import LensCalibration, calibrate_lens
from calibration.lens.fit import half_set_difference
from calibration.rendering.planar import PlanarCamera
from calibration.rendering.views import lens_views
from tests.support.pictured_boards import SIZE, TRUE_LENS, Shown, careful_views, shown

CHARUCO = Board.parse("charuco:11x7:24:18")


@pytest.fixture(scope="module")
def views() -> list[Shown]:
    return careful_views(CHARUCO)


@pytest.fixture(scope="module")
def calibrated(views: list[Shown]) -> LensCalibration:
    return calibrate_lens(views, CHARUCO)


def results(calibration: LensCalibration) -> dict[str, str]:
    return {each.quantity: each.verdict for each in calibration.results}


def test_a_carefully_pictured_lens_is_found_and_passes(calibrated: LensCalibration) -> None:
    lens = calibrated.lens

    assert lens.fx == pytest.approx(TRUE_LENS.fx, rel=0.002)
    assert lens.fy == pytest.approx(TRUE_LENS.fy, rel=0.002)
    assert half_set_difference(lens, TRUE_LENS, SIZE) < 0.5
    assert calibrated.verdict == "pass", results(calibrated)
    assert lens.views_used == 27
    assert lens.rms_px is not None
    assert lens.holdout_rms_px is not None
    assert lens.rms_px <= lens.holdout_rms_px < 1.2 * lens.rms_px


@pytest.mark.parametrize("name", ["chessboard:9x6", "squares:6x4:20:20", "charuco:11x7:24:18"])
def test_corners_are_found_to_a_tenth_of_a_pixel(name: str) -> None:
    board = Board.parse(name, 24.0 if name.startswith("chess") else None)
    poses = lens_views(TRUE_LENS, SIZE, board, 2)
    camera = PlanarCamera(TRUE_LENS, SIZE)

    for pose, picture in zip(poses, shown(board, poses), strict=True):
        grey = picture.grey()
        assert grey is not None
        sighting = find_board(grey, board)
        assert sighting is not None
        # Boards without numbers may be read from another corner: compare with the nearest.
        truth = camera.pixels(board.corners, pose)
        off = np.linalg.norm(sighting.pixels[:, None] - truth[None], axis=2).min(axis=1)
        assert np.sqrt((off**2).mean()) < 0.1


def test_similar_views_stay_in_the_fit_and_lower_the_coverage(views: list[Shown]) -> None:
    alike = calibrate_lens(views[:5] + [views[0]] * 15, CHARUCO)

    assert alike.lens.views_used == 20
    assert results(alike)["distinct views"] == "fail"
    assert alike.verdict == "fail"
    failed = next(each for each in alike.results if each.quantity == "distinct views")
    assert failed.reason == "too few views that differ from each other"
    assert failed.remedy


def test_too_few_views_are_refused_with_their_number(views: list[Shown]) -> None:
    with pytest.raises(CalibrationError, match=r"found in 2 of 2 pictures .*at least 3"):
        calibrate_lens(views[:2], CHARUCO)


def test_pictures_without_the_board_say_what_to_check() -> None:
    blank = [Shown(f"{n}.png", np.full((480, 640), 90, np.uint8)) for n in range(4)]

    with pytest.raises(CalibrationError, match=r"found in 0 of 4 pictures.* check --board"):
        calibrate_lens(blank, CHARUCO)


def test_a_picture_of_another_size_is_left_out_and_named(views: list[Shown]) -> None:
    small = Shown("small.png", views[3].grey()[:360])
    broken = Shown("notes.txt", None)
    mixed = calibrate_lens([*views[:4], small, broken], CHARUCO)

    assert {each.name: each.reason for each in mixed.rejected} == {
        "notes.txt": "it cannot be read as a picture",
        "small.png": "its size 640 x 360 is not the others' 640 x 480",
    }
    assert mixed.lens.views_rejected == 2


def test_pictures_of_two_sizes_in_equal_number_are_refused(views: list[Shown]) -> None:
    grey = views[3].grey()
    assert grey is not None
    half = [Shown(f"{n}.png", grey[:360]) for n in range(3)]

    with pytest.raises(CalibrationError, match="different sizes"):
        calibrate_lens([*views[:3], *half], CHARUCO)


def test_another_chessboard_than_named_is_named() -> None:
    board = Board.parse("chessboard:9x6", 24.0)
    pictures = shown(board, lens_views(TRUE_LENS, SIZE, board, 3))

    with pytest.raises(CalibrationError, match="shows chessboard:9x6, not chessboard:8x6"):
        calibrate_lens(pictures, Board.parse("chessboard:8x6"))


def test_another_charuco_board_than_named_is_named(views: list[Shown]) -> None:
    with pytest.raises(CalibrationError, match="beyond the last"):
        calibrate_lens(views[:3], Board.parse("charuco:8x5:24:18"))
    with pytest.raises(CalibrationError, match="found in 0 of 3"):
        calibrate_lens(views[:3], Board.parse("charuco:14x10:24:18"))


def test_a_board_printed_at_97_percent_one_way_is_named() -> None:
    poses = lens_views(TRUE_LENS, SIZE, CHARUCO, 9)
    narrow = calibrate_lens(shown(CHARUCO, poses, stretch=0.97), CHARUCO)

    assert results(narrow)["board aspect"] == "fail"


@pytest.mark.slow
def test_a_lens_refocused_halfway_does_not_pass(views: list[Shown]) -> None:
    other = dataclasses.replace(TRUE_LENS, fx=840.0, fy=841.0)
    poses = lens_views(TRUE_LENS, SIZE, CHARUCO, 27)
    mixed = [*views[:14], *shown(CHARUCO, poses[14:22], other)]

    assert calibrate_lens(mixed, CHARUCO).verdict != "pass"


def test_a_misread_view_is_left_out_and_named(views: list[Shown]) -> None:
    grey = views[4].grey()
    assert grey is not None
    bent = np.asarray(grey).copy()
    bent[:, 320:] = np.roll(bent[:, 320:], 4, axis=0)
    result = calibrate_lens([*views[:8], Shown("bent.png", bent)], CHARUCO)

    assert [each.name for each in result.rejected] == ["bent.png"]
    assert "px from where the others' lens puts them" in result.rejected[0].reason


@pytest.mark.parametrize(
    "text",
    ["", "chessboard", "chessboard:8", "chessboard:8x6x3", "chessboard:1x6", "charuco:99x99",
     "charuco:5x5:30:40", "charuco:5x5:30:20:DICT_NONE", "squares:8x8", "squares:8x8:0:1"],
)  # fmt: skip
def test_what_is_no_board_is_refused(text: str) -> None:
    with pytest.raises(CalibrationError):
        Board.parse(text)


def test_the_square_as_measured_scales_the_whole_board() -> None:
    board = Board.parse("squares:8x8:0.5:0.38889", 12.7)

    assert board.gap_mm == pytest.approx(12.7 * 0.38889 / 0.5)
    assert Board.parse("charuco:11x7:24:18", 23.28).marker_mm == pytest.approx(17.46)
    assert Board.parse("chessboard:8x6", 25.0).corners[1] == pytest.approx([25.0, 0.0])
