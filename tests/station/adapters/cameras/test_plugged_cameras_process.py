"""Cables pulled, swapped and crowded, and streams that change: over the cameras' real processes."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from http_camera import HttpCamera
from sysfs import plug

from station.adapters.cameras.bench_camera import CameraSettings
from station.adapters.cameras.camera_rig import CameraRig, RigCamera
from station.adapters.cameras.child import CameraSetup, run_camera
from station.adapters.cameras.lighting import LightSettings
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.preview import PreviewRing
from station.adapters.cameras.sources.source import FrameSource
from station.adapters.cameras.sources.stream import StreamSettings, StreamSource
from station.adapters.cameras.sources.uvc import UvcSettings, UvcSource
from station.adapters.clock import SystemClock
from station.adapters.processes import Children
from station.domain.capture import Shot
from station.domain.events import Exposed, ExposureFailed, FaultRaised
from station.domain.faults import FaultCode
from station.virtual.mjpeg_device import MjpegDevice, noisy_jpegs
from tests.support.events import Heard

CLOCK = SystemClock()
SIZE = (320, 240)


class Rig:
    """A rig over sources in their own processes; `identities` are what is configured."""

    def __init__(
        self, makes: dict[str, Callable[[], FrameSource]], identities: dict[str, str] | None = None
    ) -> None:
        self.heard = Heard()
        self.things = ExitStack()
        pixels = Pixels(SIZE[0] * SIZE[1], places=4)
        self.things.callback(pixels.close)
        cameras = []
        for name, make in makes.items():
            ring = PreviewRing()
            self.things.callback(ring.close)
            setup = CameraSetup(make, ring.name, (identities or {}).get(name, ""))
            children = Children(
                run_camera, (setup,), name=name, monotonic=CLOCK.monotonic, limit=99
            )
            cameras.append(RigCamera(CameraSettings(name, *SIZE, answer_s=8.0), children))
        self.rig = CameraRig(
            cameras,
            light=self,
            pixels=pixels,
            keep=lambda inspection, frame, evidence: None,
            emit=self.heard,
            clock=CLOCK,
            settings=LightSettings(settle_s=0.0),
        )
        self.things.callback(self.rig.stop)
        self.rig.start()

    def expose(self, camera: str, take: int = 0) -> Exposed | ExposureFailed:
        """The answer to one exposure."""
        before = len(self.heard.of(Exposed)) + len(self.heard.of(ExposureFailed))
        self.rig.expose("i1", take, Shot(f"{camera}-bright", camera, "bright"))
        answer: Exposed | ExposureFailed = self.heard.wait(
            object, before + 1, lambda event: isinstance(event, (Exposed, ExposureFailed))
        )
        return answer

    def raised(self, camera: str, code: FaultCode) -> FaultRaised:
        """The fault of a camera, once it is raised."""
        return self.heard.wait(
            FaultRaised, holds=lambda e: e.fault.subject == camera and e.fault.code is code
        )

    def apply(self, light: object) -> float:
        return 0.0

    def steady_since(self, monotonic_s: float) -> bool:
        return True


class UsbDevice(MjpegDevice):
    """A USB camera that plays for as long as its link leads to where it was opened."""

    def __init__(self, link: Path, crowded: bool) -> None:
        picture = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
        picture[::8] = 160
        super().__init__(noisy_jpegs(picture, 4, seed=1), 30.0)
        self._link, self._node, self._crowded = link, link.resolve(), crowded

    def grab(self) -> bool:
        """False once it was unplugged, or where its bus has no room for it."""
        plugged = self._link.exists() and self._link.resolve() == self._node
        return plugged and not self._crowded and super().grab()


def usb_camera(link: Path, sysfs: Path, crowded: bool = False) -> UvcSource:
    """A USB camera behind a stable link; made in the camera's process."""

    def opened(device: str, backend: int) -> Any:
        return UsbDevice(link, crowded)

    return UvcSource(str(link), UvcSettings(*SIZE), open_device=opened, sysfs=sysfs)


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """Two cameras of one kind, each with its serial number, on one bus."""
    for number, serial in enumerate(("LEFT", "RIGHT")):
        (tmp_path / f"video{number}").touch()
        plug(tmp_path / "sys", f"video{number}", f"1-{number + 1}", serial)
        (tmp_path / f"port{number}").symlink_to(tmp_path / f"video{number}")
    return tmp_path


@pytest.fixture
def things() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def swap_cables(usb: Path) -> None:
    first, second = ((usb / f"port{n}").readlink() for n in (0, 1))
    for n, node in enumerate((second, first)):
        (usb / f"port{n}").unlink()
        (usb / f"port{n}").symlink_to(node)


def pictured_again(rig: Rig, name: str) -> Exposed:
    """The first picture that the camera gives within half a minute."""
    until_s, take = time.monotonic() + 30, 0
    while time.monotonic() < until_s:
        take += 1
        answer = rig.expose(name, take=take)
        if isinstance(answer, Exposed):
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{name} gives no picture any more")


def test_two_cameras_whose_cables_were_swapped_picture_nothing_until_they_are_back(
    usb: Path, things: ExitStack
) -> None:
    names = {"left": "046d:0825:LEFT", "right": "046d:0825:RIGHT"}
    makes = {
        name: partial(usb_camera, usb / f"port{n}", usb / "sys") for n, name in enumerate(names)
    }
    rig = Rig(makes, names)
    things.callback(rig.things.close)
    assert all(isinstance(rig.expose(name), Exposed) for name in names)

    swap_cables(usb)
    for name in names:
        assert (
            "plug the cameras back as they were"
            in rig.raised(name, FaultCode.CAMERA_SWAPPED).fault.detail
        )

    swap_cables(usb)
    # Which of the two is up again first, and after how many starts, is chance.
    assert [pictured_again(rig, name).frame.camera for name in names] == [*names]


def test_a_bus_without_room_is_named_with_those_that_share_it(usb: Path, things: ExitStack) -> None:
    rig = Rig({"left": partial(usb_camera, usb / "port0", usb / "sys", crowded=True)})
    things.callback(rig.things.close)

    raised = rig.raised("left", FaultCode.CAMERA_LOST)

    assert "its USB bus, which it shares with Camera video1, may be full" in raised.fault.detail


def test_a_stream_that_changes_its_size_gives_no_evidence_until_it_is_back(
    things: ExitStack,
) -> None:
    camera = HttpCamera(SIZE, 25.0, noise=3)
    things.callback(camera.close)
    camera.level = 120
    rig = Rig({"top": partial(StreamSource, camera.url, StreamSettings(*SIZE, latency_s=0.1))})
    things.callback(rig.things.close)
    assert isinstance(rig.expose("top"), Exposed)

    camera.size = (640, 480)
    for take in range(1, 4):
        answer = rig.expose("top", take)
        if isinstance(answer, ExposureFailed):
            break
    assert isinstance(answer, ExposureFailed)
    assert answer.fault.code in (
        FaultCode.FRAME_WRONG_SIZE,
        FaultCode.CAMERA_LOST,
        FaultCode.CAMERA_SETTINGS,
    )

    camera.size = SIZE
    for take in range(4, 12):
        if isinstance(rig.expose("top", take), Exposed):
            return
    pytest.fail("a stream that is as it was gives pictures again")
