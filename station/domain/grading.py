"""Grades, and the policy that gives them.

Severity is a ladder of four levels; a grade is a step of it. Each clause assesses each finding it
speaks of by three levels: the best that can still be true, the likely one, and the worst. The
item's are the highest of each, so a further finding never improves a grade and order is irrelevant.
Where best and worst give different grades there is doubt, and a person must look.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import pairwise

from station.domain.defect import Defect, Finding, Measurement, Quantity, Unit


class Grade(StrEnum):
    """What becomes of a returned item."""

    RESELLABLE = "resellable"
    REPAIR = "repair"
    SCRAP = "scrap"


class Condition(StrEnum):
    """Inside resellable: as new, or sold with a light flaw."""

    AS_NEW = "as_new"
    LIGHT_FLAW = "light_flaw"


class Level(IntEnum):
    """The ladder of severity."""

    AS_NEW = 0
    LIGHT_FLAW = 1
    REPAIR = 2
    SCRAP = 3

    @property
    def grade(self) -> Grade:
        """The grade this level belongs to."""
        if self <= Level.LIGHT_FLAW:
            return Grade.RESELLABLE
        return Grade.REPAIR if self is Level.REPAIR else Grade.SCRAP

    @property
    def condition(self) -> Condition | None:
        """The condition inside resellable; none outside it."""
        if self.grade is not Grade.RESELLABLE:
            return None
        return Condition.AS_NEW if self is Level.AS_NEW else Condition.LIGHT_FLAW


class DecisionRule(StrEnum):
    """How a measured value is compared with a limit (JCGM 106).

    SIMPLE compares the value alone. GUARD_BAND decides only where the value clears the limit by U.
    """

    SIMPLE = "simple"
    GUARD_BAND = "guard_band"


@dataclass(frozen=True, slots=True)
class LimitClause:
    """A measured quantity against its limits; a value above a limit reaches its level."""

    id: str
    defect: Defect
    quantity: Quantity
    unit: Unit
    rule: DecisionRule
    light_above: float | None = None
    repair_above: float | None = None
    scrap_above: float | None = None

    def __post_init__(self) -> None:
        limits = [limit for _, limit in self.limits]
        if not limits:
            raise ValueError(f"clause {self.id} sets no limit")
        if limits[0] < 0 or any(a >= b for a, b in pairwise(limits)):
            raise ValueError(
                f"clause {self.id}: limits must grow from light to scrap and be positive"
            )

    @property
    def limits(self) -> tuple[tuple[Level, float], ...]:
        """The limits that are set, each with the level reached above it, in rising order."""
        pairs = (
            (Level.LIGHT_FLAW, self.light_above),
            (Level.REPAIR, self.repair_above),
            (Level.SCRAP, self.scrap_above),
        )
        return tuple((level, limit) for level, limit in pairs if limit is not None)


@dataclass(frozen=True, slots=True)
class CapClause:
    """A critical defect: found at any size, the item is at least at `level`."""

    id: str
    defect: Defect
    level: Level


Clause = LimitClause | CapClause


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a grade leads to; the refund is recommended, never executed."""

    disposition: str
    channel: str
    refund: str
    deadline_hours: int


