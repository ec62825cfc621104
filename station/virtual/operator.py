"""The virtual operator: reads the screen, scans, lays, turns and takes off. Never knows the truth.

It reacts to what is shown, once for each thing shown, as a person would; and like a person it
tries again when nothing happens.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

GLANCE_S = 0.9
"""How long a person looks at a result: longer than the station insists on."""

REACTION_S = 0.25
"""How long after an instruction appears the hands begin to move."""

REACH_S = 0.6
"""How long a hand is over the bench, and how long the bench lies empty between two items."""

TAKE_CARD = "RG:CMD:TAKE"
RETAKE_CARD = "RG:CMD:RETAKE"


class Wanted(StrEnum):
    """What the screen asks of the operator."""

    NOTHING = "nothing"
    BADGE = "badge"
    ITEM = "item"
    POSE = "pose"
    RETAKE = "retake"
    ANSWER = "answer"
    TOTE = "tote"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person takes in of the screen at a glance.

    `item` is the code shown. `pose` is the one the instruction names where it wants one.
    `proposed` is the grade shown (`resellable`, `repair` or `scrap`). `notice` is the id of the
    short message about the last act and `said_at` when it appeared, so that the same words twice
    are told apart.
    """

    wanted: Wanted
    item: str | None = None
    pose: str | None = None
    proposed: str | None = None
    notice: str | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """An item on the trolley: its name in the world, what a scanner reads off its label, the EPC on
    its tag if it has one, and the pose it is laid in first."""

    name: str
    label: str
    tag: str | None = None
    first_pose: str = "top"


@dataclass(frozen=True, slots=True)
class Cards:
    """The codes an operator has at hand: badge, bins by grade, and the tote."""

    badge: str = "RG:BADGE:0421"
    repair: str = "RG:BIN:REPAIR-R12"
    scrap: str = "RG:BIN:SCRAP-S1"
    tote: str = "RG:TOTE:T-07"


class Bench(Protocol):
    """The part of the world that hands can move."""

    def lay(self, item: str, pose: str) -> None: ...
    def turn(self, pose: str) -> None: ...
    def clear(self) -> None: ...
    def reach(self, *, hand: bool) -> None: ...
    def await_rest(self) -> None: ...


class Operator:
    """Works through a trolley of returns with a scanner and two hands.

    A clear resellable item is confirmed by the next item's scan, the last one by its plate; repair
    and scrap by the scan of their bin; doubt goes into the tote. Where a tag reader is at
    the bench items are only laid down, scanned where the bench does not take them by their tag, and
    a clear resellable one is confirmed by its plate. Not safe for many threads.
    """

    def __init__(
        self,
        trolley: Sequence[Return],
        *,
        bench: Bench,
        scan: Callable[[str], None],
        pause: Callable[[float], None],
        cards: Cards | None = None,
        carry: Callable[[str | None], None] | None = None,
    ) -> None:
        """`scan` makes the scanner read a code; `pause` lets that many seconds of work pass.

        `carry` brings a tag before the tag reader, or none; without it there is no tag reader.
        """
        self._trolley: Iterator[Return] = iter(trolley)
        self._bench = bench
        self._scan = scan
        self._pause = pause
        self._cards = cards or Cards()
        self._carry = carry
        self._lying: Return | None = None
        self._plate = plate_of(None)
        self._answered: str | None = None
        self._last: Seen | None = None
        self.done = False
        """Whether the trolley is empty and the last item is away."""

    def sees(self, seen: Seen) -> None:
        """React to the screen, and return when done; nothing new calls for no reaction."""
        if not self.done and seen != self._last:
            self._last = seen
            self._react(seen, again=seen.notice is not None)

    def waits(self) -> None:
        """Nothing new has been shown for a while: try what was asked again."""
        if not self.done and self._last:
            self._react(self._last, again=True)

    def _react(self, seen: Seen, *, again: bool) -> None:
        match seen.wanted:
            case Wanted.BADGE:
                self._scan(self._cards.badge)
            case Wanted.ITEM:
                self._bring_next(seen)
            case Wanted.POSE:
                self._turn(seen.pose or "", again=again)
            case Wanted.RETAKE:
                self._scan(RETAKE_CARD)
            case Wanted.ANSWER | Wanted.TOTE if seen.item == self._answered:
                if again:
                    self._answer_again(seen)
            case Wanted.TOTE:
                self._put_away(seen, self._cards.tote)
            case Wanted.ANSWER if seen.proposed == "resellable":
                self._confirm(seen)
            case Wanted.ANSWER:
                self._put_away(seen, self._bin(seen))

    def _bring_next(self, seen: Seen) -> None:
        """The station wants an item: the one that lies there, unless it was turned away."""
        if self._lying:
            if seen.notice is None or seen.notice.startswith(("scan-", "badge-")):
                self._scan(self._lying.label)
                return
            self._take_off()
        following = next(self._trolley, None)
        if following is None:
            self.done = True
            return
        self._lay(following)
        if self._carry is None:
            self._scan(following.label)

    def _turn(self, pose: str, *, again: bool) -> None:
        if again:
            self._scan(TAKE_CARD)
            return
        self._pause(REACTION_S)
        self._bench.await_rest()
        self._bench.reach(hand=True)
        self._pause(REACH_S)
        self._bench.turn(pose)
        self._bench.reach(hand=False)

    def _confirm(self, seen: Seen) -> None:
        """A clear resellable item: off with it, and the next one's scan or a plate confirms it."""
        self._pause(GLANCE_S)
        self._answered = seen.item
        self._plate = plate_of(self._lying)
        self._take_off()
        following = None if self._carry else next(self._trolley, None)
        if following is None:
            self._scan(self._plate)
            return
        self._lay(following)
        self._scan(following.label)

    def _answer_again(self, seen: Seen) -> None:
        """The station did not take the answer: give it once more, with time."""
        if seen.wanted is Wanted.TOTE:
            self._scan(self._cards.tote)
        elif seen.proposed != "resellable":
            self._scan(self._bin(seen))
        elif self._lying is None:
            self._scan(self._plate)
        else:
            lying = self._lying
            self._take_off()
            self._pause(GLANCE_S)
            self._lay(lying)
            self._scan(lying.label)

    def _bin(self, seen: Seen) -> str:
        return self._cards.repair if seen.proposed == "repair" else self._cards.scrap

    def _put_away(self, seen: Seen, code: str) -> None:
        self._pause(GLANCE_S)
        self._answered = seen.item
        self._take_off()
        self._scan(code)

    def _lay(self, item: Return) -> None:
        self._bench.reach(hand=True)
        self._bench.lay(item.name, item.first_pose)
        if self._carry is not None:
            self._carry(item.tag)
        self._pause(REACH_S)
        self._bench.reach(hand=False)
        self._pause(REACH_S)
        self._lying = item

    def _take_off(self) -> None:
        """Off the bench, which then lies empty for as long as it takes to fetch another."""
        self._bench.reach(hand=True)
        self._bench.clear()
        if self._carry is not None:
            self._carry(None)
        self._pause(REACH_S)
        self._bench.reach(hand=False)
        self._pause(REACH_S)
        self._lying = None


def plate_of(item: Return | None) -> str:
    """The plate that is stuck on an item: each has its own, the same in every run."""
    worn = hashlib.sha256((item.label if item else "").encode()).hexdigest()[:12].upper()
    return f"RG:PLATE:P-{worn}"
