"""Light controllers of the `S…#` family."""

from firmware_bridge.clients.ascii_light import AsciiLight
from firmware_bridge.codecs.ascii_light_dialects import S
from firmware_bridge.families.ascii_lights import (
    ask_once,
    decode_answers,
    decode_commands,
    imitate,
)
from firmware_bridge.family import Family
from firmware_bridge.transports.transport import Transport


def identify(wire: Transport) -> str | None:
    """Ask for the level of the first channel, which changes nothing."""
    answer = ask_once(wire, S, "ask_level", "level_answer", "A")
    if answer is None:
        return None
    return f"A light controller of the S…# family answers: channel A at {answer.level}."


FAMILY = Family(
    kind="light-s",
    title="Light controller, S…#",
    decode=lambda content: decode_answers([S], content),
    decode_sent=lambda content: decode_commands([S], content),
    imitate=lambda deeds: imitate(S, deeds),
    identify=identify,
    listen=lambda open_wire: AsciiLight(open_wire, S),
    bauds=(19200, 9600),
)
