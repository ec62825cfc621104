"""How long an event loop stood still, beside how long this machine lets anybody wait."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer

TICK_S = 0.005


@dataclass
class Stalls:
    """Delays of the window's ticks and of those of a process that does nothing else, in seconds."""

    window: list[float] = field(default_factory=list)
    machine: list[float] = field(default_factory=list)

    def worst(self) -> float:
        """The window's longest stall."""
        return max(self.window, default=0.0)

    def machines_worst(self) -> float:
        """The longest that an idle process had to wait for its turn meanwhile."""
        return max(self.machine, default=0.0)

    def p99(self) -> float:
        """The window's stall that one tick in a hundred exceeds."""
        return float(np.percentile(self.window, 99)) if self.window else 0.0


@contextmanager
def stalls() -> Iterator[Stalls]:
    """Measure while this lasts; the caller lets the window's event loop run."""
    found = Stalls()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    control = context.Process(target=_idle, args=(theirs,), daemon=True)
    control.start()
    theirs.close()
    ours.recv()
    timer, last = QTimer(), [time.monotonic()]

    def tick() -> None:
        now = time.monotonic()
        found.window.append(now - last[0] - TICK_S)
        last[0] = now

    timer.timeout.connect(tick)
    timer.start(round(1000 * TICK_S))
    try:
        yield found
    finally:
        timer.stop()
        ours.send("stop")
        found.machine = ours.recv()
        control.join()


def _idle(connection: "Connection[Any, Any]") -> None:
    connection.send("up")
    worst = [0.0]
    while not connection.poll():
        before = time.monotonic()
        time.sleep(TICK_S)
        late = time.monotonic() - before - TICK_S
        if late > worst[0]:
            worst = [late]
    connection.send(worst)
