"""An A&D scale."""

import time
from collections.abc import Callable

from firmware_bridge.clients.line_scale import LineScale
from firmware_bridge.codecs.aandd import AandDFrame, aandd_decoder, command
from firmware_bridge.transports.transport import Transport


class AandDScale(LineScale[AandDFrame]):
    """Asks `Q` and tells settled weights; also hears a scale that sends by itself (`SIR`)."""

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        equal: int = 2,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(
            open_wire,
            aandd_decoder(),
            ask=command("Q"),
            zero=command("R"),
            tare=command("T"),
            equal=equal,
            clock=clock,
            sleep=sleep,
        )
