"""A plain barcode scanner on a wire that comes and goes."""

import time
from collections.abc import Callable, Iterable

from firmware_bridge.clients.scanning import ScannerEvent
from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.plain import PlainDecoder, Suffix
from firmware_bridge.link import Link
from firmware_bridge.transports.transport import Transport


class PlainScanner:
    """Reads codes; nothing is ever sent to the scanner. Not safe for use from two threads.

    `open_wire` opens a transport or raises `OSError`. The settings are those of `PlainDecoder`.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        suffix: Suffix = "cr",
        prefix: bytes = b"",
        require_identifier: bool = False,
        idle_gap_s: float = 0.1,
        gs_substitutes: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """ValueError for a GS substitute that cannot be one."""
        decoder = PlainDecoder(
            suffix,
            prefix,
            require_identifier=require_identifier,
            idle_gap_s=idle_gap_s,
            gs_substitutes=gs_substitutes,
        )
        self._link: Link[Code] = Link(open_wire, decoder, clock=clock, sleep=sleep)

    def poll(self, timeout_s: float) -> tuple[ScannerEvent, ...]:
        """Return what has happened; wait for it at most `timeout_s`. May return nothing sooner."""
        return self._link.poll(timeout_s)

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        self._link.close()
