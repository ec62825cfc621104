"""Corrections are durable, kept once, and lie beside what is closed without changing it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from station.adapters.store.opening import OpenStore, open_store
from station.domain.correction import Correction, CorrectionKind
from station.domain.defect import Defect
from tests.support.kept import START, entry, inspection, inspection_id, record

SMALL = 256 * 1024
KEYED = Correction(CorrectionKind.NOT_DAMAGE, "li-wei", "key 4", START, 0)
DRAWN = Correction(
    CorrectionKind.MISSED_FAULT,
    "wang",
    "review",
    START,
    defect=Defect.STAIN,
    shot="top-bright",
    outline=((1.0, 2.0), (3.5, 2.0), (3.5, 9.0)),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OpenStore]:
    opened = open_store(tmp_path, ballast_bytes=SMALL)
    yield opened
    opened.close()


def test_corrections_come_with_the_save_and_later_ones_lie_beside_it(
    store: OpenStore, tmp_path: Path
) -> None:
    kept = replace(inspection(1), corrections=(KEYED,))
    store.inspections.save(kept, record(1), entry(1))
    store.inspections.save(kept, record(1), entry(1))
    store.inspections.save(inspection(2), record(2), entry(2))
    for _ in range(2):
        store.corrections.give(inspection_id(1), (DRAWN,))
    store.close()

    again = open_store(tmp_path, ballast_bytes=SMALL)
    assert again.corrections.of(inspection_id(1)) == (KEYED, DRAWN)
    assert again.corrections.of(inspection_id(2)) == ()
    assert again.corrections.inspections() == (inspection_id(1),)
    assert again.inspections.inspection(inspection_id(1)) == kept
    assert again.inspections.record(inspection_id(1)) == record(1)
    again.close()


def test_inspections_are_listed_by_their_last_correction(store: OpenStore) -> None:
    for number in (1, 2):
        store.inspections.save(inspection(number), record(number), entry(number))
    for number in (1, 2, 1):
        given = replace(DRAWN, at=START.replace(minute=len(store.corrections.of(inspection_id(1)))))
        store.corrections.give(inspection_id(number), (given,))

    assert store.corrections.inspections() == (inspection_id(2), inspection_id(1))
