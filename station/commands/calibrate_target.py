"""`regrade calibrate target`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from station.commands import console


class Kind(StrEnum):
    """The targets there are to print."""

    BOARD = "board"
    CARD = "card"
    EDGE = "edge"


class Paper(StrEnum):
    """The papers they fit on, landscape."""

    A4 = "a4"
    A3 = "a3"


def target(
    kind: Annotated[Kind, typer.Argument(help="board, card (the daily check), edge (sharpness).")],
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
    board: Annotated[
        str,
        typer.Option(help="With board: as for calibrate lens."),
    ] = "charuco:11x7:24:18",
    square: Annotated[
        float | None, typer.Option(help="With board: the side of a square, in mm.")
    ] = None,
    paper: Annotated[Paper, typer.Option(help="With board and edge: the paper.")] = Paper.A4,
    serial: Annotated[str, typer.Option(help="With card: its serial, printed on it.")] = "1",
) -> None:
    """Write a target as a vector PDF with a bar of 100 mm to check the printer by.

    Print it at 100 %, without 'fit to page', and measure the bar.
    """
    from calibration.boards.board import Board
    from calibration.errors import CalibrationError
    from calibration.targets.pdf import write_pdf
    from calibration.targets.sheets import PAPERS, board_sheet, check_card, edge_sheet

    try:
        match kind:
            case Kind.BOARD:
                named = Board.parse(board, square)
                sheet = board_sheet(named, PAPERS[paper])
            case Kind.CARD:
                sheet = check_card(serial)
            case Kind.EDGE:
                sheet = edge_sheet(PAPERS[paper])
    except CalibrationError as error:
        console.leave(str(error))
    try:
        out.write_bytes(write_pdf([sheet], f"Regrade {kind}"))
    except OSError as error:
        console.leave(f"{out} cannot be written ({error.strerror}): name another file.")
    console.note(console.words()("calibrate.printed", path=str(out)))
