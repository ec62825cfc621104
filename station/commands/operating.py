"""`regrade models operating-points PACK SET…`."""

from pathlib import Path
from typing import Annotated

import typer

from station.commands import console


def operating_points(
    pack: Annotated[Path, typer.Argument(help="The directory of a pack.")],
    rendered: Annotated[
        list[Path], typer.Argument(metavar="SET…", help="Rendered sets, taken together.")
    ],
    category: Annotated[
        str | None, typer.Option(help="Only returns of this category, for its own policy.")
    ] = None,
    leak: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Name the point of least review that leaks no more."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
) -> None:
    """Show what each `reported_from` of a policy would cost in review and let through.

    Miss: the share of items not resellable that are resold without a person; leak: of those resold,
    the share that is not resellable. With --leak the point is named at which the leak stays within
    it at the upper 95 % bound; exit code 1 if there is none.
    """
    from dataclasses import asdict

    from models.card import shown
    from station.app.operating import best_within, operating_points

    points = operating_points(pack, rendered, console.progress("returns"), category=category)
    best = best_within(points, leak) if leak is not None else None
    if as_json:
        answer: dict[str, object] = {
            "points": [{"reported_from": p.reported_from, **asdict(p.figures)} for p in points]
        }
        if leak is not None:
            answer["within_leak"] = best.reported_from if best else None
        console.answer_json(answer)
    else:
        rows = [
            [
                f"{point.reported_from:.2f}",
                *(
                    shown(asdict(rate))
                    for rate in (
                        point.figures.grade_accuracy,
                        point.figures.miss,
                        point.figures.leak,
                        point.figures.review_load,
                    )
                ),
            ]
            for point in points
        ]
        console.table(["reported from", "grade right", "miss", "leak", "review"], rows)
    if leak is None:
        return
    if best is None:
        console.leave(f"No point keeps the leak within {leak:.1%}.", console.FAILED)
    elif not as_json:
        review = shown(asdict(best.figures.review_load))
        console.note(f"reported_from = {best.reported_from:g}: review {review}")
