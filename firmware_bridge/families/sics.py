"""Scales that speak Mettler-Toledo MT-SICS."""

import time

from firmware_bridge.clients.sics import SicsScale
from firmware_bridge.codecs.sics import SicsReply, command, decode, decode_sent, sics_decoder
from firmware_bridge.emulators.sics import SicsImitation
from firmware_bridge.family import Family
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.6


def identify(wire: Transport) -> str | None:
    """Ask for the serial number, which changes nothing at the scale."""
    decoder = sics_decoder()
    wire.write(command("I4"))
    deadline = time.monotonic() + IDENTIFY_S
    while (wait := deadline - time.monotonic()) > 0:
        for event in decoder.feed(wire.read(256, wait), time.monotonic()):
            if isinstance(event, SicsReply) and event.command == "I4" and event.text:
                return f"An MT-SICS scale answers, serial number {event.text.strip(chr(34))}."
    return None


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
