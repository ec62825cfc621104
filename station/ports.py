"""What the rules need from the world, as small protocols.

Exposing and examining are slow: they are asked for here and answered later by an event. Everything
else answers at once. A StationError from a port is a fault; anything else is a bug.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from station.domain.capture import Frame, Pose, Shot
from station.domain.events import Began, Event
from station.domain.identity import ItemCode
from station.domain.inspection import Inspection
from station.domain.item import Declared, Item
from station.domain.label import Label, LabelFact, NoteOutcome
from station.domain.outbox import Answer, OutboxEntry, OutboxState
from station.domain.parcel import Parcel, ParcelClosure, ParcelKind


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; for every wait and every order."""
        ...


class Identifiers(Protocol):
    """The only source of identifiers and of chance."""

    def fresh(self) -> str:
        """An identifier never given before, sortable by time (UUID version 7)."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1)."""
        ...


class Journal(Protocol):
    """The events of this bench, durable as they happen; a segment begins at each idle bench."""

    def append(self, event: Event) -> None:
        """Write an event before it is acted on; StationError if it cannot be kept."""
        ...

    def begin(self, event: Began) -> None:
        """Start a new segment with its standing facts, in one transaction."""
        ...

    def segment(self) -> tuple[Event, ...]:
        """The events of the latest segment, in order."""
        ...


class Catalogue(Protocol):
    """The return orders and the goods in them.

    A StationError if they do not answer and nothing is known from before.
    """

    def declared(self, code: ItemCode) -> Declared:
        """The order lines that may mean the code, of at most two orders.

        A code with a serial means the line with that serial, else a line of its goods without one;
        a code without a serial means any line of its goods.
        """
        ...

    def parcel(self, kind: ParcelKind, code: str) -> Parcel | None:
        """What is declared to be in a parcel, or in all parcels of an order; none if unknown."""
        ...

    def goods(self, gtin: str) -> Item | None:
        """The goods as an item of no order; none if no order names them."""
        ...


class Cameras(Protocol):
    """Pictures under the bench's lights."""

    def expose(
        self, inspection: str, take: int, shot: Shot, then: str = "", proves: Pose | None = None
    ) -> None:
        """Ask for a fresh frame; its light is set and settled first.

        `then` is the light of the shot that will follow, `proves` the pose whose proof will: their
        light may settle while this one is looked at.
        """
        ...

    def prove(self, inspection: str, pose: Pose, frames: Sequence[Frame]) -> None:
        """Ask whether the frames of a pose follow a random light pattern that is shown now."""
        ...


class Examiner(Protocol):
    """Finds and measures, in a process of its own that may be killed."""

    def examine(
        self,
        inspection: str,
        take: int,
        pose: Pose,
        frames: Sequence[Frame],
        item: Item,
        least: float | None = None,
    ) -> None:
        """Ask for the findings of a pose; every request is answered, if need be by its failure.

        They are of confidence `least` or more; without it, as sure as the model pack asks.
        """
        ...


class Frames(Protocol):
    """The pixels of frames, by digest."""

    def keep(self, inspection: str, frame: Frame, evidence: bytes) -> None:
        """Make the evidence bytes durable; returns once they would survive a power cut."""
        ...

    def evidence(self, digest: str) -> bytes:
        """The bytes as the camera delivered them; StationError if absent or altered."""
        ...

    def missing(self, digests: Iterable[str]) -> tuple[str, ...]:
        """Those of the digests whose bytes are absent or have another digest."""
        ...


class Speaker(Protocol):
    """Sounds at the bench."""

    def say(self, sound: str) -> None:
        """Play a sound and return at once."""
        ...


class Labels(Protocol):
    """The label printer."""

    def print_label(self, label: Label) -> None:
        """Ask for one label and return at once; what goes wrong is a fault event."""
        ...


class Store(Protocol):
    """The inspections of this bench and what waits to be posted. One writer."""

    def save(self, inspection: Inspection, record: bytes, entry: OutboxEntry | None) -> None:
        """Write inspection, evidence record and outbox entry in one transaction.

        Saving the same id again with the same record does nothing. A superseded inspection's
        entry that has not left is withdrawn in the same transaction. StationError if it cannot be
        written; then nothing was.
        """
        ...

    def inspection(self, inspection_id: str) -> Inspection | None:
        """One inspection by id."""
        ...

    def held(self) -> tuple[Inspection, ...]:
        """Held inspections that nothing supersedes, oldest first."""
        ...

    def current_for(self, code: ItemCode) -> Inspection | None:
        """The latest inspection of a serialised item that nothing supersedes."""
        ...

    def record(self, inspection_id: str) -> bytes | None:
        """The canonical evidence record of an inspection."""
        ...

    def note_label(self, fact: LabelFact, instead_of: str | None) -> NoteOutcome:
        """Keep that a label, plate or bin was scanned, durably; the same fact again does nothing.

        Refused: a plate that is on the item of another inspection, unless that one is superseded,
        directly or through others, by this one or by `instead_of`, or supersedes it; and a second
        code where the inspection has one of that kind. StationError if it cannot be written.
        """
        ...

    def label_facts(self, inspection_id: str) -> tuple[LabelFact, ...]:
        """What was noted for an inspection, oldest first."""
        ...

    def disk_well(self) -> bool:
        """Whether there is room to write; false from a full disk until there is again."""
        ...

    def counts(self) -> "StoreCounts":
        """How many inspections are closed, held and delivered."""
        ...


class Parcels(Protocol):
    """The closed parcels of this bench."""

    def close_parcel(self, closure: ParcelClosure) -> None:
        """Write a closure in one transaction; the same id again does nothing.

        StationError if it cannot be written; then nothing was.
        """
        ...

    def closure_of(self, parcel: Parcel) -> ParcelClosure | None:
        """The latest closure of a parcel, if it was closed before."""
        ...


class StoreCounts(Protocol):
    """Counts over everything ever in the store; superseded inspections are not counted."""

    closed: int
    held: int
    delivered: int


class Outbox(Protocol):
    """The outbox side of the store."""

    def due(self, now: datetime, limit: int) -> tuple[OutboxEntry, ...]:
        """Pending entries whose time has come, oldest first."""
        ...

    def next_due(self) -> datetime | None:
        """When the next pending entry's time comes; none if nothing is pending."""
        ...

    def delivered(self, inspection_id: str, at: datetime) -> None:
        """The receiver has it."""
        ...

    def postponed(self, inspection_id: str, next_attempt_at: datetime, reason: str) -> None:
        """It is tried again then."""
        ...

    def hurry(self) -> None:
        """The receiver is back: every pending entry may be tried at once."""
        ...

    def parked(self, inspection_id: str, reason: str) -> None:
        """A person must look; the entry stays."""
        ...

    def withdraw(self, inspection_id: str) -> None:
        """A pending entry is never sent: an undo is asking its question again."""
        ...

    def waiting(self) -> dict[OutboxState, int]:
        """How many entries there are in each state."""
        ...


class Upstream(Protocol):
    """The receiver of results."""

    def post(self, entry: OutboxEntry) -> Answer:
        """Post one entry under its inspection's id; never raises for the receiver's sake."""
        ...
