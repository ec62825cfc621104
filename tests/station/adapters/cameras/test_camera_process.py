"""The rig over real child processes: the virtual camera, a folder of pictures, a missing device."""

import hashlib
import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.runtime.pictures import decode_picture
from station.adapters.cameras.bench_camera import CameraSettings
from station.adapters.cameras.camera_rig import CameraRig, RigCamera
from station.adapters.cameras.child import CameraSetup, Watching, run_camera
from station.adapters.cameras.lighting import LightSettings
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.presence import Presence
from station.adapters.cameras.preview import PreviewRing
from station.adapters.cameras.sources.cropped import CroppedSource
from station.adapters.cameras.sources.folder import FolderSource
from station.adapters.cameras.sources.pictures import shrink
from station.adapters.cameras.sources.stream import StreamSettings, StreamSource
from station.adapters.cameras.sources.uvc import UvcSettings, UvcSource
from station.adapters.clock import SystemClock
from station.adapters.processes import Children
from station.domain.capture import Frame, Shot
from station.domain.events import (
    BenchSeen,
    BenchView,
    Exposed,
    ExposureFailed,
    FaultCleared,
    FaultRaised,
)
from station.domain.faults import FaultCode
from station.virtual.faulty_source import virtual_camera
from station.virtual.world import Address, Break, World
from tests.support.events import Heard
from tests.support.lamps import Lamps
from tests.support.tiny_set import HEIGHT, WIDTH, bench, tiny_set

CLOCK = SystemClock()
CROP = (320, 160, 640, 400)
TOP, RAKING = Shot("top-bright", "bench", "bright"), Shot("top-raking", "bench", "raking")


class Station:
    """A rig over one kind of source, and what came of it."""

    def __init__(
        self,
        make: object,
        world: World,
        answer_s: float = 10.0,
        identity: str = "",
        size: tuple[int, int] = (WIDTH, HEIGHT),
    ) -> None:
        self.heard = Heard()
        self._world = world
        self.lit_when_kept: tuple[tuple[str, float], ...] = ()
        self.kept: dict[str, bytes] = {}
        self.pixels = Pixels(WIDTH * HEIGHT, places=4)
        self.ring = PreviewRing()
        watching = Watching(lives_per_s=40, looks_per_s=40)
        setup = CameraSetup(make, self.ring.name, identity, watching=watching)
        camera = RigCamera(
            CameraSettings("bench", *size, answer_s=answer_s),
            Children(run_camera, (setup,), name="camera", monotonic=CLOCK.monotonic),
            Presence(shrink(cv2.cvtColor(bench("bright"), cv2.COLOR_BGR2GRAY))),
        )
        self.rig = CameraRig(
            [camera],
            light=Lamps(world),
            pixels=self.pixels,
            keep=self.keep,
            emit=self.heard,
            clock=CLOCK,
            settings=LightSettings(settle_s=0.02),
        )
        self.rig.start()

    def keep(self, inspection: str, frame: Frame, evidence: bytes) -> None:
        self.kept[frame.digest] = evidence
        self.lit_when_kept = self._world.scene.lamps

    def expose(self, shot: Shot, take: int = 0) -> Exposed | ExposureFailed:
        """The answer to one exposure."""
        before = len(self.heard.of(Exposed)) + len(self.heard.of(ExposureFailed))
        self.rig.expose("i1", take, shot)
        answer: Exposed | ExposureFailed = self.heard.wait(
            object, before + 1, lambda event: isinstance(event, (Exposed, ExposureFailed))
        )
        return answer

    def close(self) -> None:
        self.rig.stop()
        self.pixels.close()
        self.ring.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_set(tmp_path_factory.mktemp("pictures")).path


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


@pytest.fixture
def station(pictures: Path, world: World) -> Iterator[Station]:
    made = Station(partial(virtual_camera, pictures, 7, world.address), world)
    yield made
    made.close()


def test_frames_are_fresh_kept_and_published_decoded(station: Station, world: World) -> None:
    world.lay("r0000", "top")

    first, second, raking = (station.expose(shot) for shot in (TOP, TOP, RAKING))

    assert isinstance(first, Exposed)
    assert isinstance(second, Exposed)
    assert isinstance(raking, Exposed)
    for answer in (first, second, raking):
        evidence = station.kept[answer.frame.digest]
        assert hashlib.sha256(evidence).hexdigest() == answer.frame.digest
        decoded = cv2.imdecode(np.frombuffer(evidence, np.uint8), cv2.IMREAD_COLOR)
        pixels = station.pixels.picture(answer.frame.digest)
        assert decoded is not None
        assert pixels is not None
        assert np.array_equal(pixels, decoded[:, :, ::-1])
    assert first.frame.digest != second.frame.digest
    assert first.frame.sequence < second.frame.sequence < raking.frame.sequence
    assert raking.frame.light == "raking"


