"""Photographs of boards that nobody here made (see the README of the shared data)."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.boards.board import Board
from calibration.boards.finding import Grey, find_board
from calibration.lens.calibrate import calibrate_lens

PHOTOGRAPHS = Path(__file__).parents[3] / "shared/data/chessboards"

pytestmark = pytest.mark.skipif(
    not PHOTOGRAPHS.is_dir(), reason=f"the photographs {PHOTOGRAPHS} are not here"
)

ZHANG_FX = 832.5


@dataclass(frozen=True, slots=True)
class Photo:
    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def grey(self) -> Grey | None:
        picture = cv2.imread(str(self.path), cv2.IMREAD_GRAYSCALE)
        return None if picture is None else np.asarray(picture, np.uint8)


def photographs(folder: str, pattern: str = "*.jpg") -> list[Photo]:
    return [Photo(path) for path in sorted((PHOTOGRAPHS / folder).glob(pattern))]


def test_zhangs_focal_length_is_found_within_one_percent() -> None:
    result = calibrate_lens(photographs("pulnix"), Board.parse("squares:8x8:0.5:0.38889"))

    assert len(result.views) == 5
    assert result.lens.fx == pytest.approx(ZHANG_FX, rel=0.01)
    assert result.lens.distortion[0] == pytest.approx(-0.2286, rel=0.05)
    assert result.lens.holdout_rms_px is not None
    assert result.lens.holdout_rms_px < 0.5
    assert result.verdict == "fail"  # five views of one kind are no calibration


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "board", "size", "least"),
    [
        ("wide", "chessboard:8x6", (1280, 960), 35),
        ("advanced_lanes", "chessboard:9x6", (1280, 720), 16),
        ("sony", "chessboard:4x6", (640, 480), 13),
        ("bumblebee", "chessboard:4x6", (640, 480), 22),
    ],
)
def test_every_whole_board_is_found(
    folder: str, board: str, size: tuple[int, int], least: int
) -> None:
    named = Board.parse(board)
    greys = [photo.grey() for photo in photographs(folder)]
    whole = [grey for grey in greys if grey is not None and grey.shape[::-1] == size]

    assert sum(find_board(grey, named) is not None for grey in whole) >= least
