"""Plates, bins and labels through the whole station, on a real database."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from drive import BADGE, SETUP, START, Drive, found

from station.adapters.store.opening import OpenStore, open_store
from station.domain.defect import Defect
from station.domain.events import Event, Scanned
from station.domain.label import Label, LabelFactKind, LabelKind
from station.workflow.stages import Answering, Bench, Ready
from station.workflow.station import Station, Surroundings

DENT = (found(Defect.DENT, 900.0),)
PLATE = "RG:PLATE:P-000123"


@dataclass
class Printer:
    printed: list[Label] = field(default_factory=list)

    def print_label(self, label: Label) -> None:
        self.printed.append(label)


@dataclass
class Still:
    """A world in which nothing moves: time stands, sounds are not played."""

    said: list[str] = field(default_factory=list)

    def now(self) -> Any:
        return START

    def monotonic(self) -> float:
        return 0.0

    def say(self, sound: str) -> None:
        self.said.append(sound)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OpenStore]:
    opened = open_store(tmp_path, ballast_bytes=256 * 1024)
    yield opened
    opened.close()


def verdict_of(number: int, labels: tuple[LabelKind, ...] = ()) -> Bench:
    """The bench with a repair's verdict shown."""
    at = Drive()
    at.count = 100 * number
    at.scan(BADGE)
    at.inspect(number, DENT)
    assert isinstance(at.bench.stage, Answering)
    return replace(at.bench, setup=replace(SETUP, labels=labels))


def station_on(store: OpenStore, bench: Bench, printer: Printer) -> Station:
    world: Any = Still()
    around = Surroundings(
        clock=world,
        journal=store.journal,
        store=store.inspections,
        outbox=store.outbox,
        catalogue=world,
        parcels=world,
        cameras=world,
        examiner=world,
        speaker=world,
        record=lambda inspection: inspection.id.encode(),
        message=lambda _: b"{}",
        labels=printer,
    )
    station = Station(bench.setup, around, lambda _: None)
    station.bench = bench
    return station


def scan(text: str) -> Event:
    return Scanned(START, text, "id-9999")


def notice(station: Station) -> str | None:
    return station.bench.notice.id if station.bench.notice else None


def test_a_plate_confirms_is_kept_and_is_refused_on_the_next_item(store: OpenStore) -> None:
    first = station_on(store, verdict_of(1), Printer())
    first.handle(scan(PLATE))

    assert isinstance(first.bench.stage, Ready)
    assert first.bench.last is not None
    ended = first.bench.last.inspection
    (fact,) = store.inspections.label_facts(ended.id)
    assert (fact.kind, fact.code, fact.by) == (LabelFactKind.APPLIED, "P-000123", "li-wei")
    assert store.inspections.inspection(ended.id) == ended

    second = station_on(store, verdict_of(2), Printer())
    second.handle(scan(PLATE))
    assert isinstance(second.bench.stage, Answering)
    assert notice(second) == "plate-taken"
    second.handle(scan("RG:PLATE:P-000124"))
    assert isinstance(second.bench.stage, Ready)


def test_a_closed_items_label_is_printed_and_its_bin_puts_it_away(store: OpenStore) -> None:
    printer = Printer()
    station = station_on(store, verdict_of(1, (LabelKind.RESULT,)), printer)
    station.handle(scan(PLATE))

    assert station.bench.last is not None
    ended = station.bench.last.inspection
    assert [label.inspection for label in printer.printed] == [ended.id]
    station.handle(scan("RG:BIN:REPAIR-R12"))
    assert notice(station) == "put-away"
    kinds = {fact.kind for fact in store.inspections.label_facts(ended.id)}
    assert kinds == {LabelFactKind.APPLIED, LabelFactKind.PUT_AWAY}
    station.handle(scan("RG:CMD:REPRINT"))
    assert len(printer.printed) == 2
    assert printer.printed[0] == printer.printed[1]
