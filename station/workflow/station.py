"""The station around its machine: events in, journal written, commands carried out over ports."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from station.domain.events import (
    Began,
    Event,
    FaultCleared,
    FaultRaised,
    LabelNoted,
    LookedUp,
    ParcelClosed,
    ParcelCloseFailed,
    ParcelLookedUp,
    Saved,
    SaveFailed,
    Ticked,
)
from station.domain.faults import Fault, FaultCode, StationError
from station.domain.inspection import Inspection
from station.domain.label import LabelFact
from station.domain.outbox import OutboxEntry
from station.domain.parcel import ParcelClosure
from station.ports import (
    Cameras,
    Catalogue,
    Clock,
    Examiner,
    Journal,
    Labels,
    Outbox,
    Parcels,
    Speaker,
    Store,
)
from station.workflow.commands import (
    CloseParcel,
    Command,
    Examine,
    Expose,
    FindOrder,
    FindParcel,
    NoteLabel,
    Print,
    Prove,
    Save,
    Say,
    Withdraw,
)
from station.workflow.look_ups import LookUps
from station.workflow.stages import Bench, Setup
from station.workflow.step import idle, replay, resume, step

DISK = "disk"
MOST_PATIENCE_S = 10.0
"""How long a look-up on another thread may take before the screen says that nobody answers."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything the station acts on.

    `record` makes the canonical evidence record of an inspection, `message` the body posted.
    `labels` is none at a bench without a printer. `away` runs a look-up on another thread, from
    where its answer comes back as an event; it is none where the orders answer at once.
    """

    clock: Clock
    journal: Journal
    store: Store
    outbox: Outbox
    catalogue: Catalogue
    parcels: Parcels
    cameras: Cameras
    examiner: Examiner
    speaker: Speaker
    record: Callable[[Inspection], bytes]
    message: Callable[[Inspection], bytes]
    labels: Labels | None = None
    away: Callable[[Callable[[], Event]], None] | None = None


class Station:
    """One bench. Every call comes from one thread; `changed` is called after each change."""

    def __init__(
        self, setup: Setup, around: Surroundings, changed: Callable[[Bench], None]
    ) -> None:
        self._around = around
        self._changed = changed
        self._pending: deque[Event] = deque()
        self._asked: tuple[FindOrder | FindParcel, float] | None = None
        self.bench = idle(setup)

    def start(self) -> None:
        """Come back to where the journal ends and give the commands still owed."""
        events = self._around.journal.segment()
        self.bench = replay(self.bench.setup, events)
        if self.bench.idle:
            self._begin_segment()
        self._changed(self.bench)
        self._perform(resume(self.bench))
        self._drain()

    def handle(self, event: Event) -> None:
        """React to one event, and to those that follow from it at once."""
        if self._asked is not None and _answers(event, self._asked[0]):
            self._asked = None
        self._pending.append(event)
        self._drain()

    def tick(self) -> None:
        """Try again what is waiting to be written; called about once a second."""
        event = Ticked(self._around.clock.now())
        if any(fault.subject == DISK for fault in self.bench.faults):
            if not self._around.store.disk_well():
                return
            self.handle(FaultCleared(event.at, DISK))
        self.handle(event)
        if self._asked is not None and self._around.clock.monotonic() >= self._asked[1]:
            self._give_up(self._asked[0])

    def _give_up(self, asked: FindOrder | FindParcel) -> None:
        """Answer a look-up that takes too long; its own answer then means nothing any more."""
        around = self._around
        self._asked = None
        look_ups = LookUps(around.catalogue, around.store, around.parcels, around.clock)
        self.handle(look_ups.given_up(asked))

    def _drain(self) -> None:
        while self._pending:
            self._take(self._pending.popleft())

    def _take(self, event: Event) -> None:
        before = self.bench
        after, commands = step(before, event)
        if after == before and not commands:
            return
        # Faults are not kept, so neither is what they turned away: replayed without its fault it
        # would open an item.
        lasting = replace(after, notice=None) != replace(before, notice=None)
        if lasting and not isinstance(event, (FaultRaised, FaultCleared, Ticked)):
            try:
                self._around.journal.append(event)
            except StationError as error:
                self._stop_for(error, event.at)
                return
        self.bench = after
        if isinstance(event, Saved) and after.idle:
            self._begin_segment()
        self._changed(after)
        self._perform(commands)

    def _stop_for(self, error: StationError, at: datetime) -> None:
        """The journal cannot be written: nothing more happens until it can."""
        fault = replace(error.fault, subject=DISK, blocks=True)
        self.bench, _ = step(self.bench, FaultRaised(at, fault))
        self._changed(self.bench)

    def _begin_segment(self) -> None:
        bench, now = self.bench, self._around.clock.now()
        try:
            self._around.journal.begin(
                Began(
                    now,
                    bench.operator,
                    bench.last,
                    bench.ended,
                    tags=tuple(sorted(bench.tags.spent)),
                    parcel=bench.desk.opened,
                )
            )
        except StationError as error:
            self._stop_for(error, now)

    def _perform(self, commands: tuple[Command, ...]) -> None:
        around = self._around
        for command in commands:
            match command:
                case FindOrder() | FindParcel():
                    self._find(command)
                case Expose(inspection, take, shot, then, proves):
                    around.cameras.expose(inspection, take, shot, then, proves)
                case Prove(inspection, pose, frames):
                    around.cameras.prove(inspection, pose, frames)
                case Examine(inspection, take, pose, frames, item, least):
                    around.examiner.examine(inspection, take, pose, frames, item, least)
                case Save() | CloseParcel():
                    self._pending.append(self._write(command))
                case Withdraw(inspection_id):
                    self._withdraw(inspection_id)
                case NoteLabel(fact, instead_of):
                    self._note(fact, instead_of)
                case Print(label):
                    if around.labels is not None:
                        around.labels.print_label(label)
                case Say(sound):
                    around.speaker.say(sound.value)

    def _find(self, asked: FindOrder | FindParcel) -> None:
        """Look something up in the orders: here, or away from this thread where they are far."""
        around, opened = self._around, self.bench.desk.opened
        look_ups = LookUps(around.catalogue, around.store, around.parcels, around.clock)
        if around.away is None:
            self._pending.append(look_ups.answer(asked, opened))
            return
        self._asked = asked, around.clock.monotonic() + MOST_PATIENCE_S
        around.away(partial(look_ups.answer, asked, opened))

    def _write(self, command: Save | CloseParcel) -> Event:
        if isinstance(command, Save):
            return self._save(command.inspection)
        return self._close_parcel(command.closure)

    def _close_parcel(self, closure: ParcelClosure) -> ParcelClosed | ParcelCloseFailed:
        around = self._around
        try:
            around.parcels.close_parcel(closure)
        except StationError as error:
            fault = replace(error.fault, subject=DISK, blocks=True)
            self._pending.append(FaultRaised(around.clock.now(), fault))
            return ParcelCloseFailed(around.clock.now(), closure.id, fault)
        return ParcelClosed(around.clock.now(), closure.id)

    def _withdraw(self, inspection_id: str) -> None:
        try:
            self._around.outbox.withdraw(inspection_id)
        except StationError as error:
            self._stop_for(error, self._around.clock.now())

    def _note(self, fact: LabelFact, instead_of: str | None) -> None:
        try:
            outcome = self._around.store.note_label(fact, instead_of)
        except StationError as error:
            self._stop_for(error, self._around.clock.now())
        else:
            self._pending.append(LabelNoted(self._around.clock.now(), fact, outcome))

    def _save(self, inspection: Inspection) -> Event:
        around = self._around
        release_at = inspection.ended_at + self.bench.setup.undo_window
        entry = None
        if inspection.decision is not None:
            entry = OutboxEntry(inspection.id, around.message(inspection), release_at)
        try:
            around.store.save(inspection, around.record(inspection), entry)
        except StationError as error:
            fault = replace(error.fault, subject=DISK, blocks=True)
            self._pending.append(FaultRaised(around.clock.now(), fault))
            return SaveFailed(around.clock.now(), inspection.id, fault)
        return Saved(around.clock.now(), inspection.id, release_at)


def _answers(event: Event, asked: FindOrder | FindParcel) -> bool:
    """Whether an event is the answer to a look-up."""
    if isinstance(asked, FindParcel):
        return isinstance(event, ParcelLookedUp) and event.id == asked.asked.id
    return isinstance(event, LookedUp) and event.inspection == asked.inspection


def station_bug(detail: str) -> Fault:
    """The fault shown when the station itself failed; the log has the traceback."""
    return Fault(FaultCode.STATION_BUG, "station", detail, blocks=True)
