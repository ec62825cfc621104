"""What four cameras cost and keep up with: motion JPEG of 1080p through the USB source itself.

The device below it plays pictures made before; everything above is as at a bench.
"""

import multiprocessing
import os
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np

from models.runtime.opencv import cv2
from models.runtime.pictures import read_picture
from station.adapters.cameras.preview import PreviewCounts
from station.adapters.cameras.sources.uvc import UvcSettings, UvcSource
from station.adapters.clock import SystemClock
from station.adapters.frames import FrameFiles
from station.app.cameras import RESTING_LIGHT, CameraParts, Cameras
from station.app.defaults import PICTURES, load_policies, load_recipes
from station.app.packs import open_detector
from station.domain.capture import Shot
from station.domain.events import Event, Exposed, ExposureFailed, FaultRaised, Scanned
from station.domain.faults import Fault, FaultCode, StationError
from station.domain.light_proof import Mix
from station.screen.equipment import Device, DeviceKind, Equipment
from station.screen.operator import operator_view
from station.screen.view import OperatorView
from station.virtual.mjpeg_device import MjpegDevice, noisy_jpegs
from station.workflow.stages import Setup
from station.workflow.step import idle, step

Answer = dict[str, object]

_SIZE = (1920, 1080)
_RATE = 30.0
_SETTLE_S = 0.1
_CAMERAS = 4
_SHOTS = (
    (Shot("top-bright", "camera 1", "bright"), "raking"),
    (Shot("top-raking", "camera 1", "raking"), ""),
    (Shot("bottom-bright", "camera 1", "bright"), ""),
)
"""Each with the light of the shot that follows it in its pose."""
_WATCHED_S = 4.0
_START_S = 60.0
_SAID = f"{_CAMERAS} cameras, motion JPEG of 1080p at {_RATE:g} a second"


def camera_benchmarks(rounds: int, say: Callable[[str], None]) -> list[Answer]:
    """What is measured of the cameras; `say` hears of the progress."""
    say("Four cameras live, from still to frames ready …")
    with _four_cameras() as bench:
        answers = [bench.ready(rounds), *bench.watched("", None)]
        say("Four cameras live, while examining …")
        picture = np.asarray(cv2.resize(read_picture(_picture()), _SIZE), np.uint8)
        _, detector = open_detector()
        answers += bench.watched(" while examining", lambda: detector.detect(picture))
        say("Four cameras live, from event to painted …")
        answers.append(bench.painted(max(40, rounds)))
    return answers


class _Light:
    """A light that is there at once, and counts how often it changed."""

    def __init__(self) -> None:
        self.changes = 0
        self._light: str | Mix = ""

    def apply(self, light: str | Mix) -> float:
        self.changes += light != self._light
        self._light = light
        return 0.0

    def steady_since(self, monotonic_s: float) -> bool:
        del monotonic_s
        return True


class _Bench:
    """Four cameras at work."""

    def __init__(self, folder: Path) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._light = _Light()
        self.cameras = Cameras(
            [_parts(n, _empty_bench(folder)) for n in range(_CAMERAS)],
            self._light,
            _SETTLE_S,
            FrameFiles(folder).keep,
            self._events.put,
            SystemClock(),
            watched=True,
        )

    def wait_live(self) -> None:
        """Wait until every camera is live; StationError if one is not."""
        until_s = time.monotonic() + _START_S
        while min(count.taken for count in self.cameras.counts()) < _RATE:
            if time.monotonic() > until_s:
                raise StationError(Fault(FaultCode.CAMERA_LOST, "bench", "No camera is live."))
            time.sleep(0.05)

    def ready(self, rounds: int) -> Answer:
        """From the wish for the first shot to the last frame kept, over what recipe and camera ask.

        That is the light's settling at each change, and for each shot one period of the camera.
        Every frame passes its gates, and its evidence is durable.
        """
        over, ratios = [], []
        for item in range(rounds):
            time.sleep(0.3)
            changes, begun_s = self._light.changes, time.monotonic()
            for shot, then in _SHOTS:
                self.cameras.expose(str(item), 0, shot, then)
                self._exposed()
            spent_s = time.monotonic() - begun_s
            budget_s = (self._light.changes - changes) * _SETTLE_S + len(_SHOTS) / _RATE
            over.append(spent_s - budget_s)
            ratios.append(spent_s / budget_s)
        said = (
            f"p50 {np.percentile(ratios, 50):.2f}; p95 {1000 * np.percentile(over, 95):.0f} ms over"
            f" it, {_SAID}"
        )
        return {
            "name": "still to frames ready over settling and exposures, p95",
            "value": float(np.percentile(ratios, 95)),
            "unit": "ratio",
            "said": said,
        }

    def watched(self, when: str, busy: Callable[[], object] | None) -> list[Answer]:
        """How live pictures keep up, and a camera's process costs; `busy` goes on meanwhile."""
        stop = threading.Event()
        live = self.cameras.live()

        def look() -> None:
            while not stop.wait(1 / _RATE):
                for view in live:
                    view.latest()

        def work() -> None:
            while busy and not stop.is_set():
                busy()

        threads = [threading.Thread(target=look), threading.Thread(target=work)]
        for thread in threads:
            thread.start()
        before, spent_s, begun_s = self.cameras.counts(), _cpu_s(), time.monotonic()
        time.sleep(_WATCHED_S)
        taken_s = time.monotonic() - begun_s
        after = self.cameras.counts()
        # A process that was started meanwhile has spent all of its time since.
        cpu_s = sum(used_s - spent_s.get(pid, 0.0) for pid, used_s in _cpu_s().items())
        stop.set()
        for thread in threads:
            thread.join()
        return _watched(when, before, after, taken_s, cpu_s)

    def painted(self, rounds: int) -> Answer:
        """From an event to its paint, the cameras being shown."""
        from station.ui.latency import paint_latencies

        taken = paint_latencies(_views(), self.cameras.live(), rounds)
        return {
            "name": "event to painted, four previews running, p95",
            "value": float(np.percentile(taken, 95)),
            "unit": "s",
            "said": f"longest of {rounds} {max(taken):.3f} s, 1920x1080, {_SAID}",
        }

    def _exposed(self) -> None:
        while True:
            event = self._events.get(timeout=_START_S)
            if isinstance(event, ExposureFailed):
                raise StationError(event.fault)
            if isinstance(event, Exposed):
                return


