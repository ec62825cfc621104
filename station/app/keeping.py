"""What a station has kept: held items to settle, results on their way."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import platformdirs

from station.adapters.canonical import canonical
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.store.opening import OpenStore, open_store
from station.app.defaults import load_policies, load_recipes
from station.config import read_settings
from station.domain.correction import Correction, CorrectionKind, Outline
from station.domain.defect import Defect
from station.domain.faults import refuse
from station.domain.grading import Grade
from station.domain.inspection import Inspection
from station.domain.outbox import OutboxEntry, OutboxState
from station.workflow.labels import REVIEW
from station.workflow.outcomes import outcome_of
from station.workflow.record import correction_form, evidence_record, inspection_form
from station.workflow.settle import settle as settled
from station.workflow.stages import Setup

_MOST_PARKED = 100


def default_state() -> Path:
    """Where a station keeps its state when nothing else is said."""
    return Path(platformdirs.user_data_dir("regrade", appauthor=False))


@contextmanager
def kept(state: Path | None) -> Iterator[OpenStore]:
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
    with kept(state) as store:
        return [dict(inspection_form(held, None)) for held in store.inspections.held()]


@dataclass(frozen=True, slots=True)
class Said:
    """What a supervisor says of one finding, counted from 1, or of a fault that was missed."""

    kind: CorrectionKind
    finding: int | None = None
    defect: Defect | None = None
    shot: str | None = None
    outline: Outline | None = None


def corrected_form(state: Path | None, inspection_id: str) -> dict[str, object]:
    """One inspection with everything that was said of its findings."""
    with kept(state) as store:
        inspection = _current(store, inspection_id)
        given = store.corrections.of(inspection_id)
        form = dict(inspection_form(inspection, None))
        return {**form, "corrections": [dict(correction_form(one)) for one in given]}


def correct(state: Path | None, inspection_id: str, by: str, said: Sequence[Said]) -> None:
    """Keep what a supervisor says of the findings of an inspection, held or closed.

    What is closed is not edited: corrections lie beside it.
    """
    with kept(state) as store:
        given = _given(_current(store, inspection_id), by, said)
        store.corrections.give(inspection_id, given)


def _current(store: OpenStore, inspection_id: str) -> Inspection:
    inspection = store.inspections.inspection(inspection_id)
    if inspection is None:
        raise refuse(f"There is no inspection {inspection_id}: list what is held with no id")
    later = store.inspections.superseded_by(inspection_id)
    if later is not None:
        raise refuse(f"{inspection_id} is superseded by {later}: correct that one")
    return inspection


def _given(inspection: Inspection, by: str, said: Sequence[Said]) -> tuple[Correction, ...]:
    """The corrections that are meant; StationError for a finding or shot that does not exist."""
    examined = inspection.judged.examined
    found, shots = len(examined.findings), {frame.shot for frame in examined.frames}
    for one in said:
        if one.finding is not None and not 1 <= one.finding <= found:
            raise refuse(f"There is no finding {one.finding}: {inspection.id} has {found}")
        if one.shot is not None and one.shot not in shots:
            raise refuse(f"There is no shot {one.shot}: name one of {', '.join(sorted(shots))}")
        _check_outline(inspection, one)
    at = SystemClock().now()
    try:
        return tuple(
            Correction(
                kind=one.kind,
                by=by,
                how=REVIEW,
                at=at,
                finding=None if one.finding is None else one.finding - 1,
                defect=one.defect,
                shot=one.shot,
                outline=one.outline,
            )
            for one in said
        )
    except ValueError as error:
        raise refuse(f"That is no correction: {error}") from error


def _check_outline(inspection: Inspection, one: Said) -> None:
    """StationError for an outline of no area, or beside the picture that it is drawn on."""
    if one.outline is None:
        return
    shot = one.shot
    if shot is None and one.finding is not None:
        shot = inspection.judged.examined.findings[one.finding - 1].shot
    frames = {frame.shot: frame for frame in inspection.judged.examined.frames}
    xs, ys = zip(*one.outline, strict=True)
    if max(xs) <= min(xs) or max(ys) <= min(ys):
        raise refuse("An outline must have an area: give its corners in turn")
    frame = frames.get(shot or "")
    if frame and (
        min(xs) >= frame.width or min(ys) >= frame.height or max(xs) <= 0 or max(ys) <= 0
    ):
        raise refuse(
            f"The outline lies beside the picture: {frame.shot} is {frame.width} by {frame.height}"
            " pixels"
        )


def settle(
    state: Path | None,
    inspection_id: str,
    grade: Grade,
    by: str,
    reason: str,
    said: Sequence[Said] = (),
    config: Path | None = None,
) -> dict[str, object]:
    """Close a held inspection with a person's grade; it is posted when the station next runs.

    What was said of its findings since it was held goes with it. What the grade leads to is by the
    policies of the station's configuration file, of those that ship without any: StationError where
    these are not what the item was judged by.
    """
    clock, identifiers = SystemClock(), SystemIdentifiers()
    with kept(state) as store:
        held = next((i for i in store.inspections.held() if i.id == inspection_id), None)
        if held is None:
            raise refuse(f"{inspection_id} is not held: list what is with `regrade review`")
        now = clock.now()
        since = store.corrections.of(held.id)[len(held.corrections) :]
        closed = settled(
            held,
            grade,
            by,
            reason,
            fresh_id=identifiers.fresh(),
            at=now,
            corrections=(*since, *_given(held, by, said)),
        )
        setup = _setup_of(held, config)
        outcome = outcome_of(setup, closed)
        form = inspection_form(closed, outcome)
        calibration = _calibration_digest(store, inspection_id)
        entry = OutboxEntry(closed.id, canonical(form), now)
        record = canonical(evidence_record(closed, outcome, calibration))
        store.inspections.save(closed, record, entry)
        return dict(form)


def state_of(config: Path) -> Path:
    """The state directory of a station by its configuration file; StationError for a bad one."""
    return read_settings(config).state


def _setup_of(held: Inspection, config: Path | None) -> Setup:
    settings = read_settings(config) if config else None
    recipes = load_recipes(settings.recipes if settings else ())
    policies = load_policies(recipes, settings.policies if settings else ())
    verdict = held.judged.verdict
    if settings is None and verdict.policy_digest not in {each.digest for each in policies}:
        raise refuse(
            f"{held.id} was judged by the policy {verdict.policy}, which is none of those that"
            " ship: name the station's configuration with --config"
        )
    return Setup(recipes, policies, undo_window=timedelta())


def outbox_status(state: Path | None) -> dict[str, object]:
    """How many results are in each state, and those that a person must look at."""
    with kept(state) as store:
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
