"""A scale of any make that a dialect describes."""

import time
from collections.abc import Callable

from firmware_bridge.clients.line_scale import LineScale
from firmware_bridge.codecs.scale_pattern import (
    RADWAG,
    PatternLine,
    ScaleDialect,
    pattern_decoder,
)
from firmware_bridge.transports.transport import Transport


class PatternScale(LineScale[PatternLine]):
    """Tells settled weights of a scale of `dialect`."""

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        dialect: ScaleDialect = RADWAG,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(
            open_wire,
            pattern_decoder(dialect),
            ask=dialect.ask,
            zero=dialect.zero,
            tare=dialect.tare,
            equal=dialect.equal,
            clock=clock,
            sleep=sleep,
        )
