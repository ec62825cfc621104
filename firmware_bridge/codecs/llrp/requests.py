"""What a bench asks of an LLRP reader, as whole messages."""

from firmware_bridge.codecs.llrp.messages import MessageType, encode
from firmware_bridge.codecs.llrp.parameters import Kind, tlv, u8, u16, u32
from firmware_bridge.codecs.llrp.rospec import RoSpec, encode_rospec

ALL = 0
ANTENNA_PROPERTIES = 2
READER_EXCEPTION = 4
ANTENNA = 8


def get_capabilities(number: int, *, everything: bool) -> bytes:
    """GET_READER_CAPABILITIES: everything, or what the device is."""
    return encode(MessageType.GET_READER_CAPABILITIES, number, u8(0 if everything else 1))


def get_antennas(number: int) -> bytes:
    """GET_READER_CONFIG: which antennas are connected."""
    everywhere = u16(0)
    body = everywhere + u8(ANTENNA_PROPERTIES) + u16(0) + u16(0)
    return encode(MessageType.GET_READER_CONFIG, number, body)


def set_config(number: int, keepalive_ms: int) -> bytes:
    """SET_READER_CONFIG: tell of antennas and exceptions, send keepalives, hold nothing back."""
    told = [
        tlv(Kind.EVENT_NOTIFICATION_STATE, u16(event), u8(0x80))
        for event in (READER_EXCEPTION, ANTENNA)
    ]
    return encode(
        MessageType.SET_READER_CONFIG,
        number,
        u8(0)
        + tlv(Kind.READER_EVENT_NOTIFICATION_SPEC, *told)
        + tlv(Kind.KEEPALIVE_SPEC, u8(1), u32(keepalive_ms))
        + tlv(Kind.EVENTS_AND_REPORTS, u8(0)),
    )


def add_rospec(number: int, spec: RoSpec) -> bytes:
    """ADD_ROSPEC."""
    return encode(MessageType.ADD_ROSPEC, number, encode_rospec(spec))


def delete_rospec(number: int, rospec: int = ALL) -> bytes:
    """DELETE_ROSPEC: one, or all."""
    return encode(MessageType.DELETE_ROSPEC, number, u32(rospec))


def enable_rospec(number: int, rospec: int) -> bytes:
    """ENABLE_ROSPEC."""
    return encode(MessageType.ENABLE_ROSPEC, number, u32(rospec))


def start_rospec(number: int, rospec: int) -> bytes:
    """START_ROSPEC."""
    return encode(MessageType.START_ROSPEC, number, u32(rospec))


def stop_rospec(number: int, rospec: int) -> bytes:
    """STOP_ROSPEC."""
    return encode(MessageType.STOP_ROSPEC, number, u32(rospec))


def delete_accessspecs(number: int) -> bytes:
    """DELETE_ACCESSSPEC: all, so that no order of another program writes to a tag."""
    return encode(MessageType.DELETE_ACCESSSPEC, number, u32(ALL))


def enable_events_and_reports(number: int) -> bytes:
    """ENABLE_EVENTS_AND_REPORTS."""
    return encode(MessageType.ENABLE_EVENTS_AND_REPORTS, number)


def keepalive_ack(number: int) -> bytes:
    """KEEPALIVE_ACK, with the number of the keepalive."""
    return encode(MessageType.KEEPALIVE_ACK, number)


def close_connection(number: int) -> bytes:
    """CLOSE_CONNECTION."""
    return encode(MessageType.CLOSE_CONNECTION, number)
