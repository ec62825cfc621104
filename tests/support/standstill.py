"""Tells when the machine itself stood still: a process that does nothing else was late too."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_NOTED_S = 0.01
_PROGRAM = f"""
import time
queue = open("/proc/self/schedstat")
def queued_s():
    queue.seek(0)
    return int(queue.read().split()[1]) / 1e9
last_s, waited_s = time.monotonic(), queued_s()
while True:
    time.sleep(0.002)
    now_s, waits_s = time.monotonic(), queued_s()
    if now_s - last_s - (waits_s - waited_s) >= {_NOTED_S}:
        print(last_s, now_s, waits_s - waited_s, flush=True)
    last_s, waited_s = now_s, waits_s
"""


@dataclass
class Standstills:
    """Spans of the monotonic clock in which a sleeping process was late without standing in line.

    Such is a virtual machine whose host gives it no time at all.
    """

    spans: list[tuple[float, float, float]] = field(default_factory=list)

    def within(self, begin_s: float, end_s: float) -> float:
        """How long the machine stood still between two moments."""
        return sum(
            max(0.0, min(end_s, end) - max(begin_s, begin) - queued_s)
            for begin, end, queued_s in self.spans
        )


@contextmanager
def witness() -> Iterator[Standstills]:
    """Watch while this lasts; the answer is there afterwards."""
    found = Standstills()
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", _PROGRAM], stdout=subprocess.PIPE, text=True
    )
    try:
        yield found
    finally:
        process.kill()
        said, _ = process.communicate()
        lines = (line.split() for line in said.splitlines())
        found.spans += [(float(a), float(b), float(c)) for a, b, c in lines]
