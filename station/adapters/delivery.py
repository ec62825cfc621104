"""The thread that posts results while the bench works."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from station.domain.faults import Fault, FaultCode, StationError

_AFTER_A_FAULT = timedelta(seconds=5)
_SUBJECT = "delivery"

logger = logging.getLogger(__name__)


class Round(Protocol):
    """What came of one round of posting."""

    @property
    def wait(self) -> timedelta:
        """How long to wait for the next round."""
        ...

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that stand."""
        ...


class DeliveryThread:
    """Calls `deliver` again and again, waiting in between as it says.

    `raised` and `cleared` are called on this thread, once for each fault that appears or goes;
    `deliver` is given a function that says whether to go on with the next entry. Its StationErrors
    are raised under the subject `delivery`.
    """

    def __init__(
        self,
        deliver: Callable[[Callable[[], bool]], Round],
        raised: Callable[[Fault], None],
        cleared: Callable[[str], None],
    ) -> None:
        self._deliver = deliver
        self._raised = raised
        self._cleared = cleared
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._standing: dict[str, Fault] = {}
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        """Begin with whatever is due."""
        self._thread.start()

    def wake(self) -> None:
        """Something may have become due."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the post under way and end; returns when the thread is gone."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            wait = self._round()
            if not self._stopping.is_set():
                self._woken.wait(wait.total_seconds())

    def _round(self) -> timedelta:
        try:
            done = self._deliver(lambda: not self._stopping.is_set())
        except StationError as error:
            self._report((replace(error.fault, subject=_SUBJECT, blocks=False),), all_known=False)
            return _AFTER_A_FAULT
        except Exception:
            logger.exception("delivery failed")
            detail = "Posting results failed unexpectedly: they are kept; call the integrator."
            fault = Fault(FaultCode.STATION_BUG, _SUBJECT, detail)
            self._report((fault,), all_known=False)
            return _AFTER_A_FAULT
        self._report(done.faults, all_known=True)
        return done.wait

    def _report(self, faults: tuple[Fault, ...], *, all_known: bool) -> None:
        now = {fault.subject: fault for fault in faults}
        for subject, fault in now.items():
            known = self._standing.get(subject)
            if known is None or known.code is not fault.code:
                self._raised(fault)
        if all_known:
            for subject in self._standing.keys() - now.keys():
                self._cleared(subject)
            self._standing = now
        else:
            self._standing |= now
