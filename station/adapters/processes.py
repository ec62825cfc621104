"""Child processes that can be killed, and how often they may be started again."""

import logging
import multiprocessing
import os
import resource
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

_REAP_S = 2.0
_ENDED_FIRST = "800"
"""Of 1000: how much sooner than others the kernel ends a process when memory runs out."""

Target = Callable[..., None]
"""What a child runs: `target(connection, *arguments)`, importable by name."""


@dataclass(frozen=True, slots=True)
class _Broken:
    """The child's last words after a bug: its traceback."""

    trace: str


class SpawnedChild:
    """One running child and the pipe to it. What it sends arrives through `deliver`."""

    def __init__(
        self,
        process: SpawnProcess,
        connection: "Connection[Any, Any]",
        deliver: Callable[[object | None], None],
    ) -> None:
        self._process = process
        self._connection = connection
        self._deliver = deliver
        threading.Thread(target=self._read, name=f"{process.name} reader", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The child's process id."""
        return self._process.pid

    def send(self, message: object) -> None:
        """Send a message; OSError if the child is gone."""
        self._connection.send(message)

    def kill(self) -> bool:
        """End the child at once; False if the kernel has not let go of it yet."""
        self._process.kill()
        self._process.join(_REAP_S)
        return not self._process.is_alive()

    def _read(self) -> None:
        """Deliver each message, and None once the child is gone."""
        with self._connection:
            while True:
                try:
                    message = self._connection.recv()
                except (EOFError, OSError):
                    break
                if isinstance(message, _Broken):
                    _log.error("The %s process failed.\n%s", self._process.name, message.trace)
                else:
                    self._deliver(message)
        self._deliver(None)


class Children:
    """Starts one kind of child, and starts it again at most `limit` times in `window_s`."""

    def __init__(
        self,
        target: Target,
        arguments: tuple[object, ...],
        *,
        name: str,
        monotonic: Callable[[], float],
        limit: int = 5,
        window_s: float = 60.0,
        memory_bytes: int | None = None,
    ) -> None:
        """A child may take `memory_bytes` of data; then its allocations fail, and nobody else's.

        Where memory runs out all the same, the kernel ends such a child first.
        """
        self._target = target
        self._memory_bytes = memory_bytes
        self._arguments = arguments
        self._name = name
        self._monotonic = monotonic
        self._window_s = window_s
        self._restarts: deque[float] = deque(maxlen=limit)
        self._started = False

    def wait_s(self) -> float:
        """Seconds until a start is allowed again; 0 if it is now."""
        if len(self._restarts) < (self._restarts.maxlen or 0):
            return 0.0
        return max(0.0, self._restarts[0] + self._window_s - self._monotonic())

    def start(self, deliver: Callable[[object | None], None]) -> SpawnedChild:
        """Start a child; its messages go to `deliver`, in a thread of their own, None at the end.

        The child ends with this process, even when this one is killed, and stays in its process
        group.
        """
        if self._started:
            self._restarts.append(self._monotonic())
        self._started = True
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_run,
            args=(self._target, theirs, self._arguments, self._memory_bytes),
            name=self._name,
            daemon=True,
        )
        process.start()
        theirs.close()
        return SpawnedChild(process, ours, deliver)


def limit_memory(more: int) -> None:
    """Let this process take `more` bytes of data than it has; beyond that allocations fail."""
    lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    has = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    wanted = has + more if hard == resource.RLIM_INFINITY else min(has + more, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _run(
    target: Target,
    connection: "Connection[Any, Any]",
    arguments: tuple[object, ...],
    memory_bytes: int | None,
) -> None:
    # Ctrl-C reaches the whole group; the parent ends its children in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if memory_bytes is not None:
        limit_memory(memory_bytes)
        Path("/proc/self/oom_score_adj").write_text(_ENDED_FIRST)
    try:
        target(connection, *arguments)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception:
        connection.send(_Broken(traceback.format_exc()))
        raise SystemExit(1) from None


def _end_with_parent() -> None:
    """A child may hang in a driver and never look at its pipe again; this thread still does."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
