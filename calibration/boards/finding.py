"""Finding a board in a picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.boards.board import Board, Floats
from calibration.boards.square_grid import find_squares

Grey = NDArray[np.uint8]

SB_FLAGS = cv2.CALIB_CB_ACCURACY | cv2.CALIB_CB_NORMALIZE_IMAGE | cv2.CALIB_CB_EXHAUSTIVE
CLASSIC_FLAGS = cv2.CALIB_CB_ADAPTIVE_THRESH | cv2.CALIB_CB_NORMALIZE_IMAGE
REFINE = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 60, 1e-4)


@dataclass(frozen=True, slots=True)
class Sighting:
    """The corners of a board in one picture: `pixels` (N x 2), `corners` (N x 2, mm on the board),
    and `numbers` (N), their places in the board's own order."""

    pixels: Floats
    corners: Floats
    numbers: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pixels)

    def only(self, keep: NDArray[np.bool_]) -> "Sighting":
        """The corners that `keep` (N) names."""
        return Sighting(self.pixels[keep], self.corners[keep], self.numbers[keep])


def find_board(picture: Grey, board: Board) -> Sighting | None:
    """Return where the board's corners lie in the picture (H x W, 8-bit grey), to a fraction of a
    pixel, or None where not enough of it is seen.

    Chessboards: OpenCV's sector-based finder, and where that sees nothing its older one with
    sub-pixel refinement. ChArUco: OpenCV's detector. Squares: `find_squares`.
    """
    match board.kind:
        case "charuco":
            return _charuco(picture, board)
        case "squares":
            found = find_squares(picture, board.columns, board.rows)
            return None if found is None else _whole(found, board)
    return _chessboard(picture, board)


def _chessboard(picture: Grey, board: Board) -> Sighting | None:
    size = (board.columns, board.rows)
    found, corners = cv2.findChessboardCornersSB(picture, size, flags=SB_FLAGS)
    if not found:
        found, corners = cv2.findChessboardCorners(picture, size, flags=CLASSIC_FLAGS)
        if not found:
            return None
        reach = _quarter_pitch(np.asarray(corners, dtype=np.float64).reshape(-1, 2), board)
        corners = cv2.cornerSubPix(picture, corners, (reach, reach), (-1, -1), REFINE)
    return _whole(np.asarray(corners, dtype=np.float64).reshape(-1, 2), board)


def _charuco(picture: Grey, board: Board) -> Sighting | None:
    detector = cv2.aruco.CharucoDetector(board.charuco())
    pixels, numbers, _, _ = detector.detectBoard(picture)
    if numbers is None or len(numbers) < board.least_corners:
        return None
    order = np.asarray(numbers, dtype=np.int64).ravel()
    return Sighting(
        np.asarray(pixels, dtype=np.float64).reshape(-1, 2), board.corners[order], order
    )


def _whole(pixels: Floats, board: Board) -> Sighting:
    corners = board.corners
    return Sighting(pixels, corners, np.arange(len(corners)))


def _quarter_pitch(pixels: Floats, board: Board) -> int:
    rows = pixels.reshape(board.rows, board.columns, 2)
    steps = [np.linalg.norm(np.diff(rows, axis=axis), axis=2).min() for axis in (0, 1)]
    return max(2, min(11, int(min(steps) / 4)))
