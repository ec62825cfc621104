"""The client of ThingMagic M6e and M7e modules."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from firmware_bridge.clients.inventory import Report, TagReader
from firmware_bridge.codecs import thingmagic
from firmware_bridge.codecs.thingmagic import Frame
from firmware_bridge.transports.transport import Transport

TOO_HOT = "The tag reader is too hot and has stopped reading: let it cool, or lower its power."
NO_ANTENNA = "The tag reader's antenna reflects its power: check the antenna and its cable."
BROKEN = "The tag reader reports error {status:04X}: restart it."
BOOT_S = 1.5
TRY_MS = 100
FIRST_SYSTEM_ERROR = 0x0500


class ThingMagicReader(TagReader[Frame]):
    """Keeps a continuous read running, whose keep-alive comes each second, and yields its tags."""

    patience_s = 2.5

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
        """Without `power_dbm` or `region` the module keeps its own. ValueError for bad settings."""
        super().__init__(open_wire, thingmagic.decoder(), clock=clock, sleep=sleep)
        if not antennas or not set(antennas) <= set(range(1, thingmagic.MOST_ANTENNAS + 1)):
            raise ValueError("Antennas are numbers from 1 to 16, at least one.")
        self._settings = [
            ("antenna", thingmagic.set_antenna(antennas[0]), thingmagic.SET_ANTENNA),
            ("antennas", thingmagic.set_antennas(antennas), thingmagic.SET_ANTENNA),
            ("protocol", thingmagic.set_gen2(), thingmagic.SET_PROTOCOL),
            ("filter", thingmagic.filter_off(), thingmagic.SET_OPTION),
        ]
        if power_dbm is not None:
            setting = ("power", thingmagic.set_power(power_dbm), thingmagic.SET_POWER)
            self._settings.insert(0, setting)
        if region is not None:
            setting = ("region", thingmagic.set_region(region), thingmagic.SET_REGION)
            self._settings.insert(0, setting)

    def _greet(self) -> None:
        self._link.send(thingmagic.stop_stream())
        self._link.ask(thingmagic.version(), lambda frame: frame.op == thingmagic.VERSION)
        booted = thingmagic.boot_firmware()
        self._link.ask(booted, lambda frame: frame.op == thingmagic.BOOT, timeout_s=BOOT_S)
        for setting, command, op in self._settings:
            self._set(setting, command, partial(_accepted, op))
        self._try_round(thingmagic.read_single(TRY_MS), 1.0)

    def _next_round(self) -> bytes:
        return thingmagic.start_stream()

    def _report(self, frame: Frame) -> Report | None:
        status = frame.status
        if frame.op == thingmagic.STREAM and status == thingmagic.OK:
            return Report()
        if frame.op not in (thingmagic.READ_SINGLE, thingmagic.READ_MULTIPLE) or status is None:
            return None
        trouble = None
        if status == thingmagic.TOO_HOT:
            trouble = TOO_HOT
        elif status == thingmagic.HIGH_RETURN_LOSS:
            trouble = NO_ANTENNA
        elif status >= FIRST_SYSTEM_ERROR:
            trouble = BROKEN.format(status=status)
        ended = frame.op == thingmagic.READ_SINGLE
        return Report(thingmagic.tags(frame), ended, trouble)


def _accepted(op: int, frame: Frame) -> bool | None:
    return None if frame.op != op else frame.status == thingmagic.OK
