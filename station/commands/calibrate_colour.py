"""`regrade calibrate colour`."""

from enum import StrEnum
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
    given_picture,
    result_form,
    show_results,
)

if TYPE_CHECKING:
    from calibration.chart.reference import Batch
    from calibration.errors import CalibrationError
    from station.app.calibration_light import ColourStep
    from station.app.calibration_pictures import PictureFile


class BatchChoice(StrEnum):
    """When the chart was made, as its back says; auto asks the patches."""

    BEFORE = "before-2014-11"
    SINCE = "since-2014-11"
    AUTO = "auto"


def stated_batch(choice: BatchChoice) -> "Batch | None":
    """The batch that was stated; None leaves it to the patches."""
    match choice:
        case BatchChoice.BEFORE:
            return "before-2014-11"
        case BatchChoice.SINCE:
            return "since-2014-11"
    return None


LampName = Annotated[
    str, typer.Option("--lamp", help="The light that the target is under, as recipes name it.")
]


def colour(
    pictures: From = None,
    camera: Camera = None,
    config: Config = None,
    batch: Annotated[
        BatchChoice, typer.Option(help="When the chart was made: its colours changed then.")
    ] = BatchChoice.AUTO,
    lamp: LampName = "bright",
    record: Annotated[
        Path | None,
        typer.Option(help="The record to write into (TOML); its lamp's flat field is used."),
    ] = None,
    chart: Annotated[str, typer.Option(help="The serial of the chart.")] = "unknown",
    keep: Keep = None,
    name: Name = None,
    by: Annotated[str | None, typer.Option(help="Who calibrates.")] = None,
    as_json: Json = False,
) -> None:
    """Learn a camera's colour correction from a picture of a 24-patch chart, at any rotation.

    Its errors are those of patches that the fit never saw. Several pictures give a table. Exit
    code 0 once computed, whatever the verdict; 1 if a picture gave nothing.
    """
    from calibration.errors import CalibrationError
    from station.app.calibration_light import colour_step, write_colour
    from station.app.calibration_record import read

    given = given_picture(GivenSource(pictures, camera, config, name), keep, lamp, "chart")
    files = given.files
    if record is not None and len(files) > 1:
        console.leave("Give one picture of the chart with --record: it has room for one.")
    known = read(record) if record is not None and record.exists() else None
    steps: list[tuple[PictureFile, ColourStep | CalibrationError]] = []
    for file in files:
        try:
            steps.append((file, colour_step(file, stated_batch(batch), known, lamp)))
        except CalibrationError as error:
            steps.append((file, error))
    if len(steps) > 1:
        _show_many(steps, as_json=as_json)
        return
    (_, step), *_ = steps
    if isinstance(step, CalibrationError):
        console.leave(str(step), console.FAILED)
    if record is not None:
        write_colour(record, step, given.camera, lamp, by, chart)
        console.note(f"written to {record}")
    if as_json:
        console.answer_json(colour_form(step))
        return
    _show(step)


def colour_form(step: "ColourStep") -> dict[str, object]:
    """The answer of `calibrate colour --json`."""
    from calibration.chart.reference import NAMES

    made = step.made
    return {
        "de00": made.de00,
        "verdict": step.verdict,
        "chart": {
            "kind": step.chart.kind,
            "turned_deg": step.chart.turned_deg,
            "corners": [[float(x), float(y)] for x, y in step.chart.centres[[0, 5, 23, 18]]],
            "flat_field": step.evened,
        },
        "batch": made.batch,
        "batch_source": made.batch_source,
        "correction": {
            "kind": made.correction.kind,
            "tone": list(made.correction.tone),
            "white_balance": list(made.correction.white_balance),
            "matrix": made.correction.matrix.tolist(),
        },
        "trials": [
            {
                "kind": trial.kind,
                "tone_fitted": trial.bend,
                "held_out_mean": trial.held_out,
                "half_mean": trial.half,
                "taken": trial.taken,
                "gain": trial.gain,
                "gain_u": trial.gain_u,
            }
            for trial in made.trials
        ],
        "patches": [
            {
                "name": name,
                "before": float(before),
                "held_out": float(held_out),
                "after": float(after),
            }
            for name, before, held_out, after in zip(
                NAMES, made.before, made.held_out, made.after, strict=True
            )
        ],
        "results": [result_form(each) for each in step.results],
    }


def _show(step: "ColourStep") -> None:
    words = console.words()
    made = step.made
    figures = made.de00
    typer.echo(
        words(
            "calibrate.chart",
            kind=words(f"calibrate.chart-{step.chart.kind}"),
            turned=f"{step.chart.turned_deg:.0f}",
            batch=words(f"calibrate.batch.{made.batch}"),
            source=words(f"calibrate.batch-source.{made.batch_source}"),
        )
    )
    if abs(step.chart.turned_deg) > 135:
        typer.echo(words("calibrate.upside-down"))
    typer.echo(
        words(
            "calibrate.correction",
            kind=words(f"calibrate.model.{made.correction.kind}"),
            before=f"{figures['before_mean']:.2f}",
            mean=f"{figures['mean']:.2f}",
            p90=f"{figures['p90']:.2f}",
            max=f"{figures['max']:.2f}",
        )
    )
    show_results(step.results, step.verdict)


def _show_many(
    steps: "list[tuple[PictureFile, ColourStep | CalibrationError]]", *, as_json: bool
) -> None:
    """A table of pictures; those that gave nothing with their reason."""
    from calibration.errors import CalibrationError

    broken = [(file, step) for file, step in steps if isinstance(step, CalibrationError)]
    good = [(file, step) for file, step in steps if not isinstance(step, CalibrationError)]
    if as_json:
        console.answer_json(
            {
                "pictures": [
                    {"path": str(file.path), **colour_form(step), "error": None}
                    for file, step in good
                ]
                + [{"path": str(file.path), "error": str(error)} for file, error in broken]
            }
        )
    else:
        console.table(
            ["", "chart", "°", "batch", "model", "before", "mean", "p90", "max", ""],
            [_row(file, step) for file, step in good],
        )
        for file, error in broken:
            typer.echo(f"{file.name}: {error}")
    if broken:
        raise typer.Exit(console.FAILED)


def _row(file: "PictureFile", step: "ColourStep") -> list[str]:
    made = step.made
    tone = "" if made.correction.tone == (1.0, 0.0) else " + tone"
    return [
        file.name,
        step.chart.kind,
        f"{step.chart.turned_deg:.0f}",
        f"{made.batch} ({made.batch_source})",
        f"{made.correction.kind}{tone}",
        *(f"{made.de00[key]:.2f}" for key in ("before_mean", "mean", "p90", "max")),
        console.words()(f"calibrate.word.{step.verdict}"),
    ]
