"""What the policy makes of a person's final grade."""

from station.domain.grading import Outcome
from station.domain.inspection import Inspection
from station.workflow.stages import Setup


def outcome_of(setup: Setup, inspection: Inspection) -> Outcome | None:
    """What the policy makes of the final grade; none while there is none."""
    policy = setup.policy(inspection.item.category)
    decision = inspection.decision
    if policy is None or decision is None:
        return None
    return next(
        (
            outcome
            for level, outcome in policy.outcomes
            if level.grade is decision.grade and level.condition is decision.condition
        ),
        None,
    )
