"""What the commands that calibrate have in common: options, pictures, and how figures are shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.commands import console

if TYPE_CHECKING:
    from calibration.boards.board import Board
    from calibration.sections.provenance import Result
    from station.app.calibration_pictures import PictureFile

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
From = Annotated[
    list[Path] | None, typer.Option("--from", help="A folder of pictures, or one picture.")
]
Camera = Annotated[
    str | None, typer.Option(help="A camera's name in --config: it takes the pictures now.")
]
Config = Annotated[Path | None, typer.Option(help="With --camera: the station's configuration.")]
BoardOption = Annotated[
    str,
    typer.Option(help="chessboard:8x6 (inner corners), charuco:11x7:24:18, squares:8x8:SIDE:GAP."),
]
Square = Annotated[float | None, typer.Option(help="The side of a square as measured, in mm.")]
Keep = Annotated[
    Path | None,
    typer.Option(help="With --camera: where its pictures are kept; a broken-off run goes on."),
]


def given_pictures(
    pictures: list[Path] | None,
    camera: str | None,
    config: Path | None,
    keep: Path | None,
    board: "Board",
    views: int,
) -> "list[PictureFile]":
    """The pictures of a folder, or those that the camera now takes."""
    from station.app.calibration_pictures import camera_views, picture_files

    if pictures is not None and camera is None:
        return picture_files(pictures)
    if camera is None or pictures is not None:
        console.leave("Give either --from with a folder of pictures, or --camera.")
    if config is None:
        console.leave("Give --config with the station's configuration file: it has the camera.")
    return camera_views(camera, config, keep, board, views, console.note)


def result_form(result: "Result") -> dict[str, object]:
    """One figure against its limits, for JSON."""
    return {
        "step": result.step,
        "quantity": result.quantity,
        "value": result.value,
        "unit": result.unit,
        "verdict": result.verdict,
        "pass_limit": result.pass_limit,
        "marginal_limit": result.marginal_limit,
        "reason": result.reason,
        "remedy": result.remedy,
    }


def _limits(result: "Result") -> str:
    if result.pass_limit is None or result.marginal_limit is None:
        return ""
    return f"{result.pass_limit:g} / {result.marginal_limit:g}"


def show_results(results: "tuple[Result, ...]", verdict: str) -> None:
    """The figures as a table, what to do about those that do not pass, and the verdict."""
    from calibration.report.phrases import chinese_quantity, chinese_sentence

    chinese = console.locale() == "zh-CN"

    def named(quantity: str) -> str:
        return (chinese_quantity(quantity) if chinese else None) or quantity

    def said(sentence: str | None) -> str:
        return (chinese_sentence(sentence or "") if chinese else None) or sentence or ""

    words = console.words()
    rows = [
        [
            named(each.quantity),
            f"{each.value:.4g}",
            "" if each.unit == "1" else each.unit,
            _limits(each),
            words(f"calibrate.word.{each.verdict}"),
        ]
        for each in results
    ]
    console.table(["", "", "", words("calibrate.limit"), ""], rows)
    for each in results:
        if each.reason:
            typer.echo(f"{named(each.quantity)}: {said(each.reason)}: {said(each.remedy)}")
    typer.echo(words(f"calibrate.verdict.{verdict}"))
