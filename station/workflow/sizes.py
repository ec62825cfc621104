"""How far measured sizes are from true ones, and whether their stated U covers the difference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from station.domain.defect import Finding
from station.workflow.agreement import Rate, rate

_SAME = 0.4
"""Overlap of the boxes around a finding and a true fault from which on they are the same."""

Corners = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class TrueSize:
    """A true fault: its defect, its outline in pixels, its quantities with their units."""

    defect: str
    polygon: Corners
    quantities: Mapping[str, tuple[float, str]]


@dataclass(frozen=True, slots=True)
class SizeError:
    """One measured quantity beside the true one, in the same unit."""

    defect: str
    quantity: str
    unit: str
    measured: float
    U: float
    true: float


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """Of one quantity of one defect: the median of its errors and of their amounts, and how often
    U covers the truth."""

    defect: str
    quantity: str
    unit: str
    bias: float
    error: float
    covered: Rate


def size_errors(findings: Iterable[Finding], faults: Sequence[TrueSize]) -> list[SizeError]:
    """The measured quantities of findings that are true faults, each fault taken once."""
    free = list(faults)
    errors = []
    for finding in sorted(findings, key=lambda each: -each.confidence):
        same = [each for each in free if each.defect == finding.defect.value]
        best = max(same, key=lambda each: _overlap(finding.polygon, each.polygon), default=None)
        if best is None or _overlap(finding.polygon, best.polygon) < _SAME:
            continue
        free.remove(best)
        for measured in finding.measurements:
            value, unit = best.quantities.get(measured.quantity.value, (0.0, ""))
            if unit == measured.unit.value:
                errors.append(
                    SizeError(
                        best.defect,
                        measured.quantity.value,
                        unit,
                        measured.value,
                        measured.U,
                        value,
                    )
                )
    return errors


def size_figures(errors: Iterable[SizeError]) -> list[SizeFigures]:
    """The figures of every quantity that was measured, by defect and quantity."""
    groups: dict[tuple[str, str, str], list[SizeError]] = {}
    for error in errors:
        groups.setdefault((error.defect, error.quantity, error.unit), []).append(error)
    return [
        SizeFigures(
            defect,
            quantity,
            unit,
            median(each.measured - each.true for each in group),
            median(abs(each.measured - each.true) for each in group),
            rate(sum(abs(each.measured - each.true) <= each.U for each in group), len(group)),
        )
        for (defect, quantity, unit), group in sorted(groups.items())
    ]


def _overlap(one: Corners, other: Corners) -> float:
    """Intersection over union of the boxes around two outlines."""
    (left, top, right, bottom), (x, y, far, low) = _box(one), _box(other)
    across, down = min(right, far) - max(left, x), min(bottom, low) - max(top, y)
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return shared / ((right - left) * (bottom - top) + (far - x) * (low - y) - shared)


def _box(corners: Corners) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    # A pixel's width is added, so that a line has an area.
    return min(xs) - 0.5, min(ys) - 0.5, max(xs) + 0.5, max(ys) + 0.5
