"""The bench board's client, in one thread with its board, on a cable that a test may spoil."""

from collections.abc import Callable
from dataclasses import dataclass, field

from boards import Board, BoardAsImitation
from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.board import BenchBoard, BoardReading
from firmware_bridge.codecs.board import encode, traffic_decoder
from firmware_bridge.codecs.board_messages import Message
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.transport import Transport

LEVELS = {"1": 0.8, "3": 0.25, "4": 1.0}
LIGHTS = (800, 0, 250, 1000)
SAFE = (100, 100, 100, 100)

Alter = Callable[[bytes], bytes]


class Wire(Loopback):
    """A loopback that may lose what the computer sends."""

    def __init__(self, site: "Site") -> None:
        super().__init__(
            site.imitation, site.time, site.cable, alter=lambda frame: site.hears(frame)
        )
        self._site = site

    def write(self, content: bytes) -> None:
        super().write(self._site.says(content))


@dataclass
class Site:
    """A client, its board, and the cable between them, with something to spoil each way."""

    board: Board
    time: FakeTime = field(default_factory=FakeTime)
    cable: Cable = field(default_factory=Cable)
    hears: Alter = bytes
    says: Alter = bytes
    expected_serial: str | None = None
    readings: list[BoardReading] = field(default_factory=list)
    wire: Wire | None = None

    def __post_init__(self) -> None:
        self.imitation = BoardAsImitation(self.board)
        self.client = BenchBoard(
            self._open,
            expected_serial=self.expected_serial,
            clock=self.time,
            sleep=self.time.sleep,
        )

    def poll(self, seconds: float, *, at_most_s: float = 0.1) -> list[BoardReading]:
        """Poll for some time and return what was read."""
        end = self.time.now + seconds
        read: list[BoardReading] = []
        while self.time.now < end:
            read += self.client.poll(min(at_most_s, end - self.time.now))
        self.readings += read
        return read

    @property
    def client_sequence(self) -> int:
        """The sequence of what the client said last."""
        return sent(self)[-1].sequence

    def connected(self) -> "Site":
        assert self.poll(0.1) == [Back()]
        return self

    def act(self, deed: str) -> None:
        """Do something to the board, whether anybody can hear of it or not."""
        if self.wire is not None and self.cable.plugged:
            self.wire.act(deed)
        else:
            self.imitation.act(deed, self.time.now)

    def _open(self) -> Transport:
        self.wire = Wire(self)
        return self.wire


def losing(kind: type[Message], times: int) -> Alter:
    """Lose the first messages of a kind."""
    left = times

    def alter(frames: bytes) -> bytes:
        nonlocal left
        kept = b""
        for message in traffic_decoder().feed(frames, 0.0):
            assert not isinstance(message, Damage)
            if isinstance(message, kind) and left:
                left -= 1
            else:
                kept += encode(message)
        return kept

    return alter


def sent(site: Site) -> list[Message]:
    found = traffic_decoder().feed(bytes(site.cable.sent), 0.0)
    return [message for message in found if not isinstance(message, Damage)]


def states(readings: list[BoardReading]) -> list[type]:
    return [type(reading) for reading in readings if isinstance(reading, Lost | Back)]
