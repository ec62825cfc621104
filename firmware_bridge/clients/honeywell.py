"""A Honeywell barcode scanner whose trigger can be pulled from here."""

import time
from collections.abc import Callable, Iterable

from firmware_bridge.clients.scanning import ScannerEvent
from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.honeywell import (
    TRIGGER,
    UNTRIGGER,
    HoneywellDecoder,
    MenuReply,
    menu,
)
from firmware_bridge.codecs.plain import Suffix
from firmware_bridge.link import Link, RefusedError, SilentError
from firmware_bridge.transports.transport import Transport

HARMLESS_QUERY = "CBRENA?"
PATIENCE_S = 1.0


class HoneywellScanner:
    """Reads codes as a plain scanner's, and pulls the trigger and changes settings.

    `open_wire` opens a transport or raises `OSError`. `settings` are menu commands such as
    `CBRENA1`; they are sent after every opening and count until the scanner is switched off, and
    a scanner that refuses one counts as lost, with the reason. The other settings are those of
    `PlainDecoder`. Not safe for use from two threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        settings: Iterable[str] = (),
        suffix: Suffix = "cr",
        prefix: bytes = b"",
        require_identifier: bool = False,
        idle_gap_s: float = 0.1,
        gs_substitutes: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """ValueError for a setting that is no menu command, or a GS substitute that is none."""
        self._settings = tuple(settings)
        for setting in self._settings:
            menu(setting)
        self._decoder = HoneywellDecoder(
            suffix,
            prefix,
            require_identifier=require_identifier,
            idle_gap_s=idle_gap_s,
            gs_substitutes=gs_substitutes,
        )
        self._link: Link[Code | MenuReply] = Link(
            open_wire, self._decoder, greet=self._greet, clock=clock, sleep=sleep
        )

    def poll(self, timeout_s: float) -> tuple[ScannerEvent, ...]:
        """Return what has happened; wait for it at most `timeout_s`. May return nothing sooner."""
        said = self._link.poll(timeout_s)
        return tuple(event for event in said if not isinstance(event, MenuReply))

    def trigger(self) -> None:
        """Pull the trigger, which the scanner's trigger mode must allow; `DisconnectedError`."""
        self._link.send(TRIGGER)

    def untrigger(self) -> None:
        """Let go of the trigger; without one pulled this does nothing. `DisconnectedError`."""
        self._link.send(UNTRIGGER)

    def ask(self, query: str) -> str:
        """The scanner's answer to a query such as `CBRENA?`.

        `RefusedError` if it does not know it, `DisconnectedError` if it is away or silent.
        """
        reply = self._asked(query)
        if reply.status != "done":
            raise RefusedError(f"The scanner refuses {query} ({reply.status}): see its manual.")
        return reply.text

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        self._link.close()

    def _greet(self) -> None:
        """Ask something that changes nothing, and set what should be set."""
        self._asked(HARMLESS_QUERY)
        for setting in self._settings:
            reply = self._asked(setting)
            if reply.status != "done":
                raise SilentError(
                    f"The scanner refuses the setting {setting} ({reply.status}): correct it."
                )

    def _asked(self, command: str) -> MenuReply:
        """Ask once: a reply that came late would be in the way of the next code."""
        replies: list[MenuReply] = []

        def answers(event: Code | MenuReply) -> bool:
            if isinstance(event, MenuReply):
                replies.append(event)
            return bool(replies)

        self._decoder.expect(command)
        try:
            self._link.ask(menu(command), answers, timeout_s=PATIENCE_S, tries=1)
        finally:
            self._decoder.expect_none()
        return replies[0]
