"""The packs of a running bench: the live one follows the shelf, the one in shadow looks on."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from models.runtime.errors import PackError
from models.runtime.pack import read_pack
from station.adapters.clock import SystemClock
from station.adapters.examiner.examiner_process import ExaminerProcess
from station.adapters.frames import FrameFiles
from station.adapters.shelf import ShelfFiles
from station.app.packs import key_lists, trusted
from station.app.shelf import pack_path
from station.app.wiring import BenchParts, Emit, examiner_children, shadow_of
from station.domain.events import Event, FaultRaised, PoseAnswered
from station.domain.faults import StationError
from station.domain.inspection import Inspection, PoseExamined
from station.workflow.shadowing import compared, tasks

_log = logging.getLogger(__name__)

MOST_WAITING = 20
"""Inspections that wait for the shadow; when it falls further behind, some are not compared."""


class PackShift:
    """Follows the shelf of a running bench. Driven from the bench's thread."""

    def __init__(
        self,
        parts: BenchParts,
        files: ShelfFiles,
        examiner: ExaminerProcess,
        frames: FrameFiles,
        latest: Callable[[int], Sequence[Inspection]],
        emit: Emit,
        clock: SystemClock,
    ) -> None:
        """`latest` gives so many of the latest inspections, the newest first."""
        self._parts = parts
        self._files = files
        self._latest = latest
        self._examiner = examiner
        self._frames = frames
        self._emit = emit
        self._clock = clock
        self._stamp = files.stamp()
        self._live = files.shelf().live
        self._shadow: ShadowBench | None = None

    def start(self) -> None:
        """Let the pack in shadow look on, if there is one."""
        self._follow_shadow(self._files.shelf().shadow)

    def follow(self) -> None:
        """Take up what changed on the shelf; called between two items."""
        stamp = self._files.stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            shelf = self._files.shelf()
        except StationError as error:
            self._emit(FaultRaised(self._clock.now(), error.fault))
            return
        if self._parts.pack is None and shelf.live != self._live:
            self._live = shelf.live
            path = pack_path(self._files, shelf.live)
            _log.info("The pack %s takes over", shelf.live)
            self._examiner.exchange(
                examiner_children(self._parts, path, key_lists(self._files), self._clock)
            )
        self._follow_shadow(shelf.shadow)

    def ended(self, inspection: Inspection) -> None:
        """An inspection ended: the pack in shadow is asked about it too."""
        if self._shadow is not None:
            self._shadow.ask(inspection)

    def stop(self) -> None:
        """End the shadow's process."""
        if self._shadow is not None:
            self._shadow.stop()

    def _follow_shadow(self, name: str | None) -> None:
        current = self._shadow.name if self._shadow else None
        if name == current:
            return
        if self._shadow is not None:
            self._shadow.stop()
            self._shadow = None
        if name is not None:
            self._shadow = self._started(name)

    def _started(self, name: str) -> "ShadowBench | None":
        lists = key_lists(self._files)
        try:
            pack = read_pack(self._files.path(name), trusted(lists))
        except PackError as error:
            _log.info("The pack %s in shadow is refused: %s", name, error)
            return None
        shadow = ShadowBench(name, pack.digest, self._parts, self._files, self._clock)
        done = {one.inspection for one in self._files.compared(pack.digest)}
        shadow.start(
            shadow_of(self._parts, pack.path, lists, self._frames, shadow.hear, self._clock)
        )
        for inspection in reversed(self._latest(MOST_WAITING)):
            if inspection.id not in done:
                shadow.ask(inspection)
        return shadow


@dataclass(slots=True)
class _Open:
    inspection: Inspection
    asked: int
    answers: list[PoseExamined] = field(default_factory=list)


class ShadowBench:
    """One pack that looks on; what it would have graded is kept on the shelf and nowhere else."""

    def __init__(
        self, name: str, digest: str, parts: BenchParts, files: ShelfFiles, clock: SystemClock
    ) -> None:
        self.name = name
        self._digest = digest
        self._setup = parts.setup
        self._files = files
        self._clock = clock
        self._open: dict[str, _Open] = {}
        self._examiner: ExaminerProcess | None = None

    def start(self, examiner: ExaminerProcess) -> None:
        """Begin to look on with this examiner, which answers to `hear`."""
        self._examiner = examiner
        examiner.start()

    def stop(self) -> None:
        """End the examiner; what it was at is not compared."""
        if self._examiner is not None:
            self._examiner.stop()

    def ask(self, inspection: Inspection) -> None:
        """Have the poses of an ended inspection examined again, from its evidence."""
        wanted = tasks(self._setup, inspection)
        if self._examiner is None or not wanted or len(self._open) >= MOST_WAITING:
            return
        self._open[inspection.id] = _Open(inspection, len(wanted))
        for task in wanted:
            self._examiner.examine(
                task.inspection, 0, task.pose, task.frames, task.item, task.least
            )

    def hear(self, event: Event) -> None:
        """An answer of the examiner; called from its thread. Its faults stop nothing."""
        if isinstance(event, FaultRaised):
            _log.info("The pack %s in shadow: %s", self.name, event.fault.detail)
        if not isinstance(event, PoseAnswered) or event.inspection not in self._open:
            return
        this = self._open[event.inspection]
        this.answers.append(event.result)
        if len(this.answers) < this.asked:
            return
        del self._open[event.inspection]
        made = compared(self._setup, this.inspection, this.answers, self._clock.now())
        if made is not None:
            try:
                self._files.compare(self._digest, made)
            except StationError as error:
                _log.info("The comparison of %s is lost: %s", event.inspection, error)
