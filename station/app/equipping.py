"""The devices of a bench, from their settings to threads that run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from firmware_bridge.clients.ascii_light import AsciiLight
from firmware_bridge.clients.board import BenchBoard
from firmware_bridge.family import Family
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.devices import DeviceThread
from station.adapters.labels.drawing import draw_label
from station.adapters.lights import BenchLights
from station.adapters.pedal import FootSwitch
from station.adapters.printing import LabelPrinter
from station.adapters.readers import BarcodeReader
from station.adapters.speaker import Speaker
from station.adapters.tag_reader import TagReader as TagAdapter
from station.adapters.weighing import ScaleReader
from station.app.clients import Client, board_of, client_of, family_of, light_of, printer_of
from station.app.defaults import load_labels
from station.app.lamps import BoardOutputs, LightDevice
from station.config import (
    Board,
    ContactPedal,
    Device,
    LightController,
    Lights,
    Printer,
    Scale,
    Scanner,
    SsiScanner,
    TagReader,
    read_settings,
)
from station.domain.events import Event
from station.domain.faults import FaultCode, refuse
from station.domain.tags import TagRules
from station.screen.equipment import DeviceKind
from station.screen.lamps import lamps
from station.screen.view import OperatorView

C = TypeVar("C", bound=Client)
Emit = Callable[[Event], None]

QUIET_POLL_S = 0.2
TAG_POLL_S = 0.05
DEED_POLL_S = 0.01
"""How long a device that is told things listens at a time: a deed waits no longer for its turn."""


@dataclass(frozen=True, slots=True)
class NamedDevice:
    """Where a device of a configuration is, and how it is spoken to."""

    family: Family
    port: str
    baud: int | None


def named_device(config: Path, name: str) -> NamedDevice:
    """The device of that name. StationError names those there are."""
    devices = read_settings(config).device
    for device in devices:
        if device.name == name:
            return NamedDevice(family_of(device), device.port, device.baud)
    names = ", ".join(device.name for device in devices)
    raise refuse(f"{config.name} has no device {name}: name one of {names}")


class Devices:
    """Every wired device of a bench, each in its thread, from `start` to `stop`."""

    def __init__(
        self,
        devices: Sequence[Device],
        lights: Lights,
        needed: Iterable[str],
        *,
        emit: Emit,
        clock: SystemClock,
        identifiers: SystemIdentifiers,
    ) -> None:
        """`lights` are the levels of each light, `needed` the lights that the recipes name.

        StationError for settings that a device does not take, or for a needed light without levels
        at a bench that switches its lights.
        """
        self._emit = emit
        self._clock = clock
        self._reader = BarcodeReader(emit=emit, clock=clock, identifiers=identifiers)
        self._pedal = FootSwitch(emit=emit, clock=clock, identifiers=identifiers)
        self._scale = ScaleReader(emit=emit, clock=clock)
        self._identifiers = identifiers
        self._threads: list[DeviceThread[Any]] = []
        self._lamps: dict[str, LightDevice] = {}
        self._boards: list[BoardOutputs] = []
        self.labels: LabelPrinter | None = None
        """The label printer; none at a bench without one."""
        self.kinds: list[DeviceKind] = []
        """What the bench has, for the device strip."""
        for device in devices:
            self._add(device, lights)
        always: Lights = {light: {} for light in needed}
        self.light = BenchLights(lights or always, self._lamps, needed)
        """The bench's light; where nothing switches it every light is the same lamp."""

    def start(self) -> None:
        """Start every device; events may come from now on."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop every device; no event comes after it."""
        for thread in self._threads:
            thread.stop_soon()
        for thread in self._threads:
            thread.stop()

    @property
    def lit(self) -> bool:
        """Whether there are lamps to show anything with."""
        return bool(self._boards)

    def show(self, view: OperatorView) -> None:
        """Light the boards' lamps as the screen says."""
        lit = lamps(view)
        for board in self._boards:
            board.show(lit)

    def say(self, sound: str) -> None:
        """Sound the boards' sounders."""
        for board in self._boards:
            board.say(sound)

    def _add(self, device: Device, lights: Lights) -> None:
        match device:
            case Scanner() | SsiScanner():
                self._run(device, DeviceKind.SCANNER, FaultCode.SCANNER_LOST, self._reader.hear)
            case TagReader():
                self._add_tag_reader(device)
            case LightController():
                used = sorted(
                    {name for parts in lights.values() for name in parts.get(device.name, ())}
                )
                self._add_light(device, light_of(device, used))
            case Board():
                self._add_board(device, board_of(device))
            case Scale():
                self._run(device, DeviceKind.SCALE, FaultCode.SCALE_LOST, self._scale.hear)
            case Printer():
                self._add_printer(device)
            case ContactPedal():
                self._run(device, DeviceKind.PEDAL, FaultCode.PEDAL_LOST, self._pedal.hear)

    def _add_tag_reader(self, device: TagReader) -> None:
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

    def _add_light(self, device: LightController, client: AsciiLight) -> None:
        def set_levels(levels: Mapping[str, float]) -> float:
            thread.call(lambda light: light.set_levels(levels))
            return 0.0

        lamp = LightDevice(set_levels, self._clock)
        thread = self._thread(
            client, device.name, FaultCode.LIGHT_LOST, lamp.hear, poll_s=DEED_POLL_S
        )
        self._lamps[device.name] = lamp
        self.kinds.append(DeviceKind.LIGHT)

    def _add_board(self, device: Board, client: BenchBoard) -> None:
        def set_levels(levels: Mapping[str, float]) -> float:
            return thread.call(lambda board: board.set_levels(levels))

        def hear(reading: object) -> None:
            lamp.hear(reading)
            self._pedal.hear(reading)

        lamp = LightDevice(set_levels, self._clock)
        thread = self._thread(client, device.name, FaultCode.BOARD_LOST, hear, poll_s=DEED_POLL_S)
        self._lamps[device.name] = lamp
        self._boards.append(BoardOutputs(thread.post))
        self.kinds.append(DeviceKind.BOARD)

    def _add_printer(self, device: Printer) -> None:
        templates = load_labels(device.labels)

        def hear(reading: object) -> None:
            printer.hear(reading)

        thread = self._thread(printer_of(device), device.name, FaultCode.PRINTER_LOST, hear)
        printer = LabelPrinter(
            lambda label: draw_label(templates[label.kind], label),
            thread.post,
            emit=self._emit,
            clock=self._clock,
            subject=device.name,
        )
        self.labels = printer
        self.kinds.append(DeviceKind.PRINTER)

    def _run(
        self,
        device: Device,
        kind: DeviceKind,
        lost: FaultCode,
        hear: Callable[[object], None],
        tick: Callable[[], None] | None = None,
        poll_s: float = QUIET_POLL_S,
    ) -> None:
        self.kinds.append(kind)
        self._thread(client_of(device), device.name, lost, hear, tick, poll_s)

    def _thread(
        self,
        client: C,
        name: str,
        lost: FaultCode,
        hear: Callable[[object], None],
        tick: Callable[[], None] | None = None,
        poll_s: float = QUIET_POLL_S,
    ) -> DeviceThread[C]:
        thread = DeviceThread(
            client,
            subject=name,
            lost=lost,
            emit=self._emit,
            clock=self._clock,
            hear=hear,
            tick=tick,
            poll_s=poll_s,
        )
        self._threads.append(thread)
        return thread


class Sounds:
    """Port Speaker: the computer's loudspeaker and the boards' sounders together."""

    def __init__(self, speaker: Speaker, devices: Devices) -> None:
        self._speaker = speaker
        self._devices = devices

    def say(self, sound: str) -> None:
        """Play a sound and return at once."""
        self._speaker.say(sound)
        self._devices.say(sound)
