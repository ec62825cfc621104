"""`regrade calibrate light`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.commands import console
from station.commands.calibrate_options import (
    Camera,
    Config,
    From,
    GivenSource,
    Json,
    Keep,
    Name,
    result_form,
    show_results,
)

if TYPE_CHECKING:
    from station.app.calibrate_all import LampShots
    from station.app.calibration_light import LightStep
    from station.app.calibration_record import SeenCamera


def light(
    pictures: From = None,
    camera: Camera = None,
    config: Config = None,
    virtual: Annotated[bool, typer.Option(help="Calibrate the virtual bench's lamps.")] = False,
    lamp: Annotated[
        list[str] | None,
        typer.Option(help="With --camera: a light to calibrate; again for each. All by default."),
    ] = None,
    under: Annotated[
        str, typer.Option(help="With --camera: the light of the untouched bench.")
    ] = "bright",
    keep: Keep = None,
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
    name: Name = None,
    by: Annotated[str | None, typer.Option(help="Who calibrates.")] = None,
    as_json: Json = False,
) -> None:
    """Measure each lamp: flat field, own light, curve over its levels, room light, drift, noise.

    With --camera it drives the light controllers of the configuration itself, and says when to lay
    or turn a card. Pictures of a folder are named after the lamp: bright-1.png, bright@50-1.png at
    half its level, off-1.png with all lamps off. Exit code 0 once computed, whatever the verdict;
    1 if nothing could be.
    """
    source = GivenSource(pictures, camera, config, name, virtual)
    if source.pictures is None and still:
        console.leave("--still belongs to --from: a camera pictures the untouched bench itself.")
    if source.pictures is not None and lamp:
        console.leave("--lamp belongs to --camera: a folder's pictures name their lamps.")
    with _lamps_pictured(source, lamp or [], under, keep, still or []) as (shots, seen):
        found = _measured(shots, blank=blank)
        if record is not None:
            from station.app.calibration_light import write_light

            write_light(record, found, seen, by, [*shots.lit, *shots.still])
            console.note(f"written to {record}")
    if as_json:
        console.answer_json(light_form(found))
        return
    words = console.words()
    for each in found.lamps:
        red, green, blue = (f"{value:.3f}" for value in each.light)
        typer.echo(
            words(
                "calibrate.lamp",
                lamp=each.name,
                red=red,
                green=green,
                blue=blue,
                tolerance=f"{100 * each.tolerance:.1f}",
            )
        )
    show_results(found.results, found.verdict)


@contextmanager
def _lamps_pictured(
    source: GivenSource, lamps: list[str], under: str, keep: Path | None, still: list[Path]
) -> "Iterator[tuple[LampShots, SeenCamera | None]]":
    """The pictures of the lamps, there for as long as the block lasts, and whose they are."""
    from station.app.calibrate_all import LampShots, picture_lamps
    from station.app.calibration_pictures import picture_files

    if source.pictures is not None:
        untouched = picture_files(still) if still else []
        yield LampShots(picture_files(source.pictures), untouched), source.named
        return
    with source.bench(*lamps, under) as bench:
        folder = keep or bench.keep / "lamps"
        yield picture_lamps(bench, lamps, under, folder, console.note), bench.camera


def _measured(shots: "LampShots", *, blank: bool) -> "LightStep":
    from calibration.errors import CalibrationError
    from station.app.calibration_light import light_step

    try:
        return light_step(shots.lit, shots.still, blank=blank, say=console.note)
    except CalibrationError as error:
        console.leave(str(error), console.FAILED)


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
