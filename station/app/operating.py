"""What it costs and gains to have a pack report findings it is less, or more, sure of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.runtime.errors import PackError, PictureError
from models.sets import SetError
from station.app.examined_returns import ExaminedReturn, examined_returns
from station.domain.faults import refuse
from station.workflow.agreement import Agreement, Graded, agreement

LEAST = 0.1
"""Below this next to everything has a finding."""

_STEPS = tuple(round(LEAST + 0.05 * step, 2) for step in range(17))


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The grading figures where findings count from the score `reported_from`."""

    reported_from: float
    figures: Agreement


def operating_points(
    pack: Path,
    rendered: Sequence[Path],
    progress: Callable[[int, int], None],
    *,
    category: str | None = None,
) -> tuple[OperatingPoint, ...]:
    """The figures on rendered sets for every `reported_from` that a policy might set.

    The pictures are examined once, as closely as the first point asks; each further point leaves
    out what is less sure. StationError for a bad pack or set, or without a return of the category.
    """
    try:
        examined = list(examined_returns(pack, rendered, progress, least=LEAST, category=category))
    except (SetError, PackError, PictureError) as error:
        raise refuse(str(error)) from error
    if not examined:
        what = f"a {category}" if category else "any return"
        raise refuse(f"The sets do not hold {what}: name others")
    return tuple(OperatingPoint(step, agreement(_graded(examined, step))) for step in _STEPS)


def best_within(points: Sequence[OperatingPoint], leak: float) -> OperatingPoint | None:
    """The point of least review whose leak stays within `leak` at its upper bound; None if none.

    Where nothing is resold nothing leaks, and everything is for a person.
    """
    kept = [p for p in points if (p.figures.leak.high or 0.0) <= leak]
    return min(kept, key=lambda p: p.figures.review_load.value or 0.0, default=None)


def _graded(examined: Sequence[ExaminedReturn], reported_from: float) -> list[Graded]:
    return [each.graded(replace(each.policy, reported_from=reported_from)) for each in examined]
