"""Label printers that speak ZPL II."""

from firmware_bridge.clients.zpl import ZplPrinter
from firmware_bridge.codecs.frames import Decoder
from firmware_bridge.codecs.zpl import (
    HOST_IDENTIFICATION,
    HostIdentity,
    ZplFrame,
    ZplSent,
    zpl_decoder,
    zpl_sent_decoder,
)
from firmware_bridge.emulators.zpl import ZplImitation
from firmware_bridge.families.traffic import asked, decoded
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.8


def decode(content: bytes) -> list[Meaning]:
    """What a recording of the device means, one entry for each frame or piece of damage."""
    decoder: Decoder[ZplFrame] = zpl_decoder()
    return decoded(content, decoder, _told)


def decode_sent(content: bytes) -> list[Meaning]:
    """What a recording of what was sent to the device means."""
    decoder: Decoder[ZplSent] = zpl_sent_decoder()
    return decoded(content, decoder, _told)


def identify(wire: Transport) -> str | None:
    """Ask for the model, which prints nothing."""
    decoder: Decoder[ZplFrame] = zpl_decoder()
    answer = asked(wire, HOST_IDENTIFICATION, decoder, _is_identity, IDENTIFY_S)
    if not isinstance(answer, HostIdentity):
        return None
    return (
        f"A ZPL printer answers: {answer.model}, firmware {answer.firmware}, "
        f"{answer.dots_per_mm} dots/mm."
    )


def _is_identity(frame: ZplFrame) -> bool:
    return isinstance(frame, HostIdentity)


def _told(frame: ZplFrame | ZplSent) -> Meaning:
    return {"damaged": False, "raw": frame.raw.hex().upper(), **frame.told()}


FAMILY = Family(
    kind="zpl-status",
    title="Label printer, ZPL II",
    decode=decode,
    decode_sent=decode_sent,
    imitate=ZplImitation,
    identify=identify,
    listen=ZplPrinter,
    wires=("tcp", "serial"),
    bauds=(9600, 115200, 57600, 38400, 19200),
    tcp_port=9100,
)
