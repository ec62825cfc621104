"""What happens to the station: everything the machine ever reacts to.

Each event carries its time, and a fresh identifier where it may open a new inspection, so a replay
of the journal gives the same states.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from station.domain.capture import Frame
from station.domain.faults import Fault
from station.domain.inspection import Inspection, PoseExamined
from station.domain.item import LookUp
from station.domain.label import LabelFact, NoteOutcome
from station.domain.light_proof import LightProof
from station.domain.parcel import OpenParcel, Parcel, ParcelClosure


class Key(StrEnum):
    """The operator's keys: three grades, then take, retake and undo, then what corrects a finding:
    design, not damage; its outline is wrong; a fault was missed; on to the next finding."""

    RESELLABLE = "1"
    REPAIR = "2"
    SCRAP = "3"
    TAKE = "take"
    RETAKE = "*"
    UNDO = "0"
    NOT_DAMAGE = "4"
    WRONG_OUTLINE = "5"
    MISSED_FAULT = "6"
    NEXT_FAULT = "7"


class BenchView(StrEnum):
    """What the presence watch sees on the bench."""

    EMPTY = "empty"
    DISTURBED = "disturbed"
    STILL = "still"


@dataclass(frozen=True, slots=True)
class LastEnded:
    """The latest inspection ended, and until when an undo can still withdraw it."""

    inspection: Inspection
    release_at: datetime


@dataclass(frozen=True, slots=True)
class Began:
    """A segment of the journal begins at an idle bench with these standing facts.

    `tags` are those still near that belong to items which are done, `parcel` is the open one.
    """

    at: datetime
    operator: str | None = None
    last: LastEnded | None = None
    ended: int = 0
    tags: tuple[str, ...] = ()
    parcel: OpenParcel | None = None
    kind: Literal["began"] = field(default="began", init=False)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A reader delivered a whole code."""

    at: datetime
    text: str
    fresh_id: str
    kind: Literal["scanned"] = field(default="scanned", init=False)


@dataclass(frozen=True, slots=True)
class TagsSettled:
    """Other tags of items lie on the bench than before: these, by the rules of `tags.TagField`."""

    at: datetime
    epcs: tuple[str, ...]
    fresh_id: str
    kind: Literal["tags"] = field(default="tags", init=False)


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The operator pressed a key, touched it, or scanned it from the command card."""

    at: datetime
    key: Key
    fresh_id: str
    kind: Literal["key"] = field(default="key", init=False)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The return orders answered for an inspection."""

    at: datetime
    inspection: str
    answer: LookUp
    kind: Literal["looked-up"] = field(default="looked-up", init=False)


@dataclass(frozen=True, slots=True)
class ParcelLookedUp:
    """The return orders answered for a parcel; `before` is its earlier closure, if it had one.

    `reached` is false where they did not answer.
    """

    at: datetime
    id: str
    parcel: Parcel | None
    before: ParcelClosure | None = None
    reached: bool = True
    kind: Literal["parcel-looked-up"] = field(default="parcel-looked-up", init=False)


@dataclass(frozen=True, slots=True)
class ParcelClosed:
    """The closure of a parcel is durable."""

    at: datetime
    id: str
    kind: Literal["parcel-closed"] = field(default="parcel-closed", init=False)


@dataclass(frozen=True, slots=True)
class ParcelCloseFailed:
    """The closure could not be written; it is tried again under the same id."""

    at: datetime
    id: str
    fault: Fault
    kind: Literal["parcel-close-failed"] = field(default="parcel-close-failed", init=False)


@dataclass(frozen=True, slots=True)
class BenchSeen:
    """The presence watch saw a change."""

    at: datetime
    view: BenchView
    kind: Literal["bench"] = field(default="bench", init=False)


@dataclass(frozen=True, slots=True)
class Exposed:
    """A fresh, good frame of a shot is kept."""

    at: datetime
    inspection: str
    take: int
    frame: Frame
    kind: Literal["exposed"] = field(default="exposed", init=False)


@dataclass(frozen=True, slots=True)
class ExposureFailed:
    """No usable frame of a shot could be had."""

    at: datetime
    inspection: str
    take: int
    shot: str
    fault: Fault
    kind: Literal["exposure-failed"] = field(default="exposure-failed", init=False)


@dataclass(frozen=True, slots=True)
class Proved:
    """The light pattern after a pose's shots bears its frames out, to each of its cameras."""

    at: datetime
    inspection: str
    pose: str
    proofs: tuple[LightProof, ...]
    kind: Literal["proved"] = field(default="proved", init=False)


@dataclass(frozen=True, slots=True)
class ProofFailed:
    """The frames of a pose, named by their digests, are not believed."""

    at: datetime
    inspection: str
    pose: str
    digests: tuple[str, ...]
    fault: Fault
    kind: Literal["proof-failed"] = field(default="proof-failed", init=False)


@dataclass(frozen=True, slots=True)
class PoseAnswered:
    """The examiner is done with a pose; its failure is part of the answer."""

    at: datetime
    inspection: str
    take: int
    result: PoseExamined
    kind: Literal["examined"] = field(default="examined", init=False)


@dataclass(frozen=True, slots=True)
class Saved:
    """The record of an inspection is durable."""

    at: datetime
    inspection: str
    release_at: datetime
    kind: Literal["saved"] = field(default="saved", init=False)


@dataclass(frozen=True, slots=True)
class SaveFailed:
    """The record could not be written; it is tried again under the same id."""

    at: datetime
    inspection: str
    fault: Fault
    kind: Literal["save-failed"] = field(default="save-failed", init=False)


@dataclass(frozen=True, slots=True)
class LabelNoted:
    """The store answered to what a scan said of a label, a plate or a bin."""

    at: datetime
    fact: LabelFact
    outcome: NoteOutcome
    kind: Literal["label-noted"] = field(default="label-noted", init=False)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The scale has settled on a weight, in grams; about zero when it is empty again."""

    at: datetime
    grams: Decimal
    kind: Literal["weighed"] = field(default="weighed", init=False)


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """Something the station needs has failed."""

    at: datetime
    fault: Fault
    kind: Literal["fault"] = field(default="fault", init=False)


@dataclass(frozen=True, slots=True)
class FaultCleared:
    """It works again."""

    at: datetime
    subject: str
    kind: Literal["fault-cleared"] = field(default="fault-cleared", init=False)


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time passed while something waits to be tried again."""

    at: datetime
    kind: Literal["tick"] = field(default="tick", init=False)


Event = (
    Began
    | Scanned
    | TagsSettled
    | KeyPressed
    | LookedUp
    | ParcelLookedUp
    | ParcelClosed
    | ParcelCloseFailed
    | BenchSeen
    | Exposed
    | ExposureFailed
    | Proved
    | ProofFailed
    | PoseAnswered
    | Saved
    | SaveFailed
    | LabelNoted
    | Weighed
    | FaultRaised
    | FaultCleared
    | Ticked
)
