"""From the settings of a device to its client."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Literal, Protocol, TypedDict

from firmware_bridge.clients.aandd import AandDScale
from firmware_bridge.clients.ascii_light import AsciiLight
from firmware_bridge.clients.board import BenchBoard
from firmware_bridge.clients.cf import CfReader
from firmware_bridge.clients.contact import ContactSwitch
from firmware_bridge.clients.honeywell import HoneywellScanner
from firmware_bridge.clients.llrp import LlrpReader
from firmware_bridge.clients.m100 import M100Reader
from firmware_bridge.clients.plain import PlainScanner
from firmware_bridge.clients.r2000 import R2000Reader
from firmware_bridge.clients.scale_pattern import PatternScale
from firmware_bridge.clients.sics import SicsScale
from firmware_bridge.clients.ssi import SsiScanner as SsiClient
from firmware_bridge.clients.thingmagic import ThingMagicReader
from firmware_bridge.clients.uhfreader18 import UhfReader18
from firmware_bridge.clients.zpl import ZplPrinter
from firmware_bridge.codecs.ascii_light import LightDialect
from firmware_bridge.codecs.ascii_light_dialects import read_dialect
from firmware_bridge.codecs.scale_dialects import read_dialect as read_scale_dialect
from firmware_bridge.codecs.scale_pattern import RADWAG, ScaleDialect
from firmware_bridge.families import ascii_lights, scale_generic
from firmware_bridge.families.index import family
from firmware_bridge.family import Family
from firmware_bridge.transports.opening import opener
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.transport import Transport
from station.config import (
    Board,
    ContactPedal,
    Device,
    LightController,
    Printer,
    Scale,
    Scanner,
    SsiScanner,
    TagReader,
)
from station.domain.faults import refuse


class Client(Protocol):
    """A client of any device."""

    def poll(self, timeout_s: float) -> tuple[object, ...]: ...

    def close(self) -> None: ...


class MakeReader(Protocol):
    """What makes the client of a serial tag reader."""

    def __call__(
        self,
        open_wire: Callable[[], Transport],
        *,
        power_dbm: float | None,
        region: str | None,
        antennas: tuple[int, ...],
    ) -> Client: ...


_TAG_READERS: Mapping[str, MakeReader] = MappingProxyType(
    {
        "m100": M100Reader,
        "uhfreader18": UhfReader18,
        "r2000": R2000Reader,
        "thingmagic": ThingMagicReader,
        "cf": CfReader,
    }
)


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
    with _in_words(device):
        return _client(device, wire)


def family_of(device: Device) -> Family:
    """The kind of a device as its settings make it: read and listened to as by the station.

    StationError as for `client_of`, and for a device that says nothing on its wire.
    """
    known = family(device.kind)
    if known is None:
        raise refuse(f"{device.name} says nothing on its wire: there is nothing to listen to")
    with _in_words(device):
        match device:
            case LightController():
                known = ascii_lights.of_dialect(known, _light_dialect(device))
            case Scale(kind="scale-generic"):
                known = scale_generic.of_dialect(_scale_dialect(device))
    return replace(known, listen=lambda open_wire: _client(device, open_wire))


def light_of(device: LightController, channels: Sequence[str]) -> AsciiLight:
    """The client of a light controller, of which these channels are used. StationError as above."""
    with _in_words(device):
        return AsciiLight(wire_of(device), _light_dialect(device, channels))


def board_of(device: Board) -> BenchBoard:
    """The client of a bench board."""
    return BenchBoard(wire_of(device), expected_serial=device.serial)


def printer_of(device: Printer) -> ZplPrinter:
    """The client of a label printer; one behind a device file cannot answer."""
    return _printer(device, wire_of(device))


@contextmanager
def _in_words(device: Device) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise refuse(f"{device.name}: {error}") from error


def _client(device: Device, wire: Callable[[], Transport]) -> Client:
    match device:
        case Scanner() | SsiScanner() | TagReader():
            return _reader(device, wire)
        case LightController():
            return AsciiLight(wire, _light_dialect(device))
        case Board():
            return BenchBoard(wire, expected_serial=device.serial)
        case Printer():
            return _printer(device, wire)
        case Scale():
            return _scale(device, wire)
        case ContactPedal():
            port = partial(SerialPort, device.port)
            return ContactSwitch(port, line=device.line, inverted=device.inverted)


def _reader(device: Scanner | SsiScanner | TagReader, wire: Callable[[], Transport]) -> Client:
    match device:
        case Scanner(kind="honeywell"):
            return HoneywellScanner(wire, settings=device.settings, **_plain_settings(device))
        case Scanner():
            return PlainScanner(wire, **_plain_settings(device))
        case SsiScanner():
            return SsiClient(wire, gs_substitutes=device.gs_substitutes)
        case TagReader(kind="llrp"):
            return LlrpReader(wire, antennas=device.antennas, power_index=device.power_index)
        case TagReader():
            return _TAG_READERS[device.kind](
                wire,
                power_dbm=device.power_dbm,
                region=device.region,
                antennas=device.antennas,
            )


def _printer(device: Printer, wire: Callable[[], Transport]) -> ZplPrinter:
    return ZplPrinter(wire, two_way=not device.port.startswith("file://"))


def _light_dialect(device: LightController, channels: Sequence[str] = ()) -> LightDialect:
    record: dict[str, object] = {"like": device.kind.removeprefix("light-")}
    if channels:
        record["channels"] = list(channels)
    return read_dialect({**record, **device.dialect})


def _scale_dialect(device: Scale) -> ScaleDialect:
    table = {name: _plain(value) for name, value in device.dialect.items()}
    return read_scale_dialect(table) if table else RADWAG


def _scale(device: Scale, wire: Callable[[], Transport]) -> Client:
    match device.kind:
        case "sics":
            return SicsScale(wire)
        case "aandd":
            return AandDScale(wire)
        case "scale-generic":
            return PatternScale(wire, _scale_dialect(device))


class _PlainSettings(TypedDict):
    suffix: Literal["cr", "lf", "crlf", "tab"]
    prefix: bytes
    require_identifier: bool
    gs_substitutes: tuple[str, ...]


def _plain_settings(device: Scanner) -> _PlainSettings:
    return {
        "suffix": device.suffix,
        "prefix": device.prefix.encode("utf-8"),
        "require_identifier": device.require_identifier,
        "gs_substitutes": device.gs_substitutes,
    }


def _plain(value: str | int | tuple[str, ...]) -> object:
    return list(value) if isinstance(value, tuple) else value
