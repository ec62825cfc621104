"""`regrade capture gates | proofs`."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from station.commands import console
from station.workflow.agreement import Rate

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def tree() -> typer.Typer:
    """The `capture` commands."""
    group = typer.Typer(
        help="What capture stops and lets pass.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("gates")(gates)
    group.command("proofs")(proofs)
    return group


def gates(
    places: Annotated[
        list[Path], typer.Argument(help="Rendered sets, or folders of photographs.", exists=True)
    ],
    most: Annotated[int, typer.Option(min=1, help="The most pictures of each place.")] = 200,
    as_json: _Json = False,
) -> None:
    """Pass good pictures, and the same blurred, smeared, clipped and glaring, through the gates."""
    from models.runtime.errors import PictureError
    from models.sets import SetError
    from station.app.gate_trials import gate_trials

    answers = []
    for place in places:
        try:
            rows = gate_trials(place, most, _progress)
        except (SetError, PictureError, ValueError) as error:
            console.leave(str(error))
        answers.append({"place": str(place), "rows": [asdict(row) for row in rows]})
        if not as_json:
            console.note("")
            console.table(
                [place.name, "stopped", "95 %", "n", "why"],
                [[r.pictures, *_share(r.stopped), _counted(r.codes)] for r in rows],
            )
    if as_json:
        console.answer_json({"gates": answers})


def proofs(
    place: Annotated[Path, typer.Argument(help="A rendered set with two lights.", exists=True)],
    trials: Annotated[int, typer.Option(min=1, help="How many of each kind.")] = 500,
    seed: Annotated[int, typer.Option(help="Of the levels, the noise and the items.")] = 1,
    as_json: _Json = False,
) -> None:
    """True benches and attacks on the light pattern: how many are refused."""
    from models.runtime.errors import PictureError
    from models.sets import SetError
    from station.app.proof_trials import ProofTrials

    try:
        rows = ProofTrials(place, seed).run(trials, _progress)
    except (SetError, PictureError) as error:
        console.leave(str(error))
    if as_json:
        console.answer_json({"place": str(place), "proofs": [asdict(row) for row in rows]})
        return
    console.note("")
    console.table(
        [place.name, "refused", "95 %", "n", "why", "CPU ms"],
        [[r.kind, *_share(r.refused), _counted(r.codes), f"{r.judged_ms:g}"] for r in rows],
    )


def _progress(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done} of {total}")
    sys.stderr.flush()


def _share(rate: Rate) -> tuple[str, str, str]:
    """The share, its interval, and of how many."""
    if rate.value is None or rate.low is None or rate.high is None:
        return "-", "-", "0"
    return f"{rate.value:.2%}", f"{rate.low:.2%} to {rate.high:.2%}", str(rate.n)


def _counted(codes: Mapping[str, int]) -> str:
    return ", ".join(f"{code} {count}" for code, count in codes.items())
