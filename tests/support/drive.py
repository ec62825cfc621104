"""Drives the machine as a bench would: commands are answered, people act, things fail."""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from station.adapters.policies import read_policy, read_recipe
from station.domain.capture import Frame
from station.domain.defect import Defect, Finding, Measurement, Quantity, Unit
from station.domain.events import (
    BenchSeen,
    BenchView,
    Event,
    Exposed,
    ExposureFailed,
    Key,
    KeyPressed,
    LabelNoted,
    LookedUp,
    ParcelClosed,
    ParcelCloseFailed,
    ParcelLookedUp,
    PoseAnswered,
    Saved,
    SaveFailed,
    Scanned,
    TagsSettled,
)
from station.domain.faults import Fault, FaultCode
from station.domain.identity import ItemCode
from station.domain.inspection import Inspection, PoseExamined
from station.domain.item import Item, LookUp, OrderLine, Unidentified
from station.domain.label import NoteOutcome
from station.domain.parcel import Parcel, ParcelAsked, ParcelKind
from station.workflow.commands import (
    CloseParcel,
    Command,
    Examine,
    Expose,
    FindOrder,
    FindParcel,
    NoteLabel,
    Save,
)
from station.workflow.stages import Bench, Identifying, Ready, Setup
from station.workflow.step import idle, step

DEFAULTS = Path("station/defaults")
POLICY = read_policy(DEFAULTS / "policies/carton.toml")
RECIPE = read_recipe(DEFAULTS / "recipes/carton.toml")
SETUP = Setup((RECIPE,), (POLICY,), undo_window=timedelta(seconds=20))
START = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
GTIN = "09520123456788"
OTHER_GTIN = "04006381333931"
BADGE = "RG:BADGE:li-wei"


def code(number: int) -> str:
    """The label of the numbered item."""
    return f"01{GTIN}21R-{number:04d}"


def item_of(item_code: ItemCode) -> Item:
    """Any code names a carton."""
    return Item(item_code, "Thermos gift box", "carton", "RMA-77", (200.0, 120.0, 80.0))


def parcel_of(asked: ParcelAsked) -> Parcel:
    """Any code names a parcel of two serialised cartons and two of which nobody knows a serial."""
    codes = [(ItemCode(GTIN, f"R-{number:04d}"), 1) for number in (1, 2)]
    lines = tuple(
        OrderLine("RMA-77", item, "Thermos gift box", "carton", (200.0, 120.0, 80.0), "", quantity)
        for item, quantity in (*codes, (ItemCode(OTHER_GTIN), 2))
    )
    return Parcel(asked.kind or ParcelKind.PARCEL, asked.code, lines)


def found(defect: Defect, value: float, u: float = 1.0, confidence: float = 0.99) -> Finding:
    """A measured finding on the first shot."""
    area = defect in (Defect.DENT, Defect.STAIN)
    measurement = Measurement(
        Quantity.AREA if area else Quantity.LENGTH, value, Unit.MM2 if area else Unit.MM, u
    )
    corners = ((10.0, 10.0), (60.0, 10.0), (60.0, 40.0))
    return Finding(defect, confidence, "top-bright", (10, 10, 50, 30), corners, (measurement,))


