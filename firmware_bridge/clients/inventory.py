"""Keeping a tag reader's inventory running, whatever its protocol."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.frames import Decoder
from firmware_bridge.link import Link, SilentError
from firmware_bridge.readings import Back, Lost, TagRead
from firmware_bridge.transports.transport import DisconnectedError, Transport

REFUSED = "The tag reader refuses its {setting}: choose another in its settings."

Reading: TypeAlias = TagRead | Damage | Lost | Back

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Report:
    """What one frame means to an inventory.

    `ended`: the round is over and the next must be asked for. `trouble`: a sentence; the reader
    cannot read tags until somebody mends something.
    """

    tags: tuple[TagRead | Damage, ...] = ()
    ended: bool = False
    trouble: str | None = None


class TagReader(ABC, Generic[F]):
    """A reader whose inventory is kept running; what it reads comes out of `poll`.

    A round that ended is followed by the next. A reader that was silent for `patience_s` may
    have restarted and forgotten its settings: it is greeted anew, and lost if it does not answer.
    Trouble such as a missing antenna is a loss as well, since no tag can be read; greeting includes
    a round of inventory, so the reader is back only when that works. Not safe for use from two
    threads.
    """

    patience_s = 1.0

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        decoder: Decoder[F],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._link: Link[F] = Link(open_wire, decoder, greet=self._begin, clock=clock, sleep=sleep)
        self._clock = clock
        self._heard_at = 0.0
        self._ended = False

    def poll(self, timeout_s: float) -> tuple[Reading, ...]:
        """Return what has happened; wait for it at most `timeout_s`. May return nothing sooner."""
        if self._link.up:
            timeout_s = min(timeout_s, max(0.0, self._heard_at + self.patience_s - self._clock()))
        readings: list[Reading] = []
        for event in self._link.poll(timeout_s):
            if isinstance(event, Damage | Lost | Back):
                readings.append(event)
            else:
                readings += self._taken(event)
        self._go_on()
        return tuple(readings)

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        self._link.close()

    @abstractmethod
    def _greet(self) -> None:
        """Identify the reader, set what is configured, and see that it can read tags."""

    @abstractmethod
    def _next_round(self) -> bytes:
        """The command that starts the inventory or its next round."""

    @abstractmethod
    def _report(self, frame: F) -> Report | None:
        """What a frame means to the inventory; none if it is no part of it. Changes nothing."""

    def _believed(self, tags: Sequence[TagRead | Damage]) -> Sequence[TagRead | Damage]:
        """Which of a report's tags to yield: all, unless the protocol is too weak for that."""
        return tags

    def _set(self, setting: str, command: bytes, accepted: Callable[[F], bool | None]) -> None:
        """Send a setting; `accepted` says of a frame yes, no, or none if it is no answer."""
        answer = self._link.ask(command, lambda frame: accepted(frame) is not None)
        if not accepted(answer):
            raise SilentError(REFUSED.format(setting=setting))

    def _try_round(self, command: bytes, timeout_s: float) -> None:
        """Run a round to its end. SilentError with the trouble if the reader has one."""
        last = self._link.ask(command, self._is_last, timeout_s=timeout_s)
        report = self._report(last)
        if report is not None and report.trouble is not None:
            raise SilentError(report.trouble)

    def _is_last(self, frame: F) -> bool:
        report = self._report(frame)
        return report is not None and (report.ended or report.trouble is not None)

    def _begin(self) -> None:
        self._greet()
        self._link.send(self._next_round())
        self._heard_at = self._clock()
        self._ended = False

    def _taken(self, frame: F) -> Sequence[TagRead | Damage]:
        report = self._report(frame)
        if report is None:
            return ()
        self._heard_at = self._clock()
        self._ended = self._ended or report.ended
        if report.trouble is not None:
            self._link.drop(report.trouble)
        return self._believed(report.tags)

    def _go_on(self) -> None:
        if not self._link.up:
            return
        now = self._clock()
        try:
            if self._ended:
                self._ended = False
                self._heard_at = now
                self._link.send(self._next_round())
            elif now - self._heard_at >= self.patience_s:
                self._begin()
        except DisconnectedError as error:
            self._link.drop(str(error))
