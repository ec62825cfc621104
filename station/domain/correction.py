"""What a person says of a finding, so that the detector can learn from it."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from station.domain.defect import Defect

Outline = tuple[tuple[float, float], ...]


class CorrectionKind(StrEnum):
    """What is wrong with a finding, or that nothing is (which takes an earlier word back)."""

    NOT_DAMAGE = "not-damage"
    WRONG_OUTLINE = "wrong-outline"
    MISSED_FAULT = "missed-fault"
    AS_FOUND = "as-found"


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of one inspection.

    `finding` is its place in the inspection's findings, counted from 0; none for a missed fault.
    `outline` is the right one in frame pixels of `shot`, where it was drawn; a missed fault without
    one lies anywhere. `how` says by which key or command it was given.
    """

    kind: CorrectionKind
    by: str
    how: str
    at: datetime
    finding: int | None = None
    defect: Defect | None = None
    shot: str | None = None
    outline: Outline | None = None

    def __post_init__(self) -> None:
        missed = self.kind is CorrectionKind.MISSED_FAULT
        if not self.by:
            raise ValueError("a correction names the person")
        if missed == (self.finding is not None):
            raise ValueError("a correction is of a finding, or of a fault that was not found")
        if self.finding is not None and self.finding < 0:
            raise ValueError("findings are counted from 0")
        drawable = missed or self.kind is CorrectionKind.WRONG_OUTLINE
        if not drawable and (self.outline is not None or self.defect is not None):
            raise ValueError(f"{self.kind.value} takes no outline and no kind of fault")
        if self.outline is not None:
            if len(self.outline) < 3 or not all(math.isfinite(v) for p in self.outline for v in p):
                raise ValueError("an outline has at least three corners with finite coordinates")
            if missed and (self.shot is None or self.defect is None):
                raise ValueError("the outline of a missed fault names its shot and its kind")


def in_force(corrections: tuple[Correction, ...]) -> tuple[Correction, ...]:
    """The latest correction of each finding, and every missed fault; none that was taken back."""
    latest = {c.finding: c for c in corrections if c.finding is not None}
    kept = [c for c in corrections if c.finding is None or latest[c.finding] is c]
    return tuple(c for c in kept if c.kind is not CorrectionKind.AS_FOUND)