@dataclass
class Drive:
    """A machine with the commands it still waits to have answered, and its whole journal."""

    bench: Bench = field(default_factory=lambda: idle(SETUP))
    now: datetime = START
    owed: deque[Command] = field(default_factory=deque)
    journal: list[Event] = field(default_factory=list)
    saves: list[tuple[Event, Bench, Inspection]] = field(default_factory=list)
    count: int = 0
    pictured: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The codes that the camera sees, by pose."""

    def fresh(self) -> str:
        """A new identifier."""
        self.count += 1
        return f"id-{self.count:04d}"

    def happen(self, event: Event) -> None:
        """Step, and note what is owed."""
        before = self.bench
        self.bench, commands = step(before, event)
        self.journal.append(event)
        self.owed.extend(commands)
        for command in commands:
            if isinstance(command, Save):
                self.saves.append((event, before, command.inspection))

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    def scan(self, text: str) -> None:
        """A code comes in."""
        self.happen(Scanned(self.now, text, self.fresh()))

    def tags(self, *epcs: str, moving: bool = False) -> None:
        """Other tags have settled on the bench than before; what carries them lies still."""
        if epcs and not moving and isinstance(self.bench.stage, Ready):
            self.see(BenchView.STILL)
        self.happen(TagsSettled(self.now, tuple(sorted(epcs)), self.fresh()))

    def press(self, key: Key) -> None:
        """A key is pressed."""
        self.happen(KeyPressed(self.now, key, self.fresh()))

    def look_up(self, answer: LookUp) -> None:
        """The orders answer for the item being identified."""
        assert isinstance(self.bench.stage, Identifying)
        self.happen(LookedUp(self.now, self.bench.stage.opened.id, answer))

    def see(self, view: BenchView) -> None:
        """The presence watch reports."""
        self.happen(BenchSeen(self.now, view))

    def answer(self, findings: tuple[Finding, ...] = (), fail: bool = False) -> None:
        """The oldest command owed is answered, well or badly."""
        if self.owed:
            command = self.owed.popleft()
            event = answer_to(command, self.now, findings, fail, self.fresh())
            if isinstance(event, PoseAnswered):
                codes = self.pictured.get(event.result.pose, ())
                event = replace(event, result=replace(event.result, codes=codes))
            if event is not None:
                self.happen(event)

    def refuse(self, code: FaultCode) -> None:
        """The pictures that are owed are refused for as long as they are tried again."""
        while self.owed:
            command = self.owed.popleft()
            if isinstance(command, Expose):
                fault, shot = Fault(code, command.shot.camera), command.shot.name
                self.happen(ExposureFailed(self.now, command.inspection, command.take, shot, fault))

    def settle(self, findings: tuple[Finding, ...] = ()) -> None:
        """Answer everything owed, with `findings` on the upper face."""
        while self.owed:
            self.answer(findings)

    def inspect(self, number: int, findings: tuple[Finding, ...] = ()) -> None:
        """Scan an item and lay it as asked until its verdict is shown."""
        self.scan(code(number))
        self.settle(findings)
        self.turn_over()
        self.settle(findings)

    def turn_over(self) -> None:
        """Turn the item over under the camera."""
        self.see(BenchView.DISTURBED)
        self.see(BenchView.STILL)


def answer_to(
    command: Command, now: datetime, findings: tuple[Finding, ...], fail: bool, fresh: str
) -> Event | None:
    """What the world says to a command; nothing to a sound."""
    lost = Fault(FaultCode.FRAME_STALE, "camera")
    match command:
        case FindOrder(inspection, item_code):
            unknown = LookUp(None, Unidentified.UNKNOWN)
            return LookedUp(now, inspection, unknown if fail else LookUp(item_of(item_code)))
        case FindParcel(asked):
            return ParcelLookedUp(now, asked.id, None if fail else parcel_of(asked))
        case CloseParcel(closure):
            if fail:
                full = Fault(FaultCode.DISK_FULL, "disk", blocks=True)
                return ParcelCloseFailed(now, closure.id, full)
            return ParcelClosed(now, closure.id)
        case Expose(inspection, take, shot, _):
            if fail:
                return ExposureFailed(now, inspection, take, shot.name, lost)
            frame = Frame(
                shot.name,
                shot.camera,
                shot.light,
                f"{abs(hash(fresh)):064x}"[:64],
                "image/jpeg",
                1280,
                720,
                int(fresh.removeprefix("id-")),
                0.0,
                now,
            )
            return Exposed(now, inspection, take, frame)
        case Examine(inspection, take, pose, _, _, _):
            seen = findings if pose.name == "top" else ()
            result = PoseExamined(
                pose.name,
                () if fail else seen,
                "carton 1",
                "bench-1",
                0.3,
                failure="the examiner was stopped" if fail else None,
            )
            return PoseAnswered(now, inspection, take, result)
        case Save(inspection_record):
            full = Fault(FaultCode.DISK_FULL, "disk", blocks=True)
            if fail:
                return SaveFailed(now, inspection_record.id, full)
            return Saved(now, inspection_record.id, now + SETUP.undo_window)
        case NoteLabel(fact):
            refused = NoteOutcome.ON_ANOTHER_ITEM if fail else NoteOutcome.NOTED
            return LabelNoted(now, fact, refused)
    return None
