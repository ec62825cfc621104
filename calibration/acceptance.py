"""Figures against their limits: pass, marginal or fail, with the reason and what to do."""

from dataclasses import dataclass

from calibration.sections.provenance import Result
from calibration.sections.values import VerdictWord

_GRAVITY: tuple[VerdictWord, ...] = ("pass", "marginal", "fail")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure may be.

    Within `passing` it passes, within `marginal` it is marginal, else it fails; both are ceilings,
    or floors where `passing` is the larger one.
    """

    passing: float
    marginal: float

    def __post_init__(self) -> None:
        if self.passing == self.marginal:
            raise ValueError("equal limits do not say whether they are floors or ceilings")

    def verdict(self, value: float) -> VerdictWord:
        """Judge a value; one that is not a number fails."""
        sense = 1 if self.passing < self.marginal else -1
        if sense * value <= sense * self.passing:
            return "pass"
        return "marginal" if sense * value <= sense * self.marginal else "fail"


def judged(
    step: str, quantity: str, value: float, unit: str, limit: Limit, reason: str, remedy: str
) -> Result:
    """Return the figure with its verdict; reason and remedy are said of anything but a pass."""
    verdict = limit.verdict(value)
    said = (None, None) if verdict == "pass" else (reason, remedy)
    return Result(step, quantity, value, unit, verdict, limit.passing, limit.marginal, *said)


def refused(step: str, quantity: str, value: float, unit: str, reason: str, remedy: str) -> Result:
    """Return the failure of what has no limit in numbers."""
    return Result(step, quantity, value, unit, "fail", reason=reason, remedy=remedy)


def overall(results: tuple[Result, ...]) -> VerdictWord:
    """Return the gravest verdict; none at all is a failure, nothing having been judged."""
    if not results:
        return "fail"
    return max((result.verdict for result in results), key=_GRAVITY.index)
