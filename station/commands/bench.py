"""`./run bench`: measured ratios, as a table and as JSON."""

from typing import Annotated

import typer

from station.commands import console


def bench(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
    rounds: Annotated[int, typer.Option(min=3, max=1000, help="Rounds of each pair.")] = 15,
) -> None:
    """Measure side by side in one run: the pipeline over a bare session, and its rivals."""
    from station.app.benchmarks import run_benchmarks

    answers = run_benchmarks(rounds, console.note)
    if as_json:
        console.answer_json({"benchmarks": answers})
        return
    rows = []
    for answer in answers:
        value = "-" if answer["value"] is None else f"{answer['value']:.3g}"
        rows.append([str(answer["name"]), value, str(answer["unit"]), str(answer["said"])])
    console.table(["benchmark", "value", "unit", ""], rows)
