"""Confirmed-good items become the examples that later ones of their goods are held beside."""

from collections.abc import Callable
from datetime import datetime

from station.adapters.examiner.examiner_process import ExaminerProcess
from station.domain.events import LastEnded
from station.domain.grading import Condition
from station.workflow.labels import flawless
from station.workflow.shadowing import tasks
from station.workflow.stages import Setup

REFERENCES = "references"
"""The folder of a state directory in which good examples are remembered."""

MOST_WAITING = 50


class GoodExamples:
    """Has as-new items remembered once nobody can undo them any more. From the bench's thread."""

    def __init__(
        self,
        setup: Setup,
        examiner: ExaminerProcess,
        superseded_by: Callable[[str], str | None],
    ) -> None:
        self._setup = setup
        self._examiner = examiner
        self._superseded_by = superseded_by
        self._waiting: list[LastEnded] = []

    def ended(self, last: LastEnded) -> None:
        """An inspection ended; an example if a person agreed that nothing is wrong."""
        inspection = last.inspection
        decision = inspection.decision
        as_new = decision is not None and decision.condition is Condition.AS_NEW
        if as_new and not inspection.corrections and flawless(self._setup, inspection):
            self._waiting = [*self._waiting, last][-MOST_WAITING:]

    def idle(self, now: datetime) -> None:
        """The bench is idle, so that no undo is under way: remember what stands for good."""
        ready = [last for last in self._waiting if last.release_at <= now]
        self._waiting = [last for last in self._waiting if last.release_at > now]
        for last in ready:
            if self._superseded_by(last.inspection.id) is None:
                for task in tasks(self._setup, last.inspection):
                    self._examiner.learn(task.inspection, task.pose, task.frames, task.item)
