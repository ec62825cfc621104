"""`regrade calibrate verify`."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.commands import console
from station.commands.calibrate_options import (
    Config,
    GivenSource,
    Json,
    Keep,
    result_form,
    show_results,
)

if TYPE_CHECKING:
    from station.app.calibration_record import SeenCamera


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
    keep: Keep = None,
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

    source = GivenSource(None if picture is None else [picture], camera, config, virtual=virtual)
    evidence, seen = _card_pictured(source, card, light, change, keep)
    try:
        if reference:
            made = verifying.make_reference(record, evidence, card, light, seen)
            console.note(f"{record}: check card {card} is the reference of {made.id}")
            return
        checked = verifying.verify(record, evidence, card, by, seen)
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


def _card_pictured(
    source: GivenSource, card: str, light: str, change: Changed, keep: Path | None
) -> "tuple[bytes, SeenCamera | None]":
    """The picture of the card, and the camera that took it where it is a connected one."""
    from station.app.calibration_hands import virtual_bench
    from station.app.calibration_pictures import capture_one

    if source.pictures is not None:
        (picture,) = source.pictures
        try:
            return picture.read_bytes(), None
        except OSError as error:
            console.leave(f"{picture} cannot be read ({error.strerror}): name a picture.")
    live = virtual_bench(1, change.value, [light]) if source.virtual else source.bench(light)
    with live as bench:
        shown = partial(bench.hands.card, card)
        taken = capture_one(shown, bench.lamps, light, keep or bench.keep / "card")
        return taken.path.read_bytes(), None if source.virtual else bench.camera
