"""One inspection, from the scan to the record: a type for each stage.

Each stage holds the one before it, so nothing can be judged before it is pictured and examined.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from station.domain.capture import Frame
from station.domain.correction import Correction
from station.domain.defect import Finding
from station.domain.grading import Condition, Grade, Verdict
from station.domain.identity import ItemCode
from station.domain.item import Item
from station.domain.light_proof import LightProof

MOST_CODES = 16
"""More codes are not kept of one pose."""


class IdentifiedBy(StrEnum):
    """What said which item it is."""

    BARCODE = "barcode"
    TAG = "tag"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A tag on the bench, a code scanned there or one in a picture names another item."""

    source: Literal["tag", "barcode", "camera"]
    item: ItemCode


@dataclass(frozen=True, slots=True)
class Opened:
    """An item was scanned by a person, or its tag was read; nothing else is known of it yet."""

    id: str
    code: ItemCode
    operator: str
    opened_at: datetime
    supersedes: str | None = None
    by: IdentifiedBy = IdentifiedBy.BARCODE
    epc: str | None = None
    contradiction: Contradiction | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    """The item is known, so its recipe and policy are too."""

    opened: Opened
    item: Item


@dataclass(frozen=True, slots=True)
class PoseExamined:
    """What was found on one pose; `failure` says why it could not be examined.

    `model_pack` is none where there was no picture to ask the detector about.
    `mm_per_px` is the scale on the item's upper face, none without a calibration in date.
    `withdrawn` says why a camera that was calibrated may claim no sizes and colours now. `codes`
    are those on the item, as a scanner with AIM identifiers would send them: at most `MOST_CODES`,
    none longer than `scan.LONGEST_CODE`. `unlikeness` above 1 says that the pose looks unlike every
    confirmed-good example, by the memory of digest `reference`; none where too few were seen.
    `strangeness` above 1 says that it looks unlike anything the detector learnt; none from a pack
    that cannot tell.
    """

    pose: str
    findings: tuple[Finding, ...]
    model_pack: str | None
    calibration: str | None
    mm_per_px: float | None = None
    failure: str | None = None
    codes: tuple[str, ...] = ()
    withdrawn: str | None = None
    unlikeness: float | None = None
    reference: str | None = None
    strangeness: float | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """Every pose was pictured and examined, or could not be.

    `proofs` bear the frames out; none at a bench that does not switch its lights. `last_frame_at`
    is none where no picture could be had.
    """

    identified: Identified
    frames: tuple[Frame, ...]
    poses: tuple[PoseExamined, ...]
    unseen: frozenset[str]
    last_frame_at: datetime | None
    proofs: tuple[LightProof, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of poses."""
        return tuple(finding for pose in self.poses for finding in pose.findings)


@dataclass(frozen=True, slots=True)
class Judged:
    """The policy has answered; no person has yet."""

    examined: Examined
    verdict: Verdict
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The final grade, who confirmed it and how (the next scan, a key, a bin, a review)."""

    grade: Grade
    condition: Condition | None
    by: str
    how: str
    at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.condition is not None) != (self.grade is Grade.RESELLABLE):
            raise ValueError("a condition belongs to resellable and to nothing else")
        if not self.by:
            raise ValueError("a decision names the person")


@dataclass(frozen=True, slots=True)
class Inspection:
    """A finished inspection: closed by a person's decision, or held in a tote until one.

    `weight_g` is the last settled weight of the item in grams; none without a scale.
    `corrections` are what people said of its findings until then.
    """

    id: str
    judged: Judged
    ended_at: datetime
    decision: Decision | None = None
    tote: str | None = None
    supersedes: str | None = None
    weight_g: Decimal | None = None
    corrections: tuple[Correction, ...] = ()

    def __post_init__(self) -> None:
        if (self.decision is None) != (self.tote is not None):
            raise ValueError("an inspection is closed by a decision or held in a tote")
        found = len(self.judged.examined.findings)
        if any(c.finding is not None and c.finding >= found for c in self.corrections):
            raise ValueError("a correction is of a finding that the inspection has")

    @property
    def grade(self) -> Grade | None:
        """The final grade; none while held."""
        return self.decision.grade if self.decision else None

    @property
    def item(self) -> Item:
        """The item inspected."""
        return self.judged.examined.identified.item

    @property
    def operator(self) -> str:
        """Who was logged in when it was opened."""
        return self.judged.examined.identified.opened.operator
