"""How long an event loop stood still, whose doing it was, and what it was at."""

import os
import resource
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from standstill import witness

TICK_S = 0.005
WATCHED_S = 0.06
"""From so late on it is noted what the thread of the loop is at."""

_TASKS = Path("/proc/self/task")


@dataclass(frozen=True, slots=True)
class Stall:
    """One late tick in seconds, and what the thread did meanwhile: it worked, it could run and was
    given no processor, or it waited for something else."""

    late_s: float
    worked_s: float
    queued_s: float
    others_queued_s: float
    """The longest that any other thread of the process stood in line for a processor."""
    ended_s: float
    stood_still_s: float = 0.0
    """How long the machine did nothing for anybody."""
    busiest: str = ""
    """Which other thread worked most meanwhile, and for how long."""
    fetched: int = 0
    """Pages that the process had to wait for because the machine had put them away."""

    @property
    def own_s(self) -> float:
        """What of it the process itself is to blame for.

        Standing in line is the machine's doing. So is waiting for one who holds the lock of the
        interpreter and stands in line; only one can hold it, so only the longest such time counts,
        and only as far as the loop's thread did wait. A machine that stands still looks like
        waiting too.
        """
        waited_s = max(0.0, self.late_s - self.worked_s - self.queued_s)
        machine_s = min(waited_s, self.others_queued_s + self.stood_still_s)
        return max(0.0, self.late_s - self.queued_s - machine_s)


@dataclass
class Stalls:
    """Every tick's delay, and the stack of the loop's thread for those that were long."""

    ticks: list[float] = field(default_factory=list)
    long: list[Stall] = field(default_factory=list)
    stacks: dict[str, int] = field(default_factory=dict)
    last_s: float = field(default_factory=time.monotonic)

    def worst(self) -> float:
        """The longest delay that the process itself is to blame for."""
        return max((stall.own_s for stall in self.long), default=0.0)

    def said(self) -> str:
        """The figures, for a person."""
        if not self.ticks:
            return "the loop did not turn"
        worst = max(self.long, key=lambda stall: stall.own_s, default=None)
        at = sorted(self.stacks.items(), key=lambda stack: -stack[1])[:5]
        return "\n".join(
            [
                (
                    f"{len(self.ticks)} ticks, late p99 {np.percentile(self.ticks, 99):.3f} s,"
                    f" worst {max(self.ticks):.3f} s, by its own doing {self.worst():.3f} s"
                ),
                f"worst of its own: {worst}",
                *(f"{count} times late at {stack}" for stack, count in at),
            ]
        )


@contextmanager
def stalls() -> Iterator[Stalls]:
    """Measure while this lasts, on the loop's thread; the caller lets its event loop run."""
    found, waits, here = Stalls(), _Waits(), threading.get_native_id()
    watcher = _Watcher(found, threading.get_ident())
    timer = QTimer()
    before, fetched = waits.read(), resource.getrusage(resource.RUSAGE_SELF).ru_majflt

    def tick() -> None:
        nonlocal before, fetched
        now_s, after = time.monotonic(), waits.read()
        fetches = resource.getrusage(resource.RUSAGE_SELF).ru_majflt
        late_s = now_s - found.last_s - TICK_S
        found.ticks.append(late_s)
        if late_s >= WATCHED_S / 2:
            worked_s, queued_s = (a - b for a, b in zip(after[here], before[here], strict=True))
            others = {
                task: tuple(a - b for a, b in zip(spent, before.get(task, (0, 0)), strict=True))
                for task, spent in after.items()
                if task != here
            }
            most = max(others, key=lambda task: others[task][0], default=0)
            found.long.append(
                Stall(
                    late_s,
                    worked_s,
                    queued_s,
                    max((queue for _, queue in others.values()), default=0.0),
                    now_s,
                    0.0,
                    f"{_name(most)} {others[most][0]:.3f} s" if others else "",
                    fetches - fetched,
                )
            )
        found.last_s, before, fetched = now_s, after, fetches

    timer.timeout.connect(tick)
    found.last_s = time.monotonic()
    timer.start(round(1000 * TICK_S))
    watcher.start()
    try:
        with witness() as standstills:
            yield found
    finally:
        timer.stop()
        watcher.stop()
        waits.close()
    found.long = [
        replace(
            stall, stood_still_s=standstills.within(stall.ended_s - stall.late_s, stall.ended_s)
        )
        for stall in found.long
    ]


def _name(task: int) -> str:
    return next((t.name for t in threading.enumerate() if t.native_id == task), f"thread {task}")


class _Waits:
    """Seconds that each thread of this process has worked, and has stood in line: schedstat."""

    def __init__(self) -> None:
        self._files: dict[int, int] = {}

    def read(self) -> dict[int, tuple[float, float]]:
        """By the thread's number; a thread that has just ended is left out."""
        found = {}
        for name in os.listdir(_TASKS):  # noqa: PTH208  at every tick, so the quick way
            task = int(name)
            with suppress(OSError):
                if task not in self._files:
                    self._files[task] = os.open(_TASKS / name / "schedstat", os.O_RDONLY)
                worked, queued, _ = os.pread(self._files[task], 64, 0).split()
                found[task] = int(worked) / 1e9, int(queued) / 1e9
        for task in self._files.keys() - found.keys():
            os.close(self._files.pop(task))
        return found

    def close(self) -> None:
        for file in self._files.values():
            os.close(file)


class _Watcher:
    """Looks now and then whether the loop is late, and notes what its thread is at."""

    def __init__(self, found: Stalls, thread: int) -> None:
        self._found = found
        self._watched = thread
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stall watcher")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        noted_s = 0.0
        while not self._stop.wait(WATCHED_S / 3):
            since_s = self._found.last_s
            if since_s == noted_s or time.monotonic() - since_s < WATCHED_S:
                continue
            noted_s, frame = since_s, sys._current_frames().get(self._watched)
            stack = traceback.extract_stack(frame)[-4:]
            said = " > ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in stack)
            self._found.stacks[said] = self._found.stacks.get(said, 0) + 1
