"""`regrade start` and `regrade demo`: the bench at work."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from station.commands import console

DEFAULT_SEED = 1


def start(
    config: Annotated[Path, typer.Option(help="The station's configuration file.")] = Path(
        "station.toml"
    ),
) -> None:
    """Run the station."""
    from station.app.bench_window import run_station

    raise typer.Exit(run_station(config, console.note))


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="No window; progress and a summary instead.")
    ] = False,
    items: Annotated[int, typer.Option(min=0, max=10_000, help="How many items.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="The order of items and the noise.")] = (
        DEFAULT_SEED
    ),
    state: Annotated[
        Path | None, typer.Option(help="Keep everything here; a second run goes on from it.")
    ] = None,
    gallery: Annotated[
        Path | None, typer.Option(help="Write every picture here with its findings outlined.")
    ] = None,
    outage: Annotated[
        bool, typer.Option("--outage", help="The receiver is down for the first half.")
    ] = False,
    rfid: Annotated[
        str | None,
        typer.Option(help="A tag reader beside the scanner: m100, llrp or another kind of reader."),
    ] = None,
    goods: Annotated[
        Path | None,
        typer.Option(
            help="Returns of `models render`, of any family, in place of the cartons; the pack for "
            "all families examines them."
        ),
    ] = None,
    cameras: Annotated[
        int, typer.Option(min=1, max=4, help="How many cameras look on, live in the window.")
    ] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
) -> None:
    """The virtual bench: the whole station with rendered goods and no hardware."""
    from station.app.defaults import FURTHER_PACKS
    from station.app.demo import DemoOptions

    windowed = not headless and not as_json and _has_display()
    options = DemoOptions(
        items=items,
        seed=seed,
        state=state,
        outage=outage,
        gallery=gallery,
        rfid=rfid,
        cameras=cameras,
    )
    if goods is not None:
        options = replace(options, pictures=goods, pack=FURTHER_PACKS[0])
    if windowed:
        from station.app.bench_window import run_demo_window

        raise typer.Exit(run_demo_window(options, console.locale()))
    from station.app.headless import run_headless

    summary = run_headless(options, console.note)
    if as_json:
        console.answer_json(summary.form())
    else:
        for line in summary.lines(console.words()):
            typer.echo(line)
    if not summary.complete:
        raise typer.Exit(console.FAILED)


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
