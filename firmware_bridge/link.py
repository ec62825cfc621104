"""One device on a wire that comes and goes: the supervisor that every client stands on."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.frames import Decoder
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.transport import DisconnectedError, Transport

READ_BYTES = 4096
FIRST_RETRY_S = 0.2
LAST_RETRY_S = 2.0
STEADY_S = 5.0
PATIENCE_S = 0.5
MOST_HEARD = 1024

F = TypeVar("F")


class SilentError(DisconnectedError):
    """The device is on its wire and does not answer, or not as this device would."""


class RefusedError(Exception):
    """The device is there and does not do what it was asked; the message says what to do."""


class Link(Generic[F]):
    """Keeps a device's wire open and cuts what it sends into frames.

    `open_wire` opens a transport or raises `OSError`. After every opening `greet` identifies the
    device and sends the whole state it should have, by `ask` and `send`; only then the device is
    back. `greet` raises `SilentError` for a device that is not the expected one. Loss is said
    once, return is said once. Retries wait 0.2 s doubling to 2 s, and start over once a wire has
    lasted 5 s, so a loose contact is not retried for ever at full speed. No frame spans a
    reconnect, and what a device says in a greeting that fails is no reading: it may be another
    device. Not safe for use from two threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        decoder: Decoder[F],
        *,
        greet: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._open_wire = open_wire
        self._decoder = decoder
        self._greet = greet
        self._clock = clock
        self._sleep = sleep
        self._wire: Transport | None = None
        self._heard: deque[F | Damage | Lost | Back] = deque(maxlen=MOST_HEARD)
        self._available: bool | None = None
        self._opened_at = 0.0
        self._retry_at: float | None = None
        self._retry_s = FIRST_RETRY_S

    @property
    def up(self) -> bool:
        """Whether the device is on its wire and has been greeted."""
        return self._wire is not None and self._available is True

    def poll(self, timeout_s: float) -> tuple[F | Damage | Lost | Back, ...]:
        """Return what has happened; wait for it at most `timeout_s`. May return nothing sooner.

        Greeting a device that was away takes as long as `greet` needs.
        """
        if self._wire is None and not self._heard:
            self._reopen(timeout_s)
        elif not self._heard:
            with suppress(DisconnectedError):
                self._read(timeout_s)
        heard = tuple(self._heard)
        self._heard.clear()
        return heard

    def send(self, content: bytes) -> None:
        """Send bytes; DisconnectedError, which the next `poll` also tells, if it cannot be."""
        if self._wire is None:
            raise DisconnectedError("The device is not connected: check its cable and power.")
        try:
            self._wire.write(content)
        except OSError as error:
            raise self._drop(error) from error

    def ask(
        self,
        content: bytes,
        answers: Callable[[F], bool],
        *,
        timeout_s: float = PATIENCE_S,
        tries: int = 2,
    ) -> F:
        """Send a question and return the first frame that answers it; keep the rest for `poll`.

        Asks `tries` times, each with `timeout_s`. DisconnectedError if the wire is lost, and
        `SilentError` if no answer came: then the wire is closed, to be opened and greeted anew.
        """
        for _ in range(tries):
            self.send(content)
            deadline = self._clock() + timeout_s
            while (wait := deadline - self._clock()) > 0:
                answer = self._answer(self._read(wait), answers)
                if answer is not None:
                    return answer
        raise self._drop(SilentError("The device does not answer: check its power and settings."))

    def drop(self, reason: str) -> None:
        """Give the wire up for a reason that is a sentence; `poll` tells it and opens it anew."""
        if self._wire is not None:
            self._drop(SilentError(reason))

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        if self._wire is not None:
            with suppress(OSError):
                self._wire.close()
            self._wire = None

    def _answer(self, count: int, answers: Callable[[F], bool]) -> F | None:
        """Take the first answer out of the `count` events heard last."""
        for index in range(len(self._heard) - count, len(self._heard)):
            event = self._heard[index]
            if not isinstance(event, Damage | Lost | Back) and answers(event):
                del self._heard[index]
                return event
        return None

    def _read(self, timeout_s: float) -> int:
        """Hear what comes, at most for `timeout_s`; return how many events that made."""
        if self._wire is None:
            raise DisconnectedError("The device is not connected: check its cable and power.")
        decoder = self._decoder
        wait = min(timeout_s, decoder.idle_gap_s) if decoder.pending else timeout_s
        try:
            content = self._wire.read(READ_BYTES, wait)
        except OSError as error:
            raise self._drop(error) from error
        events = decoder.feed(content, self._clock())
        self._heard.extend(events)
        return min(len(events), MOST_HEARD)

    def _reopen(self, timeout_s: float) -> None:
        if self._retry_at is not None:
            wait = self._retry_at - self._clock()
            if wait > 0:
                self._sleep(min(wait, timeout_s))
            if wait > timeout_s:
                return
        try:
            self._wire = self._open_wire()
        except OSError as error:
            self._drop(error)
            return
        self._opened_at = self._clock()
        self._decoder.reset(self._opened_at)
        if self._greeted():
            self._available = True
            self._heard.appendleft(Back())
        else:
            kept = [event for event in self._heard if isinstance(event, Damage | Lost)]
            self._heard = deque(kept, maxlen=MOST_HEARD)

    def _greeted(self) -> bool:
        """Greet the device; say whether it is the expected one and still there."""
        try:
            if self._greet is not None:
                self._greet()
        except DisconnectedError as error:
            if self._wire is not None:
                self._drop(error)
        return self._wire is not None

    def _drop(self, error: OSError) -> DisconnectedError:
        """Close the wire, plan the next try, say the loss once, and return what to raise."""
        self.close()
        now = self._clock()
        if self._available and now - self._opened_at >= STEADY_S:
            self._retry_s = FIRST_RETRY_S
        self._retry_at = now + self._retry_s
        self._retry_s = min(2 * self._retry_s, LAST_RETRY_S)
        if self._available is not False:
            self._heard.append(Lost(str(error)))
        self._available = False
        return error if isinstance(error, DisconnectedError) else DisconnectedError(str(error))
