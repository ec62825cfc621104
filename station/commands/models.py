"""`regrade models check | render | train | evaluate | photographs | quantise`.

`station.commands.packs`, `bakeoff` and `operating` beside this module have the rest.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from station.commands import console, packs
from station.commands.bakeoff import bakeoff
from station.commands.operating import operating_points

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def tree() -> typer.Typer:
    """The `models` commands."""
    group = typer.Typer(
        help="Model packs, and the rendered sets they learn from.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    packs.add_to(group)
    group.command("check")(check)
    group.command("render")(render)
    group.command("train")(train)
    group.command("evaluate")(evaluate)
    group.command("operating-points")(operating_points)
    group.command("photographs")(photographs)
    group.command("quantise")(quantise)
    group.command("bakeoff")(bakeoff)
    return group


def check(
    pack: Annotated[Path, typer.Argument(help="The directory of a pack.")],
    as_json: _Json = False,
) -> None:
    """Check a pack: signature, files, model, and its golden outputs on this machine."""
    from station.app.packs import check_pack

    problem, about = check_pack(pack)
    if as_json:
        console.answer_json(
            {"path": str(pack), "good": problem is None, "problem": problem, **about}
        )
    elif problem is None:
        console.note(f"{pack}: good ({about['name']} {about['version']}, key {about['key']})")
    if problem is not None:
        console.leave(f"{pack}: {problem}", console.FAILED)


class Generator(StrEnum):
    """The generators of rendered returns."""

    FAST = "fast"
    PATH_TRACED = "path-traced"
    CARTONS = "cartons"


_USUAL_WIDTH = 1280


def render(
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many returns.")],
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same 8-bit bytes.")],
    out: Annotated[Path, typer.Option(help="The directory of the set; an unfinished one goes on.")],
    spp: Annotated[
        int, typer.Option(min=1, max=4096, help="Samples a pixel where paths are traced.")
    ] = 6,
    sheet: Annotated[Path | None, typer.Option(help="A contact sheet (PNG) to look at.")] = None,
    generator: Annotated[
        Generator,
        typer.Option(
            help="path-traced: all families, to test on; fast: all families by other means, to "
            "learn from, needs no path tracer; cartons: both sides of cartons, path-traced."
        ),
    ] = Generator.PATH_TRACED,
    families: Annotated[
        list[str] | None, typer.Option("--family", help="Only these families of goods.")
    ] = None,
    defects: Annotated[
        list[str] | None, typer.Option("--defect", help="Only these kinds of fault.")
    ] = None,
    mtf50: Annotated[
        float | None,
        typer.Option(min=0.05, max=0.5, help="With fast: a camera's measured MTF50, cycles/px."),
    ] = None,
    width: Annotated[
        int | None,
        typer.Option(
            min=320, help="Not with cartons: picture width, a multiple of 64; 1280 if none."
        ),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="With fast: no signs, holes, ribs, buttons on goods.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Render returns with their ground truth: masks, sizes in mm, colour differences.

    One set is one bench: render several seeds for varied benches.
    """
    from models.rendering.contact_sheet import contact_sheet
    from models.rendering.fast.render import render_fast_set
    from models.rendering.render import render_set
    from models.rendering.traced.render import render_traced_set
    from models.rendering.tracer import RendererMissingError
    from models.sets import SetError

    if generator is Generator.CARTONS and (families or defects):
        console.leave("--family and --defect need --generator path-traced or fast: choose one.")
    if generator is not Generator.FAST and (mtf50 or plain):
        setting = "--mtf50" if mtf50 else "--plain"
        console.leave(f"{setting} belongs to --generator fast: add it.")
    if generator is Generator.CARTONS and width:
        console.leave("--width needs --generator path-traced or fast: choose one.")
    if width is not None and width % 64:
        console.leave(f"--width must be a multiple of 64, not {width}.")

    progress = console.progress("returns")
    try:
        if generator is Generator.FAST:
            made = render_fast_set(
                out,
                count,
                seed,
                families=families or (),
                defects=defects or (),
                mtf50=mtf50,
                plain=plain,
                width=width or _USUAL_WIDTH,
                progress=progress,
            )
        elif generator is Generator.CARTONS:
            made = render_set(out, count, seed, spp=spp, progress=progress)
        else:
            made = render_traced_set(
                out,
                count,
                seed,
                families=families or (),
                defects=defects or (),
                width=width or _USUAL_WIDTH,
                spp=spp,
                progress=progress,
            )
        if sheet is not None:
            contact_sheet(out, sheet)
    except (SetError, RendererMissingError) as error:
        console.leave(str(error))
    except OSError as error:
        console.leave(f"{sheet} cannot be written ({error.strerror}): name another file.")
    if as_json:
        returns = list(made.returns)
        console.answer_json({"path": str(out), "seed": seed, "returns": returns})


