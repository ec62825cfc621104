"""What an RFID reader's client yields becomes few events about the bench."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.readings import Back, Lost, TagRead
from station.adapters.tag_reader import TagReader
from station.domain.events import Event, TagsSettled
from station.domain.tags import TagRules

MINE, NEXT = "3036450FEC2C9B80000003E9", "3036450FEC2C9B80000003EA"
NEIGHBOUR = "3036450FEC2C9B80000003EB"
START = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)


@dataclass
class Desk:
    """A tag reader under a clock of its own, and what it said."""

    seconds: float = 0.0
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reader = TagReader(TagRules(), emit=self.events.append, clock=self, identifiers=self)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def fresh(self) -> str:
        return f"id-{len(self.events)}"

    def jitter(self) -> float:
        return 0.0

    def run(self, seconds: float, **tags: float) -> None:
        """Time passes at 20 rounds a second with these tags in the field, by their strength."""
        names = {"mine": MINE, "next": NEXT, "neighbour": NEIGHBOUR}
        for _ in range(round(seconds * 20)):
            self.seconds += 0.05
            for name, rssi in tags.items():
                self.reader.hear(TagRead(names[name], rssi, 1))
            self.reader.tick()

    def said(self) -> list[tuple[str, ...]]:
        return [event.epcs for event in self.events if isinstance(event, TagsSettled)]


def test_only_a_change_is_said() -> None:
    desk = Desk()
    desk.run(5, mine=-50)
    desk.run(5)
    desk.run(1, mine=-50, next=-52)

    assert desk.said() == [(MINE,), (), (MINE, NEXT)]
    assert len({event.fresh_id for event in desk.events if isinstance(event, TagsSettled)}) == 3


def test_two_items_put_down_together_are_said_together() -> None:
    desk = Desk()
    desk.run(0.1, mine=-50)
    desk.run(2, mine=-50, next=-50)

    assert desk.said() == [(MINE, NEXT)]


def test_a_neighbours_tag_is_never_said() -> None:
    desk = Desk()
    desk.run(3, neighbour=-65)
    desk.run(3, neighbour=-61, mine=-45)
    desk.run(3, neighbour=-61)

    assert desk.said() == [(MINE,), ()]


def test_a_tag_does_not_leave_while_the_reader_is_away() -> None:
    desk = Desk()
    desk.run(1, mine=-50)
    desk.reader.hear(Lost("The cable is out."))
    desk.run(60)
    desk.reader.hear(Back())
    desk.run(1, mine=-50)
    assert desk.said() == [(MINE,)]

    desk.reader.hear(Lost("The cable is out."))
    desk.reader.hear(Back())
    desk.run(3)
    assert desk.said() == [(MINE,), ()]


def test_damage_and_other_readings_mean_nothing() -> None:
    desk = Desk()
    for _ in range(9):
        desk.reader.hear(Damage("checksum", b"\xbb"))
        desk.reader.hear(object())
        desk.reader.hear(TagRead("E28011606000020512345678", -30, 1))
        desk.run(0.2)

    assert desk.events == []
