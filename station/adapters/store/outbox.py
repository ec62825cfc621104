"""What waits to be posted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, or_, select

from station.adapters.store.database import Database
from station.adapters.store.schema import outbox
from station.domain.outbox import LONGEST_BACK_OFF, OutboxEntry, OutboxState


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An entry as a person sees it: with its state, why it is there, and when it was delivered."""

    entry: OutboxEntry
    state: OutboxState
    reason: str
    delivered_at: datetime | None


class SqlOutbox:
    """Port Outbox, and what the command line asks of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime, limit: int) -> tuple[OutboxEntry, ...]:
        """Pending entries whose time has come, oldest first.

        A next attempt further away than any back-off was set by a clock that was ahead.
        """
        next_attempt = outbox.c.next_attempt_at
        query = (
            select(outbox)
            .where(
                outbox.c.state == OutboxState.PENDING.value,
                outbox.c.release_at <= now,
                or_(
                    next_attempt.is_(None),
                    next_attempt <= now,
                    next_attempt > now + LONGEST_BACK_OFF,
                ),
            )
            .order_by(outbox.c.number)
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(_entry(row) for row in rows)

    def next_due(self) -> datetime | None:
        """When the next pending entry's time comes; none if nothing is pending."""
        time = func.max(outbox.c.release_at, func.coalesce(outbox.c.next_attempt_at, ""))
        query = select(func.min(time, type_=outbox.c.release_at.type)).where(
            outbox.c.state == OutboxState.PENDING.value
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar()

    def delivered(self, inspection_id: str, at: datetime) -> None:
        """The receiver has it, even if it was withdrawn while the post was on its way."""
        self._update(
            "delivered",
            {"state": OutboxState.DELIVERED.value, "delivered_at": at, "reason": ""},
            inspection_id,
            (OutboxState.PENDING, OutboxState.PARKED, OutboxState.WITHDRAWN),
        )

    def postponed(self, inspection_id: str, next_attempt_at: datetime, reason: str) -> None:
        """It is tried again then."""
        change = {
            "attempts": outbox.c.attempts + 1,
            "next_attempt_at": next_attempt_at,
            "reason": reason,
        }
        self._update("postponed", change, inspection_id, (OutboxState.PENDING,))

    def hurry(self) -> None:
        """The receiver is back: every pending entry may be tried at once."""
        self._update("hurried", {"next_attempt_at": None}, None, (OutboxState.PENDING,))

    def parked(self, inspection_id: str, reason: str) -> None:
        """A person must look; the entry stays."""
        change = {"state": OutboxState.PARKED.value, "reason": reason}
        self._update("parked", change, inspection_id, (OutboxState.PENDING,))

    def withdraw(self, inspection_id: str) -> None:
        """Hold a pending entry back for good: its inspection is being answered anew."""
        change = {"state": OutboxState.WITHDRAWN.value}
        self._update("withdrawn", change, inspection_id, (OutboxState.PENDING,))

    def retry(self, inspection_id: str) -> bool:
        """A person has looked: try a parked entry again; false if it is not parked."""
        change = {
            "state": OutboxState.PENDING.value,
            "attempts": 0,
            "next_attempt_at": None,
            "reason": "",
        }
        return self._update("retried", change, inspection_id, (OutboxState.PARKED,)) == 1

    def waiting(self) -> dict[OutboxState, int]:
        """How many entries there are in each state; as quick with a million delivered as with none.

        No entry is ever deleted, so the highest number counts them all.
        """
        others = [state for state in OutboxState if state is not OutboxState.DELIVERED]
        with self._database.reading() as connection:
            total = connection.execute(select(func.max(outbox.c.number))).scalar() or 0
            found: dict[OutboxState, int] = {}
            for state in others:
                query = select(func.count()).where(outbox.c.state == state.value)
                found[state] = connection.execute(query).scalar_one()
        found[OutboxState.DELIVERED] = total - sum(found.values())
        return found

    def rows(self, state: OutboxState, limit: int) -> tuple[OutboxRow, ...]:
        """Entries in a state, oldest first."""
        query = (
            select(outbox)
            .where(outbox.c.state == state.value)
            .order_by(outbox.c.number)
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            OutboxRow(_entry(row), OutboxState(row.state), row.reason, row.delivered_at)
            for row in rows
        )

    def _update(
        self,
        name: str,
        values: Mapping[str, object],
        inspection_id: str | None,
        states: tuple[OutboxState, ...],
    ) -> int:
        statement = outbox.update().where(outbox.c.state.in_([s.value for s in states]))
        if inspection_id is not None:
            statement = statement.where(outbox.c.inspection_id == inspection_id)
        touched = 0

        def change(connection: Connection) -> None:
            nonlocal touched
            touched = connection.execute(statement.values(**values)).rowcount

        self._database.write(name, change)
        return touched


def _entry(row: Row[tuple[object, ...]]) -> OutboxEntry:
    return OutboxEntry(
        row.inspection_id, row.body, row.release_at, row.attempts, row.next_attempt_at
    )
