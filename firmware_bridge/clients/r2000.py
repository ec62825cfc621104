"""The client of boards with the Impinj R2000 chip."""

import time
from collections.abc import Callable, Sequence

from firmware_bridge.clients.inventory import Report, TagReader
from firmware_bridge.codecs import r2000
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.r2000 import Frame
from firmware_bridge.readings import TagRead
from firmware_bridge.transports.transport import Transport

NO_ANTENNA = "The tag reader has no working antenna: check the antenna and its cable."
REFUSES_INVENTORY = "The tag reader refuses an inventory: compare its settings with its manual."
BROKEN = "The tag reader reports that its radio failed (error {code:02X}): restart it."
RADIO_FAILURES = frozenset((0x20, 0x21, 0x25, 0x52, 0x53, 0x54, 0x57))
CONFIRM_S = 2.0
REFUSALS = frozenset((*range(0x40, 0x50), 0x51, 0x55, 0x56))


class R2000Reader(TagReader[Frame]):
    """Asks for one real-time inventory after the other and yields the tags.

    The frame's check is weak and guards no digit of an EPC, so an EPC is yielded from its second
    report within `CONFIRM_S` on: damage does not strike twice alike.
    One antenna is chosen once, several take turns within a round. Power and region are written only
    where the reader's differ, since it keeps them in memory that wears.
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
        super().__init__(open_wire, r2000.decoder(), clock=clock, sleep=sleep)
        if not antennas or not set(antennas) <= {1, 2, 3, 4} or len(antennas) > 4:
            raise ValueError("Antennas are numbers from 1 to 4, at least one.")
        self._power_dbm = power_dbm
        self._region_name = region
        self._power = None if power_dbm is None else r2000.set_power(power_dbm)
        self._region = None if region is None else r2000.set_region(region)
        self._antennas = tuple(antennas)
        self._seen_at: dict[str, float] = {}

    def _greet(self) -> None:
        self._seen_at.clear()
        self._link.ask(r2000.firmware(), lambda frame: frame.command == r2000.FIRMWARE)
        if self._region is not None and self._region_name is not None:
            wanted = bytes(r2000.REGIONS[self._region_name])
            if self._value(r2000.get_region(), r2000.GET_REGION) != wanted:
                self._set("region", self._region, lambda f: _accepted(f, r2000.SET_REGION))
        if self._power is not None and self._power_dbm is not None:
            powers = self._value(r2000.get_power(), r2000.GET_POWER)
            if set(powers) != {int(self._power_dbm)}:
                self._set("power", self._power, lambda f: _accepted(f, r2000.SET_POWER))
        if len(self._antennas) == 1:
            command = r2000.set_antenna(self._antennas[0])
            self._set("antenna", command, lambda f: _accepted(f, r2000.SET_ANTENNA))
        self._try_round(self._next_round(), self.patience_s)

    def _value(self, command: bytes, number: int) -> bytes:
        return self._link.ask(command, lambda frame: frame.command == number).content

    def _next_round(self) -> bytes:
        if len(self._antennas) == 1:
            return r2000.inventory()
        return r2000.fast_switch(self._antennas)

    def _report(self, frame: Frame) -> Report | None:
        if frame.command not in r2000.INVENTORIES:
            return None
        code = r2000.code_of(frame)
        if code is None:
            return Report(r2000.tags(frame), ended=not r2000.is_tag(frame))
        if code == r2000.ANTENNA_MISSING:
            return Report(trouble=NO_ANTENNA)
        if code in RADIO_FAILURES:
            return Report(trouble=BROKEN.format(code=code))
        return Report(ended=True, trouble=REFUSES_INVENTORY if code in REFUSALS else None)

    def _believed(self, tags: Sequence[TagRead | Damage]) -> Sequence[TagRead | Damage]:
        now = self._clock()
        recent = {epc: at for epc, at in self._seen_at.items() if now - at <= CONFIRM_S}
        self._seen_at = recent | {tag.epc: now for tag in tags if isinstance(tag, TagRead)}
        return [tag for tag in tags if isinstance(tag, Damage) or tag.epc in recent]


def _accepted(frame: Frame, command: int) -> bool | None:
    if frame.command != command:
        return None
    return frame.content == bytes((r2000.SUCCESS,))
