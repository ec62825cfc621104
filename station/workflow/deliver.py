"""Posting what is due: at least once, oldest first, and nothing is dropped.

The receiver counts as down when two entries in a row, or one entry three times in a row, did not
get through; then it is left alone for a back-off, and its first success hurries the queue. An entry
that keeps failing while others get through is the entry's own fault, and a person must look.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from station.domain.faults import Fault, FaultCode
from station.domain.outbox import (
    LONGEST_BACK_OFF,
    Delivered,
    OutboxEntry,
    OutboxState,
    Rejected,
    Unreachable,
    back_off,
)
from station.ports import Clock, Identifiers, Outbox, Upstream

BATCH = 20
MOST_OVERTAKEN = 30
_TRIES_OF_ONE = 3


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round: how long to wait for the next one, and the faults that stand."""

    wait: timedelta
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Delivery:
    """The way to one receiver: whether it answers, and which entries others had to overtake."""

    outbox: Outbox
    upstream: Upstream
    clock: Clock
    identifiers: Identifiers
    _failing: set[str] = field(default_factory=set)
    _in_a_row: int = 0
    _overtaken: dict[str, int] = field(default_factory=dict)
    _reason: str = ""
    _quiet_until: float = 0.0

    @property
    def down(self) -> bool:
        """Whether the receiver seems not to answer at all."""
        return len(self._failing) > 1 or self._in_a_row >= _TRIES_OF_ONE

    def deliver_due(self, go_on: Callable[[], bool] = lambda: True) -> Round:
        """Post due entries, at most a batch, until the receiver fails or `go_on` says no.

        StationError if the outbox cannot be read or written; what was posted is then posted again.
        """
        if self.clock.monotonic() >= self._quiet_until:
            for entry in self.outbox.due(self.clock.now(), BATCH):
                if not go_on() or not self._post(entry):
                    break
        return Round(self._wait(), self._faults())

    def _post(self, entry: OutboxEntry) -> bool:
        """Post one entry and note the answer; whether to go on with the next."""
        match self.upstream.post(entry):
            case Delivered():
                self.outbox.delivered(entry.inspection_id, self.clock.now())
                for other in self._failing - {entry.inspection_id}:
                    self._overtaken[other] = self._overtaken.get(other, 0) + 1
                self._settled(entry)
            case Rejected(reason):
                self.outbox.parked(entry.inspection_id, reason)
                self._settled(entry)
            case Unreachable() as answer:
                return self._failed(entry, answer)
        return True

    def _settled(self, entry: OutboxEntry) -> None:
        """The receiver has answered for this entry once and for all, so it is there."""
        if self.down:
            self.outbox.hurry()
        self._overtaken.pop(entry.inspection_id, None)
        self._failing.clear()
        self._in_a_row = 0

    def _failed(self, entry: OutboxEntry, answer: Unreachable) -> bool:
        if self._overtaken.get(entry.inspection_id, 0) >= MOST_OVERTAKEN:
            tries = entry.attempts + 1
            reason = f"failed {tries} times while others got through: {answer.reason}"
            self.outbox.parked(entry.inspection_id, reason)
            del self._overtaken[entry.inspection_id]
            return True
        self._failing.add(entry.inspection_id)
        self._in_a_row += 1
        self._reason = answer.reason
        asked = min(answer.retry_after or timedelta(), LONGEST_BACK_OFF)
        pause = max(asked, back_off(entry.attempts + 1, self.identifiers.jitter()))
        self.outbox.postponed(entry.inspection_id, self.clock.now() + pause, answer.reason)
        if self.down:
            asked = max(asked, back_off(self._in_a_row, self.identifiers.jitter()))
        self._quiet_until = self.clock.monotonic() + asked.total_seconds()
        return not asked

    def _wait(self) -> timedelta:
        due = self.outbox.next_due()
        until_due = LONGEST_BACK_OFF if due is None else due - self.clock.now()
        quiet = self._quiet_until - self.clock.monotonic()
        # Rounded up, so that a wait never ends just before the quiet does.
        until_quiet_ends = timedelta(milliseconds=math.ceil(quiet * 1000))
        return min(max(until_due, until_quiet_ends, timedelta()), LONGEST_BACK_OFF)

    def _faults(self) -> tuple[Fault, ...]:
        faults = []
        if self.down:
            detail = (
                f"Results cannot be posted ({self._reason}): work goes on and they are kept; "
                "check the network and the receiver."
            )
            faults.append(Fault(FaultCode.UPSTREAM_DOWN, "upstream", detail))
        parked = self.outbox.waiting()[OutboxState.PARKED]
        if parked:
            detail = f"The receiver refuses {parked} result(s): a supervisor must look at them."
            faults.append(Fault(FaultCode.UPSTREAM_REFUSED, "outbox", detail))
        return tuple(faults)
