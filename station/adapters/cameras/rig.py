"""One camera and the bench's light: from the wish for a shot to a fresh, kept frame.

`Rig` is driven from one thread and never waits: it says when it wants to be woken.
"""

import hashlib
import itertools
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from station.adapters.cameras.freshness import Freshness, Refusal
from station.adapters.cameras.lifeline import Lifeline
from station.adapters.cameras.link import (
    LOOK_HEIGHT,
    LOOK_WIDTH,
    Alive,
    Delivered,
    Failed,
    Gone,
    Grab,
    Looked,
)
from station.adapters.cameras.pixels import PixelPlace, Pixels
from station.adapters.cameras.ports import Clock, Emit, Keep, Light
from station.adapters.cameras.presence import Look, Presence
from station.domain.capture import Frame, Shot
from station.domain.events import BenchSeen, Exposed, ExposureFailed
from station.domain.faults import Fault, FaultCode, StationError

_log = logging.getLogger(__name__)

_MOST_REPEATED_LOOKS = 24
"""Previews without a single changed pixel after which a camera is believed to be frozen."""


@dataclass(frozen=True, slots=True)
class RigSettings:
    """The camera's name, its picture size, and how long light and camera may take.

    The presence watch looks under `resting_light` only; `black_below` is a mean grey value.
    """

    camera: str
    width: int
    height: int
    resting_light: str = "bright"
    settle_s: float = 0.1
    answer_s: float = 3.0
    silence_s: float = 3.0
    start_s: float = 15.0
    black_below: float = 6.0


@dataclass(frozen=True, slots=True)
class Job:
    """One wished-for exposure."""

    inspection: str
    take: int
    shot: Shot


@dataclass(frozen=True, slots=True)
class _Asked:
    """The grab that is out: it belongs to one life of the camera's child."""

    request: int
    job: Job
    place: PixelPlace
    until_s: float


