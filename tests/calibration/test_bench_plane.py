"""The bench from a board lying on it: bias, tilt, and what is refused or judged."""

import dataclasses
import math

import numpy as np
import pytest

from calibration.bench_plane import Bar, PlaneCalibration, calibrate_plane
from calibration.boards.board import Board
from calibration.boards.finding import Sighting
from calibration.errors import CalibrationError
from calibration.rendering.planar import PlanarCamera, Pose, on_bench
from calibration.sections.geometry import BenchPlane
from tests.support.pictured_boards import SIZE, TRUE_LENS

BOARD = Board.parse("charuco:8x6:20:15")
LEAN = math.radians(1.5)
BENCH = BenchPlane((math.sin(LEAN), 0.0, math.cos(LEAN)), 620.0, 0.0)
PLACES = [(0, 0), (-150, -100), (150, -100), (-150, 100), (150, 100)]
CALIPER = Bar(100.0, 0.05)


def poses(bench: BenchPlane = BENCH) -> list[Pose]:
    middle = (80.0, 60.0)
    return [
        on_bench(bench, middle, x_mm=x, y_mm=y, turned_deg=20.0 * n)
        for n, (x, y) in enumerate(PLACES)
    ]


def sightings(laid: list[Pose], *, noise_px: float = 0.06, printed: float = 1.0) -> list[Sighting]:
    """Corners as a finder gives them, with its noise; `printed` is the sheet's true scale."""
    chance = np.random.default_rng(3)
    camera = PlanarCamera(TRUE_LENS, (64, 48))
    corners = BOARD.corners
    return [
        Sighting(
            camera.pixels(corners * printed, pose) + chance.normal(0, noise_px, corners.shape),
            corners,
            np.arange(len(corners)),
        )
        for pose in laid
    ]


def calibrated(seen: list[Sighting], bar: Bar | None = CALIPER) -> PlaneCalibration:
    return calibrate_plane(TRUE_LENS, SIZE, seen, bar)


def verdicts(calibration: PlaneCalibration) -> dict[str, str]:
    return {each.quantity: each.verdict for each in calibration.results}


def test_scale_and_pose_are_found_within_a_thousandth() -> None:
    result = calibrated(sightings(poses()))
    plane = result.plane

    assert plane.distance_mm == pytest.approx(620.0, rel=0.001)
    assert plane.normal == pytest.approx(BENCH.normal, abs=0.001)
    assert plane.bias_relative == pytest.approx(0.0, abs=0.001)
    assert abs(plane.distance_mm - 620.0) <= plane.U_distance_mm
    assert abs(plane.tilt_deg - 1.5) <= plane.U_tilt_deg
    assert 0.0005 < plane.U_relative < 0.002
    assert result.verdict == "pass", verdicts(result)


def test_without_a_measured_bar_the_millimetres_do_not_pass() -> None:
    result = calibrated(sightings(poses()), None)

    assert verdicts(result)["U of a length"] == "fail"
    assert result.plane.U_relative >= 0.01


def test_a_target_printed_at_97_percent_is_named_and_its_measured_bar_sets_it_right() -> None:
    seen = sightings(poses(), printed=0.97)
    blind = calibrated(seen)
    told = calibrated(seen, Bar(97.0, 0.05))

    assert blind.plane.distance_mm == pytest.approx(620 / 0.97, rel=0.001)
    assert told.plane.distance_mm == pytest.approx(620, rel=0.001)
    printed = next(each for each in told.results if each.quantity == "print scale")
    assert printed.verdict == "marginal"
    assert printed.reason == "the target was printed at 97.0%"


@pytest.mark.parametrize("millimetres", [10.0, 970.0, math.nan])
def test_a_bar_that_cannot_be_is_refused(millimetres: float) -> None:
    with pytest.raises(CalibrationError, match="cannot be the sheet's bar"):
        Bar(millimetres)


def test_a_camera_that_moved_between_the_pictures_is_noticed() -> None:
    lean = math.radians(3.0)
    moved = dataclasses.replace(BENCH, normal=(math.sin(lean), 0.0, math.cos(lean)))
    seen = sightings([*poses()[:3], *poses(moved)[3:]], noise_px=0.03)

    assert verdicts(calibrated(seen))["places agree"] != "pass"


def test_too_few_places_are_refused() -> None:
    with pytest.raises(CalibrationError, match=r"at 2 places .* at least 3"):
        calibrated(sightings(poses()[:2]))
