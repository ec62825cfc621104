"""Which tags of the reader's field lie on this bench: rules over reads, each with its reason.

The rules are explained in decision 19. They are pure: times come from the caller.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from station.domain.identity import ItemCode
from station.domain.reading_codes import read_epc

MOST_TAGS = 256
MOST_READS = 64


@dataclass(frozen=True, slots=True)
class TagRules:
    """When a tag counts as lying on the bench, and when as gone.

    A tag comes by `least_reads` within `window_s`, their median at `floor_dbm` or above, and not
    more than `margin_db` below the strongest. It stays down to `slack_db` below either limit, and
    is gone when it was not read for `gone_after_s`. Where the reader states no strength, it needs
    `least_share` of the reads of the tag read most. `antennas` are this bench's; none means all.
    What lies there is told once it has not changed for `settle_s`.
    """

    floor_dbm: float = -60.0
    margin_db: float = 8.0
    slack_db: float = 6.0
    least_reads: int = 3
    least_share: float = 0.5
    window_s: float = 1.0
    gone_after_s: float = 2.0
    settle_s: float = 0.3
    antennas: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if min(self.margin_db, self.slack_db, self.window_s) < 0 or self.least_reads < 1:
            raise ValueError("a rule for tags has no negative number")
        if self.gone_after_s < self.window_s:
            raise ValueError("a tag is gone no sooner than its reads leave the window")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A reader's report of one tag, as `firmware_bridge.readings.TagRead` has it."""

    epc: str
    rssi_dbm: float | None = None
    antenna: int | None = None
    count: int = 1


@dataclass
class _Tag:
    """The latest reads of one tag: when, how strong, how many."""

    reads: deque[tuple[float, float | None, int]] = field(
        default_factory=lambda: deque(maxlen=MOST_READS)
    )
    last: float = 0.0


def item_of(epc: str) -> ItemCode | None:
    """The item that a tag names; none for every other tag, EPC or not."""
    return getattr(read_epc(epc), "item", None)


def items_of(epcs: Iterable[str]) -> dict[ItemCode, str]:
    """The items that tags name, each with the first of its tags."""
    found: dict[ItemCode, str] = {}
    for epc in epcs:
        if (item := item_of(epc)) is not None:
            found.setdefault(item, epc)
    return found


class TagField:
    """What a reader's reports say of the bench. Holds at most `MOST_TAGS` tags; not thread-safe."""

    def __init__(self, rules: TagRules) -> None:
        self._rules = rules
        self._tags: dict[str, _Tag] = {}
        self._near: tuple[str, ...] = ()

    def hear(self, seen: Sighting, now: float) -> None:
        """Take a report made at the monotonic time `now` (s)."""
        antennas = self._rules.antennas
        if antennas is not None and seen.antenna is not None and seen.antenna not in antennas:
            return
        if seen.epc not in self._tags:
            if item_of(seen.epc) is None:
                return
            self._make_room()
        tag = self._tags.setdefault(seen.epc, _Tag())
        tag.reads.append((now, seen.rssi_dbm, seen.count))
        tag.last = now

    def near(self, now: float) -> tuple[str, ...]:
        """The EPCs of items on the bench at `now`, in the order of their letters."""
        rules = self._rules
        strengths = {epc: self._strength(tag, now) for epc, tag in self._tags.items()}
        counted = {epc: s for epc, s in strengths.items() if s.reads >= rules.least_reads}
        top = max((s.rssi for s in counted.values() if s.rssi is not None), default=None)
        most = max((s.reads for s in counted.values()), default=0)
        near = []
        for epc, strength in strengths.items():
            if epc in self._near:
                gone = now - self._tags[epc].last > rules.gone_after_s
                here = not gone and self._strong(strength, top, most, slack=rules.slack_db)
            else:
                here = epc in counted and self._strong(strength, top, most)
            if here:
                near.append(epc)
        self._near = tuple(sorted(near))
        self._forget(now)
        return self._near

    def resume(self, now: float) -> None:
        """The reader is back: while it was away no tag can be said to have left."""
        for tag in self._tags.values():
            tag.reads.clear()
            tag.last = now

    def _strong(
        self, strength: "_Strength", top: float | None, most: int, slack: float = 0.0
    ) -> bool:
        rules = self._rules
        if not strength.reads:
            return True
        if strength.rssi is None:
            return bool(slack) or strength.reads >= rules.least_share * most
        limit = rules.floor_dbm if top is None else max(rules.floor_dbm, top - rules.margin_db)
        return strength.rssi >= limit - slack

    def _strength(self, tag: _Tag, now: float) -> "_Strength":
        while tag.reads and now - tag.reads[0][0] > self._rules.window_s:
            tag.reads.popleft()
        levels: Sequence[float] = [rssi for _, rssi, _ in tag.reads if rssi is not None]
        return _Strength(
            reads=sum(count for _, _, count in tag.reads), rssi=median(levels) if levels else None
        )

    def _make_room(self) -> None:
        """Drop the tag that was read longest ago, of those not on the bench."""
        if len(self._tags) >= MOST_TAGS:
            others = self._tags.keys() - set(self._near) or self._tags.keys()
            del self._tags[min(others, key=lambda epc: (self._tags[epc].last, epc))]

    def _forget(self, now: float) -> None:
        for epc, tag in list(self._tags.items()):
            if epc not in self._near and now - tag.last > self._rules.gone_after_s:
                del self._tags[epc]


@dataclass(frozen=True, slots=True)
class _Strength:
    """How often a tag was read within the window, and the median of its strength."""

    reads: int
    rssi: float | None
