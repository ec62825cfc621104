"""Colours through a calibration record: where they are claimed, and that they are true."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from calibration.calibrated_colour import CalibratedColour, calibrated_colour
from calibration.characterisation import characterise
from calibration.chart.finding import find_chart
from calibration.chart.reading import evened, read_patches
from calibration.chart.reference import BATCHES
from calibration.colour import delta_e00
from calibration.errors import CalibrationError
from calibration.light.flat_field import FlatField
from calibration.record import Calibration
from calibration.rendering.chart import ChartScene, ColourCamera
from calibration.rendering.spectra import white_led
from calibration.sections.photometry import Lamp
from calibration.sections.provenance import CameraIdentity

SIZE = (800, 600)
FALL = 1 - 0.35 * (np.arange(9) + 0.5) / 9
FIELD = FlatField(np.tile(FALL / FALL.max(), (9, 1)))


@pytest.fixture(scope="module")
def record() -> Calibration:
    """A camera's record, from a chart under a lamp that falls off from left to right."""
    scene = ChartScene(light=white_led(), falloff=0.35)
    picture = scene.pictured(ColourCamera())
    patches = evened(read_patches(picture, find_chart(picture)), FIELD, SIZE)
    made = characterise(patches, "since-2014-11")
    return Calibration(
        "bench-1",
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 7, 1, tzinfo=UTC),
        "a test",
        CameraIdentity("bench", *SIZE),
        colour=made.section("bright"),
        lamps=(Lamp("bright", (0.7, 0.7, 0.7), FIELD.grid()),),
    )


def colours(record: Calibration) -> CalibratedColour:
    found = calibrated_colour(record, "bright")
    assert found is not None
    return found


def test_the_chart_has_its_true_colours_wherever_it_lies(record: Calibration) -> None:
    for centre, turned in (((230.0, 300.0), 90.0), ((560.0, 320.0), -90.0)):
        scene = ChartScene(
            light=white_led(), falloff=0.35, centre=centre, turned_deg=turned, pitch_px=50
        )
        picture = scene.pictured(ColourCamera(), seed=4)
        lab = colours(record).lab(picture)
        seen = np.array(
            [
                np.median(lab[round(y) - 6 : round(y) + 7, round(x) - 6 : round(x) + 7], (0, 1))
                for x, y in find_chart(picture).centres
            ]
        )
        errors = delta_e00(seen, BATCHES["since-2014-11"])

        assert errors.mean() < 1.5


def test_a_difference_is_off_by_no_more_than_its_uncertainty_says(record: Calibration) -> None:
    picture = ChartScene(batch="before-2014-11", light=white_led(), falloff=0.35).pictured(
        ColourCamera(), seed=9
    )
    chart, truth = find_chart(picture), BATCHES["before-2014-11"]
    lab = colours(record).lab(picture)
    seen = np.array(
        [
            np.median(lab[round(y) - 8 : round(y) + 9, round(x) - 8 : round(x) + 9], (0, 1))
            for x, y in chart.centres
        ]
    )
    one, other = np.triu_indices(24, 1)
    true = delta_e00(truth[one], truth[other])
    found = delta_e00(seen[one], seen[other])
    near = (true > 3) & (true < 40)
    within = np.abs(found - true)[near] <= colours(record).U_difference * true[near]

    assert within.mean() > 0.9
    assert colours(record).U_difference < 0.3


def test_a_crop_is_the_same_part_of_the_whole(record: Calibration) -> None:
    picture = ChartScene(light=white_led()).pictured(ColourCamera())
    crop = np.s_[100:140, 200:260]

    assert colours(record).lab(picture, crop) == pytest.approx(colours(record).lab(picture)[crop])


def test_nothing_is_claimed_without_correction_flat_field_or_that_lamp(
    record: Calibration,
) -> None:
    assert calibrated_colour(None, "bright") is None
    assert calibrated_colour(record, "raking") is None
    assert calibrated_colour(replace(record, colour=None), "bright") is None
    assert calibrated_colour(replace(record, lamps=()), "bright") is None


def test_a_picture_of_another_size_is_refused(record: Calibration) -> None:
    with pytest.raises(CalibrationError, match="800 x 600"):
        colours(record).lab(np.zeros((60, 80, 3), np.uint8))
