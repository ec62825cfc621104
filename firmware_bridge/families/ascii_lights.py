"""What the kinds of ASCII light controllers share."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from firmware_bridge.clients.ascii_light import AsciiLight
from firmware_bridge.codecs.ascii_light import (
    ANSWERS,
    COMMANDS,
    LightDecoder,
    LightDialect,
    LightText,
    Role,
)
from firmware_bridge.emulators.ascii_light import AsciiLightImitation
from firmware_bridge.families.traffic import asked, decoded, imitated, whole
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.4

NAMES: dict[Role, str] = {
    "set_level": "set level",
    "turn_on": "turn on",
    "ask_level": "ask level",
    "level_answer": "level",
    "probe_answer": "probe answer",
}


def decode_answers(dialects: Sequence[LightDialect], content: bytes) -> list[Meaning]:
    """What a recording of controllers of these dialects means."""
    return decoded(content, LightDecoder(dialects, ANSWERS), _describe)


def decode_commands(dialects: Sequence[LightDialect], content: bytes) -> list[Meaning]:
    """What a recording of a computer that speaks these dialects means."""
    return decoded(content, LightDecoder(dialects, COMMANDS), _describe)


def family_read_back(
    kind: str, name: str, title: str, dialect: LightDialect, bauds: tuple[int, ...]
) -> Family:
    """The family of controllers of one dialect that tell the level of a channel when asked."""
    channel = next(iter(dialect.channels))

    def identify(wire: Transport) -> str | None:
        answer = ask_once(wire, dialect, "ask_level", "level_answer", channel)
        if answer is None:
            return None
        said = f"channel {channel} at {answer.level}"
        return f"A light controller of the {name} family answers: {said}."

    return Family(
        kind=kind,
        title=title,
        decode=lambda content: decode_answers([dialect], content),
        decode_sent=lambda content: decode_commands([dialect], content),
        imitate=lambda deeds: imitate(dialect, deeds),
        identify=identify,
        listen=lambda open_wire: AsciiLight(open_wire, dialect),
        bauds=bauds,
    )


def of_dialect(family: Family, dialect: LightDialect) -> Family:
    """The family as it is with a site's own dialect."""
    return replace(
        family,
        decode=lambda content: decode_answers([dialect], content),
        decode_sent=lambda content: decode_commands([dialect], content),
        imitate=lambda deeds: imitate(dialect, deeds),
        listen=lambda open_wire: AsciiLight(open_wire, dialect),
    )


def imitate(dialect: LightDialect, deeds: Sequence[str]) -> AsciiLightImitation:
    """A controller with these deeds done before it is plugged in."""
    return imitated(AsciiLightImitation(dialect), deeds)


def ask_once(
    wire: Transport, dialect: LightDialect, question: Role, answer: Role, channel: str = ""
) -> LightText | None:
    """The answer to a harmless question, or none after 0.4 s."""
    decoder = LightDecoder([dialect], (answer,))
    content = dialect.encode(question, channel=channel)
    return asked(wire, content, decoder, lambda text: text.channel in (None, channel), IDENTIFY_S)


def _describe(text: LightText) -> Meaning:
    known = asdict(text)
    said = {key: known[key] for key in ("channel", "level") if known[key] is not None}
    name = text.name or NAMES.get(text.role, text.role)
    return whole(name, text.raw, text=text.raw.decode("ascii").strip(), **said)
