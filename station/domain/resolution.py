"""Whether a policy asks more of a recipe than its pictures can show."""

from station.domain.capture import CaptureRecipe
from station.domain.defect import Unit
from station.domain.grading import GradingPolicy, LimitClause


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
