"""`regrade calibrate lens`, and the tree of the commands that calibrate."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.commands import console
from station.commands.calibrate_options import (
    BoardOption,
    Camera,
    Config,
    From,
    GivenSource,
    Json,
    Keep,
    Name,
    Square,
    given_views,
    result_form,
    show_results,
)

if TYPE_CHECKING:
    from calibration.lens.calibrate import LensCalibration


def tree() -> typer.Typer:
    """The `calibrate` commands."""
    from station.commands import (
        calibrate_all,
        calibrate_colour,
        calibrate_focus,
        calibrate_light,
        calibrate_plane,
        calibrate_target,
        calibrate_verify,
    )

    group = typer.Typer(
        help="Calibrate a camera over its bench, and verify it daily.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("lens")(lens)
    group.command("plane")(calibrate_plane.plane)
    group.command("colour")(calibrate_colour.colour)
    group.command("light")(calibrate_light.light)
    group.command("focus")(calibrate_focus.focus)
    group.command("verify")(calibrate_verify.verify)
    group.command("all")(calibrate_all.calibrate_all)
    group.command("report")(calibrate_all.report)
    group.command("target")(calibrate_target.target)
    return group


def lens(
    board: BoardOption,
    pictures: From = None,
    camera: Camera = None,
    config: Config = None,
    square: Square = None,
    views: Annotated[int, typer.Option(min=3, help="With --camera: how many views.")] = 27,
    keep: Keep = None,
    record: Annotated[
        Path | None, typer.Option(help="The calibration record to write the lens into (TOML).")
    ] = None,
    name: Name = None,
    by: Annotated[str | None, typer.Option(help="Who calibrates.")] = None,
    as_json: Json = False,
) -> None:
    """Find the lens from pictures of a board: at least 20, near and far, tilted, up to the corners.

    Exit code 0 once computed, whatever the verdict; 1 if nothing could be computed.
    """
    from calibration.boards.board import Board
    from calibration.errors import CalibrationError
    from calibration.lens.calibrate import calibrate_lens

    try:
        named = Board.parse(board, square)
    except CalibrationError as error:
        console.leave(str(error))
    source = GivenSource(pictures, camera, config, name)
    given = given_views(source, keep, named, views, lying=False)
    try:
        result = calibrate_lens(given.files, named, console.note)
    except CalibrationError as error:
        console.leave(str(error), console.FAILED)
    if record is not None:
        from station.app.calibration_record import write_lens

        used = [file for file in given.files if file.name in result.names]
        write_lens(record, result, given.camera, by, used)
        console.note(f"written to {record}")
    if as_json:
        console.answer_json(lens_form(result))
        return
    typer.echo(
        f"fx {result.lens.fx:.2f}  fy {result.lens.fy:.2f}  cx {result.lens.cx:.2f}  "
        f"cy {result.lens.cy:.2f}  ({result.model}, {len(result.views)} views)"
    )
    for each in result.rejected:
        typer.echo(f"not used: {each.name}: {each.reason}")
    show_results(result.results, result.verdict)


def lens_form(result: "LensCalibration") -> dict[str, object]:
    """The answer of `calibrate lens --json`."""
    found = result.lens
    return {
        "views_used": found.views_used,
        "views_rejected": found.views_rejected,
        "rejected": [{"name": each.name, "reason": each.reason} for each in result.rejected],
        "width": result.size[0],
        "height": result.size[1],
        "fx": found.fx,
        "fy": found.fy,
        "cx": found.cx,
        "cy": found.cy,
        "distortion": list(found.distortion),
        "model": result.model,
        "rms_px": found.rms_px,
        "max_px": found.max_px,
        "holdout_rms_px": found.holdout_rms_px,
        "half_set_px": found.half_set_px,
        "results": [result_form(each) for each in result.results],
        "verdict": result.verdict,
    }
