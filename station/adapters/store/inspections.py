"""The inspections of this bench, each with its evidence record."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from station.adapters.store import corrections, label_facts
from station.adapters.store.codec import Codec
from station.adapters.store.database import Database
from station.adapters.store.schema import events, evidence, frames, inspections, outbox
from station.domain.identity import ItemCode
from station.domain.inspection import Inspection
from station.domain.label import LabelFact, NoteOutcome
from station.domain.outbox import OutboxEntry, OutboxState

_BATCH = 1000


@dataclass(slots=True)
class Counts:
    """How many inspections are closed, held and delivered; superseded ones are not counted."""

    closed: int
    held: int
    delivered: int


class SqlInspections:
    """Port Store, and what the command line asks of everything ever kept."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    def save(self, inspection: Inspection, record: bytes, entry: OutboxEntry | None) -> None:
        """Write inspection, evidence record, frames and outbox entry in one transaction.

        The same id with the same record again does nothing; with another record it is a
        ValueError. A superseded inspection's pending entry is withdrawn. StationError if it cannot
        be written; then nothing was.
        """
        if entry is not None and entry.inspection_id != inspection.id:
            raise ValueError("an outbox entry carries its inspection's id")
        facts = self._codec.inspection_text(inspection)

        def change(connection: Connection) -> None:
            if _has(connection, inspection.id, record):
                return
            self._insert(connection, inspection, facts, record)
            if inspection.supersedes is not None:
                _withdraw(connection, inspection.supersedes)
            if entry is not None:
                _enqueue(connection, entry)
            self._database.reached("save-outbox-row")

        def landed(connection: Connection) -> bool:
            return _has(connection, inspection.id, record)

        self._database.write("save", change, landed)

    def inspection(self, inspection_id: str) -> Inspection | None:
        """One inspection by id."""
        found = self._read(inspections.c.id == inspection_id, limit=1)
        return found[0] if found else None

    def held(self) -> tuple[Inspection, ...]:
        """Held inspections that nothing supersedes, oldest first."""
        return self._read(and_(inspections.c.status == "held", ~_superseded()), newest=False)

    def current_for(self, code: ItemCode) -> Inspection | None:
        """The latest inspection of a serialised item that nothing supersedes."""
        if code.serial is None:
            return None
        this = and_(inspections.c.gtin == code.gtin, inspections.c.serial == code.serial)
        found = self._read(and_(this, ~_superseded()), limit=1)
        return found[0] if found else None

    def record(self, inspection_id: str) -> bytes | None:
        """The canonical evidence record of an inspection."""
        with self._database.reading() as connection:
            query = select(evidence.c.record).where(evidence.c.inspection_id == inspection_id)
            return connection.execute(query).scalar()

    def note_label(self, fact: LabelFact, instead_of: str | None) -> NoteOutcome:
        """Keep that a label, plate or bin was scanned, or say which rule forbids it.

        StationError if it cannot be written.
        """
        outcome = self._label_outcome(fact, instead_of)
        if outcome is not None:
            return outcome

        def change(connection: Connection) -> None:
            if not label_facts.has(connection, fact):
                label_facts.insert(connection, fact)

        def landed(connection: Connection) -> bool:
            return label_facts.has(connection, fact)

        self._database.write("label", change, landed)
        return NoteOutcome.NOTED

    def label_facts(self, inspection_id: str) -> tuple[LabelFact, ...]:
        """What was noted for an inspection, oldest first."""
        with self._database.reading() as connection:
            return label_facts.of(connection, inspection_id)

    def superseded_by(self, inspection_id: str) -> str | None:
        """The inspection that supersedes this one, if there is one."""
        query = select(inspections.c.id).where(inspections.c.supersedes == inspection_id)
        with self._database.reading() as connection:
            return connection.execute(query).scalar()

    def latest(self, limit: int) -> tuple[Inspection, ...]:
        """The newest inspections first, superseded ones included."""
        return self._read(None, limit=limit)

    def counts(self) -> Counts:
        """Counts over everything ever saved."""
        with self._database.reading() as connection:

            def number(*conditions: ColumnElement[bool]) -> int:
                query = select(func.count()).select_from(inspections).where(*conditions)
                return connection.execute(query).scalar_one()

            delivered = exists().where(
                outbox.c.inspection_id == inspections.c.id,
                outbox.c.state == OutboxState.DELIVERED.value,
            )
            return Counts(
                closed=number(inspections.c.status == "closed", ~_superseded()),
                held=number(inspections.c.status == "held", ~_superseded()),
                delivered=number(delivered, ~_superseded()),
            )

    def frame_digests(self) -> Iterator[str]:
        """The digest of every frame that an inspection rests on, each once."""
        after = ""
        while True:
            with self._database.reading() as connection:
                query = (
                    select(frames.c.digest)
                    .distinct()
                    .where(frames.c.digest > after)
                    .order_by(frames.c.digest)
                    .limit(_BATCH)
                )
                digests = connection.execute(query).scalars().all()
            yield from digests
            if len(digests) < _BATCH:
                return
            after = digests[-1]

    def rests_on(self, digest: str) -> bool:
        """Whether any inspection rests on the frame, saved or still open in the journal."""
        saved = exists().where(frames.c.digest == digest)
        latest = select(func.max(events.c.segment)).scalar_subquery()
        still_open = exists().where(
            events.c.segment == latest,
            events.c.kind == "exposed",
            func.instr(events.c.body, digest) > 0,
        )
        with self._database.reading() as connection:
            return bool(connection.execute(select(or_(saved, still_open))).scalar())

    def damaged_records(self) -> tuple[str, ...]:
        """Ids of inspections whose evidence record is absent or has another digest."""
        found: list[str] = []
        after = 0
        while True:
            with self._database.reading() as connection:
                query = (
                    select(
                        inspections.c.number,
                        inspections.c.id,
                        evidence.c.digest,
                        evidence.c.record,
                    )
                    .join_from(inspections, evidence, isouter=True)
                    .where(inspections.c.number > after)
                    .order_by(inspections.c.number)
                    .limit(_BATCH)
                )
                rows = connection.execute(query).all()
            found += [row.id for row in rows if not _sound(row.record, row.digest)]
            if len(rows) < _BATCH:
                return tuple(found)
            after = rows[-1].number

    def disk_well(self) -> bool:
        """Whether the ballast is in place; false from a full disk until there is room again."""
        return self._database.disk_well()

    def _label_outcome(self, fact: LabelFact, instead_of: str | None) -> NoteOutcome | None:
        with self._database.reading() as connection:
            return label_facts.outcome(connection, fact, instead_of)

    def _read(
        self,
        condition: ColumnElement[bool] | None,
        *,
        limit: int | None = None,
        newest: bool = True,
    ) -> tuple[Inspection, ...]:
        order = inspections.c.number.desc() if newest else inspections.c.number.asc()
        query = select(inspections.c.facts).order_by(order).limit(limit)
        if condition is not None:
            query = query.where(condition)
        with self._database.reading() as connection:
            texts = connection.execute(query).scalars().all()
        return tuple(self._codec.inspection(text) for text in texts)

    def _insert(
        self, connection: Connection, inspection: Inspection, facts: str, record: bytes
    ) -> None:
        item = inspection.item
        connection.execute(
            inspections.insert().values(
                id=inspection.id,
                gtin=item.code.gtin,
                serial=item.code.serial,
                order_number=item.order,
                operator=inspection.operator,
                status="held" if inspection.decision is None else "closed",
                grade=inspection.grade.value if inspection.grade else None,
                ended_at=inspection.ended_at,
                supersedes=inspection.supersedes,
                facts=facts,
            )
        )
        self._database.reached("save-inspection-row")
        digest = hashlib.sha256(record).hexdigest()
        connection.execute(
            evidence.insert().values(inspection_id=inspection.id, digest=digest, record=record)
        )
        self._database.reached("save-evidence-row")
        for frame in inspection.judged.examined.frames:
            connection.execute(
                frames.insert().values(
                    inspection_id=inspection.id,
                    shot=frame.shot,
                    digest=frame.digest,
                    media_type=frame.media_type,
                )
            )
        corrections.insert(connection, self._codec, inspection.id, inspection.corrections)
        self._database.reached("save-frame-rows")