@contextmanager
def _four_cameras() -> Iterator[_Bench]:
    with ExitStack() as things:
        bench = _Bench(Path(things.enter_context(tempfile.TemporaryDirectory())))
        things.callback(bench.cameras.close)
        things.callback(bench.cameras.stop)
        bench.cameras.start()
        bench.wait_live()
        yield bench


def _parts(number: int, empty: Path) -> CameraParts:
    bright = {RESTING_LIGHT: empty}
    return CameraParts(
        f"camera {number + 1}", partial(_played, number), *_SIZE, empty=bright, references=bright
    )


def _empty_bench(folder: Path) -> Path:
    """The empty bench at the size of the cameras' pictures, kept in a folder."""
    path = folder / "empty.png"
    picture = np.asarray(cv2.resize(read_picture(PICTURES / "empty-bright.jpg"), _SIZE), np.uint8)
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return path


def _played(number: int) -> UvcSource:
    """The USB source over a device that plays; made in the camera's process."""
    picture = np.asarray(cv2.resize(read_picture(_picture()), _SIZE), np.uint8)
    device = MjpegDevice(noisy_jpegs(picture, 4, number), _RATE)
    return UvcSource("/dev/null", UvcSettings(*_SIZE), open_device=device.open)


def _picture() -> Path:
    return sorted(PICTURES.glob("r*/top-bright.jpg"))[0]


def _watched(
    when: str,
    before: tuple[PreviewCounts, ...],
    after: tuple[PreviewCounts, ...],
    taken_s: float,
    cpu_s: float,
) -> list[Answer]:
    pairs = list(zip(before, after, strict=True))
    rates = [(b.taken - a.taken) / taken_s for a, b in pairs]
    shown = [(b.shown - a.shown) / taken_s for a, b in pairs]
    passed = sum(b.passed - a.passed for a, b in pairs)
    said = (
        f"slowest camera; {min(shown):.1f} shown, no time for {passed} in {taken_s:.0f} s, {_SAID}"
    )
    return [
        {"name": f"live pictures{when}", "value": min(rates), "unit": "1/s", "said": said},
        {
            "name": f"a live camera's process{when}",
            "value": cpu_s / taken_s / _CAMERAS,
            "unit": "cores",
            "said": f"mean of {_SAID}",
        },
    ]


def _cpu_s() -> dict[int, float]:
    """The processor time that each camera's process has used."""
    used = {}
    for child in multiprocessing.active_children():
        if child.name.startswith("camera") and child.pid is not None:
            fields = Path(f"/proc/{child.pid}/stat").read_text("ascii").rpartition(")")[2].split()
            used[child.pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def _views() -> list[OperatorView]:
    """Views of a bench without a grade, one unlike the other: nobody there, ready, stopped."""
    now = SystemClock().now()
    recipes = load_recipes()
    equipment = Equipment("07", (Device(DeviceKind.CAMERA),))
    bench = idle(Setup(recipes, load_policies(recipes), timedelta()))
    views = [operator_view(bench, now, equipment)]
    lost = Fault(FaultCode.CAMERA_LOST, "camera 2", blocks=True)
    for event in (Scanned(now, "RG:BADGE:0421", "1"), FaultRaised(now, lost)):
        bench, _ = step(bench, event)
        views.append(operator_view(bench, now, equipment))
    return views
