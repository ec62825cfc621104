"""`regrade calibrate focus`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.commands import console
from station.commands.calibrate_colour import LampName
from station.commands.calibrate_options import (
    Camera,
    Config,
    From,
    GivenSource,
    Json,
    Keep,
    Name,
    given_picture,
    result_form,
    show_results,
)

if TYPE_CHECKING:
    from calibration.focus import Focus
    from calibration.sections.photometry import EdgeSharpness


def focus(
    pictures: From = None,
    camera: Camera = None,
    config: Config = None,
    lamp: LampName = "bright",
    record: Annotated[
        Path | None, typer.Option(help="The calibration record to write the sharpness into.")
    ] = None,
    keep: Keep = None,
    name: Name = None,
    by: Annotated[str | None, typer.Option(help="Who calibrates.")] = None,
    as_json: Json = False,
) -> None:
    """Measure the sharpness of the middle and the corners from slanted squares (ISO 12233).

    `calibrate target edge` prints them. Exit code 0 once computed, whatever the verdict; 1 if
    nothing could be computed.
    """
    from calibration.errors import CalibrationError
    from station.app.calibration_light import focus_step, write_focus

    given = given_picture(GivenSource(pictures, camera, config, name), keep, lamp, "edges")
    files = given.files
    if len(files) > 1:
        console.leave("Give one picture of the slanted squares: each has its own focus.")
    try:
        found, size = focus_step(files[0])
    except CalibrationError as error:
        console.leave(str(error), console.FAILED)
    if record is not None:
        write_focus(record, found, size, given.camera, by, files[0])
        console.note(f"written to {record}")
    if as_json:
        console.answer_json(focus_form(found))
        return
    words = console.words()
    typer.echo(
        words(
            "calibrate.sharpness",
            mtf50=f"{found.middle.mtf50:.3f}",
            mtf10=f"{found.middle.mtf10:.3f}",
            count=str(len(found.sharpness.edges)),
        )
    )
    show_results(found.results, found.verdict)


def focus_form(found: "Focus") -> dict[str, object]:
    """The answer of `calibrate focus --json`."""
    return {
        "middle": _edge_form(found.middle),
        "corners": {name: _edge_form(edge) for name, edge in found.corners.items()},
        "edges": [_edge_form(edge) for edge in found.sharpness.edges],
        "channel_shift_px": found.sharpness.channel_shift_px,
        "results": [result_form(each) for each in found.results],
        "verdict": found.verdict,
    }


def _edge_form(edge: "EdgeSharpness") -> dict[str, object]:
    return {
        "x": edge.x,
        "y": edge.y,
        "mtf50": edge.mtf50,
        "mtf10": edge.mtf10,
        "mtf": list(edge.mtf),
    }
