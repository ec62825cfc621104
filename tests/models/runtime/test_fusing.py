"""What several lamps show of one fault is one fault, and belongs to the lamp that shows it best."""

import numpy as np
import pytest

from models.runtime.fusing import clearest, fused
from tests.support.detections import reported


def test_the_same_fault_in_two_lights_is_one() -> None:
    in_bright, in_raking = reported(10, 10, 20, 20, 0.6), reported(12, 11, 10, 10, 0.8)

    assert fused([in_bright, in_raking]) == [in_raking]


def test_other_faults_stay_apart() -> None:
    faults = [
        reported(10, 10, 20, 20, 0.9),
        reported(10, 10, 20, 20, 0.8, "stain"),
        reported(28, 10, 20, 20, 0.7),
        reported(70, 70, 5, 5, 0.6),
    ]

    assert fused(faults[::-1]) == faults


@pytest.mark.parametrize("best", ["bright", "raking", "raking-back"])
def test_a_fault_belongs_to_the_lamp_under_which_it_stands_out(best: str) -> None:
    noise = np.random.default_rng(3)
    pictures = {
        name: noise.normal(90, 3, (60, 60, 3)).clip(0, 255).astype(np.uint8)
        for name in ("bright", "raking", "raking-back")
    }
    for name, picture in pictures.items():
        picture[20:30, 20:40] += np.uint8(40 if name == best else 6)

    assert clearest(reported(20, 20, 20, 10, 0.9), pictures) == best


def test_relief_that_is_light_and_dark_stands_out_as_well() -> None:
    noise = np.random.default_rng(3)
    flat, lit = (noise.normal(90, 3, (60, 60, 3)).clip(0, 255).astype(np.uint8) for _ in range(2))
    lit[20:30, 20:30] += np.uint8(50)
    lit[20:30, 30:40] -= np.uint8(50)

    assert clearest(reported(20, 20, 20, 10, 0.9), {"bright": flat, "raking": lit}) == "raking"


def test_a_fault_at_the_edge_of_the_picture_has_a_lamp_too() -> None:
    pictures = dict.fromkeys(("bright", "raking"), np.zeros((40, 40, 3), np.uint8))

    assert clearest(reported(0, 0, 40, 40, 0.9), pictures) == "bright"
