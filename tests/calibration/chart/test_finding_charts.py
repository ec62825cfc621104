"""Finding the 24-patch chart: any way it lies, and what is wrong where it cannot be read."""

from typing import Literal

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.chart.finding import ChartError, find_chart
from calibration.rendering.chart import ChartScene, ColourCamera
from calibration.rendering.spectra import incandescent, white_led
from tests.support.charts import photograph, photographs, pictured

Picture = NDArray[np.uint8]


def fault_of(rgb: Picture) -> str:
    with pytest.raises(ChartError) as refusal:
        find_chart(np.ascontiguousarray(rgb))
    assert str(refusal.value).endswith(".")
    return refusal.value.fault


def places(scene: ChartScene) -> NDArray[np.float64]:
    corners = np.array([[0, 0], [5, 0], [5, 3], [0, 3]], dtype=np.float64)
    return cv2.perspectiveTransform(corners[None], scene.homography)[0]


def drawn(count: int) -> list[tuple[float, Literal["full", "mini"], float, float]]:
    """Rotations, kinds, slants and pitches, the same on every machine."""
    chance = np.random.default_rng(7)
    return [
        (
            float(chance.uniform(-180, 180)),
            "mini" if number % 2 else "full",
            float(chance.uniform(-0.2, 0.2)),
            float(chance.uniform(32, 60)),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(("turned", "kind", "slant", "pitch"), drawn(8))
def test_a_chart_is_found_where_it_lies_at_any_rotation(
    turned: float, kind: Literal["full", "mini"], slant: float, pitch: float
) -> None:
    scene = ChartScene(kind=kind, light=white_led(), turned_deg=turned, slant=slant, pitch_px=pitch)
    chart = find_chart(pictured(scene))

    assert chart.centres[[0, 5, 23, 18]] == pytest.approx(places(scene), abs=1.5)
    assert chart.kind == kind


def test_the_rotation_is_told() -> None:
    upside_down = find_chart(pictured(ChartScene(turned_deg=180, light=white_led())))

    assert abs(upside_down.turned_deg) == pytest.approx(180, abs=1)


def test_a_mirrored_chart_is_named() -> None:
    picture = pictured(ChartScene(turned_deg=25, light=white_led()))

    assert fault_of(picture[:, ::-1]) == "mirrored"
    assert fault_of(picture[::-1]) == "mirrored"


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_cropped_chart_is_named_with_the_patches_it_lacks(side: str) -> None:
    cut = {
        "left": np.s_[:, 275:],
        "right": np.s_[:, :525],
        "top": np.s_[241:, :],
        "bottom": np.s_[:358, :],
    }
    picture = pictured(ChartScene(light=white_led()))[cut[side]]

    assert fault_of(picture) == "cropped"
    with pytest.raises(ChartError, match="F4" if side in ("right", "bottom") else "A1"):
        find_chart(np.ascontiguousarray(picture))


def test_covered_patches_are_named() -> None:
    with pytest.raises(ChartError, match=r"B2, C2 do not look like") as refusal:
        find_chart(pictured(ChartScene(light=white_led(), covered=(7, 8))))

    assert refusal.value.fault == "covered"


def test_two_charts_are_too_many() -> None:
    first = ChartScene(light=white_led(), centre=(200, 200), pitch_px=38)
    second = ChartScene(light=white_led(), centre=(570, 400), pitch_px=38, turned_deg=70)
    light = second.raw(onto=first.raw())
    chance = np.random.default_rng(0)

    assert fault_of(ColourCamera(balanced_for=white_led()).develops(light, chance)) == "several"


def test_a_picture_without_a_chart_has_none() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)

    assert fault_of(np.full((240, 320, 3), 200, np.uint8)) == "absent"
    assert fault_of(noise) == "absent"


def test_a_grid_of_other_colours_is_no_chart() -> None:
    picture = pictured(ChartScene(light=white_led()))

    assert fault_of(picture[..., [2, 0, 1]]) == "unlike"


def test_a_chart_is_found_under_a_light_that_the_camera_is_not_balanced_for() -> None:
    scene = ChartScene(light=incandescent(2856.0), turned_deg=-40)
    chart = find_chart(pictured(scene, ColourCamera(balanced_for=white_led(1.1))))

    assert chart.centres[[0, 5, 23, 18]] == pytest.approx(places(scene), abs=1.5)


def test_every_photographed_chart_is_found_without_its_markers() -> None:
    found = {}
    for path in photographs():
        picture = photograph(path)
        small = cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
        found[path.stem] = find_chart(np.asarray(small, np.uint8)).kind

    assert len(found) == 17
    assert all(kind == ("mini" if "mini" in name else "full") for name, kind in found.items())
