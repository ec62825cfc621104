"""Scales that speak A&D's formats."""

from firmware_bridge.clients.aandd import AandDScale
from firmware_bridge.codecs.aandd import (
    AandDCommand,
    AandDFrame,
    aandd_command_decoder,
    aandd_decoder,
    command,
)
from firmware_bridge.codecs.frames import Decoder
from firmware_bridge.emulators.aandd import AandDImitation
from firmware_bridge.families.traffic import asked, decoded
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.8


def decode(content: bytes) -> list[Meaning]:
    """What a recording of the device means, one entry for each frame or piece of damage."""
    decoder: Decoder[AandDFrame] = aandd_decoder()
    return decoded(content, decoder, _told)


def decode_sent(content: bytes) -> list[Meaning]:
    """What a recording of what was sent to the device means."""
    return decoded(content, aandd_command_decoder(), _told)


def identify(wire: Transport) -> str | None:
    """Ask for the weight, which changes nothing at the scale."""
    decoder: Decoder[AandDFrame] = aandd_decoder()
    answer = asked(wire, command("Q"), decoder, lambda frame: frame.reading is not None, IDENTIFY_S)
    return None if answer is None else "A scale answers in A&D's format."


def _told(frame: AandDFrame | AandDCommand) -> Meaning:
    return {"damaged": False, "raw": frame.raw.hex().upper(), **frame.told()}


FAMILY = Family(
    kind="aandd",
    title="Scale, A&D",
    decode=decode,
    decode_sent=decode_sent,
    imitate=AandDImitation,
    identify=identify,
    listen=AandDScale,
    bauds=(2400, 9600, 4800, 19200),
    byte_format="7E1",
)
