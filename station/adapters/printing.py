"""The label printer: labels in, faults out; nothing at the bench waits for it."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

from firmware_bridge.clients.zpl import InDoubtError
from firmware_bridge.readings import Back, Lost, PrinterState
from firmware_bridge.transports.transport import DisconnectedError
from station.domain.events import Event, FaultCleared, FaultRaised
from station.domain.faults import Fault, FaultCode, StationError
from station.domain.label import Label
from station.ports import Clock

_log = logging.getLogger(__name__)

MOST_WAITING = 50
DOUBT = "label"

TROUBLES = {
    "paper-out": "The printer has no labels left: put in a roll; what waits is printed then.",
    "ribbon-out": "The printer's ribbon is used up: put in a new one; what waits is printed then.",
    "head-open": "The printer is open: close its head; what waits is printed then.",
    "paused": "The printer is paused: press its pause key; what waits is printed then.",
    "buffer-full": "The printer is full of labels: wait until it has printed them.",
}


class Printer(Protocol):
    """A printer's client, as the thread that owns it lends it."""

    def print_label(self, zpl: bytes) -> None: ...


class LabelPrinter:
    """Port Labels, around a printer whose client is owned by another thread.

    `post` runs a deed with the client on that thread, and `hear` is called there. A label
    that could not be handed over because the printer was away waits, in order, until it is back;
    at most `MOST_WAITING`, and not over a restart. A label in doubt is never sent again: the fault
    `label` names its item until another label is through.
    """

    def __init__(
        self,
        draw: Callable[[Label], bytes],
        post: Callable[[Callable[[Printer], object]], None],
        *,
        emit: Callable[[Event], None],
        clock: Clock,
        subject: str = "printer",
    ) -> None:
        """`draw` makes the printer's bytes of a label, or raises a StationError.

        `subject` is the name under which the printer's thread tells loss and return.
        """
        self._draw = draw
        self._post = post
        self._emit = emit
        self._clock = clock
        self._subject = subject
        self._waiting: deque[Label] = deque()
        self._stopped = False
        self._doubted = False

    def print_label(self, label: Label) -> None:
        """Ask for one label and return at once; what goes wrong is a fault event."""

        def deed(printer: Printer) -> None:
            if label not in self._waiting:
                self._waiting.append(label)
            self._print(printer)

        self._post(deed)

    def hear(self, reading: object) -> None:
        """Take what the printer says; on its thread."""
        match reading:
            case PrinterState(trouble):
                if trouble is not None:
                    self._stopped = True
                    self._raise(FaultCode.PRINTER_STOPPED, self._subject, TROUBLES[trouble])
                elif self._stopped:
                    self._clear(self._subject)
                    self._stopped = False
            case Lost():
                self._stopped = False
            case Back():
                if self._waiting:
                    self._post(self._print)

    def _print(self, printer: Printer) -> None:
        """Print what waits, in order, until the printer fails."""
        while self._waiting:
            label = self._waiting[0]
            try:
                printer.print_label(self._draw(label))
            except InDoubtError:
                self._waiting.popleft()
                self._doubt(label)
                return
            except DisconnectedError:
                self._forget_oldest()
                return
            except StationError as error:
                self._waiting.popleft()
                self._doubted = True
                self._raise(FaultCode.PRINTER_STOPPED, DOUBT, str(error))
            else:
                self._waiting.popleft()
                if self._doubted:
                    self._doubted = False
                    self._clear(DOUBT)

    def _forget_oldest(self) -> None:
        while len(self._waiting) > MOST_WAITING:
            label = self._waiting.popleft()
            _log.info("The label of inspection %s is not printed: too many wait", label.inspection)

    def _doubt(self, label: Label) -> None:
        self._doubted = True
        item = dict(label.fields)["item"]
        detail = (
            f"The printer was lost while it took the label of {item}: look whether it came out; "
            "if not, scan RG:CMD:REPRINT while it is the last item, else write it by hand."
        )
        self._raise(FaultCode.PRINTER_STOPPED, DOUBT, detail)

    def _raise(self, code: FaultCode, subject: str, detail: str) -> None:
        self._emit(FaultRaised(self._clock.now(), Fault(code, subject, detail)))

    def _clear(self, subject: str) -> None:
        self._emit(FaultCleared(self._clock.now(), subject))
