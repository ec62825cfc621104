"""The virtual operator at work, in a thread of its own."""

import threading

from station.virtual.operator import Operator, Seen

PATIENCE_S = 6.0


class Shift:
    """Shows the operator the screen as it is whenever there is time to look at it.

    What was shown while the operator's hands were busy and has changed since is never seen.
    """

    def __init__(self, operator: Operator, patience_s: float = PATIENCE_S) -> None:
        """After `patience_s` with nothing new the operator tries again."""
        self._operator = operator
        self._patience_s = patience_s
        self._news = threading.Condition()
        self._shown: Seen | None = None
        self._new = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="virtual operator", daemon=True)
        self.finished = threading.Event()
        """Set once the trolley is empty and the last item is away."""

    def start(self) -> None:
        """The operator comes to the bench."""
        self._thread.start()

    def show(self, seen: Seen) -> None:
        """The screen now shows this; returns at once."""
        with self._news:
            self._shown = seen
            self._new = True
            self._news.notify()

    def stop(self) -> None:
        """The operator leaves as soon as the hands are free."""
        with self._news:
            self._stopping = True
            self._news.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._operator.done:
            with self._news:
                news = self._news.wait_for(lambda: self._new or self._stopping, self._patience_s)
                if self._stopping:
                    return
                seen, self._new = self._shown, False
            if news and seen:
                self._operator.sees(seen)
            elif not news:
                self._operator.waits()
        self.finished.set()
