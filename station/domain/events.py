"""What happens to the station: everything the machine ever reacts to.

Each event carries its time, and a fresh identifier where it may open a new inspection, so a replay
of the journal gives the same states.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from station.domain.capture import Frame
from station.domain.faults import Fault
from station.domain.inspection import Inspection, PoseExamined
from station.domain.item import LookUp


class Key(StrEnum):
    """The operator's keys: three grades, then take, retake and undo."""

    RESELLABLE = "1"
    REPAIR = "2"
    SCRAP = "3"
    TAKE = "take"
    RETAKE = "*"
    UNDO = "0"


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
    """A segment of the journal begins at an idle bench with these standing facts."""

    at: datetime
    operator: str | None = None
    last: LastEnded | None = None
    ended: int = 0
    kind: Literal["began"] = field(default="began", init=False)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A reader delivered a whole code."""

    at: datetime
    text: str
    fresh_id: str
    kind: Literal["scanned"] = field(default="scanned", init=False)


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
    | KeyPressed
    | LookedUp
    | BenchSeen
    | Exposed
    | ExposureFailed
    | PoseAnswered
    | Saved
    | SaveFailed
    | FaultRaised
    | FaultCleared
    | Ticked
)
