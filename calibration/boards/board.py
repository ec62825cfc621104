"""The boards that a lens is calibrated with: chessboard, ChArUco, grid of squares."""

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError

Kind: TypeAlias = Literal["chessboard", "charuco", "squares"]
Floats = NDArray[np.float64]

CHARUCO_DICTIONARY = "DICT_5X5_250"
MARKER_SHARE = 0.75
"""A ChArUco marker's side as a share of its square's."""
DEFAULT_SQUARE_MM = 1.0
MAX_CORNERS_A_SIDE = 60

_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
_FORMS = {
    "chessboard": re.compile(r"chessboard:(\d+)x(\d+)"),
    "charuco": re.compile(rf"charuco:(\d+)x(\d+)(?::{_NUMBER}(?::{_NUMBER})?)?(?::(DICT_\w+))?"),
    "squares": re.compile(rf"squares:(\d+)x(\d+):{_NUMBER}:{_NUMBER}"),
}


@dataclass(frozen=True, slots=True)
class Board:
    """A flat board. All sizes are in mm (or in the board's own unit where it has none).

    chessboard: `columns` x `rows` *inner corners*, `square_mm` apart.
    charuco: `columns` x `rows` *squares* of `square_mm`, with markers of `marker_mm`.
    squares: `columns` x `rows` black squares of `square_mm` with `gap_mm` between them.
    """

    kind: Kind
    columns: int
    rows: int
    square_mm: float
    gap_mm: float = 0.0
    marker_mm: float = 0.0
    dictionary: str = CHARUCO_DICTIONARY
    text: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str, square_mm: float | None = None) -> "Board":
        """Return the board that `text` names, or raise `CalibrationError`.

        `chessboard:8x6` (inner corners), `charuco:11x8[:SQUARE[:MARKER]][:DICT_5X5_250]`
        (squares), `squares:8x8:SIDE:GAP`. `square_mm` is the side of a square as measured; with
        it the other sizes of the board scale along.
        """
        for kind, form in _FORMS.items():
            if match := form.fullmatch(text.strip()):
                return _parsed(kind, match, square_mm, text.strip())
        raise CalibrationError(
            f"{text!r} is no board: use chessboard:8x6 (inner corners), charuco:11x8:30:22.5 "
            "(squares) or squares:8x8:SIDE:GAP."
        )

    def __post_init__(self) -> None:
        least = 1 if self.kind == "squares" else 2
        if not least < min(self.columns, self.rows) <= max(self.columns, self.rows):
            raise CalibrationError("A board needs at least three corners or squares each way.")
        if max(self.columns, self.rows) > MAX_CORNERS_A_SIDE:
            raise CalibrationError(
                f"A board has at most {MAX_CORNERS_A_SIDE} corners or squares each way."
            )
        if self.square_mm <= 0 or (self.kind == "squares" and self.gap_mm <= 0):
            raise CalibrationError("The sizes of a board must be above zero.")
        if self.kind == "charuco" and not 0 < self.marker_mm < self.square_mm:
            raise CalibrationError("ChArUco markers must be smaller than their squares.")

    @property
    def corners(self) -> Floats:
        """The corners that are looked for, N x 2 mm, x then y, row by row from the board's own
        upper left; for squares four each: upper left, upper right, lower right, lower left."""
        if self.kind == "squares":
            pitch, side = self.square_mm + self.gap_mm, self.square_mm
            origins = _grid(self.columns, self.rows) * pitch
            ring = np.array([[0, 0], [side, 0], [side, side], [0, side]])
            return np.asarray((origins[:, None, :] + ring).reshape(-1, 2))
        if self.kind == "charuco":
            return (_grid(self.columns - 1, self.rows - 1) + 1.0) * self.square_mm
        return _grid(self.columns, self.rows) * self.square_mm

    @property
    def least_corners(self) -> int:
        """How many corners of the board a view must show: a chessboard and a grid of squares all
        of them, a ChArUco board a quarter."""
        count = len(self.corners)
        return max(6, count // 4) if self.kind == "charuco" else count

    def charuco(self) -> "cv2.aruco.CharucoBoard":
        """OpenCV's own board; for `charuco` only."""
        dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, self.dictionary))
        size = (self.columns, self.rows)
        return cv2.aruco.CharucoBoard(size, self.square_mm, self.marker_mm, dictionary)


def _parsed(kind: str, match: re.Match[str], square_mm: float | None, text: str) -> Board:
    columns, rows = int(match[1]), int(match[2])
    if kind == "chessboard":
        return Board("chessboard", columns, rows, square_mm or DEFAULT_SQUARE_MM, text=text)
    if kind == "squares":
        side, gap = float(match[3]), float(match[4])
        scale = square_mm / side if square_mm and side else 1.0
        return Board("squares", columns, rows, side * scale, gap_mm=gap * scale, text=text)
    named = float(match[3]) if match[3] else DEFAULT_SQUARE_MM
    marker = float(match[4]) if match[4] else named * MARKER_SHARE
    scale = square_mm / named if square_mm and named else 1.0
    dictionary = match[5] or CHARUCO_DICTIONARY
    if not hasattr(cv2.aruco, dictionary):
        raise CalibrationError(f"OpenCV knows no dictionary {dictionary}: use DICT_5X5_250.")
    return Board(
        "charuco",
        columns,
        rows,
        named * scale,
        marker_mm=marker * scale,
        dictionary=dictionary,
        text=text,
    )


def _grid(columns: int, rows: int) -> Floats:
    y, x = np.mgrid[0:rows, 0:columns]
    return np.column_stack([x.ravel(), y.ravel()]).astype(np.float64)
