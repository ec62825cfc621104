"""What the messages of an LLRP reader say: tags, events, answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from firmware_bridge.codecs.llrp.parameters import Fields, Kind, LlrpError, Parameter, parameters

SUCCESS = 0
CONNECTED = 0

CONNECTION_ATTEMPTS: Mapping[int, str] = MappingProxyType(
    {
        CONNECTED: "accepted",
        1: "busy with a connection that the reader made",
        2: "busy with the connection of another program",
        3: "refused for a reason that the reader does not tell",
        4: "another program tried to connect",
    }
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in a report: `epc` holds `bits` bits, the last byte filled up; µs since 1970 in UTC."""

    epc: bytes
    bits: int
    antenna: int | None = None
    rssi_dbm: int | None = None
    first_seen_us: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """RO_ACCESS_REPORT: the tags in the order reported; surveys and vendors' additions are left."""

    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class ReaderEvent:
    """READER_EVENT_NOTIFICATION; none and empty for what it does not tell.

    `connection` is a key of `CONNECTION_ATTEMPTS`; `antennas` are those that came (true) or went.
    """

    time_us: int | None = None
    connection: int | None = None
    closing: bool = False
    antennas: tuple[tuple[int, bool], ...] = ()
    exception: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a reader is and can: `vendor` is an IANA enterprise number, powers are index and dBm.

    Without hopping a channel must be chosen; with it a hop table.
    """

    vendor: int
    model: int
    firmware: str
    antennas: int
    powers_dbm: tuple[tuple[int, float], ...] = ()
    hopping: bool = True
    hop_table: int = 1


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a reader is set to; `antennas` tells which of them are connected."""

    identification: bytes = b""
    antennas: tuple[tuple[int, bool], ...] = ()
    keepalive_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request, or ERROR_MESSAGE: `status` 0 is success, else why not."""

    status: int
    description: str = ""
    capabilities: Capabilities | None = None
    configuration: Configuration | None = None


Content: TypeAlias = Report | ReaderEvent | Answer


def read_report(body: bytes) -> Report:
    """The content of RO_ACCESS_REPORT."""
    return Report(
        tuple(_tag(each.body) for each in parameters(body) if each.kind == Kind.TAG_REPORT_DATA)
    )


def read_event(body: bytes) -> ReaderEvent:
    """The content of READER_EVENT_NOTIFICATION."""
    inner = parameters(_only(parameters(body), Kind.READER_EVENT_NOTIFICATION_DATA).body)
    time_us = connection = exception = None
    closing = False
    antennas = []
    for each in inner:
        fields = Fields(each.body)
        match each.kind:
            case Kind.UTC_TIMESTAMP:
                time_us = fields.number(8)
            case Kind.CONNECTION_ATTEMPT_EVENT:
                connection = fields.number(2)
            case Kind.CONNECTION_CLOSE_EVENT:
                closing = True
            case Kind.ANTENNA_EVENT:
                connected = fields.number(1) == 1
                antennas.append((fields.number(2), connected))
            case Kind.READER_EXCEPTION_EVENT:
                exception = fields.text()
    return ReaderEvent(time_us, connection, closing, tuple(antennas), exception)


def read_answer(body: bytes) -> Answer:
    """The content of every answer and of ERROR_MESSAGE: the status, and what stands behind it."""
    inner = parameters(body)
    fields = Fields(_only(inner, Kind.LLRP_STATUS).body)
    status, description = fields.number(2), fields.text()
    fields.parameters()
    return Answer(status, description, _capabilities(inner), _configuration(inner))


def _tag(body: bytes) -> Tag:
    inner = parameters(body)
    antenna = rssi_dbm = first_seen_us = count = None
    epcs = []
    for each in inner:
        fields = Fields(each.body)
        match each.kind:
            case Kind.EPC_96:
                epcs.append((each.body, 96))
            case Kind.EPC_DATA:
                bits = fields.number(2)
                if len(fields.rest()) != (bits + 7) // 8:
                    raise LlrpError("an EPC has another length than it says")
                epcs.append((fields.rest(), bits))
            case Kind.ANTENNA_ID:
                antenna = fields.number(2)
            case Kind.PEAK_RSSI:
                rssi_dbm = fields.number(1, signed=True)
            case Kind.FIRST_SEEN_UTC:
                first_seen_us = fields.number(8)
            case Kind.TAG_SEEN_COUNT:
                count = fields.number(2)
    if len(epcs) != 1:
        raise LlrpError("a tag has no EPC, or several")
    epc, bits = epcs[0]
    return Tag(epc, bits, antenna, rssi_dbm, first_seen_us, count)


def _capabilities(inner: tuple[Parameter, ...]) -> Capabilities | None:
    general = _first(inner, Kind.GENERAL_DEVICE_CAPABILITIES)
    if general is None:
        return None
    fields = Fields(general.body)
    antennas, _, vendor, model = (fields.number(size) for size in (2, 2, 4, 4))
    firmware = fields.text()
    regulatory = _first(inner, Kind.REGULATORY_CAPABILITIES)
    band = None
    if regulatory is not None:
        fields = Fields(regulatory.body)
        fields.take(4)
        band = _first(fields.parameters(), Kind.UHF_BAND_CAPABILITIES)
    if band is None:
        return Capabilities(vendor, model, firmware, antennas)
    inside = parameters(band.body)
    powers = []
    for each in inside:
        if each.kind == Kind.TRANSMIT_POWER_LEVEL:
            fields = Fields(each.body)
            powers.append((fields.number(2), fields.number(2, signed=True) / 100))
    hopping, hop_table = _frequencies(_first(inside, Kind.FREQUENCY_INFORMATION))
    return Capabilities(vendor, model, firmware, antennas, tuple(powers), hopping, hop_table)


def _frequencies(information: Parameter | None) -> tuple[bool, int]:
    if information is None:
        return True, 1
    fields = Fields(information.body)
    hopping = bool(fields.number(1) & 0x80)
    table = _first(fields.parameters(), Kind.FREQUENCY_HOP_TABLE)
    return hopping, 1 if table is None else Fields(table.body).number(1)


def _configuration(inner: tuple[Parameter, ...]) -> Configuration | None:
    identification, keepalive_ms, antennas = b"", None, []
    told = False
    for each in inner:
        fields = Fields(each.body)
        match each.kind:
            case Kind.IDENTIFICATION:
                fields.take(1)
                identification = fields.take(fields.number(2))
            case Kind.ANTENNA_PROPERTIES:
                connected = bool(fields.number(1) & 0x80)
                antennas.append((fields.number(2), connected))
            case Kind.KEEPALIVE_SPEC:
                periodic = fields.number(1) == 1
                interval_ms = fields.number(4)
                keepalive_ms = interval_ms if periodic else 0
            case _:
                continue
        told = True
    return Configuration(identification, tuple(antennas), keepalive_ms) if told else None


def _first(inner: tuple[Parameter, ...], kind: Kind) -> Parameter | None:
    return next((each for each in inner if each.kind == kind), None)


def _only(inner: tuple[Parameter, ...], kind: Kind) -> Parameter:
    found = _first(inner, kind)
    if found is None:
        raise LlrpError(f"the parameter {kind.name} is missing")
    return found
