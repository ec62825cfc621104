"""The rig in its own thread, whose light may keep it waiting."""

import itertools
import threading
import time
from collections.abc import Callable

import numpy as np

from station.adapters.cameras.bench_camera import CameraSettings
from station.adapters.cameras.camera_rig import CameraRig, RigCamera
from station.adapters.cameras.lifeline import Patience
from station.adapters.cameras.link import (
    LOOK_HEIGHT,
    LOOK_WIDTH,
    Begun,
    Captured,
    Delivered,
    Grab,
    Looked,
    Opened,
)
from station.adapters.cameras.pixels import Pixels
from station.adapters.clock import SystemClock
from station.domain.capture import Shot
from station.domain.events import Exposed, FaultRaised
from tests.support.events import Heard

SILENT_S = 0.6


class LivelyChild:
    """A camera that shows something new all the time and answers at once."""

    def __init__(self, deliver: Callable[[object | None], None]) -> None:
        self._deliver = deliver
        self._ended = threading.Event()
        self._counted = itertools.count(1)
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def _live(self) -> None:
        self._deliver(Begun())
        self._deliver(Opened({}))
        while not self._ended.wait(0.05):
            seen = np.random.default_rng(next(self._counted)).integers(50, 200, LOOK_WIDTH)
            rows = np.tile(seen.astype(np.uint8), LOOK_HEIGHT)
            self._deliver(Looked(time.monotonic(), rows.tobytes()))

    def send(self, message: object) -> None:
        assert isinstance(message, Grab)
        number, now = next(self._counted), time.monotonic()
        self._deliver(Captured(message.request))
        evidence = str(number).encode()
        self._deliver(
            Delivered(message.request, evidence, "image/jpeg", number, now, 160, 120, 90.0)
        )

    def kill(self) -> bool:
        self._ended.set()
        self._thread.join()
        return True


class LivelyCameras:
    """Starts such children."""

    def wait_s(self) -> float:
        return 0.0

    def start(self, deliver: Callable[[object | None], None]) -> LivelyChild:
        return LivelyChild(deliver)


class SlowLight:
    """A controller that takes longer to answer than a camera may be silent."""

    def __init__(self) -> None:
        self.asked = 0

    def apply(self, light: object) -> float:
        self.asked += light == "raking"
        if light == "raking":
            time.sleep(2 * SILENT_S)
        return 0.0

    def steady_since(self, monotonic_s: float) -> bool:
        return True


def test_a_slow_light_controller_does_not_make_cameras_count_as_lost() -> None:
    heard, light, pixels = Heard(), SlowLight(), Pixels(160 * 120)
    patience = Patience(first_s=5.0, silent_s=SILENT_S)
    settings = [CameraSettings(name, 160, 120, patience=patience) for name in ("top", "side")]
    rig = CameraRig(
        [RigCamera(each, LivelyCameras()) for each in settings],
        light=light,
        pixels=pixels,
        keep=lambda *_: None,
        emit=heard,
        clock=SystemClock(),
    )
    rig.start()
    rig.expose("i1", 0, Shot("first", "top", "bright"), then="raking")
    heard.wait(Exposed)
    rig.expose("i1", 0, Shot("second", "top", "raking"))
    heard.wait(Exposed, 2)
    rig.stop()
    pixels.close()

    assert light.asked >= 1
    assert heard.of(FaultRaised) == []
