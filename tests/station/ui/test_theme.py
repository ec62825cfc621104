"""The tokens can be read and told apart by everybody."""

from itertools import combinations

import numpy as np
import pytest

from calibration.colour import delta_e00, srgb_to_lab
from station.domain.grading import Grade
from station.screen.view import Band
from station.ui import theme
from station.ui.theme import BANDS, GRADES, YOUR_TURN

TEXT, SHAPE = 7.0, 3.0
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
WORDS = [
    (theme.INK, theme.PANEL),
    (theme.INK, theme.BASE),
    (theme.INK_2, theme.PANEL),
    (theme.INK_2, theme.BASE),
    (theme.WHITE, theme.STRIP),
    (theme.STRIP_2, theme.STRIP),
    (theme.WHITE, theme.STAGE),
    (theme.INK, theme.WHITE),
    *((colours.on_field, colours.field) for colours in GRADES.values()),
    *((colours.words, colours.ground) for colours in (*BANDS.values(), YOUR_TURN)),
]
SHAPES = [
    *((colours.sign, theme.PANEL) for colours in GRADES.values()),
    *((colours.on_field, colours.field) for colours in GRADES.values()),
    *((colours.edge, theme.BASE) for colours in GRADES.values()),
    *((colours.icon, colours.ground) for colours in (*BANDS.values(), YOUR_TURN)),
    (theme.OUTLINE, theme.PANEL),
    (theme.OUTLINE, theme.BASE),
    (theme.WELL, theme.STRIP),
    (theme.ATTENTION, theme.STRIP),
    (theme.FOCUS, theme.BASE),
    (theme.SPREAD, theme.LINE),
    (theme.INK, theme.SPREAD),
]


def linear(colour: str) -> np.ndarray:
    """Linear RGB of a hexadecimal sRGB colour."""
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2."""
    light = sorted(float(linear(c) @ (0.2126, 0.7152, 0.0722)) for c in (a, b))
    return (light[1] + 0.05) / (light[0] + 0.05)


def seen(colour: str, vision: str) -> np.ndarray:
    """CIE Lab of a colour as a kind of colour vision sees it."""
    rgb = np.clip(VISION[vision] @ linear(colour), 0, 1)
    srgb = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return np.asarray(srgb_to_lab(srgb * 255))


@pytest.mark.parametrize(("text", "ground"), WORDS)
def test_text_stands_out(text: str, ground: str) -> None:
    assert contrast(text, ground) >= TEXT


@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_stand_out(shape: str, ground: str) -> None:
    assert contrast(shape, ground) >= SHAPE


@pytest.mark.parametrize("vision", VISION)
def test_grades_differ_for_every_colour_vision(vision: str) -> None:
    for part in ("sign", "field"):
        colours = [getattr(GRADES[grade], part) for grade in Grade]
        apart = [
            float(delta_e00(seen(a, vision), seen(b, vision))) for a, b in combinations(colours, 2)
        ]
        assert min(apart) >= 20, (part, apart)


def test_traffic_lights_would_fail_the_same_test() -> None:
    apart = [
        float(delta_e00(seen(a, "deuteranopia"), seen(b, "deuteranopia")))
        for a, b in combinations(("#2E7D32", "#F9A825", "#C62828"), 2)
    ]

    assert min(apart) < 10


def test_every_state_has_its_own_look() -> None:
    assert set(BANDS) == set(Band)
    assert len({(colours.ground, colours.line) for colours in BANDS.values()}) >= 4
