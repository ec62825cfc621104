"""The one queue of events, and the one thread that steps the machine."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from functools import partial

from station.domain.events import Event

TICK_S = 1.0

_log = logging.getLogger(__name__)


class Inbox:
    """Events from every thread, handled one after another on one thread.

    A bug while handling an event is logged with its traceback and given to `broken`; the loop goes
    on, so that the screen can say what happened.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def emit(self, event: Event) -> None:
        """Queue an event; returns at once. May be called from any thread."""
        self._queue.put(event)

    def stop(self) -> None:
        """End the loop after the events already queued, and wait for its thread."""
        self._queue.put(None)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def start(
        self,
        begin: Callable[[], None],
        handle: Callable[[Event], None],
        tick: Callable[[], None],
        broken: Callable[[Exception], None],
    ) -> None:
        """On a new thread run `begin`, then `handle` each event, and `tick` once a second."""

        def work() -> None:
            _guarded(begin, broken)
            next_tick = time.monotonic() + TICK_S
            while True:
                try:
                    event = self._queue.get(timeout=max(0.0, next_tick - time.monotonic()))
                except queue.Empty:
                    next_tick = time.monotonic() + TICK_S
                    _guarded(tick, broken)
                    continue
                if event is None:
                    return
                _guarded(partial(handle, event), broken)

        self._thread = threading.Thread(target=work, name="bench")
        self._thread.start()


def _guarded(action: Callable[[], None], broken: Callable[[Exception], None]) -> None:
    try:
        action()
    except Exception as error:  # A bug must not end the bench; it is logged and shown instead.
        _log.exception("The station failed while handling an event")
        broken(error)
