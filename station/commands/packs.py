"""`regrade models list | import | shadow | promote | rollback | export-labels`: a bench's packs."""

from pathlib import Path
from typing import Annotated

import typer

from station.commands import console

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
_State = Annotated[
    Path | None, typer.Option(help="The station's state directory; the default one if not given.")
]
_By = Annotated[str, typer.Option(help="Your badge, for the history.")]


def add_to(group: typer.Typer) -> None:
    """Add the commands to `models`."""
    group.command("list")(listing)
    group.command("import")(import_)
    group.command("shadow")(shadow)
    group.command("promote")(promote)
    group.command("rollback")(rollback)
    group.command("export-labels")(export_labels)


def listing(
    state: _State = None,
    history: Annotated[bool, typer.Option(help="What was done with packs here.")] = False,
    as_json: _Json = False,
) -> None:
    """List the packs of a bench: which is live, and how the one in shadow compares with it."""
    from station.app import shelf

    packs = shelf.list_packs(state)
    deeds = shelf.history(state) if history else []
    if as_json:
        console.answer_json({"packs": packs, **({"history": deeds} if history else {})})
        return
    rows = [
        [str(p["shelf_name"]), str(p["name"]), str(p["version"]), _role(p), str(p["path"])]
        for p in packs
    ]
    console.table(["pack", "name", "version", "", "path"], rows)
    for pack in packs:
        _show_compared(pack)
    if history:
        console.table(
            ["at", "deed", "pack", "by", "evidence"],
            [[str(d[key]) for key in ("at", "deed", "pack", "by", "evidence")] for d in deeds],
        )


def import_(
    pack: Annotated[Path, typer.Argument(help="The directory of a signed pack.")],
    by: _By = "",
    state: _State = None,
    as_json: _Json = False,
) -> None:
    """Verify a pack whole and put it on the bench's shelf; nothing works with it yet."""
    from station.app import shelf

    made = shelf.import_pack(state, pack, by)
    if as_json:
        console.answer_json(made)
        return
    name = made["shelf_name"]
    console.note(f"{name} is on the shelf: `regrade models shadow {name}` lets it look on.")


def shadow(
    name: Annotated[
        str | None, typer.Argument(help="An imported pack; without one, show what was compared.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Let none look on any more.")] = False,
    by: _By = "",
    state: _State = None,
    as_json: _Json = False,
) -> None:
    """Let a pack look on beside the live one; its grades are counted and never used."""
    from station.app import shelf

    if off and name is None:
        shelf.unshadow(state, by)
    elif name is not None and not off:
        shelf.shadow(state, name, by)
    elif off:
        console.leave("--off takes no name: only one pack looks on at a time.")
    looking = [pack for pack in shelf.list_packs(state) if pack["shadow"]]
    if as_json:
        console.answer_json({"shadow": looking[0] if looking else None})
        return
    if not looking:
        console.note("No pack looks on.")
    for pack in looking:
        console.note(
            f"{pack['name']} {pack['version']} looks on from the next start or idle bench."
        )
        _show_compared(pack)


def promote(
    name: Annotated[str, typer.Argument(help="The pack's name on the shelf.")],
    by: Annotated[str, typer.Option(help="Your badge, for the history.")],
    evidence: Annotated[
        str,
        typer.Option(help="`shadow`, or a file with the answer of `models evaluate --json`."),
    ],
    state: _State = None,
    as_json: _Json = False,
) -> None:
    """Make a pack the live one, naming the evidence; a running bench changes between two items."""
    from station.app import shelf

    made = shelf.promote(state, name, by, evidence)
    if as_json:
        console.answer_json(made)
    else:
        console.note(f"{name} is live. It rests on: {made['evidence']}")


def rollback(
    by: Annotated[str, typer.Option(help="Your badge, for the history.")],
    reason: Annotated[str, typer.Option(help="Why, for the history.")],
    state: _State = None,
    as_json: _Json = False,
) -> None:
    """Go back to the pack that was live before; a running bench does so between two items."""
    from station.app import shelf

    made = shelf.rollback(state, by, reason)
    if as_json:
        console.answer_json(made)
    else:
        console.note(f"{made['shelf_name']} is live again.")


def export_labels(
    out: Annotated[Path, typer.Option(help="The folder of the set; it must not exist yet.")],
    clean: Annotated[
        int,
        typer.Option(min=0, help="So many of the newest items without a flaw, as clean pictures."),
    ] = 0,
    state: _State = None,
    as_json: _Json = False,
) -> None:
    """Write what people corrected as a COCO-labelled set, ready for `models train --from`."""
    from station.app.exporting import export_labels as export

    made = export(state, out, clean, console.note)
    if as_json:
        console.answer_json(made)
        return
    console.note(
        f"{made['path']}: {made['pictures']} pictures of {made['items']} items with"
        f" {made['faults']} faults, {made['not_damage']} places that are no damage and"
        f" {made['unsure']} unsure ones."
    )


def _role(pack: dict[str, object]) -> str:
    if pack["problem"]:
        return "refused"
    return "live" if pack["live"] else "shadow" if pack["shadow"] else ""


def _show_compared(pack: dict[str, object]) -> None:
    """The disagreement of a pack in shadow with the live one, by category."""
    if pack["problem"]:
        console.note(str(pack["problem"]))
    counts = pack.get("compared")
    if not isinstance(counts, dict):
        return
    if not counts:
        console.note(f"{pack['name']} {pack['version']} has looked on at no inspection yet.")
        return
    keys = ("compared", "differ", "stricter", "milder", "doubts", "settles")
    rows = [[name, *(str(count[key]) for key in keys)] for name, count in counts.items()]
    console.table(["category", *keys], rows)