class Rig:
    """Takes jobs in order, one at a time, and answers each by Exposed or ExposureFailed."""

    def __init__(
        self,
        settings: RigSettings,
        lifeline: Lifeline,
        light: Light,
        pixels: Pixels,
        keep: Keep,
        emit: Emit,
        clock: Clock,
        presence: Presence | None = None,
        show: Callable[[Look], None] | None = None,
    ) -> None:
        self._settings = settings
        self._lifeline = lifeline
        self._lamp = light
        self._pixels = pixels
        self._keep = keep
        self._emit = emit
        self._clock = clock
        self._presence = presence
        self._show = show
        self._fresh = Freshness(settings.width, settings.height, settings.black_below)
        self._requests = itertools.count(1)
        self._jobs: deque[Job] = deque()
        self._asked: _Asked | None = None
        self._light: str | None = None
        self._lit_s = self._settled_s = float("-inf")
        self._look = b""
        self._repeated_looks = 0

    def begin(self) -> None:
        """Start the camera under the resting light."""
        self._lifeline.begin()
        self._rest()

    def end(self) -> None:
        """Let go of the camera."""
        self._lifeline.end()

    def expose(self, job: Job) -> None:
        """Take the job, unless the same exposure is waiting or under way already."""
        if job in self._jobs or (self._asked and self._asked.job == job):
            return
        self._jobs.append(job)
        self._proceed()

    def heard(self, life: int, message: object | None) -> None:
        """The camera's child of that life says something; None is its end."""
        if life != self._lifeline.life:
            return
        match message:
            case None:
                self._lose("The camera's process ended.")
            case Gone(detail, code):
                self._lose(detail, code)
            case Delivered() | Failed() if self._asked and message.request == self._asked.request:
                self._lifeline.well()
                self._finish(self._asked, message)
            case Looked() if self._frozen(message.pixels):
                self._lose("The camera repeats one and the same picture.")
            case Looked():
                self._lifeline.well()
                self._looked(message)
            case Alive():
                self._lifeline.well()
            case _:
                self._lifeline.heard()
        self._proceed()

    def wake(self) -> None:
        """See to what has become due."""
        now = self._clock.monotonic()
        if self._asked and now >= self._asked.until_s:
            self._lose(f"The camera gave no picture within {self._settings.answer_s:g} s.")
        elif self._lifeline.overdue():
            self._lose("The camera has fallen silent.")
        self._lifeline.restart_if_due()
        self._proceed()

    def due_s(self) -> float:
        """When to wake it next, on the monotonic clock."""
        wakes = [self._lifeline.due_s()]
        if self._asked:
            wakes.append(self._asked.until_s)
        elif self._jobs and self._lifeline.up:
            wakes.append(self._settled_s)
        return min(wakes)

    def _proceed(self) -> None:
        """Ask for the next frame once the camera is up and its light has settled."""
        if self._lifeline.blocked:
            self._give_up()
        if self._asked or not self._jobs or not self._lifeline.up:
            return
        job = self._jobs[0]
        if job.shot.camera != self._settings.camera:
            detail = f"This bench has no camera {job.shot.camera}: correct the capture recipe."
            self._jobs.popleft()
            self._fail(job, Fault(FaultCode.CAMERA_LOST, job.shot.camera, detail, blocks=True))
            self._proceed()
            return
        try:
            self._apply(job.shot.light)
        except StationError as error:
            self._jobs.popleft()
            self._fail(job, error.fault)
            return
        now = self._clock.monotonic()
        if now < self._settled_s:
            return
        self._jobs.popleft()
        request, place = next(self._requests), self._pixels.take()
        self._asked = _Asked(request, job, place, now + self._settings.answer_s)
        try:
            self._lifeline.send(Grab(request, job.shot.light, self._settled_s, place))
        except OSError:
            self._lose("The camera's process ended.")

    def _finish(self, asked: _Asked, answer: Delivered | Failed) -> None:
        self._asked = None
        if isinstance(answer, Failed):
            self._pixels.give_back(asked.place)
            self._refused(asked.job, Refusal(answer.code, answer.detail))
            return
        job, digest = asked.job, hashlib.sha256(answer.evidence).hexdigest()
        refusal = self._fresh.refuse(
            answer, digest, job.shot.light, self._settled_s, self._clock.monotonic()
        )
        refusal = refusal or self._unsteady(job.shot.light)
        if refusal:
            self._pixels.give_back(asked.place)
            self._refused(job, refusal)
            return
        frame = self._frame(job, digest, answer)
        try:
            self._keep(job.inspection, frame, answer.evidence)
        except StationError as error:
            self._pixels.give_back(asked.place)
            self._fail(job, error.fault)
            return
        self._pixels.put(digest, job.inspection, asked.place)
        self._emit(Exposed(self._clock.now(), job.inspection, job.take, frame))

    def _frame(self, job: Job, digest: str, answer: Delivered) -> Frame:
        age = timedelta(seconds=self._clock.monotonic() - answer.monotonic_s)
        return Frame(
            shot=job.shot.name,
            camera=job.shot.camera,
            light=job.shot.light,
            digest=digest,
            media_type=answer.media_type,
            width=answer.width,
            height=answer.height,
            sequence=answer.sequence,
            monotonic_s=answer.monotonic_s,
            exposed_at=self._clock.now() - age,
        )

    def _lose(self, detail: str, code: FaultCode = FaultCode.CAMERA_LOST) -> None:
        """The camera's child is lost: kill what is left of it and start another when allowed."""
        _log.info("camera %s: %s", self._settings.camera, detail)
        dead = self._lifeline.lose(detail, code)
        self._fresh.restarted()
        self._repeated_looks = 0
        asked, self._asked = self._asked, None
        if asked:
            # A process that cannot be killed might still write there, so that place is given up.
            if dead:
                self._pixels.give_back(asked.place)
            self._refused(asked.job, Refusal(code, detail))

    def _give_up(self) -> None:
        """Nothing can be pictured until the camera is back; the machine asks again then."""
        while self._jobs:
            self._fail(self._jobs.popleft(), self._lifeline.fault)

    def _refused(self, job: Job, refusal: Refusal) -> None:
        self._fail(job, Fault(refusal.code, self._settings.camera, refusal.detail))

    def _fail(self, job: Job, fault: Fault) -> None:
        now = self._clock.now()
        self._emit(ExposureFailed(now, job.inspection, job.take, job.shot.name, fault))

    def _apply(self, light: str) -> None:
        """Set the light; it has to settle only where it changed."""
        settle_s = max(self._lamp.apply(light), self._settings.settle_s)
        if light != self._light or not self._lamp.steady_since(self._lit_s):
            self._light = light
            self._lit_s = self._clock.monotonic()
            self._settled_s = self._lit_s + settle_s

    def _unsteady(self, light: str) -> Refusal | None:
        """Have the light confirmed once more: its controller may have restarted meanwhile."""
        try:
            self._lamp.apply(light)
        except StationError as error:
            return Refusal(error.fault.code, error.fault.detail)
        if self._lamp.steady_since(self._lit_s):
            return None
        detail = "The light changed while the picture was taken: check the controller's power."
        return Refusal(FaultCode.LIGHT_LOST, detail)

    def _rest(self) -> None:
        if self._light == self._settings.resting_light:
            return
        try:
            self._apply(self._settings.resting_light)
        except StationError as error:
            _log.info("The resting light cannot be set: %s", error)

    def _frozen(self, look: bytes) -> bool:
        """Whether previews have been the same to the last bit for too long for a live sensor."""
        self._repeated_looks = self._repeated_looks + 1 if look == self._look else 0
        self._look = look
        return self._repeated_looks >= _MOST_REPEATED_LOOKS

    def _looked(self, looked: Looked) -> None:
        look = np.frombuffer(looked.pixels, np.uint8).reshape(LOOK_HEIGHT, LOOK_WIDTH)
        if self._show:
            self._show(look)
        if self._jobs or self._asked:
            return
        self._rest()
        if self._presence is None or looked.monotonic_s < self._settled_s:
            return
        view = self._presence.see(look)
        if view is not None:
            self._emit(BenchSeen(self._clock.now(), view))
