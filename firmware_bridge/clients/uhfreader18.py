"""The client of UHFReader18 and UHFReader288 readers."""

import time
from collections.abc import Callable, Sequence

from firmware_bridge.clients.inventory import Report, TagReader
from firmware_bridge.codecs import uhfreader18
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.uhfreader18 import Dialect, Frame, Info
from firmware_bridge.link import SilentError
from firmware_bridge.transports.transport import Transport

NO_ANTENNA = "The tag reader has no working antenna: check the antenna and its cable."
REFUSES_INVENTORY = "The tag reader refuses an inventory: set its dialect to the other one."
ONE_ANTENNA = "This tag reader has one antenna: set antennas to 1."
SLACK_S = 0.7
SCAN_TIME_S = 0.3


class UhfReader18(TagReader[Frame]):
    """Asks for one inventory after the other, antenna by antenna, and yields the tags.

    The dialect is what the reader's info says unless one is named. Power and region are written
    only where the reader's differ, since it keeps them in memory that wears.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        power_dbm: float | None = None,
        region: str | None = None,
        antennas: Sequence[int] = (1,),
        dialect: Dialect | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Without `power_dbm` or `region` the reader keeps its own. ValueError for bad settings."""
        super().__init__(open_wire, uhfreader18.decoder(), clock=clock, sleep=sleep)
        if not antennas or not set(antennas) <= set(uhfreader18.ANTENNAS.values()):
            raise ValueError("Antennas are numbers from 1 to 4, at least one.")
        self._power_dbm = power_dbm
        self._region = region
        self._power = None if power_dbm is None else uhfreader18.set_power(power_dbm)
        self._band = None if region is None else uhfreader18.set_band(region)
        self._antennas = tuple(antennas)
        self._turn = 0
        self._named_dialect = dialect
        self._dialect: Dialect = dialect or "reader288"

    def _greet(self) -> None:
        info = self._info()
        self._dialect = self._named_dialect or info.dialect
        if self._dialect == "reader18" and self._antennas != (1,):
            raise SilentError(ONE_ANTENNA)
        scan_time_s = info.scan_time_s if self._dialect == "reader18" else SCAN_TIME_S
        self.patience_s = scan_time_s + SLACK_S
        if self._region is not None and self._band is not None:
            band, highest = uhfreader18.BANDS[self._region]
            if (info.band, info.channels) != (band, (0, highest)):
                self._set("region", self._band, lambda f: _accepted(f, uhfreader18.SET_BAND))
        if self._power is not None and info.power_dbm != self._power_dbm:
            self._set("power", self._power, lambda f: _accepted(f, uhfreader18.SET_POWER))
        self._turn = 0
        self._try_round(self._next_round(), self.patience_s)

    def _info(self) -> Info:
        found: list[Info] = []

        def answers(frame: Frame) -> bool:
            info = uhfreader18.info_of(frame)
            found.extend(() if info is None else (info,))
            return info is not None

        self._link.ask(uhfreader18.info(), answers)
        return found[-1]

    def _next_round(self) -> bytes:
        if self._dialect == "reader18":
            return uhfreader18.inventory_18()
        antenna = self._antennas[self._turn % len(self._antennas)]
        self._turn += 1
        return uhfreader18.inventory_288(antenna=antenna, scan_time_s=SCAN_TIME_S)

    def _report(self, frame: Frame) -> Report | None:
        if frame.status is None or frame.command != uhfreader18.INVENTORY:
            return None
        if frame.status == uhfreader18.ANTENNA_ERROR:
            return Report(trouble=NO_ANTENNA)
        if frame.status >= uhfreader18.BAD_LENGTH:
            return Report(trouble=REFUSES_INVENTORY)
        ended = frame.status != uhfreader18.MORE
        entries = uhfreader18.entries(frame, self._dialect)
        if entries is None:
            return Report((Damage("content", uhfreader18.encode(frame)[:64]),), ended)
        blank = [Damage("empty", b"\x00") for entry in entries if not entry.epc]
        return Report((*uhfreader18.tags(frame, self._dialect), *blank), ended)


def _accepted(frame: Frame, command: int) -> bool | None:
    if frame.status is None or frame.command != command:
        return None
    return frame.status == uhfreader18.OK
