"""The cameras of a bench, wired: several at once, live beside evidence."""

import time
from functools import partial
from pathlib import Path

import pytest

from station.adapters.clock import SystemClock
from station.app.cameras import CameraParts, Cameras, parts_of
from station.config import FolderCamera, StreamCamera, UvcCamera
from station.domain.capture import Frame, Shot
from station.domain.events import BenchSeen, Exposed, ExposureFailed
from station.domain.faults import StationError
from station.screen.live import LiveView
from station.virtual.camera import VIRTUAL
from station.virtual.faulty_source import virtual_camera
from station.virtual.world import World
from tests.support.events import Heard
from tests.support.tiny_set import HEIGHT, WIDTH, tiny_set


class Lamps:
    """The world's lamps, without a controller between."""

    def __init__(self, world: World) -> None:
        self._world = world

    def apply(self, light: str) -> float:
        self._world.shine({light: 1.0})
        return 0.0

    def steady_since(self, monotonic_s: float) -> bool:
        return True


def shown(view: LiveView) -> bool:
    """Whether a live picture comes within a while."""
    until_s = time.monotonic() + 20
    while time.monotonic() < until_s:
        if view.latest() is not None:
            return True
        time.sleep(0.01)
    return False


def picture_by(cameras: Cameras, name: str, heard: Heard) -> None:
    """Ask until there is a picture, as a station does: on a busy computer a camera may be late."""
    before = len(heard.of(Exposed))
    for take in range(5):
        failed = len(heard.of(ExposureFailed))
        cameras.expose("i1", take, Shot(f"{name}-bright", name, "bright"))
        heard.wait(object, before + failed + 1, lambda e: isinstance(e, (Exposed, ExposureFailed)))
        if len(heard.of(Exposed)) > before:
            return


def test_two_cameras_are_live_and_each_takes_its_own_shots(tmp_path: Path) -> None:
    pictures = tiny_set(tmp_path / "pictures").path
    world, heard, kept = World(), Heard(), dict[str, bytes]()

    def keep(inspection: str, frame: Frame, evidence: bytes) -> None:
        kept[frame.camera] = evidence

    cameras = Cameras(
        [
            CameraParts(
                name,
                partial(virtual_camera, pictures, 7, world.address, view),
                WIDTH,
                HEIGHT,
                {"bright": pictures / "empty-bright.jpg"},
                identity=VIRTUAL,
            )
            for view, name in enumerate(("top", "side"))
        ],
        Lamps(world),
        0.02,
        keep,
        heard,
        SystemClock(),
        watched=True,
    )
    cameras.start()
    try:
        heard.wait(BenchSeen)
        for name in ("side", "top"):
            picture_by(cameras, name, heard)
        seen = {view.name for view in cameras.live() if shown(view)}
    finally:
        cameras.stop()
        counts = cameras.counts()
        cameras.close()
        world.close()

    assert [event.frame.camera for event in heard.of(Exposed)] == ["side", "top"]
    assert set(kept) == seen == {"top", "side"}
    assert all(count.taken > 0 and count.shown > 0 for count in counts)


@pytest.mark.parametrize(
    ("camera", "delay_s"),
    [
        (UvcCamera(kind="uvc", device="/dev/v4l/by-id/x", exposure_us=500_000), 0.5),
        (StreamCamera(kind="stream", url="rtsp://camera/live", latency_seconds=1.5), 1.5),
        (FolderCamera(kind="folder", path=Path("pictures")), 0.0),
    ],
)
def test_a_slow_camera_is_given_the_time_it_needs(
    camera: UvcCamera | StreamCamera | FolderCamera, delay_s: float
) -> None:
    assert parts_of(camera, Path("empty.jpg"), ["bright"]).delay_s == delay_s


def test_a_camera_of_its_own_empty_bench_needs_no_other(tmp_path: Path) -> None:
    own = UvcCamera(kind="uvc", device="/dev/v4l/by-id/x", empty_bench=tmp_path / "own.jpg")

    assert parts_of(own, None, ["bright", "raking"]).empty == {
        "bright": tmp_path / "own.jpg",
        "raking": tmp_path / "own.jpg",
    }
    with pytest.raises(StationError, match="picture the empty bench"):
        parts_of(UvcCamera(kind="uvc", device="/dev/v4l/by-id/x"), None, ["bright"])
