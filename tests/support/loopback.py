"""An imitated device and its client in one thread, under a clock that moves only when one waits."""

from collections.abc import Callable
from dataclasses import dataclass, field

from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.transports.transport import DisconnectedError


class FakeTime:
    """A monotonic clock that moves only when somebody sleeps or says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Cable:
    """The cable of a loopback: `plugged`, and pulled once `left` more bytes have been delivered."""

    plugged: bool = True
    left: int | None = None
    delivered: bytearray = field(default_factory=bytearray)
    sent: bytearray = field(default_factory=bytearray)


class Loopback:
    """A `Transport` whose other end is an imitated device. Waiting moves the clock."""

    def __init__(
        self,
        imitation: Imitation,
        time: FakeTime,
        cable: Cable | None = None,
        *,
        alter: Callable[[bytes], bytes] = bytes,
    ) -> None:
        """`alter` changes each frame on its way to the computer."""
        self._imitation = imitation
        self._time = time
        self._alter = alter
        self.cable = cable or Cable()
        self._waiting = bytearray()
        if not self.cable.plugged:
            raise DisconnectedError("The loopback is unplugged: plug it in.")
        self._queue(imitation.plugged(time.now))

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        self._check()
        self._queue(self._imitation.tick(self._time.now))
        if not self._waiting:
            self._time.now += timeout_s
            self._queue(self._imitation.tick(self._time.now))
        count = min(max_bytes, len(self._waiting))
        if self.cable.left is not None and count >= self.cable.left:
            count, self.cable.plugged = self.cable.left, False
        content = bytes(self._waiting[:count])
        del self._waiting[:count]
        if self.cable.left is not None:
            self.cable.left -= count
            if not self.cable.plugged:
                self.cable.left = None
        self.cable.delivered += content
        return content

    def write(self, content: bytes) -> None:
        self._check()
        self.cable.sent += content
        self._queue(self._imitation.hear(content, self._time.now))

    def close(self) -> None:
        self._waiting.clear()

    def act(self, line: str) -> None:
        """Do something to the device."""
        self._queue(self._imitation.act(line, self._time.now))

    def _queue(self, frames: list[bytes]) -> None:
        for frame in frames:
            self._waiting += self._alter(frame)

    def _check(self) -> None:
        if not self.cable.plugged:
            raise DisconnectedError("The loopback was unplugged: plug it in.")
