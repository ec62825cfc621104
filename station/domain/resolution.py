"""Whether a policy asks more of a recipe than its pictures can show, or of a bench."""

from collections.abc import Sequence
from dataclasses import dataclass

from station.domain.capture import CaptureRecipe
from station.domain.defect import Defect, Quantity, Unit
from station.domain.grading import GradingPolicy, LimitClause


@dataclass(frozen=True, slots=True)
class SmallestFound:
    """The size from which a bench surely finds a kind of defect: 90 % of them, at 95 % confidence;
    None where it does at no size."""

    defect: Defect
    quantity: Quantity
    unit: Unit
    size: float | None


def unresolvable(policy: GradingPolicy, recipe: CaptureRecipe) -> tuple[str, ...]:
    """One sentence for each clause whose least limit is finer than the recipe can resolve."""
    finest = {
        Unit.MM: recipe.resolves_mm,
        Unit.MM2: recipe.resolves_mm**2,
        Unit.ONE: recipe.resolves_delta_e00,
    }
    sentences = []
    for clause in policy.clauses:
        if not isinstance(clause, LimitClause) or clause.unit not in finest:
            continue
        limit = min(limit for _, limit in clause.limits)
        if limit < finest[clause.unit]:
            sentences.append(
                f"clause {clause.id} sets a limit of {limit:g} {clause.unit}, finer than the "
                f"{finest[clause.unit]:g} {clause.unit} that recipe {recipe.name} can resolve: "
                "raise the limit or use a finer recipe"
            )
    return tuple(sentences)


def unfindable(policy: GradingPolicy, bench: Sequence[SmallestFound]) -> tuple[str, ...]:
    """One sentence for each clause whose least limit is smaller than what the bench surely finds.

    Below that size defects are missed, so that an item without a finding says little of them.
    """
    known = {(each.defect, each.quantity, each.unit): each.size for each in bench}
    sentences = []
    for clause in policy.clauses:
        if not isinstance(clause, LimitClause):
            continue
        key = (clause.defect, clause.quantity, clause.unit)
        limit = min(limit for _, limit in clause.limits)
        if key not in known:
            continue
        size, named = known[key], clause.defect.replace("_", " ")
        if size is None:
            sentences.append(
                f"clause {clause.id} sets a limit of {limit:g} {clause.unit}, and this bench "
                f"does not surely find {named} of any size: leave such goods to a person, or "
                "improve focus and light and calibrate again"
            )
        elif limit < size:
            sentences.append(
                f"clause {clause.id} sets a limit of {limit:g} {clause.unit}, and this bench "
                f"surely finds {named} only from {float(f'{size:.3g}'):g} {clause.unit} (90 % of "
                "them, at 95 % confidence): raise the limit, or improve focus and light and "
                "calibrate again"
            )
    return tuple(sentences)