def test_the_next_shots_light_is_set_once_a_frame_is_out_of_the_camera(
    station: Station, world: World
) -> None:
    world.lay("r0000", "top")

    station.rig.expose("i1", 0, TOP, then="raking")
    first = station.heard.wait(Exposed)

    assert first.frame.light == "bright"
    assert station.lit_when_kept == (("raking", 1.0),)
    assert isinstance(station.expose(RAKING), Exposed)


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("stale", FaultCode.FRAME_STALE),
        ("unplugged", FaultCode.FRAME_STALE),
        ("black", FaultCode.FRAME_BLACK),
        ("green", FaultCode.FRAME_TORN),
        ("half", FaultCode.FRAME_TORN),
        ("torn", FaultCode.FRAME_TORN),
        ("wrong-size", FaultCode.FRAME_WRONG_SIZE),
    ],
)
def test_a_camera_that_lies_is_found_out(
    station: Station, world: World, broken: Break, code: FaultCode
) -> None:
    world.lay("r0000", "top")
    station.expose(TOP)
    world.break_camera(broken)

    answer = station.expose(TOP)

    assert isinstance(answer, ExposureFailed)
    assert answer.fault.code is code
    world.break_camera("none")
    assert isinstance(station.expose(TOP), Exposed)


def test_a_cable_pulled_in_the_middle_of_a_frame_spoils_it_and_loses_the_camera(
    station: Station, world: World
) -> None:
    world.lay("r0000", "top")
    station.expose(TOP)
    world.break_camera("cut-off")

    answer = station.expose(TOP)
    lost = station.heard.wait(FaultRaised)
    world.break_camera("none")
    station.heard.wait(FaultCleared)

    assert isinstance(answer, ExposureFailed)
    assert answer.fault.code is FaultCode.FRAME_TORN
    assert lost.fault.code is FaultCode.CAMERA_LOST
    assert isinstance(station.expose(TOP), Exposed)


@pytest.mark.parametrize("broken", ["hang", "crash"])
def test_a_camera_that_hangs_or_dies_is_killed_and_comes_back(
    pictures: Path, world: World, broken: Break
) -> None:
    station = Station(partial(virtual_camera, pictures, 7, world.address), world, answer_s=3.0)
    world.lay("r0000", "top")
    station.heard.wait(BenchSeen)
    world.break_camera(broken)

    answer = station.expose(TOP)
    world.break_camera("none")
    station.heard.wait(FaultCleared)
    after = station.expose(TOP)
    station.close()

    assert isinstance(answer, ExposureFailed)
    assert answer.fault.code is FaultCode.CAMERA_LOST
    assert isinstance(after, Exposed)
    assert len(station.heard.of(FaultRaised)) == len(station.heard.of(FaultCleared))


def test_a_shot_the_set_does_not_show_fails_in_words(station: Station, world: World) -> None:
    world.lay("r0000", "bottom")

    answer = station.expose(Shot("bottom-raking", "bench", "raking"))

    assert isinstance(answer, ExposureFailed)
    assert "not under the light raking" in answer.fault.detail


def test_the_presence_watch_follows_the_hands_at_the_bench(station: Station, world: World) -> None:
    station.heard.wait(BenchSeen, holds=lambda seen: seen.view is BenchView.EMPTY)
    world.reach(hand=True)
    station.heard.wait(BenchSeen, holds=lambda seen: seen.view is BenchView.DISTURBED)
    world.lay("r0000", "top")
    world.reach(hand=False)
    station.heard.wait(BenchSeen, holds=lambda seen: seen.view is BenchView.STILL)
    world.clear()
    station.heard.wait(BenchSeen, 2, holds=lambda seen: seen.view is BenchView.EMPTY)

    views = [seen.view for seen in station.heard.of(BenchSeen)]
    assert views[0] is views[-1] is BenchView.EMPTY


def test_a_folder_gives_its_pictures_in_order_and_then_says_it_is_empty(
    tmp_path: Path, world: World
) -> None:
    for n, level in enumerate((60, 120)):
        picture = np.full((HEIGHT, WIDTH, 3), level, np.uint8)
        picture[:, 8::16] = 200
        cv2.imwrite(str(tmp_path / f"{n}.png"), picture)
    station = Station(partial(FolderSource, tmp_path), world)

    first, second, third = (station.expose(TOP) for _ in range(3))
    pixels = [
        station.pixels.picture(answer.frame.digest)
        for answer in (first, second)
        if isinstance(answer, Exposed)
    ]
    station.close()

    assert [int(picture[0, 0, 0]) for picture in pixels if picture is not None] == [60, 120]
    assert isinstance(third, ExposureFailed)
    assert "no more pictures" in third.fault.detail


def test_no_picture_of_a_folder_stands_in_for_one_of_another_light(tmp_path: Path) -> None:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for name in ("1-top-bright.png", "2-top-raking.png", "3-bottom-bright.png"):
        cv2.imwrite(str(tmp_path / name), picture)
    source = FolderSource(tmp_path)
    source.open()

    source.grab("bright")
    for _ in range(2):
        with pytest.raises(LookupError, match=r"2-top-raking.png is not of the light bright"):
            source.grab("bright")

    assert source.grab("raking").sequence == 2
    assert source.grab("bright").sequence == 3


