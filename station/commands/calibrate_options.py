"""What the commands that calibrate have in common: options, pictures, and how figures are shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from station.commands import console

if TYPE_CHECKING:
    from calibration.boards.board import Board
    from calibration.sections.provenance import Result
    from station.app.calibration_hands import CalibratedBench
    from station.app.calibration_pictures import PictureFile
    from station.app.calibration_record import SeenCamera

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
From = Annotated[
    list[Path] | None, typer.Option("--from", help="A folder of pictures, or one picture.")
]
Camera = Annotated[
    str | None, typer.Option(help="A camera's name in --config: it takes the pictures now.")
]
Config = Annotated[Path | None, typer.Option(help="With --camera: the station's configuration.")]
BoardOption = Annotated[
    str,
    typer.Option(help="chessboard:8x6 (inner corners), charuco:11x7:24:18, squares:8x8:SIDE:GAP."),
]
Square = Annotated[float | None, typer.Option(help="The side of a square as measured, in mm.")]
Keep = Annotated[
    Path | None,
    typer.Option(help="With --camera: where its pictures are kept; a broken-off run goes on."),
]
Name = Annotated[
    str | None,
    typer.Option(help="With --from: whose pictures they are; as the record, else its file."),
]


@dataclass(frozen=True, slots=True)
class Given:
    """Pictures to calibrate from, and the camera that took them where that is known."""

    files: "list[PictureFile]"
    camera: "SeenCamera | None"


def given_views(
    source: "GivenSource", keep: Path | None, board: "Board", views: int, *, lying: bool
) -> Given:
    """The pictures of a folder, or those that the camera now takes of a board, held by hand or
    lying."""
    from station.app.calibration_pictures import capture_views, picture_files
    from station.app.cameras import RESTING_LIGHT

    if source.pictures is not None:
        return Given(picture_files(source.pictures), source.named)
    with source.bench() as bench:
        folder = keep or bench.keep / ("plane" if lying else "lens")
        hands = bench.hands
        shown = (
            partial(hands.laid_board, board) if lying else partial(hands.held_board, board, views)
        )
        files = capture_views(shown, bench.lamps, RESTING_LIGHT, folder, board, views, console.note)
        return Given(files, bench.camera)


def given_picture(
    source: "GivenSource", keep: Path | None, light: str, target: Literal["edges", "chart"]
) -> Given:
    """The pictures named, or the one of a target that the camera now takes under a light."""
    from station.app.calibration_pictures import capture_one, picture_files

    if source.pictures is not None:
        return Given(picture_files(source.pictures), source.named)
    with source.bench(light) as bench:
        shown = bench.hands.edges if target == "edges" else bench.hands.chart
        picture = capture_one(shown, bench.lamps, light, keep or bench.keep / target)
        return Given([picture], bench.camera)


@dataclass(frozen=True, slots=True)
class GivenSource:
    """Where pictures come from, as the options say: files, a configured camera, or the virtual
    bench. A command that is told of none, or of several, ends."""

    pictures: list[Path] | None
    camera: str | None
    config: Path | None
    name: str | None = None
    virtual: bool = False

    def __post_init__(self) -> None:
        told = [self.pictures is not None, self.camera is not None, self.virtual]
        if told.count(True) != 1:
            console.leave(
                "Give either --from with pictures, --camera NAME with --config, or --virtual where "
                "there is that option."
            )
        if self.camera is not None and self.config is None:
            console.leave("Give --config with the station's configuration file: it has the camera.")

    @property
    def named(self) -> "SeenCamera | None":
        """The camera of a folder's pictures, where it was named."""
        from station.app.calibration_record import SeenCamera

        return None if self.name is None else SeenCamera(self.name)

    @contextmanager
    def bench(self, *needed: str) -> "Iterator[CalibratedBench]":
        """The live bench. A camera or lamp that does not answer ends the command."""
        from station.app.calibration_hands import configured_bench, virtual_bench

        if self.camera is None or self.config is None:
            with virtual_bench(needed=needed) as bench:
                yield bench
        else:
            with configured_bench(self.camera, self.config, ask, needed) as bench:
                yield bench


def ask(message: str, /, **about: str) -> None:
    """Tell the person what to do; where nobody sits at a terminal, go on at once."""
    console.note(console.words()(message, **about))
    if console.attended():
        input()


def result_form(result: "Result") -> dict[str, object]:
    """One figure against its limits, for JSON."""
    return {
        "step": result.step,
        "quantity": result.quantity,
        "value": result.value,
        "unit": result.unit,
        "verdict": result.verdict,
        "pass_limit": result.pass_limit,
        "marginal_limit": result.marginal_limit,
        "reason": result.reason,
        "remedy": result.remedy,
    }


def _limits(result: "Result") -> str:
    if result.pass_limit is None or result.marginal_limit is None:
        return ""
    return f"{result.pass_limit:g} / {result.marginal_limit:g}"


def show_results(results: "tuple[Result, ...]", verdict: str) -> None:
    """The figures as a table, what to do about those that do not pass, and the verdict."""
    from calibration.report.phrases import chinese_quantity, chinese_sentence

    chinese = console.locale() == "zh-CN"

    def named(quantity: str) -> str:
        return (chinese_quantity(quantity) if chinese else None) or quantity

    def said(sentence: str | None) -> str:
        return (chinese_sentence(sentence or "") if chinese else None) or sentence or ""

    words = console.words()
    rows = [
        [
            named(each.quantity),
            f"{each.value:.4g}",
            "" if each.unit == "1" else each.unit,
            _limits(each),
            words(f"calibrate.word.{each.verdict}"),
        ]
        for each in results
    ]
    console.table(["", "", "", words("calibrate.limit"), ""], rows)
    for each in results:
        if each.reason:
            typer.echo(f"{named(each.quantity)}: {said(each.reason)}: {said(each.remedy)}")
    typer.echo(words(f"calibrate.verdict.{verdict}"))
