"""`regrade calibrate light`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.commands import console
from station.commands.calibrate_options import From, Json, result_form, show_results

if TYPE_CHECKING:
    from station.app.calibration_light import LightStep


def light(
    pictures: From = None,
    still: Annotated[
        list[Path] | None,
        typer.Option(help="Pictures of an untouched bench, for noise and repeatability: 30."),
    ] = None,
    blank: Annotated[
        bool,
        typer.Option(
            "--blank/--no-blank",
            help="A blank card fills the pictures, turned from one to the next: flat field too.",
        ),
    ] = True,
    record: Annotated[
        Path | None, typer.Option(help="The calibration record to write the lamps into.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who calibrates.")] = None,
    as_json: Json = False,
) -> None:
    """Measure each lamp: flat field, own light, curve over its levels, room light, drift, noise.

    Name the pictures after the lamp: bright-1.png, bright@50-1.png at half its level, off-1.png
    with all lamps off. Exit code 0 once computed, whatever the verdict; 1 if nothing could be.
    """
    from calibration.errors import CalibrationError
    from station.app.calibration_light import light_step, write_light
    from station.app.calibration_pictures import picture_files

    if pictures is None:
        console.leave("Give --from with a folder of pictures named after their lamp.")
    files = picture_files(pictures)
    shots = picture_files(still) if still else []
    try:
        found = light_step(files, shots, blank=blank, say=console.note)
    except CalibrationError as error:
        console.leave(str(error), console.FAILED)
    if record is not None:
        write_light(record, found, by, [*files, *shots])
        console.note(f"written to {record}")
    if as_json:
        console.answer_json(light_form(found))
        return
    words = console.words()
    for lamp in found.lamps:
        red, green, blue = (f"{value:.3f}" for value in lamp.light)
        typer.echo(
            words(
                "calibrate.lamp",
                lamp=lamp.name,
                red=red,
                green=green,
                blue=blue,
                tolerance=f"{100 * lamp.tolerance:.1f}",
            )
        )
    show_results(found.results, found.verdict)


def light_form(found: "LightStep") -> dict[str, object]:
    """The answer of `calibrate light --json`."""
    noise, repeated = found.noise, found.repeatability
    return {
        "lamps": [
            {
                "name": lamp.name,
                "response": list(lamp.light),
                "level": list(lamp.level),
                "curve": [list(pair) for pair in lamp.curve],
                "tolerance": lamp.tolerance,
                "ambient_percent": lamp.ambient_percent,
                "drift_percent": lamp.drift_percent,
                "clipped_percent": lamp.clipped_percent,
                "flat_field": (
                    found.fields[lamp.name].field.grid() if lamp.name in found.fields else None
                ),
                "residual_percent": (
                    found.fields[lamp.name].residual_percent if lamp.name in found.fields else None
                ),
            }
            for lamp in found.lamps
        ],
        "noise": (
            None
            if noise is None
            else {"read": noise.read, "gain": noise.gain, "lightness": noise.lightness}
        ),
        "repeatability": (
            None
            if repeated is None
            else {
                "frames": repeated.frames,
                "level_cv_percent": repeated.level_cv_percent,
                "shift_px": repeated.shift_px,
            }
        ),
        "results": [result_form(each) for each in found.results],
        "verdict": found.verdict,
    }
