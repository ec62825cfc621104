"""A plain barcode scanner on a wire that comes and goes."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from firmware_bridge.codecs.plain import Code, Damage, PlainDecoder
from firmware_bridge.transports.transport import Transport

READ_BYTES = 4096
FIRST_RETRY_S = 0.2
LAST_RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Lost:
    """The scanner is unavailable; said once until it is back. `reason` is a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Back:
    """The scanner is available, for the first time or again; said once until it is lost."""


ScannerEvent: TypeAlias = Code | Damage | Lost | Back


class PlainScanner:
    """Reads codes and keeps the wire open: reopens it with a back-off of 0.2 s doubling to 5 s.

    `open_wire` opens a transport or raises `OSError`. No code spans a reconnect. The back-off
    starts over once a wire has lasted `LAST_RETRY_S`, so a loose contact is not retried for ever
    at full speed. Not safe for use from two threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        decoder: PlainDecoder,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._open_wire = open_wire
        self._decoder = decoder
        self._clock = clock
        self._sleep = sleep
        self._wire: Transport | None = None
        self._available: bool | None = None
        self._opened_at = 0.0
        self._retry_at: float | None = None
        self._retry_s = FIRST_RETRY_S

    def poll(self, timeout_s: float) -> tuple[ScannerEvent, ...]:
        """Return what has happened; wait for it at most `timeout_s`. May return nothing sooner."""
        if self._wire is None:
            return self._reopened(timeout_s)
        wait = min(timeout_s, self._decoder.idle_gap_s) if self._decoder.pending else timeout_s
        try:
            content = self._wire.read(READ_BYTES, wait)
        except OSError as error:
            return self._lost(error)
        return self._decoder.feed(content, self._clock())

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        if self._wire is not None:
            with suppress(OSError):
                self._wire.close()
            self._wire = None

    def _reopened(self, timeout_s: float) -> tuple[ScannerEvent, ...]:
        if self._retry_at is not None:
            wait = self._retry_at - self._clock()
            if wait > 0:
                self._sleep(min(wait, timeout_s))
            if wait > timeout_s:
                return ()
        try:
            self._wire = self._open_wire()
        except OSError as error:
            return self._lost(error)
        self._opened_at = self._clock()
        self._decoder.reset(self._opened_at)
        self._available = True
        return (Back(),)

    def _lost(self, error: OSError) -> tuple[ScannerEvent, ...]:
        self.close()
        now = self._clock()
        if self._available and now - self._opened_at >= LAST_RETRY_S:
            self._retry_s = FIRST_RETRY_S
        self._retry_at = now + self._retry_s
        self._retry_s = min(2 * self._retry_s, LAST_RETRY_S)
        known = self._available is False
        self._available = False
        return () if known else (Lost(str(error)),)
