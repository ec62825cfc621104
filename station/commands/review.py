"""`regrade review`, `regrade outbox status`: what waits for a person or for the receiver."""

from pathlib import Path
from typing import Annotated

import typer

from station.commands import console
from station.domain.grading import Grade

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
_State = Annotated[
    Path | None, typer.Option(help="The station's state directory; the demo's if none is given.")
]


def review(
    inspection: Annotated[
        str | None, typer.Argument(help="The held inspection to settle; lists them if absent.")
    ] = None,
    grade: Annotated[Grade | None, typer.Option(help="Your grade.")] = None,
    by: Annotated[str | None, typer.Option(help="Your badge.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    state: _State = None,
    as_json: _Json = False,
) -> None:
    """List the held inspections, or settle one: the answer is a new record that supersedes it."""
    from station.app.keeping import held_forms, settle

    if inspection is None:
        held = held_forms(state)
        if as_json:
            console.answer_json({"held": held})
            return
        rows = [
            [
                str(h["inspection_id"]),
                _named(h["item"]),
                str(h["proposed"] or "-"),
                str(h["clause"]),
            ]
            for h in held
        ]
        if rows:
            console.table(["inspection", "item", "proposed", "clause"], rows)
        else:
            console.note("Nothing is held.")
        return
    if grade is None or not by:
        console.leave("Name your grade and your badge: review ID --grade repair --by BADGE.")
    closed = settle(state, inspection, grade, by, reason)
    if as_json:
        console.answer_json(closed)
    else:
        console.note(f"{closed['inspection_id']} closes {inspection} as {grade}.")


def _named(item: object) -> str:
    """An item in a table: its name and its code."""
    if not isinstance(item, dict):
        return ""
    serial = f"(21){item['serial']}" if item["serial"] else ""
    return f"{item['name']} (01){item['gtin']}{serial}"


def outbox_tree() -> typer.Typer:
    """The `outbox` commands."""
    group = typer.Typer(
        help="Results on their way upstream.", no_args_is_help=True, rich_markup_mode=None
    )
    group.callback()(_group)
    group.command("status")(status)
    return group


def _group() -> None:
    """Results on their way upstream."""


def status(state: _State = None, as_json: _Json = False) -> None:
    """How many results wait, were delivered, need a person, or were withdrawn by an undo."""
    from station.app.keeping import outbox_status

    answer = outbox_status(state)
    if as_json:
        console.answer_json(answer)
        return
    entries = answer["entries"]
    if isinstance(entries, dict):
        console.table(["state", "entries"], [[name, str(n)] for name, n in entries.items()])
    parked = answer["parked"]
    if isinstance(parked, list) and parked:
        console.note("Parked, for a person to look at:")
        console.table(
            ["inspection", "reason"], [[str(p["inspection_id"]), str(p["reason"])] for p in parked]
        )
