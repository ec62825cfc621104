"""What waits to be examined, and the child process that examines it.

`WaitingLine` is driven from one thread and never waits: it says when it wants to be woken. Another
model pack is loaded beside the one that works, and takes over between two examinations once it is
warm: until then, and if it is refused, nothing changes.
"""

import itertools
import logging
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from station.adapters.examiner.link import (
    ExaminePose,
    PackRefused,
    PoseDone,
    Ready,
    SharedPicture,
    ShotToExamine,
)
from station.adapters.examiner.ports import Child, Children, Clock, Emit, Evidence, Lend
from station.domain.capture import Frame, Pose
from station.domain.events import FaultCleared, FaultRaised, PoseAnswered
from station.domain.faults import Fault, FaultCode, StationError
from station.domain.inspection import PoseExamined
from station.domain.item import Item

_log = logging.getLogger(__name__)

SUBJECT = "examiner"
SUCCESSOR = "examiner-successor"

_START_S = 60.0
_BROKEN = "The examination process ended in the middle of its work."


@dataclass(frozen=True, slots=True)
class Job:
    """One wished-for examination."""

    inspection: str
    take: int
    pose: Pose
    frames: tuple[Frame, ...]
    item: Item
    least: float | None = None
    """The confidence from which findings are reported; without it, that of the pack."""
    learn: bool = False
    """Remember it as a good example; nobody waits for an answer."""


@dataclass(slots=True)
class _Asked:
    request: int
    job: Job
    until_s: float
    lent: ExitStack


@dataclass(slots=True)
class _Successor:
    """Another child that warms up, to take the place of the one that works."""

    children: Children
    child: Child
    life: int
    until_s: float
    ready: Ready | None = None


