"""Scales that speak Mettler-Toledo MT-SICS."""

from firmware_bridge.clients.sics import SicsScale
from firmware_bridge.codecs.frames import Decoder
from firmware_bridge.codecs.sics import (
    SicsCommand,
    SicsFrame,
    SicsReply,
    command,
    sics_command_decoder,
    sics_decoder,
)
from firmware_bridge.emulators.sics import SicsImitation
from firmware_bridge.families.traffic import asked, decoded
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.8


def decode(content: bytes) -> list[Meaning]:
    """What a recording of the device means, one entry for each frame or piece of damage."""
    decoder: Decoder[SicsFrame] = sics_decoder()
    return decoded(content, decoder, _told)


def decode_sent(content: bytes) -> list[Meaning]:
    """What a recording of what was sent to the device means."""
    return decoded(content, sics_command_decoder(), _told)


def identify(wire: Transport) -> str | None:
    """Ask for the serial number, which changes nothing at the scale."""
    decoder: Decoder[SicsFrame] = sics_decoder()
    answer = asked(wire, command("I4"), decoder, _is_identity, IDENTIFY_S)
    if not isinstance(answer, SicsReply):
        return None
    return f"An MT-SICS scale answers, serial number {answer.serial}."


def _is_identity(frame: SicsFrame) -> bool:
    return isinstance(frame, SicsReply) and frame.serial is not None


def _told(frame: SicsFrame | SicsCommand) -> Meaning:
    return {"damaged": False, "raw": frame.raw.hex().upper(), **frame.told()}


FAMILY = Family(
    kind="sics",
    title="Scale, Mettler-Toledo MT-SICS",
    decode=decode,
    decode_sent=decode_sent,
    imitate=SicsImitation,
    identify=identify,
    listen=SicsScale,
    wires=("serial", "tcp"),
    bauds=(9600, 19200, 4800, 2400),
    tcp_port=4305,
)
