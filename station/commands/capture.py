"""`regrade capture empty | gates | proofs`."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from station.commands import console
from station.commands.calibrate_options import ask
from station.workflow.agreement import Rate

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def tree() -> typer.Typer:
    """The `capture` commands."""
    group = typer.Typer(
        help="What capture stops and lets pass.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("empty")(empty)
    group.command("gates")(gates)
    group.command("proofs")(proofs)
    return group


def empty(
    config: Annotated[Path, typer.Option(help="The station's configuration.")],
    camera: Annotated[
        str | None, typer.Option(help="Only this camera, by its name; all live ones by default.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take pictures again that are there already.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Picture the empty bench under each light: gates, proof and outlines are held against that.

    It drives the light controllers of the configuration itself. A picture goes where the
    configuration names it, else beside that, and the lines to add are printed.
    """
    from station.app.cameras import RESTING_LIGHT
    from station.app.empty_bench import picture_empty_bench

    taken = picture_empty_bench(config, camera, ask, console.note, replace=replace)
    if as_json:
        console.answer_json(
            {"pictures": [{**asdict(each), "path": str(each.path)} for each in taken]}
        )
        return
    rows = [[each.camera, each.light, str(each.path)] for each in taken]
    console.table(["camera", "light", "picture"], rows)
    folder = config.resolve().parent
    for each in (each for each in taken if not each.named):
        path = each.path.relative_to(folder)
        if each.light == RESTING_LIGHT:
            typer.echo(f'add to camera {each.camera}: empty_bench = "{path}"')
        else:
            typer.echo(f'add to empty_under of camera {each.camera}: {each.light} = "{path}"')


def gates(
    places: Annotated[
        list[Path], typer.Argument(help="Rendered sets, or folders of photographs.", exists=True)
    ],
    most: Annotated[int, typer.Option(min=1, help="The most pictures of each place.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of how pictures are spoiled.")] = 1,
    as_json: _Json = False,
) -> None:
    """Pass good pictures, and the same spoiled in each way, through the gates.

    Rendered sets, as several benches, or folders of photographs are counted together.
    """
    from models.runtime.errors import PictureError
    from models.sets import SetError
    from station.app.gate_trials import gate_trials

    try:
        rows = gate_trials(places, most, console.progress("pictures"), seed)
    except (SetError, PictureError, ValueError) as error:
        console.leave(str(error))
    if as_json:
        named = [str(place) for place in places]
        console.answer_json({"places": named, "gates": [asdict(row) for row in rows]})
        return
    console.table(
        ["pictures", "stopped", "95 %", "n", "why"],
        [[r.pictures, *_share(r.stopped), _counted(r.codes)] for r in rows],
    )


def proofs(
    places: Annotated[
        list[Path], typer.Argument(help="Rendered sets, each a bench with two lights.", exists=True)
    ],
    trials: Annotated[int, typer.Option(min=1, help="How many of each kind.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Of the levels, the noise and the items.")] = 1,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only these: true, stuck, replayed, swapped, …")
    ] = None,
    as_json: _Json = False,
) -> None:
    """True benches and attacks on the light pattern: how many are refused."""
    from models.runtime.errors import PictureError
    from models.sets import SetError
    from station.app.proof_trials import KINDS, ProofTrials

    unknown = set(kind or ()) - set(KINDS)
    if unknown:
        console.leave(f"There is no kind {', '.join(sorted(unknown))}: name {', '.join(KINDS)}.")
    try:
        rows = ProofTrials(places, seed).run(trials, console.progress("trials"), kind or KINDS)
    except (SetError, PictureError) as error:
        console.leave(str(error))
    if as_json:
        named = [str(place) for place in places]
        console.answer_json({"places": named, "proofs": [asdict(row) for row in rows]})
        return
    console.table(
        ["light proof", "refused", "95 %", "n", "why", "CPU ms"],
        [[r.kind, *_share(r.refused), _counted(r.codes), f"{r.judged_ms:g}"] for r in rows],
    )


def _share(rate: Rate) -> tuple[str, str, str]:
    """The share, its interval, and of how many."""
    if rate.value is None or rate.low is None or rate.high is None:
        return "-", "-", "0"
    return f"{rate.value:.2%}", f"{rate.low:.2%} to {rate.high:.2%}", str(rate.n)


def _counted(codes: Mapping[str, int]) -> str:
    return ", ".join(f"{code} {count}" for code, count in codes.items())
