"""The client of newer Chafon readers, those whose frames begin with CF."""

import time
from collections.abc import Callable, Sequence

from firmware_bridge.clients.inventory import Report, TagReader
from firmware_bridge.codecs import cf
from firmware_bridge.codecs.cf import Frame
from firmware_bridge.link import SilentError
from firmware_bridge.transports.transport import Transport

NO_REGION = "This reader's region cannot be set from here: set it with the maker's program."
REFUSES_INVENTORY = "The tag reader refuses an inventory: compare its settings with its manual."
REFUSALS = (cf.BAD_PARAMETER, cf.FAILED)
TRY_S = 1.5


class CfReader(TagReader[Frame]):
    """Keeps an endless inventory running and yields the tags; "no tag" is an ordinary answer.

    Power is written only where the reader's differs, since it keeps it in memory that wears. The
    reader's own setting says which of its antennas are used.
    """

    patience_s = 1.5

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
        """Without `power_dbm` the reader keeps its own. ValueError for bad settings."""
        super().__init__(open_wire, cf.decoder(), clock=clock, sleep=sleep)
        if region is not None:
            raise ValueError(NO_REGION)
        if tuple(antennas) != (1,):
            raise ValueError("This reader's antennas are set with the maker's program.")
        self._power_dbm = power_dbm
        self._power = None if power_dbm is None else cf.set_power(power_dbm)

    def _greet(self) -> None:
        self._link.send(cf.stop())
        self._link.ask(cf.device_info(), lambda frame: frame.command == cf.DEVICE_INFO)
        if self._power is not None:
            told = self._link.ask(cf.get_all(), lambda frame: frame.command == cf.GET_ALL)
            if cf.power_of(told) != self._power_dbm:
                self._set("power", self._power, _accepted)
        answer = self._link.ask(
            cf.inventory(1, cf.BY_ROUNDS),
            lambda frame: self._report(frame) is not None,
            timeout_s=TRY_S,
        )
        if answer.status in REFUSALS:
            raise SilentError(REFUSES_INVENTORY)

    def _next_round(self) -> bytes:
        return cf.inventory()

    def _report(self, frame: Frame) -> Report | None:
        if frame.command != cf.INVENTORY or frame.status is None:
            return None
        if frame.status in REFUSALS:
            return Report(trouble=REFUSES_INVENTORY)
        return Report(cf.tags(frame))


def _accepted(frame: Frame) -> bool | None:
    return None if frame.command != cf.SET_POWER else frame.status == cf.OK