@dataclass(frozen=True, slots=True)
class GradingPolicy:
    """A versioned policy of one category; `digest` is the SHA-256 of the text it was read from.

    A finding counts from `reported_from`; without it, from the score at which the model pack
    reports it. Below `certain` it leaves doubt. Scores of different defects do not compare, so
    `certain_of` may set another for some.
    """

    name: str
    version: str
    category: str
    digest: str
    certain: float
    certain_of: tuple[tuple[Defect, float], ...]
    clauses: tuple[Clause, ...]
    outcomes: tuple[tuple[Level, Outcome], ...]
    next_scan_confirms: bool
    reported_from: float | None = None

    def __post_init__(self) -> None:
        ids = [clause.id for clause in self.clauses]
        if len(set(ids)) != len(ids):
            raise ValueError(f"policy {self.name} names a clause twice")
        if not self.clauses:
            raise ValueError(f"policy {self.name} has no clause")
        if not all(0 < score <= 1 for score in (self.certain, *dict(self.certain_of).values())):
            raise ValueError(f"policy {self.name}: certain must lie in (0, 1]")
        if self.reported_from is not None and not 0 < self.reported_from <= 1:
            raise ValueError(f"policy {self.name}: reported_from must lie in (0, 1]")
        if {level for level, _ in self.outcomes} != set(Level):
            raise ValueError(f"policy {self.name} must give an outcome for each level")

    def counts(self, finding: Finding) -> bool:
        """Whether a finding's score is worth a look."""
        return self.reported_from is None or finding.confidence >= self.reported_from

    def is_certain(self, finding: Finding) -> bool:
        """Whether a finding's score leaves no doubt that it is there."""
        return finding.confidence >= dict(self.certain_of).get(finding.defect, self.certain)

    def outcome(self, level: Level) -> Outcome:
        """What the level leads to."""
        return dict(self.outcomes)[level]


class Doubt(StrEnum):
    """Why a person must look."""

    NEAR_LIMIT = "near-limit"
    LOW_CONFIDENCE = "low-confidence"
    NOT_MEASURED = "not-measured"
    NO_CLAUSE = "no-clause"
    ZONE_UNSEEN = "zone-unseen"
    NOT_EXAMINED = "not-examined"
    OTHER_ITEM = "other-item"
    UNDECLARED = "undeclared"
    UNLIKE_REFERENCE = "unlike-reference"
    NO_SUPPORT = "no-support"


@dataclass(frozen=True, slots=True)
class Reason:
    """One clause applied to one finding: the levels it leaves possible and why it doubts.

    `measurement` is what the clause looked at (none for a cap or where nothing was measured).
    """

    clause: str
    best: Level
    likely: Level | None
    worst: Level
    finding: Finding | None = None
    measurement: Measurement | None = None
    limits: tuple[tuple[Level, float], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    subject: str = ""

    def __post_init__(self) -> None:
        if not self.best <= (self.worst if self.likely is None else self.likely) <= self.worst:
            raise ValueError("levels run from best over likely to worst")

    @property
    def margin_to_worse(self) -> float | None:
        """How far the value may grow before the next limit; none above the last one."""
        if self.measurement is None:
            return None
        above = [limit for _, limit in self.limits if limit >= self.measurement.value]
        return min(above) - self.measurement.value if above else None

    @property
    def margin_to_better(self) -> float | None:
        """How far the value lies above the limit it exceeds; none below the first one."""
        if self.measurement is None:
            return None
        below = [limit for _, limit in self.limits if limit < self.measurement.value]
        return self.measurement.value - max(below) if below else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The policy's answer: the machine's grade, if it could make one, and whether it is sure.

    `reasons` are sorted by weight; the first one decides. An empty tuple means nothing was found.
    """

    best: Level
    likely: Level | None
    worst: Level
    reasons: tuple[Reason, ...]
    policy: str
    policy_digest: str

    @property
    def proposed(self) -> Grade | None:
        """The machine's grade; none if it made none."""
        return None if self.likely is None else self.likely.grade

    @property
    def needs_review(self) -> bool:
        """Whether what is known leaves more than one grade, or more than one item, possible."""
        about_the_item = {Doubt.OTHER_ITEM, Doubt.UNDECLARED}
        contested = any(about_the_item.intersection(reason.doubts) for reason in self.reasons)
        return contested or self.best.grade is not self.worst.grade or self.likely is None

    @property
    def level(self) -> Level:
        """The level acted on when no review is needed: of two conditions the worse."""
        return self.worst

    @property
    def deciding(self) -> Reason | None:
        """The reason that decides; none when nothing was found."""
        return self.reasons[0] if self.reasons else None

    @property
    def clause(self) -> str:
        """The id of the deciding clause."""
        return self.deciding.clause if self.deciding else NOTHING_FOUND


NOTHING_FOUND = "nothing-found"
