"""The examiner in a thread of its own: the station's Examiner."""

import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from station.adapters.examiner.ports import Children, Clock, Emit, Evidence, Lend
from station.adapters.examiner.waiting_line import SUBJECT, Job, WaitingLine
from station.domain.capture import Frame, Pose
from station.domain.events import FaultRaised
from station.domain.faults import Fault, FaultCode
from station.domain.item import Item

_log = logging.getLogger(__name__)

_LONGEST_SLEEP_S = 60.0


@dataclass(frozen=True, slots=True)
class _Said:
    life: int
    message: object | None


@dataclass(frozen=True, slots=True)
class _Exchange:
    children: Children


@dataclass(frozen=True, slots=True)
class _Stop:
    pass


class ExaminerProcess:
    """Asks are queued and return at once; the answers come as events."""

    def __init__(
        self,
        *,
        children: Children,
        lend: Lend,
        evidence: Evidence,
        emit: Emit,
        clock: Clock,
        answer_s: float = 10.0,
    ) -> None:
        """`children` starts `station.adapters.examiner.child.run_examiner` with a loader.

        A pose that takes longer than `answer_s` is answered as failed and the child is killed.
        """
        self._inbox: queue.SimpleQueue[Job | _Said | _Exchange | _Stop] = queue.SimpleQueue()
        self._emit = emit
        self._clock = clock
        self._line = WaitingLine(
            children,
            lambda life, message: self._inbox.put(_Said(life, message)),
            lend,
            evidence,
            emit,
            clock,
            answer_s,
        )
        self._thread = threading.Thread(target=self._run, name=SUBJECT)

    def start(self) -> None:
        """Load and warm the model; events may come from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End the child and this thread; no event comes after it."""
        if self._thread.ident is not None:
            self._inbox.put(_Stop())
            self._thread.join()

    def examine(
        self,
        inspection: str,
        take: int,
        pose: Pose,
        frames: Sequence[Frame],
        item: Item,
        least: float | None = None,
    ) -> None:
        """Ask for the findings of a pose, of confidence `least` or more where it is given."""
        self._inbox.put(Job(inspection, take, pose, tuple(frames), item, least))

    def learn(self, inspection: str, pose: Pose, frames: Sequence[Frame], item: Item) -> None:
        """Remember a pose of a confirmed-good item as an example; nothing answers."""
        self._inbox.put(Job(inspection, 0, pose, tuple(frames), item, learn=True))

    def exchange(self, children: Children) -> None:
        """Work with another model pack from the next examination on, once it is warm.

        Where it is refused the one before goes on, and a fault that stops nothing says so.
        """
        self._inbox.put(_Exchange(children))

    def _run(self) -> None:
        try:
            self._line.begin()
            while self._turn():
                pass
        except Exception:
            _log.exception("The examiner failed.")
            detail = "The examiner's part of the station failed: start the station again."
            fault = Fault(FaultCode.STATION_BUG, SUBJECT, detail, blocks=True)
            self._emit(FaultRaised(self._clock.now(), fault))
        finally:
            self._line.end()

    def _turn(self) -> bool:
        """See to what is due, then take one message; False at the end."""
        if self._line.due_s() <= self._clock.monotonic():
            self._line.wake()
        wait_s = min(self._line.due_s() - self._clock.monotonic(), _LONGEST_SLEEP_S)
        try:
            message = self._inbox.get(timeout=max(wait_s, 0.0))
        except queue.Empty:
            return True
        match message:
            case _Stop():
                return False
            case Job():
                self._line.examine(message)
            case _Exchange(children):
                self._line.exchange(children)
            case _Said(life, said):
                self._line.heard(life, said)
        return True
