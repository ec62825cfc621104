"""ASCII light controllers: every dialect, and a client with an imitated one in one thread."""

from collections.abc import Callable, Mapping

from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.ascii_light import AsciiLight, LightEvent
from firmware_bridge.codecs.ascii_light import LightDialect
from firmware_bridge.codecs.ascii_light_dialects import SHIPPED, read_dialect
from firmware_bridge.emulators.ascii_light import AsciiLightImitation
from firmware_bridge.readings import Back, Lost

DIALECTS: Mapping[str, LightDialect] = {
    **SHIPPED,
    **{
        f"s-{name}": read_dialect({"like": "s", "name": f"s-{name}", "done": done})
        for name, done in (("upper", "{channel}"), ("bang", "!"), ("hash", "#"), ("silent", False))
    },
}


class Bench:
    """A client and an imitated controller under a clock that waiting moves."""

    def __init__(self, dialect: LightDialect, *, alter: Callable[[bytes], bytes] = bytes) -> None:
        self.time = FakeTime()
        self.cable = Cable()
        self.dialect = dialect
        self.imitation = AsciiLightImitation(dialect)
        self.first, self.second = list(dialect.channels)[:2]
        self.opened = 0
        self._alter = alter
        self.light = AsciiLight(self._open, dialect, clock=self.time, sleep=self.time.sleep)

    def run(self, seconds: float) -> list[LightEvent]:
        """Poll for so long on the fake clock and return what came."""
        events: list[LightEvent] = []
        end = self.time.now + seconds
        while self.time.now < end:
            before = self.time.now
            events += self.light.poll(0.1)
            if self.time.now == before:
                self.time.now += 0.001
        return events

    def act(self, line: str) -> None:
        """Do something to the controller."""
        self.imitation.act(line, self.time.now)

    def steps(self, **levels: float) -> dict[str, int]:
        """The steps of all channels when `first` and `second` have these levels."""
        named = {getattr(self, name): level for name, level in levels.items()}
        full = self.dialect.level_max
        return {name: round(named.get(name, 0) * full) for name in self.dialect.channels}

    def _open(self) -> Loopback:
        wire = Loopback(self.imitation, self.time, self.cable, alter=self._alter)
        self.opened += 1
        return wire


def states(events: list[LightEvent]) -> list[type]:
    """How often and in which order the controller was lost and back."""
    return [type(event) for event in events if isinstance(event, Lost | Back)]
