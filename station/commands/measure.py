"""`regrade measure …`: what measuring knows of itself, and whether it holds."""

from pathlib import Path
from typing import Annotated

import typer

from station.commands import console

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
_Sets = Annotated[
    list[Path], typer.Argument(help="Rendered sets whose truth names the item's place.")
]
_Pack = Annotated[
    Path | None, typer.Option(help="The model pack whose outlines are taken; drawn ones if none.")
]
_Edges = Annotated[
    Path | None, typer.Option(help="A table of edges; the one that ships when none is given.")
]


LEAST_MEASUREMENTS = 1000


def tree() -> typer.Typer:
    """The `measure` commands."""
    group = typer.Typer(
        help="What measuring knows of itself, and whether it holds.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("edges")(edges)
    group.command("cover")(cover)
    group.command("pod")(pod)
    group.command("find")(find)
    group.command("detection")(detection)
    group.command("card")(card)
    group.command("shade")(shade)
    return group


def edges(
    sets: _Sets,
    out: Annotated[Path | None, typer.Option(help="Write the table here.")] = None,
    pack: _Pack = None,
    state: Annotated[
        Path | None,
        typer.Option(help="With --pack: the bench whose U shall rest on this pack's outlines."),
    ] = None,
) -> None:
    """Learn how far outlines are off, by kind, size and contrast, and write it as a table.

    Without a pack outlines are drawn after a detector's usual errors. With one they are its own;
    --state keeps the table at that bench, which then measures by it whenever it works with this
    pack; of kinds of which fewer than 20 outlines were seen by the one that ships, and no surer
    than of all kinds together.
    """
    from station.app.measuring.edges import learn_edges
    from station.app.measuring.tables import keep_outlines, outliner_of

    if out is None and state is None:
        console.leave("Give --out with a file, or --state with the directory of a bench.")
    if state is not None and (pack is None or not state.is_dir()):
        console.leave("--state names the directory of a bench, and goes with --pack.")
    table = learn_edges(sets, outliner_of(pack, state), console.progress("returns"))
    if out is not None:
        _write(out, table.text())
        console.note(f"{out}: {len(table.grids)} grids from {table.source}")
    if state is not None and pack is not None:
        console.note(f"{keep_outlines(state, pack, table)}: {table.source}")


def cover(sets: _Sets, edges: _Edges = None, pack: _Pack = None, as_json: _Json = False) -> None:
    """Measure faults of known size and count how often the stated U holds the truth.

    With --pack its own outlines are measured, of the faults that it finds. Exit code 1 unless U
    holds in 95 ± 3 % of at least 1000 measurements.
    """
    from dataclasses import asdict

    from station.app.measuring.edges import coverage, trials
    from station.app.measuring.tables import edge_table, outliner_of

    table = edge_table(edges)
    if edges is not None:
        table = table.over(edge_table(None))
    found = list(trials(sets, table, outliner_of(pack), console.progress("returns")))
    groups = coverage(found)
    if as_json:
        console.answer_json({"groups": [asdict(group) for group in groups]})
    else:
        rows = [
            [g.by, g.name, f"{g.covered:.1%}", str(g.n), f"{g.median_relative:.0%}"] for g in groups
        ]
        console.table(["by", "measured", "within U", "n", "median U / value"], rows)
    whole = groups[0] if groups else None
    if whole is None or whole.n < LEAST_MEASUREMENTS or abs(whole.covered - 0.95) > 0.03:
        raise typer.Exit(console.FAILED)


def pod(
    sets: _Sets,
    out: Annotated[Path, typer.Option(help="Write the model here.")],
    pack: Annotated[
        Path | None, typer.Option(help="Who looks: a model pack; the bare pictures when none.")
    ] = None,
) -> None:
    """Learn which faults are found, over size, sharpness and noise, and write it as a model.

    Without a pack it is what the pictures allow whoever looks: a fault counts as found where its
    outline stands out from the goods' own pattern at five false calls in a hundred.
    """
    from station.app.measuring.finding import learn_pod, learn_pod_of
    from station.app.measuring.tables import detector_of

    if pack is None:
        model = learn_pod(sets, console.progress("returns"))
    else:
        finder, name = detector_of(pack)
        model = learn_pod_of(finder, name, sets, console.progress("returns"))
    _write(out, model.text())
    console.note(f"{out}: {len(model.kinds)} kinds from {model.source}")


def find(
    sets: _Sets,
    model: Annotated[
        Path | None, typer.Option(help="A model of detection; the one that ships when none.")
    ] = None,
    pack: Annotated[Path | None, typer.Option(help="The pack that the model is of.")] = None,
    as_json: _Json = False,
) -> None:
    """Compare how many faults are found with how many were foretold, on sets not learnt from.

    Without a pack also how many sound places are called a fault, and how many were meant to be.

    Exit code 1 if the two differ by more than 20 points for a kind seen at least twenty times.
    """
    from dataclasses import asdict

    from station.app.measuring.finding import attempts, attempts_on_pictures, foretold
    from station.app.measuring.tables import detector_of, pod_model

    known, said = pod_model(model), console.progress("returns")
    if pack is None:
        tried, false = attempts_on_pictures(known, sets, said)
    else:
        tried, false = list(attempts(detector_of(pack)[0], sets, said)), ()
    groups = (*foretold(known, tried), *false)
    if as_json:
        console.answer_json({"observer": known.observer, "groups": [asdict(g) for g in groups]})
    else:
        rows = [[g.kind, g.group, f"{g.found:.0%}", f"{g.foretold:.0%}", str(g.n)] for g in groups]
        console.table(["kind", "which", "found", "foretold", "n"], rows)
    if any(abs(g.found - g.foretold) > 0.2 for g in groups if g.group == "all" and g.n >= 20):
        raise typer.Exit(console.FAILED)


def detection(
    record: Annotated[Path, typer.Argument(help="A bench's calibration record.")],
    model: Annotated[
        Path | None, typer.Option(help="A model of detection; the one that ships when none.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """State in a calibration record what its bench finds, from its sharpness, noise and scale."""
    from station.app.measuring.bench import state_detection
    from station.app.measuring.tables import pod_model

    stated = state_detection(record, pod_model(model))
    found = stated.detection
    if as_json:
        console.answer_json(
            {
                "detection": [
                    {
                        "defect": each.defect,
                        "quantity": each.quantity,
                        "unit": each.unit,
                        "a90": each.a90,
                        "a90_95": each.a90_95,
                        "trials": each.trials,
                    }
                    for each in found
                ]
            }
        )
        return
    rows = [
        [each.defect, each.quantity, _size(each.a90, each.unit), _size(each.a90_95, each.unit)]
        for each in found
    ]
    console.table(["defect", "by", "90 % found from", "sure to 95 %"], rows)


def card(
    record: Annotated[Path, typer.Argument(help="A record that states what its bench finds.")],
    out: Annotated[Path, typer.Option(help="Write the card here, as HTML to print.")],
) -> None:
    """Make the card to keep at the bench: the smallest faults it surely finds, at true size."""
    from station.adapters.check_card import check_card
    from station.app.measuring.bench import stated_record

    _write(out, check_card(stated_record(record)))
    console.note(f"{out}: print it at 100 %")


def shade(
    item: Annotated[list[Path], typer.Option(help="A picture filled by the item, one a lamp.")],
    reference: Annotated[
        list[Path], typer.Option(help="One of the physical reference, under the same lamp.")
    ],
    calibration: Annotated[
        list[Path], typer.Option(help="The record of the camera and lamp of that pair.")
    ],
    limit: Annotated[
        float | None, typer.Option(min=0, help="The ΔE00 that is still one colour.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Compare an item's colour with a physical reference, both pictured on a calibrated bench.

    ΔE00 with its uncertainty, between the middle ninths of the pictures. It decides nothing for
    bluish whites, which brighteners make, nor for colours whose difference another lamp changes:
    give a second --item, --reference and --calibration for that. Exit code 0 once computed.
    """
    from station.app.measuring.shade import Sitting, compared

    if not len(item) == len(reference) == len(calibration):
        console.leave("Give an --item, a --reference and a --calibration for each lamp.")
    found = compared([Sitting(*each) for each in zip(item, reference, calibration, strict=True)])
    exceeds = None if limit is None else found.exceeds(limit)
    if as_json:
        console.answer_json(
            {
                "delta_e00": found.value,
                "U": found.U,
                "undecided": [str(each) for each in found.undecided],
                "exceeds": exceeds,
            }
        )
        return
    if found.value is not None and found.U is not None:
        typer.echo(f"ΔE00 {found.value:.2f} ± {found.U:.2f}")
    for each in found.undecided:
        typer.echo(f"cannot decide: {each}")
    if limit is not None and not found.undecided:
        answers = {True: "more than", False: "within", None: "too near to tell:"}
        typer.echo(f"{answers[exceeds]} ΔE00 {limit:g}")


def _size(size: float | None, unit: str) -> str:
    return "at no size" if size is None else f"{float(f'{size:.3g}'):g} {unit}"


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        console.leave(f"{path} cannot be written ({error.strerror}): choose another place.")
