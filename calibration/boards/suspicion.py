"""Telling that a picture shows another board than the one that was named."""

import cv2
import numpy as np

from calibration.boards.board import Board
from calibration.boards.finding import SB_FLAGS, Grey, Sighting

_SMALLEST = (3, 3)
_LARGER = SB_FLAGS | cv2.CALIB_CB_LARGER
LAYOUT_SQUARES = 0.75
"""Most corners lie within this many squares of a plane's picture of the board; a lens bends less
than that, and a board with other rows lies whole squares off."""


def other_board(picture: Grey, board: Board) -> str | None:
    """Return the board that the picture shows, as `--board` takes it, where it is not `board`;
    None where it is, or where nothing can be told.

    A chessboard may be cropped by the picture's edge, so a smaller one tells nothing. A ChArUco
    board is another one where it has markers that `board` has not.
    """
    if board.kind == "chessboard":
        return _other_chessboard(picture, board)
    if board.kind == "charuco":
        return _other_charuco(picture, board)
    return None


def laid_out(sighting: Sighting, board: Board) -> bool:
    """Say whether the corners lie as the board's do, up to perspective and a lens.

    Only numbered corners can lie otherwise: the finders of whole boards put them in order.
    """
    if board.kind != "charuco":
        return True
    homography, _ = cv2.findHomography(sighting.pixels, sighting.corners)
    if np.shape(homography) != (3, 3):
        return False
    placed = cv2.perspectiveTransform(sighting.pixels.reshape(-1, 1, 2), homography)
    off = np.linalg.norm(placed.reshape(-1, 2) - sighting.corners, axis=1)
    return bool(np.percentile(off, 75) < LAYOUT_SQUARES * board.square_mm)


def _other_chessboard(picture: Grey, board: Board) -> str | None:
    found, _, meta = cv2.findChessboardCornersSBWithMeta(picture, _SMALLEST, _LARGER)
    if not found:
        return None
    long, short = max(meta.shape), min(meta.shape)
    larger = long > max(board.columns, board.rows) or short > min(board.columns, board.rows)
    return f"chessboard:{long}x{short}" if larger else None


def _other_charuco(picture: Grey, board: Board) -> str | None:
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, board.dictionary))
    _, numbers, _ = cv2.aruco.ArucoDetector(dictionary).detectMarkers(picture)
    last = len(board.charuco().getIds()) - 1
    if numbers is None or int(np.max(numbers)) <= last:
        return None
    return f"a ChArUco board with marker {int(np.max(numbers))}, beyond the last ({last}) of yours"
