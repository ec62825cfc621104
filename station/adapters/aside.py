"""Look-ups that may take long, each on a thread of its own; the answer comes back as an event."""

import logging
import threading
from collections.abc import Callable

from station.domain.events import Event

_log = logging.getLogger(__name__)


class Aside:
    """Runs each look-up at once and emits what it returns; `after` is called when it is done.

    The threads end with their look-up, or with the process. A bug is logged, and nothing is
    emitted: who asked gives up after a while.
    """

    def __init__(self, emit: Callable[[Event], None], after: Callable[[], None]) -> None:
        self._emit = emit
        self._after = after

    def __call__(self, look: Callable[[], Event]) -> None:
        """Begin a look-up; returns at once."""
        threading.Thread(target=self._run, args=(look,), name="look-up", daemon=True).start()

    def _run(self, look: Callable[[], Event]) -> None:
        try:
            event = look()
        except Exception:  # A bug must not go unseen with its thread.
            _log.exception("A look-up failed")
            return
        self._emit(event)
        self._after()
