"""The station around the machine: the journal first, then the deed; and a disk that fills up."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from drive import BADGE, SETUP, START, code, item_of

from station.domain.capture import Frame, Pose, Shot
from station.domain.events import Began, Event, FaultRaised, KeyPressed, Scanned
from station.domain.events import Key as StationKey
from station.domain.faults import Fault, FaultCode, StationError
from station.domain.identity import ItemCode
from station.domain.item import Declared, Item, OrderLine
from station.workflow.stages import Capturing, Identifying, Ready
from station.workflow.station import Station, Surroundings
from station.workflow.step import replay

FULL = StationError(Fault(FaultCode.DISK_FULL, "disk", "The disk is full.", blocks=True))


@dataclass
class Paper:
    """A journal, a clock and a store in memory; `full` refuses every write."""

    events: list[Event] = field(default_factory=list)
    full: bool = False
    exposed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return START

    def monotonic(self) -> float:
        return 0.0

    def append(self, event: Event) -> None:
        if self.full:
            raise FULL
        self.events.append(event)

    def begin(self, event: Began) -> None:
        self.events = []
        self.append(event)

    def segment(self) -> tuple[Event, ...]:
        return tuple(self.events)

    def current_for(self, code: ItemCode) -> None:
        return None

    def disk_well(self) -> bool:
        return not self.full

    def declared(self, code: ItemCode) -> Declared:
        item = item_of(code)
        return Declared((OrderLine(item.order, code, item.name, item.category, item.size_mm),))

    def expose(
        self, inspection: str, take: int, shot: Shot, then: str = "", proves: Pose | None = None
    ) -> None:
        self.exposed.append(shot.name)

    def examine(
        self,
        inspection: str,
        take: int,
        pose: Pose,
        frames: tuple[Frame, ...],
        item: Item,
        least: float | None = None,
    ) -> None:
        raise AssertionError("nothing is pictured here")

    def say(self, sound: str) -> None:
        self.said.append(sound)


def station_on(paper: Paper) -> Station:
    """A station on paper."""
    around = Surroundings(
        clock=paper,
        journal=paper,
        store=paper,
        outbox=paper,
        catalogue=paper,
        parcels=paper,
        cameras=paper,
        examiner=paper,
        speaker=paper,
        record=lambda _: b"",
        message=lambda _: b"",
    )
    return Station(SETUP, around, lambda _: None)


def scan(text: str) -> Scanned:
    return Scanned(START, text, "id-1")


def test_an_event_is_in_the_journal_before_it_is_acted_on() -> None:
    paper = Paper()
    station = station_on(paper)
    station.start()
    station.handle(scan(BADGE))
    station.handle(scan(code(1)))

    assert isinstance(station.bench.stage, Capturing)
    assert [event.kind for event in paper.events] == ["began", "scanned", "scanned", "looked-up"]
    assert paper.exposed == ["top-bright"]


def test_an_event_that_cannot_be_kept_changes_nothing_and_stops_the_bench() -> None:
    paper = Paper()
    station = station_on(paper)
    station.start()
    station.handle(scan(BADGE))
    paper.full = True
    station.handle(scan(code(1)))

    assert isinstance(station.bench.stage, Ready)
    assert station.bench.blocked is not None
    assert station.bench.blocked.code is FaultCode.DISK_FULL
    assert paper.exposed == []


def test_work_goes_on_once_there_is_room_again() -> None:
    paper = Paper()
    station = station_on(paper)
    station.start()
    station.handle(scan(BADGE))
    paper.full = True
    station.handle(scan(code(1)))
    station.tick()

    assert station.bench.blocked is not None

    paper.full = False
    station.tick()
    station.handle(scan(code(1)))

    assert station.bench.blocked is None
    assert isinstance(station.bench.stage, Capturing)


def test_a_restart_gives_the_commands_still_owed() -> None:
    paper = Paper()
    first = station_on(paper)
    first.start()
    first.handle(scan(BADGE))
    first.handle(scan(code(1)))
    paper.exposed.clear()
    second = station_on(paper)
    second.start()

    assert second.bench == first.bench
    assert paper.exposed == ["top-bright"]


def test_what_changes_nothing_is_not_kept() -> None:
    paper = Paper()
    station = station_on(paper)
    station.start()
    station.tick()

    assert [event.kind for event in paper.events] == ["began"]
    station.handle(KeyPressed(START, StationKey.UNDO, "id-9"))
    assert station.bench.notice is not None
    assert [event.kind for event in paper.events] == ["began"]


def test_a_scan_that_a_fault_turned_away_is_turned_away_after_a_restart_too() -> None:
    paper = Paper()
    station = station_on(paper)
    station.start()
    station.handle(scan(BADGE))
    fault = Fault(FaultCode.CAMERA_LOST, "bench", blocks=True)
    station.handle(FaultRaised(START, fault))
    station.handle(scan(code(1)))
    assert isinstance(station.bench.stage, Ready)

    restarted = station_on(paper)
    restarted.start()

    assert isinstance(restarted.bench.stage, Ready)
    assert restarted.bench.operator == station.bench.operator


class Far:
    """Runs look-ups elsewhere: they are kept until the test lets one be answered."""

    def __init__(self) -> None:
        self.looks: list[Callable[[], Event]] = []

    def __call__(self, look: Callable[[], Event]) -> None:
        self.looks.append(look)


@dataclass
class AgingPaper(Paper):
    """Paper whose monotonic clock is set by hand."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds


def far_station(paper: AgingPaper, far: Far) -> Station:
    """A station whose orders are far."""
    near = station_on(paper)
    around = replace(near._around, away=far)
    station = Station(SETUP, around, lambda _: None)
    station.start()
    station.handle(scan(BADGE))
    return station


def test_a_far_look_up_does_not_hold_the_bench_and_its_answer_is_an_event() -> None:
    paper, far = AgingPaper(), Far()
    station = far_station(paper, far)
    station.handle(scan(code(1)))

    assert isinstance(station.bench.stage, Identifying)
    station.handle(far.looks.pop()())
    assert isinstance(station.bench.stage, Capturing)
    paper.seconds = 60.0
    station.tick()
    assert isinstance(station.bench.stage, Capturing)


def test_a_far_look_up_that_never_answers_is_given_up_and_its_late_answer_means_nothing() -> None:
    paper, far = AgingPaper(), Far()
    station = far_station(paper, far)
    station.handle(scan(code(1)))
    paper.seconds = 9.0
    station.tick()
    assert isinstance(station.bench.stage, Identifying)
    paper.seconds = 10.0
    station.tick()

    assert isinstance(station.bench.stage, Ready)
    assert station.bench.notice is not None
    assert station.bench.notice.id == "orders-unreachable"
    station.handle(far.looks.pop()())
    assert isinstance(station.bench.stage, Ready)
    assert replay(SETUP, paper.events) == station.bench


def test_a_far_parcel_that_never_answers_is_given_up() -> None:
    paper, far = AgingPaper(), Far()
    station = far_station(paper, far)
    station.handle(scan("RG:ORDER:RMA-77"))
    assert station.bench.desk.busy
    paper.seconds = 10.0
    station.tick()

    assert not station.bench.desk.busy
    assert station.bench.notice is not None
    assert station.bench.notice.id == "parcel-unreachable"
