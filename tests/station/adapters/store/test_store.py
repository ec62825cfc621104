"""Inspections, evidence records and the journal, on real files."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.adapters.store.opening import OpenStore, open_store
from station.domain.events import Began, Event, Exposed, Ticked
from station.domain.faults import FaultCode, StationError
from station.domain.identity import ItemCode
from station.domain.outbox import OutboxState
from tests.support import strategies
from tests.support.drive import GTIN
from tests.support.kept import START, entry, frame, inspection, inspection_id, record

SMALL = 256 * 1024


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OpenStore]:
    opened = open_store(tmp_path, ballast_bytes=SMALL)
    yield opened
    opened.close()


def reopened(store: OpenStore, directory: Path) -> OpenStore:
    store.close()
    return open_store(directory, ballast_bytes=SMALL)


def test_what_is_saved_is_there_after_reopening(store: OpenStore, tmp_path: Path) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))

    again = reopened(store, tmp_path)

    assert again.inspections.inspection(inspection_id(1)) == inspection(1)
    assert again.inspections.record(inspection_id(1)) == record(1)
    assert again.outbox.due(START, 10) == (entry(1),)
    assert again.inspections.damaged_records() == ()
    again.close()


def test_an_item_that_could_not_be_pictured_is_kept_without_pictures(
    store: OpenStore, tmp_path: Path
) -> None:
    whole = inspection(1)
    unseen = replace(whole.judged.examined, frames=(), last_frame_at=None, proofs=())
    bare = replace(whole, judged=replace(whole.judged, examined=unseen))
    store.inspections.save(bare, record(1), entry(1))

    again = reopened(store, tmp_path)

    assert again.inspections.inspection(inspection_id(1)) == bare
    assert list(again.inspections.frame_digests()) == []
    again.close()


def test_what_was_never_saved_is_not_there(store: OpenStore) -> None:
    assert store.inspections.inspection("nobody") is None
    assert store.inspections.record("nobody") is None
    assert store.inspections.current_for(ItemCode(GTIN, "R-0001")) is None
    assert store.journal.segment() == ()


def test_saving_the_same_again_does_nothing(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.inspections.save(inspection(1), record(1), entry(1))

    assert len(store.inspections.latest(10)) == 1
    assert store.outbox.waiting()[OutboxState.PENDING] == 1


def test_another_record_under_the_same_id_is_a_bug(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))

    with pytest.raises(ValueError, match="already saved with another record"):
        store.inspections.save(inspection(1), b"{}", entry(1))

    assert store.inspections.record(inspection_id(1)) == record(1)


def test_an_entry_of_another_inspection_is_a_bug(store: OpenStore) -> None:
    with pytest.raises(ValueError, match="its inspection's id"):
        store.inspections.save(inspection(1), record(1), entry(2))


def test_superseding_withdraws_what_has_not_left(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.inspections.save(
        inspection(2, serial="R-0001", supersedes=inspection_id(1)), record(2), entry(2)
    )

    assert [e.inspection_id for e in store.outbox.due(START, 10)] == [inspection_id(2)]
    assert store.outbox.waiting()[OutboxState.WITHDRAWN] == 1
    assert store.inspections.inspection(inspection_id(1)) == inspection(1)


def test_superseding_leaves_what_the_receiver_has(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.outbox.delivered(inspection_id(1), START)
    store.inspections.save(inspection(2, supersedes=inspection_id(1)), record(2), entry(2))

    waiting = store.outbox.waiting()

    assert waiting[OutboxState.DELIVERED] == 1
    assert waiting[OutboxState.WITHDRAWN] == 0


def test_nothing_is_superseded_twice(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.inspections.save(inspection(2, supersedes=inspection_id(1)), record(2), None)

    with pytest.raises(Exception, match="UNIQUE"):
        store.inspections.save(inspection(3, supersedes=inspection_id(1)), record(3), None)

    assert store.inspections.inspection(inspection_id(3)) is None


def test_only_an_inspection_that_exists_can_be_superseded(store: OpenStore) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.inspections.save(inspection(2, supersedes="nobody"), record(2), entry(2))

    assert store.inspections.latest(10) == ()


def test_the_latest_inspection_of_an_item_that_nothing_supersedes(store: OpenStore) -> None:
    code = ItemCode(GTIN, "R-0001")
    store.inspections.save(inspection(1), record(1), None)
    store.inspections.save(inspection(2), record(2), None)
    first = store.inspections.current_for(code)
    store.inspections.save(
        inspection(3, serial="R-0001", supersedes=inspection_id(1)), record(3), None
    )
    second = store.inspections.current_for(code)

    assert first == inspection(1)
    assert second is not None
    assert second.id == inspection_id(3)
    assert store.inspections.current_for(ItemCode(GTIN)) is None


def test_held_inspections_wait_oldest_first_until_superseded(store: OpenStore) -> None:
    for number in (1, 2, 3):
        store.inspections.save(inspection(number, held=True), record(number), None)
    store.inspections.save(inspection(4, supersedes=inspection_id(2)), record(4), entry(4))

    assert [i.id for i in store.inspections.held()] == [inspection_id(1), inspection_id(3)]


def test_counts_leave_superseded_inspections_out(store: OpenStore) -> None:
    store.inspections.save(inspection(1), record(1), entry(1))
    store.outbox.delivered(inspection_id(1), START)
    store.inspections.save(inspection(2), record(2), entry(2))
    store.outbox.delivered(inspection_id(2), START)
    store.inspections.save(inspection(3, held=True), record(3), None)
    store.inspections.save(inspection(4, supersedes=inspection_id(1)), record(4), entry(4))

    counts = store.inspections.counts()

    assert (counts.closed, counts.held, counts.delivered) == (2, 1, 1)


def test_the_newest_inspections_come_first(store: OpenStore) -> None:
    for number in range(1, 6):
        store.inspections.save(inspection(number), record(number), None)

    newest = [i.id for i in store.inspections.latest(2)]

    assert newest == [inspection_id(5), inspection_id(4)]


def test_every_frame_an_inspection_rests_on_is_listed_once(store: OpenStore) -> None:
    frames = set()
    for number in (1, 2):
        store.inspections.save(inspection(number), record(number), None)
        frames |= {f.digest for f in inspection(number).judged.examined.frames}

    listed = list(store.inspections.frame_digests())

    assert listed == sorted(frames)
    assert store.inspections.rests_on(listed[0])
    assert not store.inspections.rests_on("0" * 64)


def test_the_frames_of_an_item_still_on_the_bench_are_rested_on(store: OpenStore) -> None:
    shown = frame(7, "top-bright")
    store.journal.begin(Began(START))
    store.journal.append(Exposed(START, "i-7", 0, shown))
    during = store.inspections.rests_on(shown.digest)
    store.journal.begin(Began(START))

    assert during
    assert not store.inspections.rests_on(shown.digest)


def test_an_altered_record_is_named(store: OpenStore, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        store.inspections.save(inspection(number), record(number), None)
    store.close()
    with sqlite3.connect(tmp_path / "station.db") as connection:
        connection.execute(
            "UPDATE evidence SET record = ? WHERE inspection_id = ?", (b"{}", inspection_id(2))
        )
        connection.execute("DELETE FROM evidence WHERE inspection_id = ?", (inspection_id(3),))
    connection.close()

    again = open_store(tmp_path, ballast_bytes=SMALL)

    assert again.inspections.damaged_records() == (inspection_id(2), inspection_id(3))
    again.close()


def test_the_journal_gives_back_the_latest_segment(store: OpenStore, tmp_path: Path) -> None:
    store.journal.append(Ticked(START))
    store.journal.begin(Began(START, "li-wei", ended=3))
    store.journal.append(Ticked(START + timedelta(seconds=1)))
    before = store.journal.segment()

    again = reopened(store, tmp_path)
    again.journal.append(Ticked(START + timedelta(seconds=2)))

    assert before == (Began(START, "li-wei", ended=3), Ticked(START + timedelta(seconds=1)))
    assert again.journal.segment() == (*before, Ticked(START + timedelta(seconds=2)))
    again.close()


@settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)
@given(events=st.lists(strategies.events, max_size=4))
def test_the_journal_keeps_any_events_in_order(
    events: list[Event], tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("journal")
    store = open_store(directory, ballast_bytes=SMALL)
    store.journal.begin(Began(START))
    for event in events:
        store.journal.append(event)
    store.close()
    again = open_store(directory, ballast_bytes=SMALL)

    assert again.journal.segment() == (Began(START), *events)
    again.close()


def test_every_connection_has_the_settings_that_survive_a_power_cut(store: OpenStore) -> None:
    settings_in_force = store.database.pragmas()

    assert settings_in_force["journal_mode"] == "wal"
    assert settings_in_force["synchronous"] == 2
    assert settings_in_force["foreign_keys"] == 1


def test_a_second_station_on_the_same_state_is_refused(store: OpenStore, tmp_path: Path) -> None:
    with pytest.raises(StationError) as refused:
        open_store(tmp_path, ballast_bytes=SMALL)

    assert refused.value.fault.code is FaultCode.ALREADY_RUNNING
    assert "already running" in str(refused.value)


def test_a_closed_station_makes_room_for_the_next(store: OpenStore, tmp_path: Path) -> None:
    again = reopened(store, tmp_path)

    assert again.inspections.disk_well()
    again.close()


def test_a_damaged_file_is_refused_at_the_start(store: OpenStore, tmp_path: Path) -> None:
    for number in range(1, 30):
        store.inspections.save(inspection(number), record(number), entry(number))
    store.close()
    path = tmp_path / "station.db"
    kept = bytearray(path.read_bytes())
    kept[4096:] = bytes(len(kept) - 4096)
    path.write_bytes(kept)

    with pytest.raises(StationError) as refused:
        open_store(tmp_path, ballast_bytes=SMALL)

    assert refused.value.fault.code is FaultCode.STORE_FAILED
    assert "damaged" in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "station.db").write_bytes(b"not a database at all" * 200)

    with pytest.raises(StationError) as refused:
        open_store(tmp_path, ballast_bytes=SMALL)

    assert "damaged" in str(refused.value)


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StationError) as refused:
        open_store(tmp_path / "file" / "state", ballast_bytes=SMALL)

    assert refused.value.fault.code is FaultCode.STORE_FAILED
