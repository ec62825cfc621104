"""`regrade models bakeoff`: the detectors that could ship, side by side."""

from pathlib import Path
from typing import Annotated, Any

import typer

from station.commands import console


def bakeoff(
    sets: Annotated[
        list[Path], typer.Argument(metavar="SET…", help="Rendered sets that both learn from.")
    ],
    held: Annotated[
        list[Path], typer.Option("--on", help="A rendered set that both are tried on.")
    ],
    out: Annotated[Path, typer.Option(help="Where the runs are kept.")],
    minutes: Annotated[float, typer.Option(min=0.1, help="Training time of each.")] = 15,
    light: Annotated[str, typer.Option(help="The lamp of the trial with one.")] = "bright",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
) -> None:
    """Train the dense segmenter and an ultralytics one for equal time; compare what they find."""
    from station.app.bakeoff import bake_off

    if out.exists() and any(out.iterdir()):
        console.leave(f"{out} is not empty: name another folder for these runs.")
    contestants = bake_off(sets, held, light, out, minutes, console.note)
    if as_json:
        console.answer_json({"contestants": contestants, "minutes": minutes})
        return
    rows = [
        [each["name"], title, _told(figures["mask_map50"]), _told(figures["auroc"])]
        for each in contestants
        for title, figures in each["on"].items()
    ]
    console.table(["detector", "shown", "mask mAP50", "AUROC"], rows)


def _told(figure: dict[str, Any]) -> str:
    if figure["value"] is None:
        return "unknown"
    if figure["low"] is None:
        return f"{figure['value']:.2f}"
    return f"{figure['value']:.2f} [{figure['low']:.2f}, {figure['high']:.2f}]"
