"""The client of M100, QM100, YRM100 and R200 reader modules."""

import time
from collections.abc import Callable, Sequence

from firmware_bridge.clients.inventory import Report, TagReader
from firmware_bridge.codecs import m100
from firmware_bridge.codecs.m100 import Frame
from firmware_bridge.transports.transport import Transport


class M100Reader(TagReader[Frame]):
    """Keeps a multi inventory running and yields the tags it reports.

    "No tag" and a round without a free channel are ordinary answers of an inventory, not failures.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        power_dbm: float | None = None,
        region: str | None = None,
        antennas: Sequence[int] = (1,),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Without `power_dbm` or `region` the reader keeps its own. ValueError for bad settings."""
        super().__init__(open_wire, m100.decoder(), clock=clock, sleep=sleep)
        if tuple(antennas) != (1,):
            raise ValueError("An M100 has one antenna: set antennas to 1.")
        self._region = None if region is None else m100.set_region(region)
        self._power = None if power_dbm is None else m100.set_power(power_dbm)

    def _greet(self) -> None:
        self._link.send(m100.stop())
        self._link.ask(m100.module_info(), lambda frame: _answers(frame, m100.MODULE_INFO))
        if self._region is not None:
            self._set("region", self._region, lambda frame: _accepted(frame, m100.SET_REGION))
        if self._power is not None:
            self._set("power", self._power, lambda frame: _accepted(frame, m100.SET_POWER))

    def _next_round(self) -> bytes:
        return m100.multi_inventory()

    def _report(self, frame: Frame) -> Report | None:
        if frame.kind == m100.NOTICE or m100.error_code(frame) is not None:
            return Report(m100.tags(frame))
        return None


def _answers(frame: Frame, command: int) -> bool:
    return frame.kind == m100.REPLY and frame.command == command


def _accepted(frame: Frame, command: int) -> bool | None:
    if _answers(frame, command):
        return frame.content == bytes((m100.DONE,))
    code = m100.error_code(frame)
    return None if code is None or code == m100.NO_TAG else False
