"""Sharpness: edges whose response is known, and the field of a rendered sheet."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.focus import focus_of
from calibration.rendering.planar import Flat, Glow, PlanarCamera, Sensor, on_bench
from calibration.sections.geometry import BenchPlane, Lens
from calibration.sharpness import FREQUENCIES, edge_response, edges_by_channel
from calibration.targets.sheets import edge_sheet

Floats = NDArray[np.float64]
SIZE = (960, 720)


def edge(sigma: float, degrees: float, pixels: int = 64, *, lying: bool = False) -> Floats:
    """A slanted edge behind a Gaussian of `sigma` px, each pixel the mean over its square."""
    fine = 12
    y, x = (np.mgrid[: pixels * fine, : pixels * fine] + 0.5) / fine - 0.5
    middle = (pixels - 1) / 2
    slope = math.tan(math.radians(degrees))
    away = (x - middle - slope * (y - middle)) * math.cos(math.radians(degrees))
    z = away / (sigma * math.sqrt(2))
    # The error function to 1e-3 is enough: Winitzki's formula.
    share = 4 / math.pi + 0.147 * z**2
    rising = np.sign(z) * np.sqrt(1 - np.exp(-(z**2) * share / (1 + 0.147 * z**2)))
    light = 0.1 + 0.7 * (0.5 + 0.5 * rising)
    square = light.reshape(pixels, fine, pixels, fine).mean(axis=(1, 3))
    return np.asarray(square.T if lying else square)


def known_response(sigma: float, degrees: float) -> Floats:
    """Gaussian times the pixel's own square, across the edge."""
    angle = math.radians(degrees)
    square = np.sinc(FREQUENCIES * math.cos(angle)) * np.sinc(FREQUENCIES * math.sin(angle))
    return np.asarray(np.exp(-2 * (np.pi * FREQUENCIES * sigma) ** 2) * square)


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("degrees", [3.0, 5.0, -12.0])
@pytest.mark.parametrize("lying", [False, True], ids=["upright", "lying"])
def test_the_response_of_a_known_edge_comes_out(sigma: float, degrees: float, lying: bool) -> None:
    chance = np.random.default_rng(1)
    light = edge(sigma, degrees, lying=lying)
    found = edge_response(light + chance.normal(0, 0.003, light.shape))
    truth = known_response(sigma, degrees)

    assert found.mtf[:40] == pytest.approx(truth[:40], abs=0.03)
    assert found.mtf50 == pytest.approx(np.interp(-0.5, -truth, FREQUENCIES), rel=0.03)


def test_a_mirrored_edge_has_the_same_response() -> None:
    light = edge(0.8, 6)

    assert edge_response(light[:, ::-1]).mtf50 == pytest.approx(
        edge_response(light).mtf50, rel=0.01
    )


@pytest.mark.parametrize(
    ("light", "said"),
    [
        (np.full((40, 40), 0.5), "no edge"),
        (np.tile(np.repeat([0.1, 0.8], 30), (60, 1)), "slanted by 0.0°"),
        (np.minimum(edge(1.0, 5) * 1.4, 1.0), "clipped"),
        (edge(1.0, 5)[:12, :12], "at least 20 x 20"),
    ],
)
def test_what_is_no_slanted_edge_is_refused(light: Floats, said: str) -> None:
    with pytest.raises(CalibrationError, match=said):
        edge_response(np.asarray(light, dtype=np.float64))


def test_colours_that_lie_apart_are_told() -> None:
    light = edge(0.8, 6, 80)
    shifted = np.stack([light[:, 2:-2], light[:, 2:-2], light[:, 1:-3]], axis=-1)
    codes = np.where(shifted <= 0.0031308, shifted * 12.92, 1.055 * shifted ** (1 / 2.4) - 0.055)
    _, shift = edges_by_channel(np.asarray(np.round(codes * 255), np.uint8))

    assert shift == pytest.approx(math.cos(math.radians(6)), abs=0.05)


def pictured(blur_px: float, *, shift_mm: float = 0.0) -> NDArray[np.uint8]:
    """The sheet of slanted edges on the bench, filling the picture."""
    camera = PlanarCamera(Lens(1200, 1200, 479.5, 359.5, (-0.05, 0.02, 0, 0, 0)), SIZE)
    pose = on_bench(BenchPlane((0, 0, 1), 375.0, 0.001), (148.5, 105.0), x_mm=shift_mm)
    light = camera.sees([Flat(edge_sheet().raster(4.0), 0.25, pose)], blur_px=blur_px)
    return Sensor().develop(light * Glow().over(SIZE), np.random.default_rng(0))


def test_a_sharp_lens_passes_and_a_defocused_one_is_named() -> None:
    sharp, soft = focus_of(pictured(0.5)), focus_of(pictured(1.8))

    assert sharp.verdict == "pass"
    assert len(sharp.corners) == 4
    assert soft.verdict == "fail"
    assert soft.middle.mtf50 < 0.6 * sharp.middle.mtf50
    assert {each.quantity for each in soft.results if each.verdict == "fail"} == {
        "sampling efficiency",
        "mtf50",
    }
    assert all("focus ring" in (each.remedy or "") for each in soft.results if each.remedy)


def test_a_sheet_that_leaves_corners_out_is_no_measure_of_the_field() -> None:
    results = focus_of(pictured(0.5, shift_mm=40.0)).results

    assert any("towards the" in (each.reason or "") for each in results)


def test_a_picture_without_slanted_squares_says_what_to_print() -> None:
    with pytest.raises(CalibrationError, match="calibrate target edge"):
        focus_of(np.full((240, 320, 3), 200, np.uint8))
