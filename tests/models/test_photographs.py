"""Photographs of which only their kind is known: how many alarm, and how well scores part them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.photographs import measure_photographs, photographs_in
from models.sets import SetError
from tests.models.runtime.conftest import Read, build, pack, signer

__all__ = ["build", "pack", "signer"]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    faulty, clean = tmp_path / "faulty", tmp_path / "clean"
    for folder in (faulty, clean):
        folder.mkdir()
        for n in range(4):
            picture = np.zeros((64, 64, 3), np.uint8)
            if folder is faulty or n == 0:
                picture[8:24, 8:24, 2] = 255 if folder is faulty else 160
            cv2.imwrite(str(folder / f"mug{n}__top.png"), picture)
    return faulty, clean


def test_recall_false_alarms_and_ranking_are_told_with_intervals(
    pack: Read, folders: tuple[Path, Path]
) -> None:
    faulty, clean = folders
    told: list[tuple[int, int]] = []

    figures = measure_photographs(
        pack(),
        [photographs_in(faulty, faulty=True), photographs_in(clean, faulty=False)],
        progress=lambda done, total: told.append((done, total)),
    )

    assert figures.recall.value == 1
    assert figures.false_alarms.value == 0.25
    assert figures.false_alarms.low == 0
    assert figures.auroc.value == 1
    assert figures.groups[0].by_class == {"scratch": 4}
    assert told[-1] == (8, 8)


def test_views_of_one_object_count_as_one_for_the_interval(pack: Read, tmp_path: Path) -> None:
    for n in range(8):
        picture = np.zeros((64, 64, 3), np.uint8)
        picture[8:24, 8:24, 2] = 255 * (n % 2)
        cv2.imwrite(str(tmp_path / f"mug__{n}.png"), picture)

    figures = measure_photographs(pack(), [photographs_in(tmp_path, faulty=False)])

    assert (
        figures.false_alarms.value == figures.false_alarms.low == figures.false_alarms.high == 0.5
    )


def test_a_folder_without_photographs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="no photographs"):
        photographs_in(tmp_path, faulty=False)
