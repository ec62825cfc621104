"""The bench's cameras and its light: from the wish for a shot to a fresh, kept frame.

`Rig` is driven from one thread and never waits: it says when it wants to be woken.
"""

import hashlib
import itertools
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from station.adapters.cameras.bench_camera import BenchCamera, look_of
from station.adapters.cameras.freshness import Refusal
from station.adapters.cameras.job import Asked, Job, frame_of
from station.adapters.cameras.lighting import Lighting, LightSettings
from station.adapters.cameras.link import (
    Alive,
    Begun,
    Captured,
    Delivered,
    Failed,
    Gone,
    Grab,
    Looked,
    Opened,
)
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.ports import Clock, Emit, Keep, Light
from station.adapters.cameras.prover import Prover, Step, Trial
from station.domain.capture import Frame, Pose, Shot
from station.domain.events import BenchSeen, Exposed, ExposureFailed, ProofFailed, Proved
from station.domain.faults import Fault, FaultCode, StationError
from station.domain.light_proof import Mix

_log = logging.getLogger(__name__)


class Rig:
    """Takes jobs in order, one at a time, and answers each by Exposed or ExposureFailed.

    The cameras share the light, so no two of them expose at once. While a frame is looked over, the
    light of the next one settles.
    """

    def __init__(
        self,
        cameras: Sequence[BenchCamera],
        light: Light,
        pixels: Pixels,
        keep: Keep,
        emit: Emit,
        clock: Clock,
        settings: LightSettings | None = None,
        prover: Prover | None = None,
    ) -> None:
        """`prover` says which pictures are believed; without one all that are fresh are."""
        self._prover = prover
        self._cameras = {camera.name: camera for camera in cameras}
        self._light = Lighting(light, clock, settings or LightSettings())
        self._pixels = pixels
        self._keep = keep
        self._emit = emit
        self._clock = clock
        self._requests = itertools.count(1)
        self._jobs: deque[Job] = deque()
        self._asked: Asked | None = None

    def begin(self) -> None:
        """Start the cameras under the resting light."""
        for camera in self._cameras.values():
            camera.lifeline.begin()
        self._light.rest()

    def end(self) -> None:
        """Let go of the cameras."""
        for camera in self._cameras.values():
            camera.lifeline.end()

    def expose(self, job: Job) -> None:
        """Take the job, unless the same exposure is waiting or under way already."""
        if job in self._jobs or (self._asked and self._asked.job == job):
            return
        due_s = self._clock.monotonic() + job.shot.pause_s
        self._jobs.append(replace(job, not_before_s=due_s))
        self._proceed()

    def prove(self, inspection: str, pose: Pose, frames: Sequence[Frame]) -> None:
        """Show the pose a light pattern, unless the same frames are being tried already."""
        digests = tuple(frame.digest for frame in frames)
        asked = [self._asked.job] if self._asked else []
        if any(job.trial and job.trial.digests == digests for job in (*self._jobs, *asked)):
            return
        if self._prover is None:
            raise ValueError("a rig without a prover proves nothing")
        trial = self._prover.trial(inspection, pose, frames)
        if isinstance(trial, Refusal):
            fault = Fault(trial.code, pose.shots[0].camera, trial.detail)
            self._emit(ProofFailed(self._clock.now(), inspection, pose.name, digests, fault))
            return
        for number, step in enumerate(trial.steps):
            shot = Shot(f"{pose.name} step {number}", step.camera, str(step.mix))
            self._jobs.append(Job(inspection, 0, shot, trial, step.mix))
        self._proceed()

    def heard(self, name: str, life: int, message: object | None) -> None:
        """The child of a camera, of that life, says something; None is its end."""
        camera = self._cameras[name]
        if life != camera.lifeline.life:
            return
        match message:
            case None:
                self._lose(camera, "The camera's process ended.")
            case Gone(detail, code):
                self._lose(camera, detail, code)
            case Begun():
                camera.lifeline.begun()
            case Opened():
                camera.lifeline.opened()
            case Captured(request) if asked := self._asked_of(camera, request):
                camera.lifeline.heard()
                self._captured(asked)
            case Delivered() | Failed() if asked := self._asked_of(camera, message.request):
                camera.lifeline.well()
                self._finish(asked, message)
            case Looked() if camera.frozen(message):
                self._lose(camera, "The camera repeats one and the same picture.")
            case Looked():
                camera.lifeline.well()
                self._looked(camera, message)
            case Alive():
                camera.lifeline.well()
            case _:
                camera.lifeline.heard()
        self._proceed()

    def wake(self) -> None:
        """See to what has become due."""
        now = self._clock.monotonic()
        for camera in self._cameras.values():
            asked = self._asked_of(camera)
            if asked and now >= asked.until_s:
                self._lose(camera, f"The camera gave no picture within {camera.answer_s:g} s.")
            elif late := camera.lifeline.overdue():
                self._lose(camera, late)
            camera.lifeline.restart_if_due()
        self._proceed()

    def due_s(self) -> float:
        """When to wake it next, on the monotonic clock."""
        wakes = [camera.lifeline.due_s() for camera in self._cameras.values()]
        if self._asked:
            wakes.append(self._asked.until_s)
        elif self._jobs:
            camera = self._cameras.get(self._jobs[0].shot.camera)
            if camera is not None and camera.lifeline.up:
                wakes.append(max(self._light.settled_s, self._jobs[0].not_before_s))
        return min(wakes)

    def _proceed(self) -> None:
        """Ask for the next frame once its camera is up and its light has settled."""
        while self._jobs and not self._asked:
            job = self._jobs[0]
            try:
                camera = self._ready(job)
            except StationError as error:
                self._jobs.popleft()
                self._fail(job, error.fault)
                continue
            if camera is None:
                return
            self._ask(self._jobs.popleft(), camera)

    def _ready(self, job: Job) -> BenchCamera | None:
        """The camera of a job once its light is set and settled; none until then.

        StationError if it can not be had: for a lost camera the machine asks again later.
        """
        name = job.shot.camera
        camera = self._cameras.get(name)
        if camera is None:
            detail = f"This bench has no camera {name}: correct the capture recipe."
            raise StationError(Fault(FaultCode.CAMERA_LOST, name, detail, blocks=True))
        if camera.lifeline.blocked:
            raise StationError(camera.lifeline.fault)
        if not camera.lifeline.up:
            return None
        self._light.apply(job.light)
        due_s = max(self._light.settled_s, job.not_before_s)
        return camera if self._clock.monotonic() >= due_s else None

    def _asked_of(self, camera: BenchCamera, request: int | None = None) -> Asked | None:
        """The grab that a camera still owes; only that of `request`, if one is named."""
        asked = self._asked
        if asked is None or asked.camera is not camera or request not in (None, asked.request):
            return None
        return asked

    def _ask(self, job: Job, camera: BenchCamera) -> None:
        settings = camera.settings
        request, place = next(self._requests), self._pixels.take(settings.width, settings.height)
        settled_s, until_s = self._light.settled_s, self._clock.monotonic() + camera.answer_s
        self._asked = Asked(request, job, camera, place, settled_s, until_s)
        grab = Grab(request, job.shot.light, settled_s, place, job.shot.mask_labels)
        try:
            camera.lifeline.send(grab)
        except OSError:
            self._lose(camera, "The camera's process ended.")

    def _captured(self, asked: Asked) -> None:
        """The exposure is over: was its light steady? The next one may come."""
        if asked.captured:
            return
        asked.captured = True
        asked.unsteady = self._light.move_on(asked.job.light, self._following(asked.job))

    def _following(self, job: Job) -> str | Mix | None:
        """The light of what comes after a job, as far as that is known."""
        if self._jobs:
            return self._jobs[0].light
        if job.proves is not None and self._prover is not None:
            return self._prover.begin(job.inspection, job.proves)
        return job.then or None

    def _finish(self, asked: Asked, answer: Delivered | Failed) -> None:
        self._captured(asked)
        self._asked = None
        job, camera = asked.job, asked.camera
        if isinstance(answer, Failed):
            self._pixels.give_back(asked.place)
            self._refused(camera, job, Refusal(answer.code, answer.detail))
            return
        digest = hashlib.sha256(answer.evidence).hexdigest()
        refusal = camera.fresh.refuse(
            answer, digest, job.shot.light, asked.settled_s, self._clock.monotonic()
        )
        refusal = refusal or asked.unsteady
        if refusal is None and job.trial is None and self._prover is not None:
            picture = self._pixels.written(asked.place)
            refusal = self._prover.refuse(job.inspection, job.shot, digest, picture, answer.masked)
        if refusal:
            self._pixels.give_back(asked.place)
            self._refused(camera, job, refusal)
            return
        if job.trial is not None and job.mix is not None:
            self._tried(asked, job.trial, job.mix)
            return
        frame = frame_of(job.shot, digest, answer, self._clock)
        try:
            self._keep(job.inspection, frame, answer.evidence)
        except StationError as error:
            self._pixels.give_back(asked.place)
            self._fail(job, error.fault)
            return
        self._pixels.put(digest, job.inspection, asked.place)
        self._emit(Exposed(self._clock.now(), job.inspection, job.take, frame))

    def _tried(self, asked: Asked, trial: Trial, mix: Mix) -> None:
        """A step of a trial was pictured; after the last one it is told."""
        job, camera = asked.job, asked.camera
        outcome = trial.see(Step(camera.name, mix), self._pixels.written(asked.place))
        self._pixels.give_back(asked.place)
        if isinstance(outcome, Refusal):
            self._refused(camera, job, outcome)
        elif outcome is not None:
            self._emit(Proved(self._clock.now(), job.inspection, trial.pose, outcome))

    def _lose(
        self, camera: BenchCamera, detail: str, code: FaultCode = FaultCode.CAMERA_LOST
    ) -> None:
        """A camera's child is lost: kill what is left of it and start another when allowed."""
        _log.info("camera %s: %s", camera.name, detail)
        dead = camera.lifeline.lose(detail, code)
        camera.restarted()
        asked = self._asked_of(camera)
        if asked:
            self._asked = None
            # A process that cannot be killed might still write there, so that place is given up.
            if dead:
                self._pixels.give_back(asked.place)
            self._refused(camera, asked.job, Refusal(code, detail))

    def _refused(self, camera: BenchCamera, job: Job, refusal: Refusal) -> None:
        self._fail(job, Fault(refusal.code, camera.name, refusal.detail))

    def _fail(self, job: Job, fault: Fault) -> None:
        now = self._clock.now()
        if job.trial is None:
            self._emit(ExposureFailed(now, job.inspection, job.take, job.shot.name, fault))
            return
        trial = job.trial
        self._jobs = deque(other for other in self._jobs if other.trial is not trial)
        self._emit(ProofFailed(now, job.inspection, trial.pose, trial.digests, fault))

    def _looked(self, camera: BenchCamera, looked: Looked) -> None:
        if camera.presence is None or self._jobs or self._asked:
            return
        self._light.rest()
        if looked.monotonic_s < self._light.settled_s:
            return
        view = camera.presence.see(look_of(looked))
        if view is not None:
            self._emit(BenchSeen(self._clock.now(), view))
