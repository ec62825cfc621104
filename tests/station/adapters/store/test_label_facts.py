"""What scans say of labels is durable, said once, and true of one item only."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from station.adapters.store.opening import OpenStore, open_store
from station.domain.label import LabelFact, LabelFactKind, NoteOutcome
from tests.support.kept import START, entry, inspection, inspection_id, record

SMALL = 256 * 1024
APPLIED, PUT_AWAY = LabelFactKind.APPLIED, LabelFactKind.PUT_AWAY
NOTED = NoteOutcome.NOTED


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OpenStore]:
    opened = open_store(tmp_path, ballast_bytes=SMALL)
    yield opened
    opened.close()


def fact(number: int, code: str = "P-1", kind: LabelFactKind = APPLIED) -> LabelFact:
    return LabelFact(inspection_id(number), kind, code, "li-wei", START + timedelta(seconds=number))


def save(store: OpenStore, number: int, *, supersedes: int | None = None) -> None:
    earlier = None if supersedes is None else inspection_id(supersedes)
    kept = inspection(number, supersedes=earlier)
    store.inspections.save(kept, record(number), entry(number))


def note(store: OpenStore, wanted: LabelFact, instead_of: int | None = None) -> NoteOutcome:
    earlier = None if instead_of is None else inspection_id(instead_of)
    return store.inspections.note_label(wanted, earlier)


def test_a_fact_is_there_after_reopening_and_noting_it_again_does_nothing(
    store: OpenStore, tmp_path: Path
) -> None:
    save(store, 1)
    assert note(store, fact(1)) is NOTED
    assert note(store, fact(1, "REPAIR-R12", PUT_AWAY)) is NOTED
    later = LabelFact(inspection_id(1), APPLIED, "P-1", "zhang", START + timedelta(hours=1))
    assert note(store, later) is NOTED
    store.close()

    again = open_store(tmp_path, ballast_bytes=SMALL)
    assert again.inspections.label_facts(inspection_id(1)) == (
        fact(1),
        fact(1, "REPAIR-R12", PUT_AWAY),
    )
    assert again.inspections.label_facts(inspection_id(2)) == ()
    again.close()


def test_a_plate_on_another_item_is_refused_and_nothing_is_kept(store: OpenStore) -> None:
    save(store, 1)
    note(store, fact(1))
    save(store, 2)

    assert note(store, fact(2)) is NoteOutcome.ON_ANOTHER_ITEM
    assert store.inspections.label_facts(inspection_id(2)) == ()


def test_the_plate_printed_for_another_item_is_refused(store: OpenStore) -> None:
    save(store, 1)
    save(store, 2)

    assert note(store, fact(2, inspection_id(1))) is NoteOutcome.ON_ANOTHER_ITEM
    assert note(store, fact(1, inspection_id(1))) is NOTED


def test_a_bin_takes_any_number_of_items(store: OpenStore) -> None:
    for number in (1, 2):
        save(store, number)
        assert note(store, fact(number, "REPAIR-R12", PUT_AWAY)) is NOTED


def test_a_second_plate_for_one_item_is_refused(store: OpenStore) -> None:
    save(store, 1)
    note(store, fact(1))

    assert note(store, fact(1, "P-2")) is NoteOutcome.HAS_ANOTHER
    assert [kept.code for kept in store.inspections.label_facts(inspection_id(1))] == ["P-1"]


def test_the_items_own_printed_label_beside_its_plate_is_no_contradiction(
    store: OpenStore,
) -> None:
    save(store, 1)
    note(store, fact(1))

    assert note(store, fact(1, inspection_id(1))) is NOTED


def test_a_plate_goes_with_its_item_through_every_superseding_inspection(
    store: OpenStore,
) -> None:
    save(store, 1)
    note(store, fact(1))
    assert note(store, fact(2), instead_of=1) is NOTED
    save(store, 2, supersedes=1)
    save(store, 3, supersedes=2)
    assert note(store, fact(3)) is NOTED
    save(store, 4)

    assert note(store, fact(4)) is NoteOutcome.ON_ANOTHER_ITEM


def test_a_fact_may_be_noted_before_its_inspection_is_saved(store: OpenStore) -> None:
    assert note(store, fact(1)) is NOTED
    save(store, 1)

    assert note(store, fact(1)) is NOTED


def test_the_table_itself_allows_one_fact_of_a_kind(store: OpenStore, tmp_path: Path) -> None:
    save(store, 1)
    note(store, fact(1))
    store.close()
    connection = sqlite3.connect(tmp_path / "station.db")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(
            "INSERT INTO label_facts VALUES (?, 'applied', 'P-9', 'x', '2026-01-01T00:00:00Z')",
            (inspection_id(1),),
        )
    connection.close()
