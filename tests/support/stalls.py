"""How long an event loop stood still through its own process' doing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer

TICK_S = 0.005
_TASKS = Path("/proc/self/task")


@dataclass
class Stalls:
    """Delays of the window's ticks in seconds; `own` without what the machine made it wait.

    A thread that could run and was given no processor, or that waits for one that holds the lock of
    the interpreter and was given none, waits for the machine. Linux counts that time; that of all
    threads is taken off, so what remains is surely the process' own, if not all of it.
    """

    window: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)

    def worst(self) -> float:
        """The longest delay that the process itself is to blame for."""
        return max(self.own, default=0.0)

    def said(self) -> str:
        """The figures, for a person."""
        p99 = float(np.percentile(self.window, 99)) if self.window else 0.0
        return (
            f"window's stalls p99 {p99:.3f} s, worst {max(self.window, default=0.0):.3f} s,"
            f" without the machine's part {self.worst():.3f} s"
        )


@contextmanager
def stalls() -> Iterator[Stalls]:
    """Measure while this lasts; the caller lets the window's event loop run."""
    found = Stalls()
    timer = QTimer()
    last_s, waited_s = time.monotonic(), _waited_s()

    def tick() -> None:
        nonlocal last_s, waited_s
        now_s, waits_s = time.monotonic(), _waited_s()
        late_s = now_s - last_s - TICK_S
        found.window.append(late_s)
        # A thread that has ended takes its share with it.
        found.own.append(late_s - max(0.0, waits_s - waited_s))
        last_s, waited_s = now_s, waits_s

    timer.timeout.connect(tick)
    timer.start(round(1000 * TICK_S))
    try:
        yield found
    finally:
        timer.stop()


def _waited_s() -> float:
    """How long all threads of this process have stood in line for a processor."""
    total = 0
    for task in _TASKS.iterdir():
        with suppress(OSError):  # a thread may end meanwhile
            total += int((task / "schedstat").read_text("ascii").split()[1])
    return total / 1e9
