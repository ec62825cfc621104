"""`regrade orders`: return orders from a file, and what they say of a code."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from station.adapters.orders.form import FileForm
from station.commands import console

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
_State = Annotated[
    Path | None, typer.Option(help="The station's state directory; the demo's if none is given.")
]
_Form = Annotated[
    FileForm | None, typer.Option(help="How the file is written; by its name if not said.")
]
_File = Annotated[Path, typer.Argument(help="A .csv, .json or .jsonl file; see station/ORDERS.md.")]


def tree() -> typer.Typer:
    """The `orders` commands."""
    group = typer.Typer(help="Return orders.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("import")(import_)
    group.command("check")(check)
    group.command("show")(show)
    return group


def _group() -> None:
    """Return orders."""


def import_(file: _File, state: _State = None, form: _Form = None, as_json: _Json = False) -> None:
    """Import a file: new orders are added, orders of the same number replaced. All or nothing.

    A running station sees the orders at its next scan.
    """
    from station.app.ordering import import_file

    done = import_file(file, state, form, console.note)
    if as_json:
        console.answer_json(
            {
                "lines": done.lines,
                "orders": done.orders,
                "replaced_orders": done.replaced,
                "kept_lines": done.kept,
            }
        )
        return
    console.note(
        f"{_count(done.orders, 'order')} with {_count(done.lines, 'line')} imported, "
        f"{done.replaced} of them replaced; {_count(done.kept, 'line')} of other orders kept."
    )


def check(file: _File, form: _Form = None, as_json: _Json = False) -> None:
    """Read a file as an import would, and change nothing; exit 1 names the first wrong line."""
    from station.app.ordering import check_file
    from station.domain.faults import StationError

    try:
        counts = check_file(file, form)
    except StationError as error:
        if as_json:
            console.answer_json({"good": False, "error": str(error)})
        console.leave(str(error), console.FAILED)
    if as_json:
        console.answer_json({"good": True, "error": None, **asdict(counts)})
        return
    console.note(
        f"{file.name}: good; {_count(counts.lines, 'line')}, {_count(counts.orders, 'order')}, "
        f"{_count(counts.parcels, 'parcel')}, {_count(counts.pieces, 'piece')}"
    )


def show(
    code: Annotated[str, typer.Argument(help="An item's code, a parcel's, or an order's number.")],
    state: _State = None,
    as_json: _Json = False,
) -> None:
    """What the imported orders say of a code; exit 1 if nothing."""
    from station.app.ordering import any_imported, shown

    answer = shown(code, state)
    lines = answer["lines"]
    if as_json:
        console.answer_json(answer)
    elif isinstance(lines, list) and lines:
        rows = [[_cell(line[key]) for key in _SHOWN] for line in lines]
        console.table(list(_SHOWN), rows)
    elif answer["known_goods"]:
        console.note(f"{code}: the goods are known, but no order names this piece.")
    elif not any_imported(state):
        console.note("No return orders are imported there: name the station's --state.")
    else:
        short = code if len(code) <= _LONGEST_SHOWN else f"{code[:_LONGEST_SHOWN]}…"
        console.note(f"{short} is in no return order.")
    if not lines:
        raise typer.Exit(console.FAILED)


_LONGEST_SHOWN = 60
_SHOWN = ("order", "parcel", "gtin", "serial", "quantity", "name", "category")


def _cell(value: object) -> str:
    return "-" if value is None else str(value)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
