"""The devices of a bench, from their settings to threads that run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.devices import DeviceThread
from station.adapters.readers import BarcodeReader
from station.adapters.tag_reader import TagReader as TagAdapter
from station.app.clients import Client, client_of
from station.config import Device, Scanner, SsiScanner, TagReader, read_settings
from station.domain.events import Event
from station.domain.faults import FaultCode, refuse
from station.domain.tags import TagRules
from station.screen.equipment import DeviceKind

Emit = Callable[[Event], None]

QUIET_POLL_S = 0.2
TAG_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class NamedDevice:
    """Where a device of a configuration is, and how it is spoken to."""

    kind: str
    port: str
    baud: int | None


def named_device(config: Path, name: str) -> NamedDevice:
    """The device of that name. StationError names those there are."""
    devices = read_settings(config).device
    for device in devices:
        if device.name == name:
            kind = "plain" if device.kind == "honeywell" else device.kind
            return NamedDevice(kind, device.port, device.baud)
    names = ", ".join(device.name for device in devices)
    raise refuse(f"{config.name} has no device {name}: name one of {names}")


class Devices:
    """Every wired device of a bench, each in its thread, from `start` to `stop`."""

    def __init__(
        self,
        devices: Sequence[Device],
        *,
        emit: Emit,
        clock: SystemClock,
        identifiers: SystemIdentifiers,
    ) -> None:
        """StationError for settings that a device does not take."""
        self._emit = emit
        self._clock = clock
        self._identifiers = identifiers
        self._threads: list[DeviceThread[Client]] = []
        self.kinds: list[DeviceKind] = []
        """What the bench has, for the device strip."""
        for device in devices:
            self._add(device)

    def start(self) -> None:
        """Start every device; events may come from now on."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop every device; no event comes after it."""
        for thread in self._threads:
            thread.stop()

    def _add(self, device: Device) -> None:
        match device:
            case Scanner() | SsiScanner():
                reader = BarcodeReader(
                    emit=self._emit, clock=self._clock, identifiers=self._identifiers
                )
                self._run(device, DeviceKind.SCANNER, FaultCode.SCANNER_LOST, reader.hear)
            case TagReader():
                tags = TagAdapter(
                    TagRules(floor_dbm=device.floor_dbm, antennas=frozenset(device.antennas)),
                    emit=self._emit,
                    clock=self._clock,
                    identifiers=self._identifiers,
                )
                self._run(
                    device,
                    DeviceKind.TAG_READER,
                    FaultCode.TAG_READER_LOST,
                    tags.hear,
                    tick=tags.tick,
                    poll_s=TAG_POLL_S,
                )

    def _run(
        self,
        device: Device,
        kind: DeviceKind,
        lost: FaultCode,
        hear: Callable[[object], None] | None = None,
        tick: Callable[[], None] | None = None,
        poll_s: float = QUIET_POLL_S,
    ) -> None:
        self.kinds.append(kind)
        self._threads.append(
            DeviceThread(
                client_of(device),
                subject=device.name,
                lost=lost,
                emit=self._emit,
                clock=self._clock,
                hear=hear,
                tick=tick,
                poll_s=poll_s,
            )
        )