def test_a_device_that_is_not_there_is_a_fault_in_words(world: World, tmp_path: Path) -> None:
    device = str(tmp_path / "video0")
    station = Station(partial(UvcSource, device, UvcSettings(WIDTH, HEIGHT)), world)

    raised = station.heard.wait(FaultRaised)
    station.close()

    assert raised.fault.code is FaultCode.CAMERA_LOST
    assert raised.fault.detail == f"There is no camera at {device}: plug it in or correct the path."


def test_a_camera_with_other_settings_is_a_fault_of_its_own(world: World, tmp_path: Path) -> None:
    film = str(tmp_path / "film.avi")
    writer = cv2.VideoWriter(film, cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), 25, (160, 120))
    writer.write(np.zeros((120, 160, 3), np.uint8))
    writer.release()
    station = Station(partial(StreamSource, film, StreamSettings(WIDTH, HEIGHT)), world)

    raised = station.heard.wait(FaultRaised)
    station.close()

    assert raised.fault.code is FaultCode.CAMERA_SETTINGS
    assert f"delivers 160x120 pixels, {WIDTH}x{HEIGHT} was asked" in raised.fault.detail


def test_live_pictures_go_on_beside_evidence(station: Station, world: World) -> None:
    world.lay("r0000", "top")
    station.heard.wait(BenchSeen)
    before = station.ring.counts().taken
    for take in range(3):
        assert isinstance(station.expose(TOP, take), Exposed)
    station.heard.wait(BenchSeen, 2)

    latest = station.ring.latest()
    assert latest is not None
    assert np.frombuffer(latest.rgb, np.uint8).mean() > 20
    assert station.ring.counts().taken > before


@pytest.mark.parametrize("broken", ["frozen", "gone", "no-bandwidth"])
def test_a_camera_lost_while_nobody_pictures_is_found_out(
    broken: Break, station: Station, world: World
) -> None:
    station.heard.wait(BenchSeen)
    world.break_camera(broken)
    begun_s = CLOCK.monotonic()

    raised = station.heard.wait(FaultRaised)

    assert raised.fault.code is FaultCode.CAMERA_LOST
    assert CLOCK.monotonic() - begun_s < 10
    world.break_camera("none")
    station.heard.wait(FaultCleared)
    assert isinstance(station.expose(TOP), Exposed)


def test_a_camera_that_is_another_one_after_a_replug_is_refused_until_it_is_back(
    pictures: Path, world: World
) -> None:
    make = partial(virtual_camera, pictures, 7, world.address)
    station = Station(make, world, identity="virtual")
    world.lay("r0000", "top")
    assert isinstance(station.expose(TOP), Exposed)
    world.break_camera("swapped")

    swapped = station.heard.wait(
        FaultRaised, holds=lambda event: event.fault.code is FaultCode.CAMERA_SWAPPED
    )
    exposed = len(station.heard.of(Exposed))
    world.break_camera("none")
    station.heard.wait(FaultCleared)
    again = station.expose(TOP)
    station.close()

    assert "a stranger in the place of virtual: plug the cameras back" in swapped.fault.detail
    assert exposed == 1
    assert isinstance(again, Exposed)


def cropped_camera(pictures: Path, address: Address) -> CroppedSource:
    return CroppedSource(virtual_camera(pictures, 7, address), (WIDTH, HEIGHT), CROP)


def test_only_the_bench_is_kept_of_a_picture(pictures: Path, world: World) -> None:
    station = Station(partial(cropped_camera, pictures, world.address), world, size=CROP[2:])
    world.lay("r0000", "top")

    answer = station.expose(TOP)
    station.close()

    assert isinstance(answer, Exposed)
    assert (answer.frame.width, answer.frame.height) == CROP[2:]
    kept = decode_picture(station.kept[answer.frame.digest])
    assert kept.shape == (CROP[3], CROP[2], 3)


def test_a_child_that_hangs_ends_with_a_station_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "station_to_kill.py"
    program.write_text(
        textwrap.dedent(
            """
            import time
            from station.adapters.processes import Children

            def hang(connection):
                connection.send("up")
                time.sleep(600)

            if __name__ == "__main__":
                children = Children(hang, (), name="camera", monotonic=time.monotonic)
                child = children.start(lambda message: print(child.pid, flush=True))
                time.sleep(600)
            """
        ),
        encoding="utf-8",
    )
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
        text=True,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        watch = os.pidfd_open(child)
        group = os.getpgid(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        poller = select.poll()
        poller.register(watch, select.POLLIN)
        ended = poller.poll(10_000)
        os.close(watch)

    assert ended, "the child outlived its station"
    assert group == os.getpgid(0)
