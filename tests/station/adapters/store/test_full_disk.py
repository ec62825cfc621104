"""A full disk stops the work before anything is lost, and room on it starts it again."""

from datetime import timedelta
from pathlib import Path

import pytest

from station.adapters.store.opening import OpenStore, open_store
from station.domain.events import Began, FaultRaised, Ticked
from station.domain.faults import Fault, FaultCode, StationError
from tests.support.kept import START, entry, inspection, inspection_id, record
from tests.support.small_disk import fill, small_disk

MEGABYTE = 1 << 20
LOW = Fault(FaultCode.DISK_FULL, "disk", "The disk is full.", blocks=True)


def save_until_full(store: OpenStore, first: int) -> tuple[int, StationError]:
    """Save numbered inspections; the number that was refused, and how."""
    for number in range(first, first + 10_000):
        try:
            store.inspections.save(inspection(number), record(number) * 200, entry(number))
        except StationError as error:
            return number, error
    pytest.fail("the disk never filled up")


def open_on(disk: Path) -> OpenStore:
    return open_store(disk / "state", ballast_bytes=MEGABYTE)


def test_a_full_disk_loses_nothing_and_the_ballast_takes_the_last_words() -> None:
    with small_disk(8 * MEGABYTE) as disk:
        store = open_on(disk)
        store.journal.begin(Began(START))
        filler = fill(disk, leave=MEGABYTE)
        refused, error = save_until_full(store, 1)
        store.journal.append(FaultRaised(START, LOW))
        well_while_full = store.inspections.disk_well()
        filler.unlink()
        well_again = store.inspections.disk_well()
        store.inspections.save(inspection(refused), record(refused) * 200, entry(refused))
        store.close()

        again = open_on(disk)
        kept = [i.id for i in again.inspections.latest(10_000)]

        assert error.fault == Fault(FaultCode.DISK_FULL, "disk", error.fault.detail, blocks=True)
        assert "free some space" in str(error)
        assert not well_while_full
        assert well_again
        assert kept == [inspection_id(n) for n in range(refused, 0, -1)]
        assert again.inspections.damaged_records() == ()
        assert again.journal.segment() == (Began(START), FaultRaised(START, LOW))
        again.close()


def test_a_refused_write_left_nothing_behind() -> None:
    with small_disk(8 * MEGABYTE) as disk:
        store = open_on(disk)
        fill(disk, leave=MEGABYTE)
        refused, _ = save_until_full(store, 1)

        assert store.inspections.inspection(inspection_id(refused)) is None
        assert store.inspections.record(inspection_id(refused)) is None
        assert sum(store.outbox.waiting().values()) == refused - 1
        store.close()


@pytest.mark.parametrize("leave", [0, 4096, 20_000, 65_536, 131_072, 300_000])
def test_however_little_room_is_left_each_write_is_kept_whole_or_refused(leave: int) -> None:
    with small_disk(8 * MEGABYTE) as disk:
        store = open_on(disk)
        store.journal.begin(Began(START))
        fill(disk, leave=leave)
        kept = []
        refusals = []
        for number in range(1, 40):
            event = Ticked(START + timedelta(seconds=number))
            try:
                store.journal.append(event)
                kept.append(event)
            except StationError as error:
                refusals.append(error.fault.code)
            if not refusals:
                fill(disk)
        store.close()
        again = open_on(disk)

        assert set(refusals) == {FaultCode.DISK_FULL}
        assert again.journal.segment() == (Began(START), *kept)
        again.close()


def test_a_disk_that_is_full_at_the_start_is_known() -> None:
    with small_disk(2 * MEGABYTE) as disk:
        store = open_on(disk)

        assert not store.inspections.disk_well()
        store.close()