def _sound(record: bytes | None, digest: str | None) -> bool:
    return record is not None and hashlib.sha256(record).hexdigest() == digest


def _superseded() -> ColumnElement[bool]:
    later = inspections.alias("later")
    return exists().where(later.c.supersedes == inspections.c.id)


def _has(connection: Connection, inspection_id: str, record: bytes) -> bool:
    query = select(evidence.c.record).where(evidence.c.inspection_id == inspection_id)
    kept = connection.execute(query).scalar()
    if kept is not None and kept != record:
        raise ValueError(f"inspection {inspection_id} is already saved with another record")
    return kept is not None


def _withdraw(connection: Connection, inspection_id: str) -> None:
    pending = and_(
        outbox.c.inspection_id == inspection_id, outbox.c.state == OutboxState.PENDING.value
    )
    connection.execute(outbox.update().where(pending).values(state=OutboxState.WITHDRAWN.value))


def _enqueue(connection: Connection, entry: OutboxEntry) -> None:
    connection.execute(
        outbox.insert().values(
            inspection_id=entry.inspection_id,
            state=OutboxState.PENDING.value,
            body=entry.body,
            release_at=entry.release_at,
            attempts=entry.attempts,
            next_attempt_at=entry.next_attempt_at,
            reason="",
        )
    )
