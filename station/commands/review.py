"""`regrade review`, `regrade outbox status`: what waits for a person or for the receiver."""

from pathlib import Path
from typing import Annotated

import typer

from station.commands import console
from station.domain.grading import Grade

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
_Numbers = Annotated[list[int] | None, typer.Option(help="A finding, counted from 1.")]
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
    not_damage: _Numbers = None,
    wrong_outline: _Numbers = None,
    as_found: _Numbers = None,
    outline: Annotated[
        list[str] | None,
        typer.Option(
            help="The right outline of a finding: N=x,y,width,height or N='x,y x,y x,y …'."
        ),
    ] = None,
    missed: Annotated[
        list[str] | None,
        typer.Option(help="A missed fault: KIND, or KIND@SHOT=x,y,width,height (or corners)."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="The station's configuration: its policies, and its state if not given."),
    ] = None,
    state: _State = None,
    as_json: _Json = False,
) -> None:
    """List the held inspections, show one, correct its findings, or settle it.

    Findings are counted from 1 in the order shown. Corrections train the next detector (`models
    export-labels`); settling makes a new record that supersedes the held one.
    """
    from station.app.corrections import said_of
    from station.app.keeping import correct, held_forms, settle, state_of

    state = state or (state_of(config) if config else None)
    if inspection is None:
        if grade or by or reason or any((not_damage, wrong_outline, as_found, outline, missed)):
            console.leave("Name the inspection: regrade review ID …; without any option it lists.")
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
    said = said_of(
        not_damage=not_damage or (),
        wrong_outline=wrong_outline or (),
        as_found=as_found or (),
        outlines=outline or (),
        missed=missed or (),
    )
    if grade is None and not said:
        _show(state, inspection, as_json=as_json)
        return
    by = (by or "").strip()
    if not by:
        console.leave("Name your badge: --by BADGE.")
    if grade is None:
        correct(state, inspection, by, said)
        _show(state, inspection, as_json=as_json)
        return
    closed = settle(state, inspection, grade, by, reason, said, config)
    if as_json:
        console.answer_json(closed)
    else:
        console.note(f"{closed['inspection_id']} closes {inspection} as {grade}.")


def _show(state: Path | None, inspection: str, *, as_json: bool) -> None:
    """An inspection's findings, with what was said of each."""
    from station.app.keeping import corrected_form

    form = corrected_form(state, inspection)
    if as_json:
        console.answer_json(form)
        return
    findings, given = form["findings"], form["corrections"]
    if not isinstance(findings, list) or not isinstance(given, list):
        return
    said: dict[object, str] = {c["finding"]: _word(c) for c in given if c["finding"] is not None}
    rows = [
        [
            str(n + 1),
            f["defect"],
            f"{f['confidence']:.2f}",
            f["shot"],
            str(f["box"]),
            said.get(n, ""),
        ]
        for n, f in enumerate(findings)
    ]
    if rows:
        console.table(["finding", "defect", "confidence", "shot", "box", "said of it"], rows)
    for each in given:
        if each["finding"] is None:
            console.note(f"{each['by']}: {_word(each)}")
    console.note(
        "Settle it: --grade. Correct it: --not-damage, --wrong-outline, --outline, --missed."
    )


def _word(correction: dict[str, object]) -> str:
    drawn = "" if correction["outline"] is None else f", outlined on {correction['shot'] or 'it'}"
    kind = f" ({correction['defect']})" if correction["defect"] else ""
    return f"{correction['kind']}{kind}{drawn}"


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
