"""The posting thread waits as told, tells each fault once, and ends when asked."""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from station.adapters.delivery import DeliveryThread
from station.domain.faults import Fault, FaultCode, StationError

WAIT_S = 60.0
HOUR = timedelta(hours=1)
DOWN = Fault(FaultCode.UPSTREAM_DOWN, "upstream", "first words")
DOWN_STILL = Fault(FaultCode.UPSTREAM_DOWN, "upstream", "other words")
REFUSED = Fault(FaultCode.UPSTREAM_REFUSED, "outbox")
DISK = Fault(FaultCode.DISK_FULL, "disk", "The disk is full.", blocks=True)


@dataclass
class Round:
    wait: timedelta = HOUR
    faults: tuple[Fault, ...] = ()


class Posting:
    """A thread whose rounds come from a script; what it tells is queued in order."""

    def __init__(self) -> None:
        self.script: queue.Queue[Round | Exception] = queue.Queue()
        self.told: queue.Queue[object] = queue.Queue()
        self.thread = DeliveryThread(self._deliver, self.told.put, self.told.put)

    def _deliver(self, go_on: Callable[[], bool]) -> Round:
        self.told.put("round")
        scripted = self.script.get_nowait() if not self.script.empty() else Round()
        if isinstance(scripted, Exception):
            raise scripted
        return scripted

    def hears(self, number: int) -> list[object]:
        return [self.told.get(timeout=WAIT_S) for _ in range(number)]


@pytest.fixture
def posting() -> Iterator[Posting]:
    made = Posting()
    yield made
    made.thread.stop()


def test_it_begins_at_once_and_again_when_woken(posting: Posting) -> None:
    posting.thread.start()
    first = posting.hears(1)
    posting.thread.wake()
    second = posting.hears(1)

    assert first == second == ["round"]


def test_it_goes_on_by_itself_after_the_wait(posting: Posting) -> None:
    posting.script.put(Round(timedelta(milliseconds=1)))
    posting.thread.start()

    assert posting.hears(2) == ["round", "round"]


def test_a_fault_is_told_once_and_its_end_once(posting: Posting) -> None:
    now = timedelta()
    for done in (Round(now, (DOWN,)), Round(now, (DOWN_STILL, REFUSED)), Round(now), Round(now)):
        posting.script.put(done)
    posting.thread.start()
    heard = posting.hears(9)

    assert heard[:5] == ["round", DOWN, "round", REFUSED, "round"]
    assert set(map(str, heard[5:7])) == {"upstream", "outbox"}
    assert heard[7:] == ["round", "round"]


def test_a_store_that_fails_is_told_and_stops_nothing(posting: Posting) -> None:
    posting.script.put(Round(timedelta(), (DOWN,)))
    posting.script.put(StationError(DISK))
    posting.thread.start()
    before = posting.hears(4)
    posting.thread.wake()
    after = posting.hears(3)
    told = before[3]

    assert before[:3] == ["round", DOWN, "round"]
    assert isinstance(told, Fault)
    assert (told.code, told.subject, told.blocks) == (FaultCode.DISK_FULL, "delivery", False)
    assert after[0] == "round"
    assert set(map(str, after[1:])) == {"upstream", "delivery"}


def test_a_bug_is_logged_and_told_and_stops_nothing(
    posting: Posting, expected_warnings: list[str]
) -> None:
    expected_warnings.append("delivery failed")
    posting.script.put(RuntimeError("a bug"))
    posting.thread.start()
    _, told = posting.hears(2)
    posting.thread.wake()

    assert isinstance(told, Fault)
    assert told.code is FaultCode.STATION_BUG
    assert posting.hears(2) == ["round", "delivery"]


def test_stopping_ends_the_wait_and_the_round() -> None:
    inside, asked = threading.Event(), queue.Queue[bool]()
    leave = threading.Event()

    def deliver(go_on: Callable[[], bool]) -> Round:
        asked.put(go_on())
        inside.set()
        leave.wait(WAIT_S)
        asked.put(go_on())
        return Round()

    thread = DeliveryThread(deliver, lambda _: None, lambda _: None)
    thread.start()
    assert inside.wait(WAIT_S)
    stopper = threading.Thread(target=thread.stop)
    stopper.start()
    while not thread._stopping.wait(WAIT_S):
        pass
    leave.set()
    stopper.join(WAIT_S)

    assert not stopper.is_alive()
    assert [asked.get(timeout=WAIT_S), asked.get(timeout=WAIT_S)] == [True, False]


def test_a_thread_that_never_began_can_be_stopped() -> None:
    Posting().thread.stop()
