"""The targets to print: boards for the lens and the bench, and the card of the daily check."""

import cv2
import numpy as np

from calibration.boards.board import Board
from calibration.errors import CalibrationError
from calibration.targets.sheet import Line, Polygon, Sheet, rectangle, turned_square

A4 = (297.0, 210.0)
A3 = (420.0, 297.0)
PAPERS = {"a4": A4, "a3": A3}

BAR_MM = 100.0
MARGIN_MM = 8.0
_BAR_HEIGHT = 3.0
_FOOT_MM = 14.0

CARD_DICTIONARY = "DICT_4X4_50"
CARD_FIRST_MARKER = 40
"""The card's markers are 40 to 43, clockwise from its upper left; no board uses that dictionary."""
CARD_MARKER_MM = 22.0
CARD_MARGIN_MM = 10.0
CARD_EDGE_MM = 26.0
CARD_EDGE_DEG = 5.0
CARD_GREYS = (1.0, 0.75, 0.5, 0.25, 0.0)
CARD_PATCH_MM = 24.0


def board_sheet(board: Board, paper: tuple[float, float]) -> Sheet:
    """The board in the middle of the paper (width, height in mm), with a scale bar.

    Raises `CalibrationError` where it does not fit.
    """
    shapes = list(_board_shapes(board))
    corners = np.array([corner for shape in shapes for corner in shape.corners])
    low, high = corners.min(axis=0), corners.max(axis=0)
    if board.kind == "charuco":
        low, high = np.zeros(2), np.array([board.columns, board.rows]) * board.square_mm
    room = np.array(paper) - [2 * MARGIN_MM, 2 * MARGIN_MM + _FOOT_MM]
    if ((high - low) > room).any():
        raise CalibrationError(
            f"The board is {high[0] - low[0]:g} x {high[1] - low[1]:g} mm and the paper has room "
            f"for {room[0]:g} x {room[1]:g} mm: use smaller squares or --paper a3."
        )
    shift = MARGIN_MM + (room - (high - low)) / 2 - low
    moved = [_moved(shape, shift[0], shift[1]) for shape in shapes]
    name = f"Regrade {board.text or board.kind}  square {board.square_mm:g} mm"
    bar, words = _scale_bar(paper, name)
    return Sheet(*paper, (*moved, *bar), words)


def board_origin(board: Board, sheet: Sheet) -> tuple[float, float]:
    """Where the board's (0, 0) lies on its sheet, in mm from the sheet's upper left."""
    corners = np.array([c for shape in _board_shapes(board) for c in shape.corners])
    low, high = corners.min(axis=0), corners.max(axis=0)
    if board.kind == "charuco":
        low, high = np.zeros(2), np.array([board.columns, board.rows]) * board.square_mm
    room = np.array([sheet.width_mm, sheet.height_mm]) - [
        2 * MARGIN_MM,
        2 * MARGIN_MM + _FOOT_MM,
    ]
    x, y = MARGIN_MM + (room - (high - low)) / 2 - low
    return float(x), float(y)


def edge_sheet(paper: tuple[float, float] = A4) -> Sheet:
    """Squares turned by 5 degrees in the middle and the four corners, for the sharpness."""
    width, height = paper
    inset = 45.0
    places = [(width / 2, (height - _FOOT_MM) / 2)] + [
        (x, y) for x in (inset, width - inset) for y in (inset, height - inset - _FOOT_MM)
    ]
    squares = tuple(turned_square(x, y, 50.0, CARD_EDGE_DEG) for x, y in places)
    bar, words = _scale_bar(paper, "Regrade slanted edges  5 degrees")
    return Sheet(*paper, (*squares, *bar), words)


def check_card(serial: str = "1") -> Sheet:
    """The A4 card of the daily check: a marker in each corner, slanted edges, greys, a bar."""
    width, height = A4
    shapes: list[Polygon] = []
    for number, (x, y) in enumerate(card_marker_places()):
        shapes += _marker(CARD_DICTIONARY, CARD_FIRST_MARKER + number, x, y, CARD_MARKER_MM)
    shapes += [
        turned_square(x, y, CARD_EDGE_MM, CARD_EDGE_DEG) for x, y in card_edge_places().values()
    ]
    for (x, y), grey in zip(card_patch_places(), CARD_GREYS, strict=True):
        half = CARD_PATCH_MM / 2
        shapes.append(rectangle(x - half, y - half, CARD_PATCH_MM, CARD_PATCH_MM, grey))
    bar_x, bar_y = (width - BAR_MM) / 2, height - CARD_MARGIN_MM - _BAR_HEIGHT
    bar = _bar(bar_x, bar_y)
    words = (
        Line(bar_x, bar_y - 2, f"Regrade check card {serial}: this bar is 100 mm", 3.5),
        Line(bar_x, CARD_MARGIN_MM + 5, "Lay it flat, right side up, in the middle of the bench."),
    )
    return Sheet(width, height, (*shapes, *bar), words)


