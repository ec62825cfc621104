"""What an LLRP reader says, as whole messages."""

from firmware_bridge.codecs.llrp.contents import Answer, Capabilities, ReaderEvent, Tag
from firmware_bridge.codecs.llrp.messages import MessageType, encode
from firmware_bridge.codecs.llrp.parameters import Kind, tlv, tv, u8, u16, u32, u64

EPC_96_BITS = 96


def keepalive(number: int) -> bytes:
    """KEEPALIVE."""
    return encode(MessageType.KEEPALIVE, number)


def report(number: int, tags: tuple[Tag, ...]) -> bytes:
    """RO_ACCESS_REPORT; EPCs of 96 bits as EPC-96, others as EPCData."""
    return encode(MessageType.RO_ACCESS_REPORT, number, b"".join(_tag(tag) for tag in tags))


def event(number: int, content: ReaderEvent) -> bytes:
    """READER_EVENT_NOTIFICATION; without a time it counts from the reader's start, at 0."""
    parts = [tlv(Kind.UPTIME, u64(0))]
    if content.time_us is not None:
        parts = [tlv(Kind.UTC_TIMESTAMP, u64(content.time_us))]
    if content.exception is not None:
        text = content.exception.encode("utf-8")
        parts.append(tlv(Kind.READER_EXCEPTION_EVENT, u16(len(text)), text))
    parts += [
        tlv(Kind.ANTENNA_EVENT, u8(connected), u16(antenna))
        for antenna, connected in content.antennas
    ]
    if content.connection is not None:
        parts.append(tlv(Kind.CONNECTION_ATTEMPT_EVENT, u16(content.connection)))
    if content.closing:
        parts.append(tlv(Kind.CONNECTION_CLOSE_EVENT))
    body = tlv(Kind.READER_EVENT_NOTIFICATION_DATA, *parts)
    return encode(MessageType.READER_EVENT_NOTIFICATION, number, body)


def answer(kind: MessageType, number: int, content: Answer) -> bytes:
    """An answer of a kind to the request of that number."""
    text = content.description.encode("utf-8")
    body = tlv(Kind.LLRP_STATUS, u16(content.status), u16(len(text)), text)
    if content.capabilities is not None:
        body += _capabilities(content.capabilities)
    if content.configuration is not None:
        configuration = content.configuration
        if configuration.identification:
            identification = configuration.identification
            body += tlv(Kind.IDENTIFICATION, u8(0), u16(len(identification)), identification)
        for antenna, connected in configuration.antennas:
            body += tlv(Kind.ANTENNA_PROPERTIES, u8(connected << 7), u16(antenna), u16(0))
        if configuration.keepalive_ms is not None:
            interval_ms = configuration.keepalive_ms
            body += tlv(Kind.KEEPALIVE_SPEC, u8(interval_ms > 0), u32(interval_ms))
    return encode(kind, number, body)


def _tag(tag: Tag) -> bytes:
    if tag.bits == EPC_96_BITS:
        parts = [tv(Kind.EPC_96, tag.epc)]
    else:
        parts = [tlv(Kind.EPC_DATA, u16(tag.bits), tag.epc)]
    if tag.antenna is not None:
        parts.append(tv(Kind.ANTENNA_ID, u16(tag.antenna)))
    if tag.rssi_dbm is not None:
        parts.append(tv(Kind.PEAK_RSSI, tag.rssi_dbm.to_bytes(1, "big", signed=True)))
    if tag.first_seen_us is not None:
        parts.append(tv(Kind.FIRST_SEEN_UTC, u64(tag.first_seen_us)))
    if tag.count is not None:
        parts.append(tv(Kind.TAG_SEEN_COUNT, u16(tag.count)))
    return tlv(Kind.TAG_REPORT_DATA, *parts)


def _capabilities(content: Capabilities) -> bytes:
    firmware = content.firmware.encode("utf-8")
    body = tlv(
        Kind.GENERAL_DEVICE_CAPABILITIES,
        u16(content.antennas),
        u16(0),
        u32(content.vendor),
        u32(content.model),
        u16(len(firmware)),
        firmware,
    )
    if not content.powers_dbm:
        return body
    powers = [
        tlv(Kind.TRANSMIT_POWER_LEVEL, u16(index), round(dbm * 100).to_bytes(2, "big", signed=True))
        for index, dbm in content.powers_dbm
    ]
    table = tlv(Kind.FREQUENCY_HOP_TABLE, u8(content.hop_table), u8(0), u16(0))
    frequencies = tlv(
        Kind.FREQUENCY_INFORMATION,
        u8(content.hopping << 7),
        table if content.hopping else b"",
    )
    band = tlv(Kind.UHF_BAND_CAPABILITIES, *powers, frequencies)
    return body + tlv(Kind.REGULATORY_CAPABILITIES, u16(0), u16(0), band)
