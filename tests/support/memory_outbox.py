"""An outbox without a disk, a clock that is set by hand, and chance that is not."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from station.domain.outbox import LONGEST_BACK_OFF, OutboxEntry, OutboxState


@dataclass
class MemoryOutbox:
    """Port Outbox in memory."""

    entries: dict[str, OutboxEntry] = field(default_factory=dict)
    states: dict[str, OutboxState] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, entry: OutboxEntry) -> None:
        self.entries[entry.inspection_id] = entry
        self.states[entry.inspection_id] = OutboxState.PENDING

    def due(self, now: datetime, limit: int) -> tuple[OutboxEntry, ...]:
        found = []
        for entry in self._pending():
            then = entry.next_attempt_at
            in_time = then is None or then <= now or then > now + LONGEST_BACK_OFF
            if entry.release_at <= now and in_time:
                found.append(entry)
                if len(found) == limit:
                    break
        return tuple(found)

    def next_due(self) -> datetime | None:
        times = [max(e.release_at, e.next_attempt_at or e.release_at) for e in self._pending()]
        return min(times, default=None)

    def withdraw(self, inspection_id: str) -> None:
        if self.states.get(inspection_id) is OutboxState.PENDING:
            self.states[inspection_id] = OutboxState.WITHDRAWN

    def delivered(self, inspection_id: str, at: datetime) -> None:
        if inspection_id in self.states:
            self.states[inspection_id] = OutboxState.DELIVERED

    def postponed(self, inspection_id: str, next_attempt_at: datetime, reason: str) -> None:
        if self.states.get(inspection_id) is OutboxState.PENDING:
            entry = self.entries[inspection_id]
            self.entries[inspection_id] = replace(
                entry, attempts=entry.attempts + 1, next_attempt_at=next_attempt_at
            )

    def hurry(self) -> None:
        for entry in list(self._pending()):
            self.entries[entry.inspection_id] = replace(entry, next_attempt_at=None)

    def parked(self, inspection_id: str, reason: str) -> None:
        if self.states.get(inspection_id) is OutboxState.PENDING:
            self.states[inspection_id] = OutboxState.PARKED
            self.reasons[inspection_id] = reason

    def waiting(self) -> dict[OutboxState, int]:
        states = list(self.states.values())
        return {state: states.count(state) for state in OutboxState}

    def _pending(self) -> list[OutboxEntry]:
        return [e for i, e in self.entries.items() if self.states[i] is OutboxState.PENDING]


@dataclass
class HandClock:
    """Port Clock: time passes when told."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 4, 8, 0, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return 1000.0 + self.seconds


@dataclass
class CountedChance:
    """Port Identifiers: ids count up, jitter cycles."""

    count: int = 0

    def fresh(self) -> str:
        self.count += 1
        return f"id-{self.count:06d}"

    def jitter(self) -> float:
        self.count += 1
        return (self.count * 7 % 10) / 10
