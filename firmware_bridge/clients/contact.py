"""A foot switch wired as a dry contact to the CTS or DSR input of a serial port."""

import time
from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias

from firmware_bridge.codecs.debounce import CLOSED, OPEN, Debounce
from firmware_bridge.link import Link
from firmware_bridge.readings import Back, Lost, Pedal
from firmware_bridge.transports.serial_port import Contacts

SAMPLES_PER_DEBOUNCE = 4

Line: TypeAlias = Literal["cts", "dsr"]


class ContactPort(Protocol):
    """A port whose inputs can be looked at; `SerialPort` is one."""

    def contacts(self) -> Contacts:
        """The state of the inputs; `DisconnectedError` if the port is gone or has none."""
        ...

    def close(self) -> None:
        """Let go of the port; closing twice does no harm."""
        ...


class ContactSwitch:
    """Yields `Pedal` when the switch was pressed or let go for at least `debounce_s`.

    `open_port` opens a port or raises `OSError`. The switch is pressed while the line is asserted,
    with `inverted` while it is not. Not safe for use from two threads.
    """

    def __init__(
        self,
        open_port: Callable[[], ContactPort],
        *,
        line: Line = "cts",
        debounce_s: float = 0.02,
        inverted: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """ValueError for a debounce that is not positive."""
        if debounce_s <= 0:
            raise ValueError("A switch needs a debounce above 0 s.")
        self._clock = clock

        def open_wire() -> _Sampled:
            port = open_port()
            try:
                port.contacts()
            except OSError:
                port.close()
                raise
            return _Sampled(port, line, inverted, debounce_s / SAMPLES_PER_DEBOUNCE, sleep)

        self._link: Link[Pedal] = Link(open_wire, Debounce(debounce_s), clock=clock, sleep=sleep)

    def poll(self, timeout_s: float) -> tuple[Pedal | Lost | Back, ...]:
        """Return what has happened; wait for it at most `timeout_s`."""
        end = self._clock() + timeout_s
        while True:
            left = max(0.0, end - self._clock())
            said = self._link.poll(left)
            events = tuple(event for event in said if isinstance(event, Pedal | Lost | Back))
            if events or self._clock() >= end:
                return events

    def close(self) -> None:
        """Let go of the port; a later `poll` opens it again."""
        self._link.close()


class _Sampled:
    """A `Transport` that gives one sample of a line with each read."""

    def __init__(
        self,
        port: ContactPort,
        line: Line,
        inverted: bool,
        period_s: float,
        sleep: Callable[[float], None],
    ) -> None:
        self._port = port
        self._line = line
        self._inverted = inverted
        self._period_s = period_s
        self._sleep = sleep

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        del max_bytes
        self._sleep(min(timeout_s, self._period_s))
        contacts = self._port.contacts()
        asserted = contacts.cts if self._line == "cts" else contacts.dsr
        return CLOSED if asserted != self._inverted else OPEN

    def write(self, content: bytes) -> None:
        """A dry contact hears nothing."""
        del content

    def close(self) -> None:
        self._port.close()
