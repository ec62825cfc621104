"""Gardasoft light controllers (RT, PP, RC)."""

from firmware_bridge.clients.ascii_light import AsciiLight
from firmware_bridge.codecs.ascii_light_dialects import GARDASOFT
from firmware_bridge.families.ascii_lights import (
    ask_once,
    decode_answers,
    decode_commands,
    imitate,
)
from firmware_bridge.family import Family
from firmware_bridge.transports.transport import Transport


def identify(wire: Transport) -> str | None:
    """Ask for the version, which changes nothing; only text in front of the prompt is an answer."""
    answer = ask_once(wire, GARDASOFT, "probe", "probe_answer")
    version = "" if answer is None else _version(answer.raw)
    return f"A controller with Gardasoft's prompt answers: {version}." if version else None


def _version(raw: bytes) -> str:
    """The answer without prompt, line ends and an echo of the question."""
    text = raw.decode("ascii").removesuffix(">").strip()
    return text.removeprefix("VR").strip()


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
