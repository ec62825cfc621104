"""Light controllers of the OPT `$` family."""

from firmware_bridge.clients.ascii_light import AsciiLight
from firmware_bridge.codecs.ascii_light_dialects import OPT
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
    answer = ask_once(wire, OPT, "ask_level", "level_answer", "1")
    if answer is None:
        return None
    return f"A light controller of the OPT family answers: channel 1 at {answer.level}."


FAMILY = Family(
    kind="light-opt",
    title="Light controller, OPT $",
    decode=lambda content: decode_answers([OPT], content),
    decode_sent=lambda content: decode_commands([OPT], content),
    imitate=lambda deeds: imitate(OPT, deeds),
    identify=identify,
    listen=lambda open_wire: AsciiLight(open_wire, OPT),
    bauds=(9600, 19200),
)
