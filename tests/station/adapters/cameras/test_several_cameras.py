"""Several cameras under one light, on a clock that the test turns."""

from collections.abc import Callable, Iterator

import pytest

from station.adapters.cameras.bench_camera import BenchCamera, CameraSettings
from station.adapters.cameras.job import Job
from station.adapters.cameras.lighting import LightSettings
from station.adapters.cameras.link import Alive, Delivered, Gone, Grab, Opened
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.rig import Rig
from station.domain.capture import Frame, Shot
from station.domain.events import Exposed, ExposureFailed, FaultCleared, FaultRaised
from station.domain.faults import FaultCode
from tests.support.events import Heard, TurnedClock

SIZES = {"top": (4, 3), "side": (8, 6)}


class Plugged:
    """One camera's children: the newest answers when the test lets it."""

    def __init__(self, name: str, stand: "Stand") -> None:
        self.name = name
        self.stand = stand
        self.started = 0
        self.grabs: list[Grab] = []
        self.deliver: Callable[[object | None], None] = lambda _: None

    def wait_s(self) -> float:
        return 0.0

    def start(self, deliver: Callable[[object | None], None]) -> "Plugged":
        self.started += 1
        self.deliver = deliver
        deliver(Opened({}))
        return self

    def send(self, message: object) -> None:
        assert isinstance(message, Grab)
        self.grabs.append(message)

    def kill(self) -> bool:
        return True

    def answer(self) -> None:
        """The frame that was asked for."""
        grab = self.grabs[-1]
        width, height = SIZES[self.name]
        now = self.stand.clock.seconds
        evidence = f"{self.name} {grab.request} {now}".encode()
        self.say(
            Delivered(grab.request, evidence, "image/jpeg", grab.request, now, width, height, 90)
        )

    def say(self, message: object | None) -> None:
        self.deliver(message)
        self.stand.pump()


class Stand:
    """A rig with a top and a side camera."""

    def __init__(self, pixels: Pixels) -> None:
        self.clock = TurnedClock()
        self.heard = Heard()
        self.said: list[tuple[str, int, object | None]] = []
        self.lights: list[str] = []
        self.top, self.side = Plugged("top", self), Plugged("side", self)
        cameras = [
            BenchCamera(
                CameraSettings(camera.name, *SIZES[camera.name]),
                camera,
                self.poster(camera.name),
                self.heard,
                self.clock,
            )
            for camera in (self.top, self.side)
        ]
        self.rig = Rig(
            cameras, self, pixels, self.keep, self.heard, self.clock, LightSettings(settle_s=0.1)
        )
        self.rig.begin()
        self.pump()

    def poster(self, name: str) -> Callable[[int, object | None], None]:
        return lambda life, said: self.said.append((name, life, said))

    def apply(self, light: str) -> float:
        if light not in self.lights[-1:]:
            self.lights.append(light)
        return 0.0

    def steady_since(self, monotonic_s: float) -> bool:
        return True

    def keep(self, inspection: str, frame: Frame, evidence: bytes) -> None:
        assert evidence.split()[0].decode() == frame.camera

    def pump(self) -> None:
        while self.said:
            self.rig.heard(*self.said.pop(0))

    def turn(self, seconds: float) -> None:
        end = self.clock.seconds + seconds
        while (due := self.rig.due_s()) <= end:
            self.clock.seconds = max(self.clock.seconds, due)
            self.rig.wake()
            self.pump()
        self.clock.seconds = end

    def expose(self, camera: str, light: str = "bright", take: int = 0) -> None:
        self.rig.expose(Job("i1", take, Shot(f"{camera}-{light}", camera, light)))
        self.pump()
        self.turn(0.2)


@pytest.fixture
def stand() -> Iterator[Stand]:
    pixels = Pixels(48, places=4)
    yield Stand(pixels)
    pixels.close()


def test_one_exposes_at_a_time_because_they_share_the_light(stand: Stand) -> None:
    stand.expose("top", "bright")
    stand.expose("side", "raking")
    assert (len(stand.top.grabs), len(stand.side.grabs)) == (1, 0)
    assert stand.lights == ["bright"]

    stand.top.answer()
    stand.turn(0.2)
    assert stand.lights == ["bright", "raking"]
    stand.side.answer()

    frames = [event.frame for event in stand.heard.of(Exposed)]
    assert [(frame.camera, frame.light) for frame in frames] == [
        ("top", "bright"),
        ("side", "raking"),
    ]
    assert [(frame.width, frame.height) for frame in frames] == [(4, 3), (8, 6)]


def test_a_lost_camera_does_not_stop_the_other(stand: Stand) -> None:
    stand.side.say(None)
    stand.expose("top")
    stand.top.answer()

    raised = stand.heard.of(FaultRaised)
    assert [event.fault.subject for event in raised] == ["side"]
    assert len(stand.heard.of(Exposed)) == 1
    stand.turn(1.0)
    stand.side.say(Alive())
    assert [event.subject for event in stand.heard.of(FaultCleared)] == ["side"]
    assert (stand.top.started, stand.side.started) == (1, 2)


def test_what_one_camera_says_never_answers_for_the_other(stand: Stand) -> None:
    stand.expose("top")
    grab = stand.top.grabs[-1]
    stand.side.say(
        Delivered(grab.request, b"side", "image/jpeg", 1, stand.clock.seconds, 4, 3, 90.0)
    )

    assert not stand.heard.of(Exposed)
    stand.top.answer()
    assert [event.frame.camera for event in stand.heard.of(Exposed)] == ["top"]


def test_the_fault_of_a_silent_camera_is_found_while_the_other_works(stand: Stand) -> None:
    stand.side.say(Alive())
    for _ in range(4):
        stand.turn(1.0)
        stand.top.say(Alive())

    assert [event.fault.subject for event in stand.heard.of(FaultRaised)] == ["side"]


def test_a_swapped_camera_pictures_nothing(stand: Stand) -> None:
    stand.side.say(Gone("Another camera is plugged in here.", FaultCode.CAMERA_SWAPPED))
    stand.expose("side")

    assert [event.fault.code for event in stand.heard.of(FaultRaised)] == [FaultCode.CAMERA_SWAPPED]
    assert not stand.heard.of(Exposed)
    assert not stand.heard.of(ExposureFailed) or not stand.side.grabs
