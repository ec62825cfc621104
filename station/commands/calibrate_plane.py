"""`regrade calibrate plane`."""

from pathlib import Path
from typing import Annotated

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


def plane(
    record: Annotated[Path, typer.Option(help="The record that has the lens; it is completed.")],
    board: BoardOption,
    pictures: From = None,
    camera: Camera = None,
    config: Config = None,
    square: Square = None,
    bar: Annotated[
        float | None,
        typer.Option("--scale-bar", help="The sheet's bar of 100 mm as you measured it, in mm."),
    ] = None,
    bar_u: Annotated[
        float, typer.Option(min=0, help="How well you measured it (k = 2), in mm.")
    ] = 0.2,
    serial: Annotated[str, typer.Option(help="The serial on the target.")] = "1",
    places: Annotated[int, typer.Option(min=3, help="With --camera: how many places.")] = 5,
    keep: Keep = None,
    name: Name = None,
    by: Annotated[str | None, typer.Option(help="Who calibrates.")] = None,
    as_json: Json = False,
) -> None:
    """Find the bench under the lens: a board lying flat on it at five places.

    Exit code 0 once computed, whatever the verdict; 1 if nothing could be computed.
    """
    from calibration.bench_plane import Bar, calibrate_plane
    from calibration.boards.board import Board
    from calibration.errors import CalibrationError
    from calibration.lens.calibrate import gather
    from calibration.sections.provenance import Target
    from station.app.calibration_record import read, write_plane

    try:
        named = Board.parse(board, square)
        measured = None if bar is None else Bar(bar, bar_u)
    except CalibrationError as error:
        console.leave(str(error))
    lens = read(record).lens
    if lens is None:
        console.leave(f"{record} has no lens: run 'regrade calibrate lens --record' first.")
    source = GivenSource(pictures, camera, config, name)
    given = given_views(source, keep, named, places, lying=True)
    try:
        views = gather(given.files, named, console.note)
        result = calibrate_plane(lens, views.size, views.sightings, measured)
    except CalibrationError as error:
        console.leave(str(error), console.FAILED)
    used = [file for file in given.files if file.name in views.names]
    share = None if measured is None else measured.U_mm / measured.measured_mm
    target = Target(board, serial, share)
    write_plane(record, result, views.size, given.camera, by, used, target)
    console.note(f"written to {record}")
    found = result.plane
    if as_json:
        console.answer_json(
            {
                "places": found.places,
                "rejected": [{"name": r.name, "reason": r.reason} for r in views.rejected],
                "distance_mm": found.distance_mm,
                "U_distance_mm": found.U_distance_mm,
                "normal": list(found.normal),
                "tilt_deg": found.tilt_deg,
                "U_tilt_deg": found.U_tilt_deg,
                "U_relative": found.U_relative,
                "bias_relative": found.bias_relative,
                "results": [result_form(each) for each in result.results],
                "verdict": result.verdict,
            }
        )
        return
    typer.echo(
        f"{found.distance_mm:.1f} ± {found.U_distance_mm:.1f} mm, tilt {found.tilt_deg:.2f}°, "
        f"U {found.U_relative:.2%}"
    )
    for each in views.rejected:
        typer.echo(f"not used: {each.name}: {each.reason}")
    show_results(result.results, result.verdict)
