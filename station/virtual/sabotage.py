"""Ends the own process at a named step, as a power cut or `kill -9` would."""

import os
import signal
import threading

from station.domain.faults import refuse


class Killer:
    """Give it as `reached`; it kills this process the nth time that the step is reached."""

    def __init__(self, plan: str) -> None:
        """A plan reads `step:n`, counted from 1. StationError if it reads otherwise."""
        step, _, count = plan.rpartition(":")
        if not step or not (count.isascii() and count.isdigit()) or int(count) < 1:
            raise refuse(f"{plan} is no plan to stop at a step: write it as save-committed:1.")
        self._step = step
        self._left = int(count)
        self._lock = threading.Lock()

    def __call__(self, step: str) -> None:
        """Note a step, and end if it is the one."""
        with self._lock:
            if step == self._step:
                self._left -= 1
                if self._left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
