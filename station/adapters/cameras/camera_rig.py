"""The rig in a thread of its own: the station's Cameras."""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from station.adapters.cameras.bench_camera import BenchCamera, CameraSettings
from station.adapters.cameras.job import Job
from station.adapters.cameras.lighting import LightSettings
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.ports import Children, Clock, Emit, Keep, Light
from station.adapters.cameras.presence import Presence
from station.adapters.cameras.prover import Prover
from station.adapters.cameras.rig import Rig
from station.domain.capture import Frame, Pose, Shot
from station.domain.events import FaultRaised
from station.domain.faults import Fault, FaultCode

_log = logging.getLogger(__name__)

_LONGEST_SLEEP_S = 60.0
_MOST_AT_ONCE = 500
"""So many messages are taken before what is due is seen to, however many more there are."""


@dataclass(frozen=True, slots=True)
class RigCamera:
    """A camera for the rig.

    `children` starts `station.adapters.cameras.child.run_camera` with this camera's source.
    """

    settings: CameraSettings
    children: Children
    presence: Presence | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    camera: str
    life: int
    message: object | None


@dataclass(frozen=True, slots=True)
class _Prove:
    inspection: str
    pose: Pose
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class _Stop:
    pass


class CameraRig:
    """Asks are queued and return at once; the answers come as events."""

    def __init__(
        self,
        cameras: Sequence[RigCamera],
        *,
        light: Light,
        pixels: Pixels,
        keep: Keep,
        emit: Emit,
        clock: Clock,
        settings: LightSettings | None = None,
        prover: Prover | None = None,
    ) -> None:
        """`keep` is called before the event that names the frame."""
        self._inbox: queue.SimpleQueue[Job | _Prove | _Said | _Stop] = queue.SimpleQueue()
        self._clock = clock
        self._emit = emit
        made = [
            BenchCamera(
                camera.settings,
                camera.children,
                self._poster(camera.settings.name),
                emit,
                clock,
                camera.presence,
            )
            for camera in cameras
        ]
        self._rig = Rig(made, light, pixels, keep, emit, clock, settings, prover)
        self._thread = threading.Thread(target=self._run, name="cameras")

    def start(self) -> None:
        """Start the cameras; events may come from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End the cameras' children and this thread; no event comes after it."""
        if self._thread.ident is not None:
            self._inbox.put(_Stop())
            self._thread.join()

    def expose(
        self, inspection: str, take: int, shot: Shot, then: str = "", proves: Pose | None = None
    ) -> None:
        """Ask for a fresh frame of a shot; `then` is the light of the one to follow, if any, and
        `proves` the pose whose proof will be asked for after this."""
        self._inbox.put(Job(inspection, take, shot, then=then, proves=proves))

    def prove(self, inspection: str, pose: Pose, frames: Sequence[Frame]) -> None:
        """Ask whether the frames of a pose follow a light pattern shown now."""
        self._inbox.put(_Prove(inspection, pose, tuple(frames)))

    def _poster(self, camera: str) -> Callable[[int, object | None], None]:
        return lambda life, message: self._inbox.put(_Said(camera, life, message))

    def _run(self) -> None:
        try:
            self._rig.begin()
            while self._turn():
                pass
        except Exception:
            _log.exception("The camera rig failed.")
            detail = "The cameras' part of the station failed: start the station again."
            fault = Fault(FaultCode.STATION_BUG, "cameras", detail, blocks=True)
            self._emit(FaultRaised(self._clock.now(), fault))
        finally:
            self._rig.end()

    def _turn(self) -> bool:
        """Take what was said, then see to what is due; False at the end.

        In this order: where a controller of the lights kept this thread waiting, the cameras'
        answers have come in time, and none of them may count as silent.
        """
        for _ in range(_MOST_AT_ONCE):
            if self._inbox.empty():
                break
            if not self._take(self._inbox.get()):
                return False
        if self._rig.due_s() <= self._clock.monotonic():
            self._rig.wake()
        wait_s = min(self._rig.due_s() - self._clock.monotonic(), _LONGEST_SLEEP_S)
        try:
            message = self._inbox.get(timeout=max(wait_s, 0.0))
        except queue.Empty:
            return True
        return self._take(message)

    def _take(self, message: "Job | _Prove | _Said | _Stop") -> bool:
        match message:
            case _Stop():
                return False
            case Job():
                self._rig.expose(message)
            case _Prove(inspection, pose, frames):
                self._rig.prove(inspection, pose, frames)
            case _Said(camera, life, said):
                self._rig.heard(camera, life, said)
        return True
