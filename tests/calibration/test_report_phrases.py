"""Every sentence about colour, light and focus that the report prints has its Chinese."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.characterisation import Characterisation
from calibration.chart.reading import Patches
from calibration.colour_acceptance import colour_results, exposure_results
from calibration.correction import UNCORRECTED
from calibration.focus import CORNERS, _judged
from calibration.light.flat_field import flat_field_of
from calibration.light.lamps import LampResponse, lamp_results
from calibration.light.noise import noise_results, repeatability_results
from calibration.rendering.planar import Glow, Sensor
from calibration.report.page import report_page
from calibration.report.phrases import chinese_quantity, chinese_sentence
from calibration.sections.photometry import EdgeSharpness, Noise, Repeatability
from calibration.sections.provenance import Result
from tests.support.records import changed


def colour(white: float) -> list[Result]:
    """All that can be wrong with a chart whose white has this L*."""
    many = np.full(24, 20.0)
    lab = np.tile([white, 20.0, -3.25], (24, 1))
    made = Characterisation(
        UNCORRECTED,
        "since-2014-11",
        "assumed",
        (),
        before=many,
        held_out=many,
        after=many,
        grey=np.full(6, 9.0),
        delivered=lab,
        corrected=lab,
        U_difference=0.1,
        gradient=0.9,
        noise_lightness=9.0,
    )
    rows = np.zeros((24, 3))
    patches = Patches(rows, rows, np.full(24, 0.5), np.full(24, 9), np.zeros((24, 2)))
    return [*exposure_results(patches, made), *colour_results(made)]


def lit_card(glow: Glow) -> NDArray[np.uint8]:
    light = np.asarray(0.9 * glow.over((480, 360)), np.float32)
    return Sensor().develop(light, np.random.default_rng(0))


def light() -> list[Result]:
    """All that can be wrong with lamps, card, noise and repetition."""
    lit = (1.0, 1.0, 1.0)
    lamp = LampResponse("bright", lit, lit, ((0.0, 0.0), (1.0, 1.0)), 0.02, 99.0, 99.0, 99.0)
    left, right = (lit_card(Glow(x=x, falloff=0.85)) for x in (0.1, 0.9))
    field = [*flat_field_of([left, right]).results, *flat_field_of([left]).results]
    return [
        *lamp_results(lamp),
        *field,
        *(replace(each, quantity=f"flat field {each.quantity}") for each in field),
        *noise_results(Noise(9.0, 9.0, 99.0, 4)),
        *repeatability_results(Repeatability(2, 99.0, 99.0)),
    ]


def focus() -> list[Result]:
    """All that can be wrong with sharpness; two corners show none."""
    soft = EdgeSharpness(1.0, 1.0, 0.01, 0.02)
    some = {name: EdgeSharpness(1.0, 1.0, 0.001, 0.002) for name in list(CORNERS)[:2]}
    return list(_judged(soft, some, 99.0))


@pytest.mark.parametrize(
    "failing",
    [partial(colour, 99.0), partial(colour, 20.0), light, focus],
    ids=["bright", "dark", "light", "focus"],
)
def test_every_sentence_has_its_chinese(failing: Callable[[], list[Result]]) -> None:
    results = failing()
    assert all(each.verdict != "pass" for each in results), results
    for each in results:
        assert chinese_quantity(each.quantity), each.quantity
        for sentence in (each.reason, each.remedy):
            assert sentence
            assert chinese_sentence(sentence), sentence


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "held-out patches come out too far from their reference, worst C2 9.4, A1 8.0",
            "未参与拟合的色块偏离参考值过大，最差为 C2 9.4、A1 8.0",
        ),
        ("the upper left is softer than the middle", "左上角不如中间清晰"),
        (
            "there is no slanted square towards the lower right, lower left",
            "以下位置没有斜方块：右下角、左下角",
        ),
        ("the target was printed at 97.0%", "标定板的打印比例为 97.0%"),
        ("nobody wrote this sentence", None),
    ],
)
def test_what_a_sentence_names_is_named_in_chinese_too(english: str, chinese: str | None) -> None:
    assert chinese_sentence(english) == chinese


def test_the_page_names_patches_and_lamps_in_both_languages() -> None:
    record = changed({})
    fields = {name: getattr(record, name) for name in record.__slots__ if name != "results"}
    page = report_page(type(record)(**fields, results=(*colour(99.0), *light())), {})

    assert "patch A1 is clipped at the top of the camera&#x27;s range" in page
    assert "色块 A1 过曝，已到相机量程上限：减小曝光时间" in page
    assert "Lamp bright · 灯 bright" in page
