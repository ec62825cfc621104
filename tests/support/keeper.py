"""A bench in a process of its own that keeps and posts inspections until it is killed."""

import os
from collections.abc import Callable
from pathlib import Path

from station.adapters.frames import FrameFiles
from station.adapters.store.opening import OpenStore, open_store
from station.adapters.upstream.posting import HttpUpstream
from station.domain.correction import Correction, CorrectionKind
from station.domain.events import Began, Ticked
from station.domain.identity import ItemCode
from station.domain.item import OrderLine
from station.domain.outbox import OutboxEntry, OutboxState
from station.domain.parcel import OpenParcel, Parcel, ParcelClosure, ParcelKind
from station.virtual.sabotage import Killer
from station.workflow.deliver import Delivery
from tests.support.drive import GTIN
from tests.support.kept import (
    SHOTS,
    START,
    entry,
    frame,
    inspection,
    inspection_id,
    pixels,
    record,
)
from tests.support.memory_outbox import CountedChance, HandClock

INSPECTIONS = 5
POISON = 2
BALLAST = 4096
CORRECTION = Correction(CorrectionKind.NOT_DAMAGE, "wang", "review", START, finding=0)


def nothing(step: str) -> None:
    """No sabotage."""


def acknowledged(directory: Path) -> set[str]:
    """The ids whose saving was acknowledged to the outside."""
    path = directory / "acknowledged"
    return set(path.read_text().splitlines()) if path.exists() else set()


def bench(directory: Path, url: str, plan: str) -> None:
    """Recover what is there, then inspect what is left; `plan` is a killer's, or empty."""
    reached: Callable[[str], None] = Killer(plan) if plan else nothing
    store = open_store(directory, ballast_bytes=BALLAST, reached=reached)
    files = FrameFiles(directory, reached)
    clock = HandClock()
    upstream = HttpUpstream(url, reached)
    delivery = Delivery(store.outbox, upstream, clock, CountedChance())
    for number in range(1, INSPECTIONS + 1):
        if store.inspections.inspection(inspection_id(number)) is None:
            _inspect(store, files, number)
        _acknowledge(directory, number)
        store.corrections.give(inspection_id(number), (CORRECTION,))
        delivery.deliver_due()
    if store.outbox.retry(inspection_id(POISON)):
        _drain(store, delivery, clock)
    _drain(store, delivery, clock)
    store.outbox.withdraw(inspection_id(1))  # delivered long since: nothing to hold back
    upstream.close()
    store.close()


def _inspect(store: OpenStore, files: FrameFiles, number: int) -> None:
    store.journal.begin(Began(START, "li-wei", ended=number - 1))
    store.journal.append(Ticked(START))
    store.parcels.close_parcel(_closure(number))
    for shot in SHOTS:
        files.keep(inspection_id(number), frame(number, shot), pixels(number, shot))
    posted = entry(number)
    if number == POISON:
        posted = OutboxEntry(posted.inspection_id, b'{"nameless": true}', START)
    store.inspections.save(inspection(number), record(number), posted)


def _closure(number: int) -> ParcelClosure:
    code = ItemCode(GTIN, f"R-{number:04d}")
    line = OrderLine("RMA-77", code, "Thermos gift box", "carton", (200.0, 120.0, 80.0))
    parcel = Parcel(ParcelKind.PARCEL, f"1Z{number:04d}", (line,))
    opened = OpenParcel(f"p-{number}", parcel, "li-wei", START)
    return ParcelClosure(opened, "li-wei", START)


def _drain(store: OpenStore, delivery: Delivery, clock: HandClock) -> None:
    while store.outbox.waiting()[OutboxState.PENDING]:
        clock.seconds += delivery.deliver_due().wait.total_seconds()


def _acknowledge(directory: Path, number: int) -> None:
    with (directory / "acknowledged").open("a") as file:
        file.write(inspection_id(number) + "\n")
        file.flush()
        os.fsync(file.fileno())
