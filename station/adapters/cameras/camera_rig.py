"""The rig in a thread of its own: the station's Cameras."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from station.adapters.cameras.lifeline import Lifeline
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.ports import Children, Clock, Emit, Keep, Light
from station.adapters.cameras.presence import Look, Presence
from station.adapters.cameras.rig import Job, Rig, RigSettings
from station.domain.capture import Shot
from station.domain.events import FaultRaised
from station.domain.faults import Fault, FaultCode

_log = logging.getLogger(__name__)

_LONGEST_SLEEP_S = 60.0


@dataclass(frozen=True, slots=True)
class _Said:
    life: int
    message: object | None


@dataclass(frozen=True, slots=True)
class _Stop:
    pass


class CameraRig:
    """Asks are queued and return at once; the answers come as events."""

    def __init__(
        self,
        settings: RigSettings,
        *,
        children: Children,
        light: Light,
        pixels: Pixels,
        keep: Keep,
        emit: Emit,
        clock: Clock,
        presence: Presence | None = None,
        show: Callable[[Look], None] | None = None,
    ) -> None:
        """`children` starts `station.adapters.cameras.child.run_camera` with this camera's source.

        `keep` is called before the event that names the frame. `show` is given every preview,
        grey uint8 [180, 320], in the rig's thread.
        """
        self._inbox: queue.SimpleQueue[Job | _Said | _Stop] = queue.SimpleQueue()
        self._camera = settings.camera
        self._clock = clock
        self._emit = emit
        lifeline = Lifeline(
            settings.camera,
            children,
            lambda life, message: self._inbox.put(_Said(life, message)),
            emit,
            clock,
            settings.silence_s,
            settings.start_s,
        )
        self._rig = Rig(settings, lifeline, light, pixels, keep, emit, clock, presence, show)
        self._thread = threading.Thread(target=self._run, name=f"camera {settings.camera}")

    def start(self) -> None:
        """Start the camera; events may come from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End the camera's child and this thread; no event comes after it."""
        if self._thread.ident is not None:
            self._inbox.put(_Stop())
            self._thread.join()

    def expose(self, inspection: str, take: int, shot: Shot) -> None:
        """Ask for a fresh frame of a shot."""
        self._inbox.put(Job(inspection, take, shot))

    def _run(self) -> None:
        try:
            self._rig.begin()
            while self._turn():
                pass
        except Exception:
            _log.exception("The rig of camera %s failed.", self._camera)
            detail = "The camera's part of the station failed: start the station again."
            fault = Fault(FaultCode.STATION_BUG, self._camera, detail, blocks=True)
            self._emit(FaultRaised(self._clock.now(), fault))
        finally:
            self._rig.end()

    def _turn(self) -> bool:
        """See to what is due, then take one message; False at the end."""
        if self._rig.due_s() <= self._clock.monotonic():
            self._rig.wake()
        wait_s = min(self._rig.due_s() - self._clock.monotonic(), _LONGEST_SLEEP_S)
        try:
            message = self._inbox.get(timeout=max(wait_s, 0.0))
        except queue.Empty:
            return True
        match message:
            case _Stop():
                return False
            case Job():
                self._rig.expose(message)
            case _Said(life, said):
                self._rig.heard(life, said)
        return True
