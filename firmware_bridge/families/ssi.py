"""Barcode scanners that speak Zebra's Simple Serial Interface."""

from collections.abc import Callable, Sequence

from firmware_bridge.clients.ssi import SsiScanner
from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.ssi import HOST, Opcode, Packet, command, packet_decoder
from firmware_bridge.codecs.ssi_codes import CodeAssembler, type_name
from firmware_bridge.emulators.ssi import SsiImitation
from firmware_bridge.families.traffic import asked, decoded, imitated, whole
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.6


def decode(content: bytes) -> list[Meaning]:
    """What a recording means, of either direction: each packet says who sent it (`from`).

    The packet that completes a code has its `text` and `symbology`.
    """
    return decoded(content, packet_decoder(), _describer())


def identify(wire: Transport) -> str | None:
    """Ask for the revision, which changes nothing."""
    packet = asked(
        wire,
        command(Opcode.REQUEST_REVISION),
        packet_decoder(),
        lambda packet: packet.source != HOST and packet.opcode == Opcode.REPLY_REVISION,
        IDENTIFY_S,
    )
    if packet is None:
        return None
    return f"A Zebra SSI scanner answers: {_text(packet.data)}."


def imitate(deeds: Sequence[str]) -> SsiImitation:
    """A scanner; what it scanned before it was plugged in is lost, as with a real one."""
    return imitated(SsiImitation(), deeds)


def _describer() -> Callable[[Packet], Meaning]:
    """Describes the packets of one recording in their order."""
    codes = CodeAssembler()

    def describe(packet: Packet) -> Meaning:
        said: dict[str, object] = {"from": "computer" if packet.source == HOST else "scanner"}
        if packet.retransmit:
            said["retransmit"] = True
        if packet.more:
            said["more"] = True
        if packet.source == HOST or packet.opcode != Opcode.DECODE_DATA:
            return whole(_name(packet.opcode), packet.encoded(), **said, **_content(packet))
        said["code_type"] = type_name(packet.data[0]) if packet.data else None
        meaning = whole("decode data", packet.encoded(), **said)
        for event in codes.take(packet, 0.0):
            if isinstance(event, Code):
                return {**meaning, "text": event.text, "symbology": event.symbology}
            if isinstance(event, Damage):
                return {**meaning, "damaged": True, "reason": event.reason}
        return meaning

    return describe


def _name(opcode: int) -> str:
    try:
        return Opcode(opcode).name.lower().replace("_", " ")
    except ValueError:
        return f"opcode {opcode:02X}"


def _content(packet: Packet) -> dict[str, object]:
    if packet.opcode == Opcode.REPLY_REVISION:
        return {"text": _text(packet.data)}
    return {"content": packet.data.hex().upper()} if packet.data else {}


def _text(content: bytes) -> str:
    return content.decode("ascii", "replace").strip("\x00 ")


FAMILY = Family(
    kind="ssi",
    title="Barcode scanner, Zebra SSI",
    decode=decode,
    imitate=imitate,
    identify=identify,
    listen=SsiScanner,
    bauds=(9600, 115_200, 19_200, 38_400, 57_600),
)
