"""A label printer that speaks ZPL II, over TCP 9100, a serial port or a device file."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias, TypeVar, cast

from firmware_bridge.codecs.zpl import (
    CANCEL_PARTIAL,
    HOST_IDENTIFICATION,
    HOST_STATUS,
    LABEL_BEGIN,
    LABEL_END,
    LONGEST_LABEL,
    HostIdentity,
    HostStatus,
    ZplFrame,
    tokens,
    zpl_decoder,
)
from firmware_bridge.link import Link, SilentError
from firmware_bridge.readings import Back, Lost, PrinterState
from firmware_bridge.transports.transport import DisconnectedError, Transport

STATE_EVERY_S = 1.0
ANSWER_S = 0.8
TRIES = 2
SLOWEST_BYTES_PER_S = 960
"""Of a serial port at 9600 baud. What is asked behind a label travels behind it."""
PIECE = 512

SILENT = (
    "The printer does not answer: see to its paper, ribbon and head first, then to its power "
    "and cable."
)

A = TypeVar("A", HostIdentity, HostStatus)

PrinterEvent: TypeAlias = PrinterState | Lost | Back


class InDoubtError(DisconnectedError):
    """The printer was lost while it took a label: the label may come out or not."""


class OneWayError(Exception):
    """The printer hangs on a wire that only leads to it, so it cannot say how it is."""


class ZplPrinter:
    """Prints labels once and tells the printer's state when it changes.

    `two_way=False` is for a device file such as `/dev/usb/lp0`: labels go out, nothing comes back.
    After each opening a format that was cut off is cancelled (`~JX`), so that half a label never
    joins the next. Not safe for use from two threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        two_way: bool = True,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._two_way = two_way
        self._clock = clock
        self._ask_at = 0.0
        self._told: PrinterState | None = None
        self._silent = False
        self.identity: HostIdentity | None = None
        self._link: Link[ZplFrame] = Link(
            open_wire, zpl_decoder(), greet=self._greet, clock=clock, sleep=sleep
        )

    def poll(self, timeout_s: float) -> tuple[PrinterEvent, ...]:
        """Return what has happened; wait for it at most `timeout_s`, and for an answer."""
        found: list[PrinterEvent] = []
        if self._two_way and self._link.up and self._clock() >= self._ask_at:
            with suppress(DisconnectedError):  # the link tells it below
                found += self._news(self.state())
        wait = timeout_s
        if found:
            wait = 0.0
        elif self._two_way and self._link.up:
            wait = min(timeout_s, max(0.0, self._ask_at - self._clock()))
        for event in self._link.poll(wait):
            match event:
                case Lost(reason):
                    found.append(Lost(SILENT if self._silent else reason))
                case Back():
                    found.append(event)
            self._silent = False
        return tuple(found)

    def print_label(self, zpl: bytes) -> None:
        """Send one label, once.

        It is never sent again by itself: a label twice on two items is worse than a missing one.
        DisconnectedError if nothing of it was sent; `InDoubtError` if the printer was lost while
        or after it was: then a person looks whether it came out before it is printed again. A
        printer that is out of paper or paused keeps the label and prints it later. ValueError if
        `zpl` is not exactly one label.
        """
        check_label(zpl)
        if not self._link.up:
            raise DisconnectedError("The printer is not connected: check its cable and power.")
        try:
            for start in range(0, len(zpl), PIECE):
                self._link.send(zpl[start : start + PIECE])
            if self._two_way:
                self._state(behind_bytes=len(zpl))
        except DisconnectedError as error:
            raise InDoubtError(
                "The printer was lost while it took a label: look whether the label came out, "
                "and print it again if it did not."
            ) from error

    def state(self) -> PrinterState:
        """Ask how the printer is. DisconnectedError if it does not say; `OneWayError` if it cannot.

        Many printers answer nothing while paper or ribbon is out or the head is open.
        """
        if not self._two_way:
            raise OneWayError(
                "The printer is connected one way and cannot say how it is: look at the printer."
            )
        return self._state()

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        self._link.close()

    def _state(self, *, behind_bytes: int = 0) -> PrinterState:
        self._ask_at = self._clock() + STATE_EVERY_S
        return self._ask(HOST_STATUS, HostStatus, behind_bytes).state

    def _ask(self, question: bytes, kind: type[A], behind_bytes: int = 0) -> A:
        """Ask, and allow for so many bytes that are still on their way to the printer."""
        patience_s = ANSWER_S + behind_bytes / SLOWEST_BYTES_PER_S / TRIES
        try:
            answer = self._link.ask(
                question, lambda frame: isinstance(frame, kind), timeout_s=patience_s, tries=TRIES
            )
        except SilentError:
            self._silent = True
            raise
        return cast(A, answer)

    def _greet(self) -> None:
        self._told, self._ask_at = None, 0.0
        self._link.send(CANCEL_PARTIAL)
        if self._two_way:
            self.identity = self._ask(HOST_IDENTIFICATION, HostIdentity)

    def _news(self, state: PrinterState) -> tuple[PrinterState, ...]:
        if state == self._told:
            return ()
        self._told = state
        return (state,)


def check_label(zpl: bytes) -> None:
    """ValueError, with a sentence, if the bytes are not exactly one label."""
    commands = [token.command for token in tokens(zpl)]
    if len(zpl) > LONGEST_LABEL:
        raise ValueError(f"a label has at most {LONGEST_LABEL} bytes: make it simpler")
    whole = zpl.startswith(LABEL_BEGIN) and zpl.endswith(LABEL_END)
    if not whole or commands.count("^XA") != 1 or commands.count("^XZ") != 1:
        raise ValueError("exactly one label is printed at a time: begin with ^XA and end with ^XZ")