def card_marker_places() -> tuple[tuple[float, float], ...]:
    """The upper left corners of the card's markers, mm, clockwise from the card's upper left."""
    left, right = CARD_MARGIN_MM, A4[0] - CARD_MARGIN_MM - CARD_MARKER_MM
    upper, lower = CARD_MARGIN_MM, A4[1] - CARD_MARGIN_MM - CARD_MARKER_MM
    return ((left, upper), (right, upper), (right, lower), (left, lower))


def card_edge_places() -> dict[str, tuple[float, float]]:
    """The middles of the card's slanted squares, mm."""
    width, height = A4
    return {
        "middle": (width / 2, height / 2 - 18),
        "left": (60.0, height / 2 - 18),
        "right": (width - 60.0, height / 2 - 18),
    }


def card_patch_places() -> tuple[tuple[float, float], ...]:
    """The middles of the card's grey patches, mm, from paper white to black."""
    pitch = CARD_PATCH_MM + 8
    first = A4[0] / 2 - pitch * (len(CARD_GREYS) - 1) / 2
    return tuple((first + pitch * i, A4[1] / 2 + 35) for i in range(len(CARD_GREYS)))


def card_white_places() -> tuple[tuple[float, float], ...]:
    """The middles of four white places around the card's middle, mm."""
    x, y = A4[0] / 2, A4[1] / 2
    return tuple((x + 38.5 * i, y + 60.0 * j) for j in (-1, 1) for i in (-1, 1))


def _board_shapes(board: Board) -> list[Polygon]:
    side = board.square_mm
    if board.kind == "squares":
        pitch = side + board.gap_mm
        return [
            rectangle(column * pitch, row * pitch, side, side)
            for row in range(board.rows)
            for column in range(board.columns)
        ]
    if board.kind == "chessboard":
        return [
            rectangle(column * side, row * side, side, side)
            for row in range(-1, board.rows)
            for column in range(-1, board.columns)
            if (row + column) % 2 == 0
        ]
    return _charuco_shapes(board)


def _charuco_shapes(board: Board) -> list[Polygon]:
    side, marker = board.square_mm, board.marker_mm
    shapes = [
        rectangle(column * side, row * side, side, side)
        for row in range(board.rows)
        for column in range(board.columns)
        if (row + column) % 2 == 0
    ]
    drawn = board.charuco()
    for number, corners in zip(np.ravel(drawn.getIds()), drawn.getObjPoints(), strict=True):
        x, y = (float(value) for value in np.asarray(corners)[:, :2].min(axis=0))
        shapes += _marker(board.dictionary, int(number), x, y, marker)
    return shapes


def _marker(dictionary: str, number: int, x: float, y: float, side: float) -> list[Polygon]:
    """An ArUco marker as a black square with white cells over it."""
    known = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary))
    cells = known.markerSize + 2
    bits = np.asarray(cv2.aruco.generateImageMarker(known, number, cells))
    cell = side / cells
    white = [
        rectangle(x + column * cell, y + row * cell, cell, cell, 1.0)
        for row, column in np.argwhere(bits > 0)
    ]
    return [rectangle(x, y, side, side), *white]


def _scale_bar(paper: tuple[float, float], name: str) -> tuple[list[Polygon], tuple[Line, ...]]:
    x, y = MARGIN_MM, paper[1] - MARGIN_MM - _BAR_HEIGHT
    said = f"This bar is {BAR_MM:g} mm. If yours is not, print at 100 % without 'fit to page'."
    words = (Line(x, y - 2, said), Line(x + BAR_MM + 8, y + _BAR_HEIGHT, name))
    return _bar(x, y), words


def _bar(x: float, y: float) -> list[Polygon]:
    """A bar of ten cells of 10 mm, every other one black, between two long ends."""
    step = BAR_MM / 10
    cells = [rectangle(x + step * i, y, step, _BAR_HEIGHT / 2) for i in range(0, 10, 2)]
    cells += [
        rectangle(x + step * i, y + _BAR_HEIGHT / 2, step, _BAR_HEIGHT / 2) for i in range(1, 10, 2)
    ]
    return cells


def _moved(shape: Polygon, x: float, y: float) -> Polygon:
    return Polygon(tuple((a + x, b + y) for a, b in shape.corners), shape.grey)