class WaitingLine:
    """Takes jobs in order, one at a time; every job is answered, if need be by its failure."""

    def __init__(
        self,
        children: Children,
        post: Callable[[int, object | None], None],
        lend: Lend,
        evidence: Evidence,
        emit: Emit,
        clock: Clock,
        answer_s: float,
    ) -> None:
        self._children = children
        self._post = post
        self._lend = lend
        self._evidence = evidence
        self._emit = emit
        self._clock = clock
        self._answer_s = answer_s
        self._requests = itertools.count(1)
        self._jobs: deque[Job] = deque()
        self._asked: _Asked | None = None
        self._child: Child | None = None
        self._successor: _Successor | None = None
        self._lives = itertools.count(1)
        self._life = 0
        self._model_pack: str | None = None
        self._up = False
        self._fault: Fault | None = None
        self._patience_until_s = float("inf")
        self._restart_at_s = float("inf")

    def begin(self) -> None:
        """Start the child, so that the model is warm before the first item."""
        self._start()

    def end(self) -> None:
        """End the child for good."""
        self._restart_at_s = float("inf")
        self._drop_successor()
        self._drop()

    def exchange(self, children: Children) -> None:
        """Warm a child of another kind up; it takes over once it is ready and nothing is asked."""
        self._drop_successor()
        self._clear(SUCCESSOR)
        life = next(self._lives)
        child = children.start(lambda message: self._post(life, message))
        until_s = self._clock.monotonic() + _START_S
        self._successor = _Successor(children, child, life, until_s)

    def examine(self, job: Job) -> None:
        """Take the job, unless the same examination is waiting or under way already."""
        busy = [*self._jobs, *([self._asked.job] if self._asked else [])]
        if job in busy:
            return
        # What is only to be remembered waits until nobody waits for a verdict.
        first_idle = next((n for n, each in enumerate(self._jobs) if each.learn), len(self._jobs))
        self._jobs.insert(len(self._jobs) if job.learn else first_idle, job)
        self._proceed()

    def heard(self, life: int, message: object | None) -> None:
        """The child of that life says something; None is its end."""
        if self._successor and life == self._successor.life:
            self._heard_successor(message)
            return
        if life != self._life:
            return
        match message:
            case Ready(model_pack):
                self._model_pack, self._up = model_pack, True
                self._patience_until_s = float("inf")
                self._cleared()
            case PackRefused(detail):
                self._refuse(detail)
            case PoseDone(request, result) if self._asked and self._asked.request == request:
                self._answer(result)
            case None:
                self._lose(_BROKEN)
            case _:
                pass
        self._proceed()

    def wake(self) -> None:
        """See to what has become due."""
        now = self._clock.monotonic()
        if self._asked and now >= self._asked.until_s:
            self._lose(f"The examination took longer than {self._answer_s:g} s.")
        elif self._child and now >= self._patience_until_s:
            self._lose("The examination process did not start.")
        elif not self._child and now >= self._restart_at_s:
            self._start()
        if self._successor and now >= self._successor.until_s:
            self._give_up_successor("It did not start.")
        self._proceed()

    def due_s(self) -> float:
        """When to wake it next, on the monotonic clock."""
        successor_s = self._successor.until_s if self._successor else float("inf")
        if self._asked:
            return min(self._asked.until_s, successor_s)
        return min(self._patience_until_s if self._child else self._restart_at_s, successor_s)

    def _heard_successor(self, message: object | None) -> None:
        match message:
            case Ready() if self._successor:
                self._successor.ready = message
                self._successor.until_s = float("inf")
            case PackRefused(detail):
                self._give_up_successor(detail)
            case _:
                self._give_up_successor("It ended while it was loading.")
        self._proceed()

    def _give_up_successor(self, why: str) -> None:
        self._drop_successor()
        words = f"The model pack that was to take over cannot: {why} The one before goes on."
        fault = Fault(FaultCode.PACK_REFUSED, SUCCESSOR, words)
        self._emit(FaultRaised(self._clock.now(), fault))

    def _take_over(self) -> None:
        """Let a warm successor work, unless an examination is under way."""
        successor = self._successor
        if self._asked or not successor or not successor.ready:
            return
        self._successor = None
        self._drop()
        self._children, self._child = successor.children, successor.child
        self._life, self._up = successor.life, True
        self._model_pack = successor.ready.model_pack
        self._patience_until_s = self._restart_at_s = float("inf")
        self._cleared()

    def _proceed(self) -> None:
        self._take_over()
        if self._fault and self._fault.blocks:
            while self._jobs:
                self._fail(self._jobs.popleft(), self._fault.detail)
        if self._asked or not self._jobs or not self._child or not self._up:
            return
        job = self._jobs.popleft()
        self._asked = _Asked(
            next(self._requests), job, self._clock.monotonic() + self._answer_s, ExitStack()
        )
        try:
            self._child.send(self._request(self._asked))
        except StationError as error:
            self._answer(self._failed(job, str(error)))
            self._proceed()
        except OSError:
            self._lose(_BROKEN)

    def _request(self, asked: _Asked) -> ExaminePose:
        job = asked.job
        shots = tuple(
            ShotToExamine(frame.shot, frame.light, self._picture(asked.lent, frame.digest))
            for frame in job.frames
        )
        return ExaminePose(
            asked.request,
            job.pose.name,
            shots,
            job.item.size_mm,
            self._clock.now(),
            job.frames[0].camera if job.frames else "",
            job.item.code.gtin,
            job.learn,
            job.pose.rounded,
            job.least,
        )

    def _picture(self, lent: ExitStack, digest: str) -> SharedPicture | bytes:
        """The shared pixels; after a restart they are gone, and the evidence is decoded again."""
        place = lent.enter_context(self._lend(digest))
        if place is None:
            return self._evidence(digest)
        return SharedPicture(place.name, place.width, place.height)

    def _answer(self, result: PoseExamined) -> None:
        asked, self._asked = self._asked, None
        if asked:
            asked.lent.close()
            self._tell(asked.job, result)

    def _fail(self, job: Job, why: str) -> None:
        self._tell(job, self._failed(job, why))

    def _tell(self, job: Job, result: PoseExamined) -> None:
        if not job.learn:
            self._emit(PoseAnswered(self._clock.now(), job.inspection, job.take, result))

    def _failed(self, job: Job, why: str) -> PoseExamined:
        return PoseExamined(job.pose.name, (), self._model_pack or "none", None, failure=why)

    def _lose(self, why: str) -> None:
        """Kill the child and start another; the pose it was at goes to a person."""
        _log.info("examiner: %s", why)
        self._drop()
        wait_s = self._children.wait_s()
        self._restart_at_s = self._clock.monotonic() + wait_s
        if wait_s > 0:
            words = f"{why} Starting it again did not help: restart the computer."
            self._raise(Fault(FaultCode.EXAMINER_DOWN, SUBJECT, words, blocks=True))
        else:
            self._raise(Fault(FaultCode.EXAMINER_DOWN, SUBJECT, why))
        if self._asked:
            self._answer(self._failed(self._asked.job, why))

    def _refuse(self, detail: str) -> None:
        """The pack or the calibration cannot be used; starting again would change nothing."""
        self._drop()
        self._restart_at_s = float("inf")
        self._raise(Fault(FaultCode.PACK_REFUSED, SUBJECT, detail, blocks=True))

    def _start(self) -> None:
        life = self._life = next(self._lives)
        self._child = self._children.start(lambda message: self._post(life, message))
        self._patience_until_s = self._clock.monotonic() + _START_S

    def _drop(self) -> None:
        child, self._child = self._child, None
        self._up = False
        self._life = 0
        if child:
            child.kill()

    def _drop_successor(self) -> None:
        successor, self._successor = self._successor, None
        if successor:
            successor.child.kill()

    def _raise(self, fault: Fault) -> None:
        if self._fault is None or (fault.blocks and not self._fault.blocks):
            self._fault = fault
            self._emit(FaultRaised(self._clock.now(), fault))

    def _cleared(self) -> None:
        if self._fault:
            self._fault = None
            self._clear(SUBJECT)

    def _clear(self, subject: str) -> None:
        self._emit(FaultCleared(self._clock.now(), subject))
