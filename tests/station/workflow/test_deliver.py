"""Results reach the receiver: each once, nothing dropped, nobody blocked."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.faults import FaultCode
from station.domain.outbox import (
    LONGEST_BACK_OFF,
    Answer,
    Delivered,
    OutboxEntry,
    OutboxState,
    Rejected,
    Unreachable,
    back_off,
)
from station.workflow.deliver import BATCH, MOST_OVERTAKEN, Delivery
from tests.support.kept import entry, inspection_id
from tests.support.memory_outbox import CountedChance, HandClock, MemoryOutbox

FINE = Delivered()
GONE = Unreachable("no answer")


@dataclass
class Receiver:
    """A receiver that keeps each id once and answers as `answer` decides."""

    answer: Callable[[OutboxEntry], Answer] = lambda _: FINE
    kept: Counter[str] = field(default_factory=Counter)
    posts: list[tuple[float, str]] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)

    def post(self, posted: OutboxEntry) -> Answer:
        self.posts.append((self.clock.seconds, posted.inspection_id))
        answer = self.answer(posted)
        if isinstance(answer, Delivered):
            self.kept[posted.inspection_id] += 1
        return answer


@dataclass
class Bench:
    """An outbox and the way to its receiver."""

    receiver: Receiver = field(default_factory=Receiver)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)

    def __post_init__(self) -> None:
        self.clock = self.receiver.clock
        self.delivery = Delivery(self.outbox, self.receiver, self.clock, CountedChance())

    def add(self, *numbers: int) -> None:
        for number in numbers:
            self.outbox.add(entry(number, self.clock.now()))

    def run(self, seconds: float) -> None:
        """Deliver as the thread would until the time is over."""
        end = self.clock.seconds + seconds
        while self.clock.seconds <= end:
            wait = self.delivery.deliver_due().wait.total_seconds()
            self.clock.seconds += max(wait, 0.01)

    def drain(self, most_rounds: int = 100_000) -> None:
        for _ in range(most_rounds):
            if not self.outbox.waiting()[OutboxState.PENDING]:
                return
            self.clock.seconds += self.delivery.deliver_due().wait.total_seconds()
        pytest.fail("the queue does not empty")


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_back_off_doubles_up_to_a_minute_and_is_half_chance(tries: int, jitter: float) -> None:
    wait = back_off(tries, jitter).total_seconds()
    ceiling = min(60.0, 2.0 ** min(tries - 1, 100))

    assert ceiling / 2 <= wait <= ceiling


def test_results_go_out_oldest_first() -> None:
    bench = Bench()
    bench.add(*range(1, BATCH + 1))

    done = bench.delivery.deliver_due()

    assert [i for _, i in bench.receiver.posts] == [inspection_id(n) for n in range(1, BATCH + 1)]
    assert done.faults == ()
    assert bench.outbox.waiting()[OutboxState.DELIVERED] == BATCH


def test_nothing_goes_out_before_its_undo_window_has_passed() -> None:
    bench = Bench()
    bench.outbox.add(entry(1, bench.clock.now() + timedelta(seconds=20)))

    early = bench.delivery.deliver_due()
    bench.clock.seconds += early.wait.total_seconds()
    bench.delivery.deliver_due()

    assert early.wait == timedelta(seconds=20)
    assert bench.receiver.posts == [(20.0, inspection_id(1))]


def test_an_empty_outbox_is_looked_at_once_a_minute() -> None:
    assert Bench().delivery.deliver_due().wait == LONGEST_BACK_OFF


def test_eight_hours_without_a_receiver_lose_nothing() -> None:
    down = True
    bench = Bench(Receiver(lambda _: GONE if down else FINE))
    for number in range(1, 3201):
        bench.outbox.add(entry(number, bench.clock.now() + timedelta(seconds=9 * number)))
    bench.run(8 * 3600)
    tries_while_down = len(bench.receiver.posts)
    down = False
    back_at = bench.clock.seconds
    bench.drain()

    first = bench.receiver.posts[tries_while_down]
    assert bench.receiver.kept == Counter({inspection_id(n): 1 for n in range(1, 3201)})
    assert first[0] - back_at <= 60
    assert bench.clock.seconds - back_at <= 300
    assert tries_while_down <= 8 * 3600 / 29


def test_a_lost_receiver_is_told_once_it_is_sure_and_cleared_by_the_first_success() -> None:
    down = True
    bench = Bench(Receiver(lambda _: GONE if down else FINE))
    bench.add(1, 2, 3)
    lost = bench.delivery.deliver_due()
    posts = len(bench.receiver.posts)
    down = False
    bench.clock.seconds += lost.wait.total_seconds()
    back = bench.delivery.deliver_due()

    assert [fault.code for fault in lost.faults] == [FaultCode.UPSTREAM_DOWN]
    assert not lost.faults[0].blocks
    assert posts == 2
    assert back.faults == ()


def test_the_first_success_hurries_everything_that_waits() -> None:
    down = True
    bench = Bench(Receiver(lambda _: GONE if down else FINE))
    bench.add(*range(1, 60))
    bench.run(3600)
    tries_while_down = len(bench.receiver.posts)
    down = False
    bench.drain()
    times = {at for at, _ in bench.receiver.posts[tries_while_down:]}

    assert len(times) == 1


def test_one_lost_reply_is_no_lost_receiver() -> None:
    answers = iter([GONE, FINE, FINE])
    bench = Bench(Receiver(lambda _: next(answers)))
    bench.add(1, 2)

    done = bench.delivery.deliver_due()
    bench.clock.seconds += done.wait.total_seconds()
    bench.delivery.deliver_due()

    assert done.faults == ()
    assert bench.outbox.waiting()[OutboxState.DELIVERED] == 2


def test_a_single_entry_that_fails_three_times_in_a_row_says_so() -> None:
    bench = Bench(Receiver(lambda _: GONE))
    bench.add(1)
    faults = []
    for _ in range(3):
        done = bench.delivery.deliver_due()
        faults.append(done.faults)
        bench.clock.seconds += done.wait.total_seconds()

    assert faults[0] == faults[1] == ()
    assert [fault.code for fault in faults[2]] == [FaultCode.UPSTREAM_DOWN]


def test_a_refused_entry_is_parked_and_blocks_nobody() -> None:
    bench = Bench(
        Receiver(lambda e: Rejected("HTTP 400") if e.inspection_id == inspection_id(1) else FINE)
    )
    bench.add(1, 2, 3)

    done = bench.delivery.deliver_due()

    assert bench.outbox.states[inspection_id(1)] is OutboxState.PARKED
    assert bench.outbox.waiting()[OutboxState.DELIVERED] == 2
    assert [fault.code for fault in done.faults] == [FaultCode.UPSTREAM_REFUSED]
    assert bench.clock.seconds == 0


def test_an_entry_that_always_fails_while_others_get_through_is_parked() -> None:
    poison = inspection_id(1)
    bench = Bench(
        Receiver(lambda e: Unreachable("HTTP 500") if e.inspection_id == poison else FINE)
    )
    bench.add(1)
    delays = []
    for number in range(2, 2 + 40 * MOST_OVERTAKEN):
        bench.add(number)
        added = bench.clock.seconds
        bench.run(18)
        delays += [at - added for at, i in bench.receiver.posts if i == inspection_id(number)]
        if bench.outbox.states[poison] is OutboxState.PARKED:
            break

    assert bench.outbox.states[poison] is OutboxState.PARKED
    assert "while others got through: HTTP 500" in bench.outbox.reasons[poison]
    assert bench.outbox.waiting()[OutboxState.PENDING] == 0
    assert len(delays) == number - 1


def test_the_receivers_wish_to_be_left_alone_is_granted() -> None:
    answers = iter([Unreachable("HTTP 429", timedelta(seconds=30)), FINE, FINE])
    bench = Bench(Receiver(lambda _: next(answers)))
    bench.add(1, 2)

    first = bench.delivery.deliver_due()
    bench.clock.seconds += 29
    bench.delivery.deliver_due()
    during = len(bench.receiver.posts)
    bench.clock.seconds += 2
    bench.delivery.deliver_due()

    assert first.wait == timedelta(seconds=30)
    assert during == 1
    assert len(bench.receiver.posts) == 3


def test_no_wish_keeps_the_station_silent_for_more_than_a_minute() -> None:
    bench = Bench(Receiver(lambda _: Unreachable("HTTP 503", timedelta(days=1))))
    bench.add(1)

    assert bench.delivery.deliver_due().wait == LONGEST_BACK_OFF


def test_a_round_ends_when_told_to() -> None:
    bench = Bench()
    bench.add(1, 2, 3)
    answers = iter([True, False])

    bench.delivery.deliver_due(lambda: next(answers))

    assert len(bench.receiver.posts) == 1


@pytest.mark.parametrize("seed", range(3))
def test_a_receiver_that_lies_gets_every_result_and_none_twice(seed: int) -> None:
    chance = random.Random(seed)
    kept: Counter[str] = Counter()

    def answer(posted: OutboxEntry) -> Answer:
        fate = chance.choice(["fine", "lost", "kept-but-lost", "kept-500", "stall"])
        if fate in ("fine", "kept-but-lost", "kept-500") and not kept[posted.inspection_id]:
            kept[posted.inspection_id] += 1
        if fate == "fine":
            return Delivered()
        return Unreachable(fate, timedelta(seconds=1) if fate == "stall" else None)

    bench = Bench(Receiver(answer))
    bench.add(*range(1, 301))
    bench.drain()

    assert kept == Counter({inspection_id(n): 1 for n in range(1, 301)})
    assert bench.outbox.waiting()[OutboxState.DELIVERED] == 300
    assert bench.outbox.waiting()[OutboxState.PARKED] == 0


@given(st.lists(st.sampled_from([FINE, GONE, Unreachable("x", timedelta(5)), Rejected("y")])))
def test_whatever_is_answered_every_entry_is_accounted_for(answers: list[Answer]) -> None:
    script = iter(answers)
    bench = Bench(Receiver(lambda _: next(script, FINE)))
    bench.add(1, 2, 3, 4)
    bench.drain()
    waiting = bench.outbox.waiting()

    assert waiting[OutboxState.DELIVERED] + waiting[OutboxState.PARKED] == 4
    assert set(bench.receiver.kept.values()) <= {1}
