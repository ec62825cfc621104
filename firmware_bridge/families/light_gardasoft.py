"""Gardasoft light controllers (RT, PP, RC)."""

import re
import time

from firmware_bridge.clients.ascii_light import AsciiLight
from firmware_bridge.codecs.ascii_light import LONGEST_ANSWER
from firmware_bridge.codecs.ascii_light_dialects import GARDASOFT
from firmware_bridge.families.ascii_lights import (
    IDENTIFY_S,
    decode_answers,
    decode_commands,
    imitate,
)
from firmware_bridge.family import Family
from firmware_bridge.transports.transport import Transport

VERSION = re.compile(rb"\s*(?:VR\s+)?(?P<version>[A-Za-z]{2}[ -=?-~]*[0-9][ -=?-~]*)\s*>\s*")


def identify(wire: Transport) -> str | None:
    """Ask for the version, which changes nothing; only text and then the prompt is an answer."""
    wire.write(GARDASOFT.encode("probe"))
    heard = b""
    deadline = time.monotonic() + IDENTIFY_S
    while (wait := deadline - time.monotonic()) > 0 and len(heard) < LONGEST_ANSWER:
        heard += wire.read(LONGEST_ANSWER, wait)
        found = VERSION.fullmatch(heard)
        if found is not None:
            version = found["version"].decode("ascii").strip()
            return f"A controller with Gardasoft's prompt answers: {version}."
    return None


FAMILY = Family(
    kind="light-gardasoft",
    title="Light controller, Gardasoft",
    decode=lambda content: decode_answers([GARDASOFT], content),
    decode_sent=lambda content: decode_commands([GARDASOFT], content),
    imitate=lambda deeds: imitate(GARDASOFT, deeds),
    identify=identify,
    listen=lambda open_wire: AsciiLight(open_wire, GARDASOFT),
    wires=("serial", "tcp"),
    bauds=(115_200,),
    tcp_port=30313,
)
