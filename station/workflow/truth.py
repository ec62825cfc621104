"""What the policy says of the true faults of a rendered return: the grade to agree with."""

from collections.abc import Iterable, Mapping

from station.domain.defect import Defect, Finding, Measurement, Quantity, Unit
from station.domain.grading import Grade, GradingPolicy
from station.domain.judging import judge

TrueFault = tuple[str, Mapping[str, tuple[float, str]]]


def true_grade(policy: GradingPolicy, faults: Iterable[TrueFault]) -> Grade:
    """The grade of an item whose faults are known exactly.

    A fault is its defect and its true quantities with their units.
    """
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    findings = tuple(
        Finding(
            Defect(defect),
            1.0,
            "truth",
            (0, 0, 1, 1),
            corners,
            tuple(
                Measurement(Quantity(name), value, Unit(unit), 0.0)
                for name, (value, unit) in quantities.items()
            ),
        )
        for defect, quantities in faults
    )
    verdict = judge(policy, findings)
    if verdict.proposed is None:
        raise ValueError("the truth leaves a quantity that the policy asks for unmeasured")
    return verdict.proposed
