"""Fitting a camera's colours to a chart: rendered truth, held-out patches, and the choice made."""

from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.characterisation import Characterisation, characterise
from calibration.chart.finding import find_chart
from calibration.chart.reading import Patches, read_patches
from calibration.chart.reference import BATCHES, Batch, chart_positions
from calibration.colour import delta_e00, linear_to_lab_d50
from calibration.correction import Correction, fit_correction, terms_of, toned
from calibration.rendering.chart import ChartScene, ColourCamera
from calibration.rendering.spectra import (
    daylight,
    exposed,
    incandescent,
    reflectances,
    tristimulus,
    white_led,
)
from calibration.report.figures import chart_figure
from tests.support.charts import pictured

Floats = NDArray[np.float64]
SINCE = BATCHES["since-2014-11"]


def read(scene: ChartScene, sensor: ColourCamera | None = None) -> Patches:
    picture = pictured(scene, sensor)
    return read_patches(picture, find_chart(picture))


def of_colours(linear: Floats) -> Patches:
    """Patches of these colours, without noise, as if evenly lit."""
    return Patches(
        linear,
        np.full((24, 3), 1e-4),
        np.zeros(24),
        np.full(24, 400),
        chart_positions() * 50,
    )


def seen(light: Floats, batch: Batch = "since-2014-11", bend: float = 1.0) -> Floats:
    """What a camera balanced for a light makes of the chart, before 8 bits and noise."""
    sensor = ColourCamera(balanced_for=light, bend=bend)
    white = exposed(np.ones((36, 1)), light)[0]
    mixed = exposed(reflectances(batch), light) / white @ np.array(sensor.matrix).T
    return np.asarray(np.clip(mixed * sensor.exposure, 0, 1) ** bend)


@pytest.mark.parametrize("batch", ["before-2014-11", "since-2014-11"])
def test_the_rendered_chart_has_the_colours_of_its_batch(batch: Batch) -> None:
    from calibration.colour import D50_WHITE, xyz_to_lab

    lab = xyz_to_lab(tristimulus(reflectances(batch), daylight(5000.0)), D50_WHITE)

    assert lab == pytest.approx(BATCHES[batch], abs=0.01)


@pytest.mark.parametrize(
    ("batch", "light"),
    [
        ("before-2014-11", white_led()),
        ("since-2014-11", white_led(1.1)),
        ("since-2014-11", daylight(6500.0)),
    ],
    ids=["before, led", "since, cool led", "since, daylight"],
)
def test_held_out_patches_come_out_within_one_and_a_half(batch: Batch, light: Floats) -> None:
    patches = read(ChartScene(batch=batch, light=light, turned_deg=35, slant=0.1))
    made = characterise(patches, batch)

    assert made.de00["mean"] <= 1.5
    assert made.de00["before_mean"] > 2 * made.after.mean()
    assert made.held_out.mean() > made.after.mean()


def test_the_true_colour_of_an_unseen_pigment_comes_out_too() -> None:
    light = white_led()
    fitted = characterise(of_colours(seen(light)), "since-2014-11").correction
    other = seen(light, "before-2014-11")
    error = delta_e00(linear_to_lab_d50(fitted.linear(other)), BATCHES["before-2014-11"])

    assert error.mean() <= 1.5


@pytest.mark.parametrize("batch", ["before-2014-11", "since-2014-11"])
def test_the_batch_is_told_from_the_patches_and_said(batch: Batch) -> None:
    made = characterise(of_colours(seen(daylight(5000.0), batch)))

    assert (made.batch, made.batch_source) == (batch, "detected")


def test_a_batch_that_cannot_be_told_is_assumed_and_said() -> None:
    between = (seen(white_led()) + seen(white_led(), "before-2014-11")) / 2
    made = characterise(of_colours(between))

    assert (made.batch, made.batch_source) == ("since-2014-11", "assumed")


def test_the_simplest_map_is_taken_unless_a_richer_one_is_clearly_better() -> None:
    plain = characterise(of_colours(seen(white_led())), "since-2014-11")
    bent = characterise(of_colours(seen(white_led(), bend=1.25)), "since-2014-11")
    incandescently = characterise(of_colours(seen(incandescent(2856.0))), "since-2014-11")

    assert plain.correction.kind == "linear"
    assert plain.correction.tone == (1.0, 0.0)
    assert 1 / bent.correction.tone[0] == pytest.approx(1.25, abs=0.05)
    assert incandescently.correction.kind == "root-polynomial"
    for made in (plain, bent, incandescently):
        chosen = [trial for trial in made.trials if trial.taken][-1]
        assert chosen.kind == made.correction.kind
        assert chosen.half == pytest.approx(made.de00["mean"])


@pytest.mark.parametrize("kind", ["linear", "root-polynomial"])
@pytest.mark.parametrize("exposure", [0.3, 0.8])
def test_a_darker_picture_of_a_colour_keeps_its_chromaticity(kind: str, exposure: float) -> None:
    camera = seen(white_led())
    fitted = fit_correction(
        camera, SINCE, "linear" if kind == "linear" else "root-polynomial", bend=False
    )

    assert fitted.linear(camera * exposure) == pytest.approx(fitted.linear(camera) * exposure)


def test_the_terms_are_those_of_finlayson() -> None:
    light = np.array([[0.04, 0.09, 0.16]])

    assert terms_of(light, "root-polynomial")[0] == pytest.approx(
        [0.04, 0.09, 0.16, 0.06, 0.12, 0.08]
    )


def test_the_tone_curve_rises_without_a_step() -> None:
    light = np.linspace(0, 1, 2001)
    curve = toned(light, (1.2, 0.05))

    assert curve[0] == 0
    assert curve[-1] == pytest.approx(1)
    assert np.all(np.diff(curve) > 0)
    assert np.diff(curve).max() < 0.01


def test_a_picture_keeps_its_shape() -> None:
    untouched = Correction("linear", (1.0, 0.0), (1.0, 1.0, 1.0), np.eye(3))
    picture = np.full((4, 5, 3), 255, dtype=np.uint8)

    assert untouched.lab(picture) == pytest.approx(
        np.broadcast_to([100, 0, 0], (4, 5, 3)), abs=0.05
    )


def test_light_that_falls_off_over_the_chart_is_told(made: Characterisation) -> None:
    fallen = characterise(read(ChartScene(light=white_led(), falloff=0.4)), "since-2014-11")

    assert made.gradient < 0.05
    assert fallen.gradient > 0.1


def test_noise_of_the_white_patch_is_told_in_lightness(made: Characterisation) -> None:
    loud = ColourCamera(balanced_for=white_led(), shot=2e-3)
    noisy = characterise(read(ChartScene(light=white_led()), loud), "since-2014-11")

    assert made.noise_lightness < 0.5
    assert noisy.noise_lightness > 3 * made.noise_lightness


@pytest.fixture(scope="module")
def made() -> Characterisation:
    return characterise(read(ChartScene(light=white_led())), "since-2014-11")


def test_the_reports_chart_shows_each_patch_before_and_after(made: Characterisation) -> None:
    figure = ElementTree.fromstring(chart_figure(made))
    texts = [each.text or "" for each in figure.iter("{http://www.w3.org/2000/svg}text")]
    colours = [each.get("fill") for each in figure.iter("{http://www.w3.org/2000/svg}rect")]

    assert texts[0] == f"{made.before[0]:.1f} → {made.held_out[0]:.1f}"
    assert len(texts) == 24
    assert len(colours) == 3 * 24
    assert colours[0] != colours[1]
