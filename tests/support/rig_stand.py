"""A rig against a camera that fails in every way, on a clock that the test turns."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from station.adapters.cameras.bench_camera import BenchCamera, CameraSettings
from station.adapters.cameras.job import Job
from station.adapters.cameras.lighting import LightSettings
from station.adapters.cameras.link import (
    LOOK_HEIGHT,
    LOOK_WIDTH,
    Alive,
    Captured,
    Delivered,
    Failed,
    Gone,
    Grab,
    Looked,
    Opened,
)
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.presence import Presence
from station.adapters.cameras.rig import Rig
from station.domain.capture import Frame, Shot
from station.domain.events import Exposed
from station.domain.faults import Fault, FaultCode, StationError
from tests.support.events import Heard, TurnedClock

BEHAVIOURS = (
    "good",
    "same-bytes",
    "same-number",
    "buffered",
    "future",
    "black",
    "wrong-size",
    "hang",
    "die",
    "gone",
    "drifted",
    "late",
    "refused",
    "torn",
)


class FakeChild:
    """Answers each grab as its script says; good frames hold the time they were exposed at."""

    def __init__(self, bench: "Stand", deliver: Callable[[object | None], None]) -> None:
        self.bench = bench
        self.deliver = deliver
        self.sequence = 0
        self.numbered = -1
        """The number of the last frame that came through."""
        self.alive = True
        if not bench.slow_start:
            deliver(Opened({}))

    def send(self, message: object) -> None:
        if not self.alive:
            raise BrokenPipeError
        assert isinstance(message, Grab)
        bench, now = self.bench, self.bench.clock.seconds
        behaviour = bench.script.pop(0) if bench.script else "good"
        if behaviour == "same-number" and self.sequence != self.numbered:
            behaviour = "good"  # no frame of this life has come with a number yet
        bench.behaved = (behaviour, now)
        self.sequence += behaviour != "same-number"
        since, light = bench.lights[-1]
        number = next(bench.numbers)
        evidence = f"{now} {light} {now - since >= 0.1 - 1e-9} {number} {behaviour}".encode()
        if behaviour == "same-bytes" and bench.evidence:
            evidence = bench.evidence
        exposed_s = {"buffered": message.not_before_s - 0.01, "future": now + 5}.get(behaviour, now)
        size = (2, 2) if behaviour == "wrong-size" else (4, 3)
        mean = 1.0 if behaviour == "black" else 90.0
        answer = Delivered(
            message.request, evidence, "image/jpeg", self.sequence, exposed_s, *size, mean
        )
        match behaviour:
            case "hang":
                return
            case "die":
                self.alive = False
                self.deliver(None)
            case "gone":
                self.deliver(Gone("The cable was pulled."))
            case "drifted":
                self.deliver(Gone("It lost its gain.", FaultCode.CAMERA_SETTINGS))
            case "late":
                bench.late.append((self, answer))
            case "torn":
                self.deliver(Failed(message.request, FaultCode.FRAME_TORN, "It is torn."))
            case "refused":
                self.deliver(Failed(message.request, FaultCode.CAMERA_LOST, "No such picture."))
            case _:
                if behaviour == "dim":
                    bench.disturbed_s = now
                bench.evidence = evidence
                self.numbered = self.sequence
                self.deliver(Captured(message.request))
                self.deliver(answer)

    def kill(self) -> bool:
        self.alive = False
        self.deliver(None)
        return True


class Stand:
    """Rig, fake camera, fake light and clock; messages are delivered when the test pumps them."""

    def __init__(
        self,
        pixels: Pixels,
        script: list[str],
        starts_allowed: int = 10**6,
        slow_start: bool = False,
    ) -> None:
        """With `slow_start` the test says how far a child has come."""
        self.slow_start = slow_start
        self.clock = TurnedClock()
        self.script = list(script)
        self.late: list[tuple[FakeChild, Delivered]] = []
        self.numbers = iter(range(10**9))
        self.evidence: bytes | None = None
        self.starts_allowed = starts_allowed
        self.behaved = ("good", 0.0)
        """The last behaviour and when it began."""
        self.children: list[FakeChild] = []
        self._starts: list[float] = []
        self._limit, self._window_s = 0, 0.0
        self.said: list[tuple[str, int, object | None]] = []
        self.lights: list[tuple[float, str]] = []
        self.slow_lamp_s = 0.0
        self.disturbed_s = float("-inf")
        self.kept: dict[str, bytes] = {}
        self.keep_fails: Fault | None = None
        self.heard = Heard()
        settings = CameraSettings("bench", 4, 3)
        camera = BenchCamera(
            settings,
            self,
            lambda life, said: self.said.append(("bench", life, said)),
            self.emit,
            self.clock,
            Presence(np.full((LOOK_HEIGHT, LOOK_WIDTH), 128, np.uint8)),
        )
        self.rig = Rig(
            [camera], self, pixels, self.keep, self.emit, self.clock, LightSettings(settle_s=0.1)
        )
        self.rig.begin()
        self.pump()

    def limit_starts(self, limit: int, window_s: float) -> None:
        """Allow so many restarts in a time, as `station.adapters.processes.Children` does."""
        self._limit, self._window_s = limit, window_s

    def wait_s(self) -> float:
        recent = self._starts[1:][-self._limit :] if self._limit else []
        if len(recent) == self._limit and recent:
            return max(0.0, recent[0] + self._window_s - self.clock.seconds)
        return 0.0 if len(self._starts) < self.starts_allowed else 30.0

    def start(self, deliver: Callable[[object | None], None]) -> FakeChild:
        self._starts.append(self.clock.seconds)
        self.children.append(FakeChild(self, deliver))
        return self.children[-1]

    def apply(self, light: str) -> float:
        if not self.lights or self.lights[-1][1] != light:
            self.lights.append((self.clock.seconds, light))
        return self.slow_lamp_s

    def steady_since(self, monotonic_s: float) -> bool:
        return self.disturbed_s <= monotonic_s

    def keep(self, inspection: str, frame: Frame, evidence: bytes) -> None:
        if self.keep_fails:
            raise StationError(self.keep_fails)
        assert hashlib.sha256(evidence).hexdigest() == frame.digest
        self.kept[frame.digest] = evidence

    def emit(self, event: object) -> None:
        if isinstance(event, Exposed):
            assert event.frame.digest in self.kept, "the event came before its evidence was kept"
        self.heard(event)

    def pump(self) -> None:
        while self.said:
            self.rig.heard(*self.said.pop(0))

    def turn(self, seconds: float) -> None:
        """Let time pass in the steps at which the rig wants to be woken."""
        end = self.clock.seconds + seconds
        for _ in range(100):
            if (due := self.rig.due_s()) > end:
                break
            self.clock.seconds = max(self.clock.seconds, due)
            self.rig.wake()
            self.pump()
        else:
            pytest.fail("the rig asks to be woken without end")
        self.clock.seconds = end

    def alive(self) -> None:
        """The camera shows that it is well."""
        if self.children[-1].alive:
            self.children[-1].deliver(Alive())
            self.pump()

    def look(self) -> None:
        """The camera shows the bench, which is grey and empty."""
        pixels = bytes([128 + next(self.numbers) % 2]) * (LOOK_WIDTH * LOOK_HEIGHT)
        self.children[-1].deliver(Looked(self.clock.seconds, pixels))
        self.pump()

    def expose(
        self, take: int = 0, light: str = "bright", name: str = "top-bright", then: str = ""
    ) -> None:
        self.rig.expose(Job("i1", take, Shot(name, "bench", light), then=then))
        self.pump()


@contextmanager
def stand(
    script: list[str], starts_allowed: int = 10**6, slow_start: bool = False
) -> Iterator[Stand]:
    pixels = Pixels(12, places=4)
    try:
        yield Stand(pixels, script, starts_allowed, slow_start)
    finally:
        pixels.close()
