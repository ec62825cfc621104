"""Which weight belongs to which item.

An item often lies on the scale before it is scanned, and the next one lies there while the last is
still being answered for. So a weight that settles while nothing is open, or after the open item has
been taken away, waits for the item that is opened next.
"""

from dataclasses import replace
from decimal import Decimal

from station.domain.events import Weighed
from station.workflow.stages import (
    Answering,
    Bench,
    Capturing,
    Identifying,
    Weighing,
    opened_of,
)

EMPTY_BELOW_G = Decimal(1)
"""Less than this is an empty scale: zero drifts, and goods weigh more."""


def weighed(bench: Bench, event: Weighed) -> Bench:
    """The scale has settled on another weight."""
    weighing, stage = bench.weighing, bench.stage
    if event.grams < EMPTY_BELOW_G:
        left = weighing.left or isinstance(stage, Answering)
        return replace(bench, weighing=replace(weighing, unclaimed=None, left=left))
    match stage:
        case Identifying() | Capturing():
            weighing = replace(weighing, item=event.grams, unclaimed=None)
        case Answering(gone=False) if not weighing.left:
            weighing = replace(weighing, item=event.grams)
        case _:
            weighing = replace(weighing, unclaimed=event.grams)
    return replace(bench, weighing=weighing)


def follow(before: Bench, after: Bench) -> Bench:
    """Give the weight that waits to the item that has just been opened."""
    opened = _open_id(after)
    if opened == _open_id(before):
        return after
    weighing = after.weighing
    if opened is None:
        fresh = Weighing(unclaimed=weighing.unclaimed)
    elif isinstance(after.stage, Answering):
        undone = before.last.inspection.weight_g if before.last else None
        fresh = Weighing(undone, weighing.unclaimed, left=True)
    else:
        fresh = Weighing(weighing.unclaimed)
    return after if fresh == weighing else replace(after, weighing=fresh)


def _open_id(bench: Bench) -> str | None:
    match bench.stage:
        case Identifying() | Capturing() | Answering() as stage:
            return opened_of(stage).id
    return None
