"""What a station has kept: held items to settle, results on their way."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import platformdirs

from station.adapters.canonical import canonical
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.store.opening import OpenStore, open_store
from station.app.defaults import load_policies, load_recipes
from station.domain.faults import refuse
from station.domain.grading import Grade
from station.domain.outbox import OutboxEntry, OutboxState
from station.workflow.outcomes import outcome_of
from station.workflow.record import evidence_record, inspection_form
from station.workflow.settle import settle as settled
from station.workflow.stages import Setup

_MOST_PARKED = 100


def default_state() -> Path:
    """Where a station keeps its state when nothing else is said."""
    return Path(platformdirs.user_data_dir("regrade", appauthor=False))


@contextmanager
def _kept(state: Path | None) -> Iterator[OpenStore]:
    """The store of a stopped station; StationError if there is none, or it is running."""
    directory = state or default_state()
    if not (directory / "station.db").exists():
        raise refuse(f"{directory} holds no station's state: name its directory with --state")
    store = open_store(directory)
    try:
        yield store
    finally:
        store.close()


def held_forms(state: Path | None) -> list[dict[str, object]]:
    """The held inspections that nobody has settled, oldest first."""
    with _kept(state) as store:
        return [dict(inspection_form(held, None)) for held in store.inspections.held()]


def settle(
    state: Path | None, inspection_id: str, grade: Grade, by: str, reason: str
) -> dict[str, object]:
    """Close a held inspection with a person's grade; it is posted when the station next runs."""
    clock, identifiers = SystemClock(), SystemIdentifiers()
    with _kept(state) as store:
        held = next((i for i in store.inspections.held() if i.id == inspection_id), None)
        if held is None:
            raise refuse(f"{inspection_id} is not held: list what is with `regrade review`")
        now = clock.now()
        closed = settled(held, grade, by, reason, fresh_id=identifiers.fresh(), at=now)
        recipes = load_recipes()
        setup = Setup(recipes, load_policies(recipes), undo_window=timedelta())
        outcome = outcome_of(setup, closed)
        form = inspection_form(closed, outcome)
        calibration = _calibration_digest(store, inspection_id)
        entry = OutboxEntry(closed.id, canonical(form), now)
        record = canonical(evidence_record(closed, outcome, calibration))
        store.inspections.save(closed, record, entry)
        return dict(form)


def outbox_status(state: Path | None) -> dict[str, object]:
    """How many results are in each state, and those that a person must look at."""
    with _kept(state) as store:
        waiting = store.outbox.waiting()
        parked = store.outbox.rows(OutboxState.PARKED, _MOST_PARKED)
        return {
            "entries": {entry.value: waiting[entry] for entry in OutboxState},
            "parked": [
                {"inspection_id": row.entry.inspection_id, "reason": row.reason} for row in parked
            ],
        }


def _calibration_digest(store: OpenStore, inspection_id: str) -> str | None:
    """The calibration that the held inspection's own record rests on."""
    record = store.inspections.record(inspection_id)
    digest = json.loads(record)["calibration_digest"] if record else None
    return str(digest) if digest else None
