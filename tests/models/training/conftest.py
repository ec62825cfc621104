"""A small set of returns and a folder of photographs, drawn rather than rendered."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.drawn_returns import add_return


@pytest.fixture
def drawn_set(tmp_path: Path) -> Path:
    """Sixteen returns, every second with one stain."""
    path = tmp_path / "drawn"
    for number in range(16):
        add_return(path, number, faulty=number % 2 == 0)
    return path


@pytest.fixture
def photograph_folder(tmp_path: Path) -> Path:
    """Thirty photographs of twenty objects: ten were taken twice."""
    folder = tmp_path / "photographs" / "goods"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(3)
    names = [f"mug{n}_001" for n in range(10)] + [f"mug{n}_002" for n in range(10)]
    for name in [*names, *[f"hat{n}" for n in range(10)]]:
        coarse = rng.integers(40, 220, (6, 5, 3), np.uint8)
        picture = cv2.resize(coarse, (150, 180), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{name}.png"), picture)
    return folder.parent
