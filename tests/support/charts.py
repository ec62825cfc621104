"""Pictures of charts: rendered ones, and the photographs that nobody here made."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.rendering.chart import ChartScene, ColourCamera

PHOTOGRAPHS = Path(__file__).parents[3] / "shared/data/colour_charts"


def photographs() -> list[Path]:
    """The photographs of charts, or the test is skipped."""
    files = sorted(PHOTOGRAPHS.glob("*.jpg"))
    if not files:
        pytest.skip(f"{PHOTOGRAPHS} is absent: real photographs are no part of the product")
    return files


def photograph(path: Path) -> NDArray[np.uint8]:
    """A photograph, RGB."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.ascontiguousarray(picture[..., ::-1], np.uint8)


def pictured(
    scene: ChartScene, sensor: ColourCamera | None = None, seed: int = 0
) -> NDArray[np.uint8]:
    """A rendered chart as an ordinary camera delivers it."""
    return scene.pictured(sensor or ColourCamera(balanced_for=scene.light), seed)
