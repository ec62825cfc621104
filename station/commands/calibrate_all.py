"""`regrade calibrate all` and `regrade calibrate report`."""

from pathlib import Path
from typing import Annotated

import typer

from station.commands import console
from station.commands.calibrate_colour import BatchChoice, stated_batch
from station.commands.calibrate_options import (
    Config,
    GivenSource,
    Json,
    Square,
    result_form,
    show_results,
)

DEFAULT_BOARD = "charuco:11x7:24:18"


def calibrate_all(
    record: Annotated[Path, typer.Option(help="The calibration record to write (TOML).")],
    work: Annotated[
        Path, typer.Option(help="Where pictures are kept; a broken-off run goes on from them.")
    ],
    report: Annotated[
        Path | None,
        typer.Option(help="The report to write, HTML or PDF; else both beside the record."),
    ] = None,
    virtual: Annotated[bool, typer.Option(help="Calibrate the virtual bench.")] = False,
    camera: Annotated[
        str | None, typer.Option(help="A camera's name in --config: it takes the pictures.")
    ] = None,
    config: Config = None,
    board: Annotated[str, typer.Option(help="As for calibrate lens.")] = DEFAULT_BOARD,
    square: Square = None,
    bar: Annotated[
        float | None,
        typer.Option("--scale-bar", help="The sheet's bar of 100 mm as you measured it, in mm."),
    ] = None,
    bar_u: Annotated[
        float, typer.Option(min=0, help="How well you measured it (k = 2), in mm.")
    ] = 0.2,
    card: Annotated[str, typer.Option(help="The serial on the check card.")] = "1",
    light: Annotated[str, typer.Option(help="The lamp that is on.")] = "bright",
    batch: Annotated[
        BatchChoice, typer.Option(help="When the colour chart was made: its colours changed then.")
    ] = BatchChoice.AUTO,
    lamp: Annotated[
        list[str] | None,
        typer.Option(help="A light to calibrate; again for each. All of the bench by default."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="With --virtual: whose hands.")] = 0,
    by: Annotated[str | None, typer.Option(help="Who calibrates.")] = None,
    as_json: Json = False,
) -> None:
    """Calibrate a bench in one go: lens, plane, light, focus, colour, check card, report.

    Exit code 0 once computed, whatever the verdict; 1 if nothing could be computed.
    """
    from calibration.acceptance import overall
    from calibration.bench_plane import Bar
    from calibration.boards.board import Board
    from calibration.errors import CalibrationError
    from station.app import calibrate_all as app
    from station.app.calibration_hands import virtual_bench

    source = GivenSource(None, camera, config, virtual=virtual)
    try:
        named = Board.parse(board, square)
        measured = None if bar is None else Bar(bar, bar_u)
    except CalibrationError as error:
        console.leave(str(error))
    lamps = tuple(lamp or ())
    wishes = app.Wishes(named, measured, card, by, light, lamps, batch=stated_batch(batch))
    work.mkdir(parents=True, exist_ok=True)
    reports = [report] if report else [record.with_suffix(each) for each in (".html", ".pdf")]
    truth: dict[str, float] = {}
    needed = [*lamps, light]
    with virtual_bench(seed, needed=needed) if virtual else source.bench(*needed) as bench:
        try:
            made = app.calibrate_all(bench, record, work, reports, wishes, console.note)
        except CalibrationError as error:
            console.leave(str(error), console.FAILED)
        if bench.virtual is not None:
            truth = bench.virtual.truth.errors(*made.optics)
    verdict = overall(made.results)
    console.note(console.words()("calibrate.written", record=str(record), report=str(reports[-1])))
    if as_json:
        console.answer_json(
            {
                "record": str(record),
                "report": str(reports[0]),
                "reports": [str(each) for each in reports],
                "id": made.id,
                "digest": made.digest,
                "claims": sorted(made.claims),
                "results": [result_form(each) for each in made.results],
                "truth": truth,
                "verdict": verdict,
            }
        )
        return
    show_results(made.results, verdict)
    for name, share in truth.items():
        typer.echo(console.words()("calibrate.off", name=name, percent=f"{100 * share:.4f}"))


def report(
    record: Annotated[Path, typer.Option(help="The calibration record.")],
    out: Annotated[Path, typer.Option(help="The report to write: A4 as .pdf, else HTML.")],
) -> None:
    """Write the printable report of a calibration record, with the drift of its daily checks."""
    from station.app.calibration_report import write_report

    write_report(record, [out])