def train(
    sets: Annotated[
        list[Path],
        typer.Argument(metavar="SET…", help="Sets: rendered, or labelled as YOLO or COCO."),
    ],
    out: Annotated[Path, typer.Option(help="Where the run and its pack are kept; it can go on.")],
    key: Annotated[Path, typer.Option(help="Ed25519 private key (PEM) that signs the pack.")],
    start_from: Annotated[
        Path | None, typer.Option("--from", help="A pack to start from, for fine-tuning.")
    ] = None,
    photographs: Annotated[
        list[Path] | None,
        typer.Option(help="Folders of clean photographs; faults are put into them."),
    ] = None,
    thresholds: Annotated[
        list[Path] | None,
        typer.Option(
            help="Rendered sets that only choose thresholds; nothing is learnt from them."
        ),
    ] = None,
    renamed: Annotated[
        list[str] | None,
        typer.Option("--class", help="NAME=KIND: what a label's name means; KIND - for no fault."),
    ] = None,
    resplit: Annotated[
        bool, typer.Option(help="Split labelled sets by item anew, not as they say.")
    ] = False,
    minutes: Annotated[float, typer.Option(min=0.01, help="Time for the run, all sessions.")] = 60,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps instead of minutes.")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    name: Annotated[str, typer.Option(help="The pack's name.")] = "goods",
    version: Annotated[str, typer.Option(help="The pack's version.")] = "1",
) -> None:
    """Train a detector on sets and write a signed pack into OUT/pack."""
    from station.adapters.clock import SystemClock
    from station.app.training import train_pack, trust_entry

    trust = trust_entry(key, SystemClock().now().date())
    meanings = dict(_meaning(each) for each in renamed or ())
    pack = train_pack(
        sets=tuple(sets),
        out=out,
        key=key,
        name=name,
        version=version,
        start_from=start_from,
        photographs=tuple(photographs or ()),
        threshold_sets=tuple(thresholds or ()),
        renamed=meanings,
        resplit=resplit,
        minutes=None if steps else minutes,
        steps=steps,
        seed=seed,
        say=console.note,
    )
    console.note(f"The pack is at {pack}. Benches trust it once trusted_keys.toml holds:\n{trust}")


def _meaning(text: str) -> tuple[str, str]:
    name, equals, kind = text.partition("=")
    if not (name and equals and kind):
        console.leave(f"--class {text}: write NAME=KIND, such as open-cap=missing_part.")
    return name, kind


_Into = Annotated[
    Path | None,
    typer.Option(help="Write the pack anew here, with what was measured in its card."),
]
_Key = Annotated[
    Path | None, typer.Option(help="Ed25519 private key (PEM) that signs it; with --into.")
]


def evaluate(
    pack: Annotated[Path, typer.Argument(help="The directory of a pack.")],
    rendered: Annotated[
        list[Path], typer.Argument(metavar="SET…", help="Rendered sets, taken together.")
    ],
    mistakes: Annotated[
        Path | None, typer.Option(help="A directory for pictures of the worst mistakes.")
    ] = None,
    lights: Annotated[
        list[str] | None, typer.Option("--light", help="Show only the shots under this lamp.")
    ] = None,
    into: _Into = None,
    key: _Key = None,
    as_json: _Json = False,
) -> None:
    """Measure a pack on sets it has not learnt from: finding, measuring, and grading by policy."""
    from models.card import set_section
    from station.app.evaluation import evaluate_pack, record_measurement

    _check_recording(into, key)
    figures = evaluate_pack(pack, rendered, console.progress("returns"), mistakes, lights or ())
    if as_json:
        console.answer_json(figures)
    else:
        console.answer(set_section(figures))
    if into and key:
        title = f"Set `{figures['set']}`" + (f", {', '.join(lights)} light only" if lights else "")
        record_measurement(pack, into, key, title, set_section(figures), figures)


def photographs(
    pack: Annotated[Path, typer.Argument(help="The directory of a pack.")],
    faulty: Annotated[
        list[Path] | None, typer.Option(help="A folder of photographs that all show a fault.")
    ] = None,
    clean: Annotated[
        list[Path] | None, typer.Option(help="A folder of photographs without any fault.")
    ] = None,
    held_out: Annotated[
        bool,
        typer.Option("--held-out", help="Of clean folders only what training keeps out of them."),
    ] = False,
    into: _Into = None,
    key: _Key = None,
    as_json: _Json = False,
) -> None:
    """Measure a pack on photographs of which is only known whether they show a fault."""
    from models.card import photographs_section
    from station.app.evaluation import evaluate_photographs, record_measurement

    if not faulty and not clean:
        console.leave("Name photographs: --faulty FOLDER, --clean FOLDER, or both.")
    _check_recording(into, key)
    figures = evaluate_photographs(
        pack, faulty or (), clean or (), console.progress("photographs"), held_out=held_out
    )
    if as_json:
        console.answer_json(figures)
    else:
        console.answer(photographs_section(figures))
    if into and key:
        record_measurement(pack, into, key, "Real photographs", photographs_section(figures))


def quantise(
    pack: Annotated[Path, typer.Argument(help="The directory of a pack in floats.")],
    rendered: Annotated[
        Path, typer.Argument(metavar="SET", help="A rendered set to measure ranges and parity on.")
    ],
    out: Annotated[Path, typer.Option(help="Where the pack in integers is written.")],
    key: Annotated[Path, typer.Option(help="Ed25519 private key (PEM) that signs it.")],
    as_json: _Json = False,
) -> None:
    """Make a pack in 8-bit integers, and measure whether it decides as before, and how fast."""
    from station.app.quantising import quantise_pack

    answer = quantise_pack(pack, rendered, out, key, console.note)
    if as_json:
        console.answer_json(answer)
        return
    console.answer(
        f"{answer['path']}: the same findings in {answer['same_findings']:.1%} of "
        f"{answer['poses']} poses, {answer['time_ratio']:.2f} x the time."
    )


def _check_recording(into: Path | None, key: Path | None) -> None:
    if (into is None) != (key is None):
        console.leave("--into needs --key, and --key needs --into.")
    if into is None or key is None:
        return
    if into.exists():
        console.leave(f"{into} exists already: name another folder for the measured pack.")
    # Before what takes long, not after it.
    from station.app.training import check_key

    check_key(key)
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        console.leave(f"{into.parent} cannot be made ({error.strerror}): name another folder.")
