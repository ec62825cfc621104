"""One device in a thread of its own: readings out, deeds in, loss and return as faults."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from firmware_bridge.readings import Back, Lost
from station.domain.events import Event, FaultCleared, FaultRaised
from station.domain.faults import Fault, FaultCode, StationError
from station.ports import Clock

_log = logging.getLogger(__name__)

_RUN_S = 0.5
_RUN_POLL_S = 0.001
"""Deeds come in runs, as a pose is lit: for so long after one the next waits hardly at all."""


class Client(Protocol):
    """A device's client; what it yields beside Lost and Back is its own."""

    def poll(self, timeout_s: float) -> tuple[object, ...]: ...

    def close(self) -> None: ...


C = TypeVar("C", bound=Client)
T = TypeVar("T")


class DeviceThread(Generic[C]):
    """Owns a client: nobody else may touch it.

    Readings, Lost and Back among them, go to `hear`, and `tick` is called after every poll, both on
    this thread; there an exception is a bug, which stops the device and is shown. Loss raises the
    fault `lost` about `subject` once, return clears it.
    """

    def __init__(
        self,
        client: C,
        *,
        subject: str,
        lost: FaultCode,
        emit: Callable[[Event], None],
        clock: Clock,
        hear: Callable[[object], None] | None = None,
        tick: Callable[[], None] | None = None,
        poll_s: float = 0.2,
        blocks: bool = False,
    ) -> None:
        """`poll_s` is also how long a deed may wait for its turn; `blocks`: loss stops the work."""
        self.subject = subject
        self._client = client
        self._code = lost
        self._emit = emit
        self._clock = clock
        self._hear = hear
        self._tick = tick
        self._poll_s = poll_s
        self._blocks = blocks
        self._lost = False
        self._awaited_until_s = float("-inf")
        self._deeds: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"device {subject}")

    def start(self) -> None:
        """Start polling; events may come from now on."""
        self._thread.start()

    def stop_soon(self) -> None:
        """Stop as `stop` does, without waiting for it: a device that is away can take seconds."""
        self._stopping.set()

    def stop(self) -> None:
        """Stop polling and let go of the wire; no event comes after it."""
        self.stop_soon()
        if self._thread.ident is not None:
            self._thread.join()

    def call(self, deed: Callable[[C], T], timeout_s: float = 2.0) -> T:
        """Do something with the client on its thread and return the result.

        StationError if the device is not there, does not do it, or is not done in time.
        """
        result: Future[T] = Future()

        def work() -> None:
            if not result.set_running_or_notify_cancel():
                return
            self._awaited_until_s = time.monotonic() + _RUN_S
            try:
                result.set_result(deed(self._client))
            except OSError as error:
                result.set_exception(StationError(self._fault(str(error))))
            except Exception as error:  # It is the caller's bug: the caller gets it.
                result.set_exception(error)

        self._deeds.put(work)
        try:
            return result.result(timeout_s)
        except TimeoutError:
            result.cancel()
            detail = f"The {self.subject} did not answer in time: check its cable and power."
            raise StationError(self._fault(detail)) from None

    def post(self, deed: Callable[[C], object]) -> None:
        """Do something with the client soon, and return at once; a device that is away is let be.

        For absolute state that a client sends again on return, and for what nobody misses later.
        """

        def work() -> None:
            with suppress(OSError):
                deed(self._client)

        self._deeds.put(work)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._work()
                awaited = time.monotonic() < self._awaited_until_s
                for reading in self._client.poll(_RUN_POLL_S if awaited else self._poll_s):
                    self._pass_on(reading)
                if self._tick is not None:
                    self._tick()
        except Exception:
            _log.exception("The %s failed.", self.subject)
            detail = f"The part of the station for the {self.subject} failed: start it again."
            self._raise(Fault(FaultCode.STATION_BUG, self.subject, detail, blocks=True))
        finally:
            self._client.close()

    def _work(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._deeds.get_nowait()()

    def _pass_on(self, reading: object) -> None:
        match reading:
            case Lost(reason):
                self._lost = True
                self._raise(self._fault(reason))
            case Back() if self._lost:
                self._lost = False
                self._emit(FaultCleared(self._clock.now(), self.subject))
        if self._hear is not None:
            self._hear(reading)

    def _fault(self, detail: str) -> Fault:
        return Fault(self._code, self.subject, detail, self._blocks)

    def _raise(self, fault: Fault) -> None:
        self._emit(FaultRaised(self._clock.now(), fault))
