from dataclasses import replace

import pytest

from station.domain.faults import FaultCode
from station.domain.picture import USUAL_EDGE, PictureFacts, PictureLimits

GOOD = PictureFacts(
    sharpness=3.0, evenness=0.9, clipped=0.01, glare=0.0, bench=0.5, light=1.01, edge=0.0
)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, None),
        ({"bench": None, "light": None, "edge": None}, None),
        ({"sharpness": None}, None),
        ({"bench": 0.02}, FaultCode.CAMERA_WRONG),
        ({"alike": 0.2}, FaultCode.CAMERA_WRONG),
        ({"other": True, "bench": 0.02}, FaultCode.LIGHT_WRONG),
        ({"light": 0.9}, FaultCode.LIGHT_WRONG),
        ({"light": 1.1}, FaultCode.LIGHT_WRONG),
        ({"edge": 0.05}, FaultCode.ITEM_OUTSIDE),
        ({"item": False}, FaultCode.ITEM_ABSENT),
        ({"sharpness": 1.5}, FaultCode.PICTURE_BLURRED),
        ({"sharpness": 1.5, "evenness": 0.6}, FaultCode.PICTURE_SMEARED),
        ({"sharpness": 2.6, "evenness": 0.4}, FaultCode.PICTURE_SMEARED),
        ({"sharpness": 2.6, "evenness": 0.5}, None),
        ({"sharpness": 1.5, "alike": 0.2}, FaultCode.PICTURE_BLURRED),
        ({"clipped": 0.4}, FaultCode.PICTURE_CLIPPED),
        ({"clipped": 0.1, "glare": 0.08}, FaultCode.PICTURE_GLARE),
    ],
)
def test_each_gate_names_its_own_trouble(facts: dict[str, object], code: FaultCode | None) -> None:
    assert PictureLimits().problem(replace(GOOD, **facts)) is code


def test_a_softer_camera_is_held_to_what_it_can_show() -> None:
    usual = PictureLimits()

    soft, keen = usual.to_camera(4.0), usual.to_camera(7.0)

    assert 1 < soft.sharpness_least < usual.sharpness_least < keen.sharpness_least
    assert usual.to_camera(USUAL_EDGE) == usual
    blurry = replace(GOOD, sharpness=(soft.sharpness_least + usual.sharpness_least) / 2)
    assert usual.problem(blurry) is FaultCode.PICTURE_BLURRED
    assert soft.problem(blurry) is None


@pytest.mark.parametrize("limits", [{"glare_most": 2.0}, {"sharpness_least": 0.5}])
def test_limits_that_mean_nothing_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"limit|sharpness_least"):
        PictureLimits(**limits)
