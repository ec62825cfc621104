"""`regrade calibrate verify`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from station.commands import console
from station.commands.calibrate_options import Config, Json, result_form, show_results


class Changed(StrEnum):
    """What happened to the virtual bench since its calibration."""

    NONE = "none"
    MOVED = "moved"
    DIM = "dim"
    DEFOCUSED = "defocused"


def verify(
    record: Annotated[Path, typer.Option(help="The calibration record that is verified.")],
    picture: Annotated[
        Path | None, typer.Option("--from", help="One picture of the check card on the bench.")
    ] = None,
    camera: Annotated[
        str | None, typer.Option(help="A camera's name in --config: it takes the picture now.")
    ] = None,
    config: Config = None,
    virtual: Annotated[bool, typer.Option(help="Picture the card on the virtual bench.")] = False,
    change: Annotated[
        Changed, typer.Option(help="With --virtual: what happened since calibration.")
    ] = Changed.NONE,
    light: Annotated[str, typer.Option(help="The lamp that is on.")] = "bright",
    card: Annotated[str, typer.Option(help="The serial on the card.")] = "1",
    reference: Annotated[
        bool, typer.Option(help="After a calibration: make this picture the reference.")
    ] = False,
    chart: Annotated[
        Path | None, typer.Option(help="Write the drift of all checks here (SVG).")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who verifies.")] = None,
    as_json: Json = False,
) -> None:
    """The daily check: lay the check card on the bench, take one picture, compare.

    It warns at half of a limit and withdraws millimetres and colours at the limit. Exit code 0
    once computed, whatever the verdict; 1 if the card could not be read.
    """
    from calibration.errors import CalibrationError
    from calibration.report.figures import drift_chart
    from station.app import verifying

    if [picture is not None, camera is not None, virtual].count(True) != 1:
        console.leave("Give one of --from PICTURE, --camera NAME with --config, or --virtual.")
    if picture is not None:
        try:
            evidence = picture.read_bytes()
        except OSError as error:
            console.leave(f"{picture} cannot be read ({error.strerror}): name a picture.")
    elif camera is not None:
        if config is None:
            console.leave("Give --config with the station's configuration file.")
        evidence = verifying.configured_picture(camera, config, light)
    else:
        from station.virtual.calibration_bench import CalibrationBench

        bench = CalibrationBench(seed=1, change=change.value)
        evidence = verifying.card_picture(bench.card(card), light)
    try:
        if reference:
            made = verifying.make_reference(record, evidence, card, light)
            console.note(f"{record}: check card {card} is the reference of {made.id}")
            return
        checked = verifying.verify(record, evidence, card, by)
    except CalibrationError as error:
        console.leave(str(error), console.FAILED)
    if chart is not None:
        chart.write_text(drift_chart(checked.history), "utf-8")
    done = checked.verification
    due = checked.trust.check_due
    if as_json:
        console.answer_json(
            {
                "at": done.at.isoformat(),
                "camera": done.camera,
                "calibration": done.calibration,
                "verdict": done.verdict,
                "standing": checked.trust.standing,
                "check_due": None if due is None else due.isoformat(),
                "results": [result_form(each) for each in done.results],
            }
        )
        return
    show_results(done.results, f"check-{done.verdict}")
    if due is not None:
        typer.echo(console.words()("calibrate.due", at=f"{due:%Y-%m-%d %H:%M} UTC"))
