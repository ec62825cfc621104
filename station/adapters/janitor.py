"""Removes what nothing needs any longer, a little at a time."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

_PAUSE_S = 0.002

_log = logging.getLogger(__name__)


class Janitor:
    """Sweeps in a thread of its own, with a pause after each step; nobody waits for it."""

    def __init__(self, sweeping: Iterator[Path | None]) -> None:
        """`sweeping` gives what it removed at each step, if anything; it begins in the thread."""
        self._sweeping = sweeping
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="janitor")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Leave the rest for another day; it is safe to close what is swept after this."""
        self._leaving.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        removed = 0
        try:
            for path in self._sweeping:
                removed += path is not None
                if self._leaving.wait(_PAUSE_S):
                    break
        except Exception:
            _log.exception("What nothing needs any longer could not be removed")
        if removed:
            _log.info("Removed %d files that no inspection rests on", removed)
