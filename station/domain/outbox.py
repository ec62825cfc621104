"""What waits to be posted upstream, and when it is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_BACK_OFF = timedelta(seconds=60)
FIRST_BACK_OFF = timedelta(seconds=1)


class OutboxState(StrEnum):
    """An entry waits, is with the receiver, needs a person, or was superseded before it left."""

    PENDING = "pending"
    DELIVERED = "delivered"
    PARKED = "parked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One message to the receiver; the inspection's id is its idempotency key.

    Not sent before `release_at`: until then an undo withdraws it.
    """

    inspection_id: str
    body: bytes
    release_at: datetime
    attempts: int = 0
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it; `repeated` when it had it already."""

    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Not delivered for a reason that passes; `retry_after` is the receiver's own wish."""

    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The receiver will never take it as it is; a person must look."""

    reason: str


Answer = Delivered | Unreachable | Rejected


def back_off(attempts: int, jitter: float) -> timedelta:
    """The wait after `attempts` failures: doubling, at most 60 s, jittered by `jitter` in [0, 1).

    Half of the wait is random, so that benches cut off together do not come back together.
    """
    if attempts < 1 or not 0 <= jitter < 1:
        raise ValueError("a back-off follows at least one attempt and has a jitter in [0, 1)")
    ceiling = min(LONGEST_BACK_OFF, FIRST_BACK_OFF * (1 << min(attempts - 1, 10)))
    return ceiling * (0.5 + jitter / 2)
