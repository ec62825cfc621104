"""From the settings of a device to its client."""

from collections.abc import Callable
from typing import Protocol

from firmware_bridge.clients.plain import PlainScanner
from firmware_bridge.families.index import family
from firmware_bridge.transports.opening import opener
from firmware_bridge.transports.transport import Transport
from station.config import Device, Scanner
from station.domain.faults import refuse


class Client(Protocol):
    """A client of any device."""

    def poll(self, timeout_s: float) -> tuple[object, ...]: ...

    def close(self) -> None: ...


def wire_of(device: Device) -> Callable[[], Transport]:
    """What opens the device's wire. StationError if its address cannot be one."""
    known = family(device.kind)
    bauds = known.bauds if known else (9600,)
    try:
        return opener(
            device.port,
            baud=device.baud or bauds[0],
            byte_format=known.byte_format if known else "8N1",
        )
    except ValueError as error:
        raise refuse(f"{device.name}: {error}") from error


def client_of(device: Device) -> Client:
    """The client of a device. StationError for settings that its kind does not take."""
    wire = wire_of(device)
    try:
        return _client(device, wire)
    except ValueError as error:
        raise refuse(f"{device.name}: {error}") from error


def _client(device: Device, wire: Callable[[], Transport]) -> Client:
    match device:
        case Scanner():
            return PlainScanner(
                wire,
                suffix=device.suffix,
                prefix=device.prefix.encode("utf-8"),
                require_identifier=device.require_identifier,
                gs_substitutes=device.gs_substitutes,
            )
    raise ValueError("not wired yet")
