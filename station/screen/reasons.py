"""The reasons of a verdict as a person reads them: one row for each fault of the item.

The same fault is found under every light of a pose and may fall under several clauses; its row
keeps the reason that weighs most and the measurement that places it between limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from station.domain.capture import CaptureRecipe
from station.domain.defect import Finding
from station.domain.grading import Doubt, Level, Reason, Verdict
from station.screen.amounts import amount, measured
from station.screen.view import Mark, ReasonView, Text

SAME_FAULT = 0.5

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """Reasons about one fault, the heaviest first; no findings for what was not seen at all."""

    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]


def rows(verdict: Verdict, recipe: CaptureRecipe | None) -> tuple[Row, ...]:
    """The reasons grouped by fault, in the order in which the verdict gives them.

    A zone that was not seen because its pose could not be examined is not told twice.
    """
    poses = {s.name: p.name for p in (recipe.poses if recipe else ()) for s in p.shots}
    failed = {reason.subject for reason in verdict.reasons if Doubt.NOT_EXAMINED in reason.doubts}
    hidden = {z for p in (recipe.poses if recipe else ()) if p.name in failed for z in p.zones}
    groups: list[Row] = []
    for reason in verdict.reasons:
        finding = reason.finding
        if finding is None:
            if Doubt.ZONE_UNSEEN not in reason.doubts or reason.subject not in hidden:
                groups.append(Row((reason,), ()))
            continue
        index = next((i for i, row in enumerate(groups) if _belongs(finding, row, poses)), None)
        if index is None:
            groups.append(Row((reason,), (finding,)))
            continue
        row = groups[index]
        known = finding in row.findings
        findings = row.findings if known else (*row.findings, finding)
        groups[index] = Row((*row.reasons, reason), findings)
    return tuple(groups)


def reason_views(groups: Sequence[Row]) -> tuple[ReasonView, ...]:
    """The rows to show; faults are numbered in their order, other reasons carry no number."""
    shown: list[ReasonView] = []
    number = 0
    for row in groups:
        number += bool(row.findings)
        shown.append(_view(row, number if row.findings else None))
    return tuple(shown)


def marks(groups: Sequence[Row]) -> tuple[Mark, ...]:
    """Every finding on its shot, under the number of its fault."""
    placed: list[Mark] = []
    number = 0
    for row in groups:
        number += bool(row.findings)
        placed += [Mark(number, f.shot, f.box, f.polygon) for f in row.findings]
    return tuple(placed)


def title(reason: ReasonView, *, short: bool = False) -> Text:
    """What a row says: the fault with its value ± U, or why there is none.

    The short form leaves the quantity to be told by its unit.
    """
    if reason.defect is None:
        return doubt_text(reason) or Text(f"doubt.{reason.clause}", _subject(reason))
    defect = ("defect", reason.defect.value)
    if reason.value is None or reason.quantity is None or reason.unit is None:
        kind = "any-size" if reason.doubt is None else "unmeasured"
        return Text(f"reason.{kind}", (defect,))
    value, uncertainty = measured(reason.value, reason.uncertainty or 0.0)
    return Text(
        "reason.short" if short else "reason.measured",
        (
            defect,
            ("quantity", reason.quantity.value),
            ("value", value),
            ("U", uncertainty),
            ("unit", reason.unit.value),
        ),
    )


def doubt_text(reason: ReasonView) -> Text | None:
    """Why this row leaves doubt, if it does."""
    return Text(f"doubt.{reason.doubt.value}", _subject(reason)) if reason.doubt else None


def limit_text(level: Level, limit: float) -> Text:
    """The words at a tick of a bar; the unit stands in the row's title."""
    return Text(f"limit.{level.name.lower()}", (("value", amount(limit)),))


def margins(reason: ReasonView) -> tuple[Text, ...]:
    """How far the row's value lies above the last grade limit passed and below the next one."""
    value, unit = reason.value, reason.unit
    if value is None or unit is None:
        return ()
    limits = [(level, limit) for level, limit in reason.limits if level >= Level.REPAIR]
    exceeded = [pair for pair in limits if value > pair[1]]
    ahead = [pair for pair in limits if value <= pair[1]]
    texts: list[Text] = []
    if exceeded:
        level, limit = exceeded[-1]
        texts.append(_margin(f"over-{level.grade.value}", value - limit, unit.value))
    if ahead:
        level, limit = ahead[0]
        texts.append(_margin(f"under-{level.grade.value}", limit - value, unit.value))
    return tuple(texts)


def _margin(name: str, difference: float, unit: str) -> Text:
    return Text(f"margin.{name}", (("value", amount(difference)), ("unit", unit)))


def _view(row: Row, number: int | None) -> ReasonView:
    first = row.reasons[0]
    scale = next((r for r in row.reasons if r.measurement), first)
    found = scale.measurement
    return ReasonView(
        number=number,
        defect=first.finding.defect if first.finding else None,
        clause=first.clause,
        level=first.worst,
        quantity=found.quantity if found else None,
        value=found.value if found else None,
        uncertainty=found.U if found else None,
        unit=found.unit if found else None,
        limits=scale.limits if found else (),
        doubt=first.doubts[0] if first.doubts and _open(first) else None,
        subject=first.subject,
    )


def _open(reason: Reason) -> bool:
    about_the_item = reason.finding is None
    return about_the_item or reason.likely is None or reason.best.grade is not reason.worst.grade


def _subject(reason: ReasonView) -> tuple[tuple[str, str], ...]:
    return (("subject", reason.subject),) if reason.subject else ()


def _belongs(finding: Finding, row: Row, poses: dict[str, str]) -> bool:
    return any(_same(finding, other, poses) for other in row.findings)


def _same(a: Finding, b: Finding, poses: dict[str, str]) -> bool:
    """One finding under two clauses, or one fault in two shots of a pose."""
    if a == b:
        return True
    together = a.shot != b.shot and poses.get(a.shot) == poses.get(b.shot, b.shot)
    return together and a.defect is b.defect and _overlap(a.box, b.box) >= SAME_FAULT


def _overlap(a: Box, b: Box) -> float:
    """The area two boxes share, over the smaller one's."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height)
    return shared / min(a[2] * a[3], b[2] * b[3])
