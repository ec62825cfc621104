"""The order to a reader what to read and report (ROSpec), both ways."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from firmware_bridge.codecs.llrp.parameters import (
    Fields,
    Kind,
    LlrpError,
    Parameter,
    parameters,
    tlv,
    u8,
    u16,
    u32,
)

C1G2 = 1
AFTER_TAGS = 3


class Start(IntEnum):
    """When an enabled ROSpec starts: when it is told to, or at once and again after each end."""

    WHEN_TOLD = 0
    AT_ONCE = 1


class ReportWhen(IntEnum):
    """When tags are reported: after N of them or at the end of the antenna or reader operation."""

    NEVER = 0
    N_TAGS_OR_AISPEC_END = 1
    N_TAGS_OR_ROSPEC_END = 2


class ReportContent(IntFlag):
    """What stands beside the EPC in a report, as the bits of TagReportContentSelector."""

    ANTENNA = 0x1000
    PEAK_RSSI = 0x0400
    FIRST_SEEN = 0x0200
    COUNT = 0x0080


EVERYTHING = (
    ReportContent.ANTENNA | ReportContent.PEAK_RSSI | ReportContent.FIRST_SEEN | ReportContent.COUNT
)


@dataclass(frozen=True, slots=True)
class Transmitter:
    """How to transmit: a hop table or, where the region has no hopping, a channel; and the power.

    All are places in the tables of the reader's capabilities.
    """

    hop_table: int
    channel: int
    power_index: int


@dataclass(frozen=True, slots=True)
class RoSpec:
    """Inventory of C1G2 tags by some antennas (0 is all), until stopped.

    `stop_after_tags` ends each round after so many tags, 0 never does. `report_n` is the N of
    `report_when`, 0 is no limit. `population` is the number of tags expected in the field.
    """

    number: int
    antennas: tuple[int, ...] = (1,)
    start: Start = Start.WHEN_TOLD
    stop_after_tags: int = 0
    session: int = 1
    population: int = 4
    transmitter: Transmitter | None = None
    report_when: ReportWhen = ReportWhen.N_TAGS_OR_ROSPEC_END
    report_n: int = 1
    content: ReportContent = EVERYTHING

    def __post_init__(self) -> None:
        words = (self.stop_after_tags, self.population, self.report_n, *self.antennas)
        if not 0 < self.number < 1 << 32:
            raise ValueError("an ROSpec has a number from 1 on")
        if not self.antennas or not 0 <= self.session <= 3:
            raise ValueError("an ROSpec has at least one antenna and a session from 0 to 3")
        if not all(0 <= word < 1 << 16 for word in words):
            raise ValueError("numbers in an ROSpec have 16 bits")


def encode_rospec(spec: RoSpec) -> bytes:
    """The parameter ROSpec, as ADD_ROSPEC sends it: disabled, of the highest priority."""
    boundary = tlv(
        Kind.RO_BOUNDARY_SPEC,
        tlv(Kind.ROSPEC_START_TRIGGER, u8(spec.start)),
        tlv(Kind.ROSPEC_STOP_TRIGGER, u8(0), u32(0)),
    )
    report = tlv(
        Kind.RO_REPORT_SPEC,
        u8(spec.report_when),
        u16(spec.report_n),
        tlv(
            Kind.TAG_REPORT_CONTENT_SELECTOR,
            u16(spec.content),
            tlv(Kind.C1G2_EPC_MEMORY_SELECTOR, u8(0)),
        ),
    )
    return tlv(Kind.ROSPEC, u32(spec.number), u8(0), u8(0), boundary, _antennas(spec), report)


def read_rospec(body: bytes) -> RoSpec:
    """The ROSpec in the body of ADD_ROSPEC; LlrpError if it is not of the kind written here."""
    fields = Fields(_inside(parameters(body), Kind.ROSPEC))
    number = fields.number(4)
    fields.take(2)
    inner = fields.parameters()
    boundary = parameters(_inside(inner, Kind.RO_BOUNDARY_SPEC))
    start = Fields(_inside(boundary, Kind.ROSPEC_START_TRIGGER)).number(1)
    antennas = Fields(_inside(inner, Kind.AISPEC))
    ports = tuple(antennas.number(2) for _ in range(antennas.number(2)))
    inventory = antennas.parameters()
    session, population, transmitter = _singulation(
        _inside(inventory, Kind.INVENTORY_PARAMETER_SPEC)
    )
    report = Fields(_inside(inner, Kind.RO_REPORT_SPEC))
    when, count = report.number(1), report.number(2)
    selector = Fields(_inside(report.parameters(), Kind.TAG_REPORT_CONTENT_SELECTOR)).number(2)
    try:
        return RoSpec(
            number,
            ports,
            Start(start),
            _stop_after_tags(_inside(inventory, Kind.AISPEC_STOP_TRIGGER)),
            session,
            population,
            transmitter,
            ReportWhen(when),
            count,
            ReportContent(selector & EVERYTHING),
        )
    except LlrpError:
        raise
    except ValueError as error:
        raise LlrpError(str(error)) from error


def _antennas(spec: RoSpec) -> bytes:
    stop = (u8(0), u32(0))
    if spec.stop_after_tags:
        observed = tlv(Kind.TAG_OBSERVATION_TRIGGER, u16(0), u16(spec.stop_after_tags), bytes(8))
        stop = (u8(AFTER_TAGS), u32(0) + observed)
    singulation = tlv(
        Kind.C1G2_SINGULATION_CONTROL, u8(spec.session << 6), u16(spec.population), u32(0)
    )
    power = b""
    if spec.transmitter is not None:
        chosen = spec.transmitter
        power = tlv(
            Kind.RF_TRANSMITTER, u16(chosen.hop_table), u16(chosen.channel), u16(chosen.power_index)
        )
    command = tlv(Kind.C1G2_INVENTORY_COMMAND, u8(0), singulation)
    configurations = [
        tlv(Kind.ANTENNA_CONFIGURATION, u16(antenna), power, command) for antenna in spec.antennas
    ]
    return tlv(
        Kind.AISPEC,
        u16(len(spec.antennas)),
        *(u16(antenna) for antenna in spec.antennas),
        tlv(Kind.AISPEC_STOP_TRIGGER, *stop),
        tlv(Kind.INVENTORY_PARAMETER_SPEC, u16(1), u8(C1G2), *configurations),
    )


def _stop_after_tags(body: bytes) -> int:
    fields = Fields(body)
    trigger = fields.number(1)
    fields.take(4)
    if trigger != AFTER_TAGS:
        return 0
    observed = Fields(_inside(fields.parameters(), Kind.TAG_OBSERVATION_TRIGGER))
    observed.take(2)
    return observed.number(2)


def _singulation(body: bytes) -> tuple[int, int, Transmitter | None]:
    """Session, population and transmitter of the first antenna."""
    fields = Fields(body)
    fields.take(3)
    configuration = Fields(_inside(fields.parameters(), Kind.ANTENNA_CONFIGURATION))
    configuration.take(2)
    inner = configuration.parameters()
    transmitter = None
    for each in inner:
        if each.kind == Kind.RF_TRANSMITTER:
            power = Fields(each.body)
            transmitter = Transmitter(power.number(2), power.number(2), power.number(2))
    command = Fields(_inside(inner, Kind.C1G2_INVENTORY_COMMAND))
    command.take(1)
    control = Fields(_inside(command.parameters(), Kind.C1G2_SINGULATION_CONTROL))
    return control.number(1) >> 6, control.number(2), transmitter


def _inside(inner: tuple[Parameter, ...], kind: Kind) -> bytes:
    for each in inner:
        if each.kind == kind:
            return each.body
    raise LlrpError(f"the parameter {kind.name} is missing")
