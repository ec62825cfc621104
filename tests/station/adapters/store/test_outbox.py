"""The outbox on disk behaves as the one in memory, whatever is done to it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.adapters.store.opening import OpenStore, open_store
from station.domain.outbox import OutboxState
from tests.support.kept import START, entry, inspection, inspection_id, record
from tests.support.memory_outbox import MemoryOutbox

SMALL = 4096
NUMBERS = st.integers(1, 6)
SECONDS = st.integers(-100, 200)
DEEDS = st.one_of(
    st.tuples(st.just("add"), NUMBERS, SECONDS),
    st.tuples(st.sampled_from(["delivered", "postponed"]), NUMBERS, SECONDS),
    st.tuples(st.sampled_from(["parked", "withdraw", "hurry"]), NUMBERS, st.just(0)),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OpenStore]:
    opened = open_store(tmp_path, ballast_bytes=SMALL)
    yield opened
    opened.close()


def do(store: OpenStore, memory: MemoryOutbox, deed: tuple[str, int, int]) -> None:
    name, number, seconds = deed
    at = START + timedelta(seconds=seconds)
    this = inspection_id(number)
    match name:
        case "add":
            if this not in memory.entries:
                store.inspections.save(inspection(number), record(number), entry(number, at))
                memory.add(entry(number, at))
        case "hurry":
            store.outbox.hurry()
            memory.hurry()
        case _:
            for box in (store.outbox, memory):
                if name == "delivered":
                    box.delivered(this, at)
                elif name == "postponed":
                    box.postponed(this, at, "no answer")
                elif name == "withdraw":
                    box.withdraw(this)
                else:
                    box.parked(this, "refused")


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(deeds=st.lists(DEEDS, max_size=25), seconds=SECONDS)
def test_the_outbox_on_disk_agrees_with_the_one_in_memory(
    deeds: list[tuple[str, int, int]], seconds: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = open_store(tmp_path_factory.mktemp("outbox"), ballast_bytes=SMALL)
    memory = MemoryOutbox()
    for deed in deeds:
        do(store, memory, deed)
    now = START + timedelta(seconds=seconds)

    assert store.outbox.due(now, 4) == memory.due(now, 4)
    assert store.outbox.next_due() == memory.next_due()
    assert store.outbox.waiting() == memory.waiting()
    store.close()


def test_an_attempt_set_by_a_clock_that_was_ahead_does_not_wait_for_it(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.outbox.postponed(inspection_id(1), START + timedelta(days=365), "no answer")

    due = store.outbox.due(START, 9)

    assert [(e.inspection_id, e.attempts) for e in due] == [(inspection_id(1), 1)]


def test_what_arrived_after_it_was_withdrawn_counts_as_delivered(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.inspections.save(inspection(2, supersedes=inspection_id(1)), record(2), entry(2))
    store.outbox.delivered(inspection_id(1), START)

    assert store.outbox.waiting()[OutboxState.WITHDRAWN] == 0
    assert store.outbox.waiting()[OutboxState.DELIVERED] == 1


def test_a_withdrawn_entry_is_never_tried_again(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.inspections.save(inspection(2, supersedes=inspection_id(1)), record(2), None)
    store.outbox.postponed(inspection_id(1), START, "no answer")
    store.outbox.parked(inspection_id(1), "refused")
    store.outbox.hurry()

    assert store.outbox.due(START, 9) == ()
    assert store.outbox.waiting()[OutboxState.WITHDRAWN] == 1


def test_a_parked_entry_shows_why_and_can_be_tried_again(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.outbox.postponed(inspection_id(1), START, "no answer")
    store.outbox.parked(inspection_id(1), "HTTP 400")
    parked = store.outbox.rows(OutboxState.PARKED, 9)
    retried = store.outbox.retry(inspection_id(1))

    assert [(row.entry.inspection_id, row.reason) for row in parked] == [
        (inspection_id(1), "HTTP 400")
    ]
    assert retried
    assert store.outbox.due(START, 9) == (entry(1),)
    assert not store.outbox.retry(inspection_id(1))
    assert store.outbox.rows(OutboxState.PARKED, 9) == ()


def test_delivered_rows_tell_when(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.outbox.delivered(inspection_id(1), START)

    assert [row.delivered_at for row in store.outbox.rows(OutboxState.DELIVERED, 9)] == [START]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT * FROM outbox WHERE state = ? ORDER BY number LIMIT 9", "outbox_queue"),
        ("SELECT facts FROM inspections WHERE status = ? ORDER BY number", "inspections_status"),
        ("SELECT facts FROM inspections WHERE gtin = ? AND serial = ?", "inspections_item"),
        ("SELECT 1 FROM inspections WHERE supersedes = ?", "sqlite_autoindex"),
        ("SELECT 1 FROM frames WHERE digest = ? LIMIT 1", "ix_frames_digest"),
    ],
)
def test_what_the_bench_asks_for_is_found_through_an_index(
    store: OpenStore, query: str, index: str
) -> None:
    with store.database.reading() as connection:
        marks = ("x",) * query.count("?")
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", marks).all()

    assert len(plan) == 1
    assert index in plan[0][3]
