"""UHF RFID readers that speak LLRP 1.0.1 over TCP."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from firmware_bridge.clients.llrp import LlrpReader, tag_reading
from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage
from firmware_bridge.codecs.llrp import requests
from firmware_bridge.codecs.llrp.contents import (
    CONNECTION_ATTEMPTS,
    Answer,
    Content,
    ReaderEvent,
    Report,
    Tag,
    read_answer,
    read_event,
    read_report,
)
from firmware_bridge.codecs.llrp.messages import VERSION, LlrpDecoder, Message, MessageType
from firmware_bridge.codecs.llrp.parameters import Kind, LlrpError, parameters
from firmware_bridge.emulators.llrp import LlrpReaderImitation
from firmware_bridge.families.traffic import asked, damage, imitated, tag_words, whole
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 1.0

NAMES: Mapping[int, str] = MappingProxyType(
    {kind.value: kind.name.lower().replace("_", " ") for kind in MessageType}
)
OF_AN_ROSPEC = range(MessageType.DELETE_ROSPEC, MessageType.DISABLE_ROSPEC + 1)


def decode(content: bytes) -> list[Meaning]:
    """What a recording of either direction means, with headers or one body without.

    A message begins with its version, a byte from 04 to 07. Anything else is taken for the body of
    a message that a reader sent, as captures without headers hold it. Each tag of a report is an
    entry of its own with the whole message as `raw`. Behind damage nothing is looked for.
    """
    if not content:
        return [damage(Damage("empty", b""))]
    if content[0] >> 2 != VERSION:
        return _body(content)
    decoder = LlrpDecoder()
    meanings: list[Meaning] = []
    for event in (*decoder.feed(content, 0.0), *decoder.flush(decoder.idle_gap_s)):
        meanings += [damage(event)] if isinstance(event, Damage) else describe(event)
    return meanings


def describe(message: Message) -> list[Meaning]:
    """A message in words: an entry for each tag of a report, one for anything else."""
    said: dict[str, object] = {"message_id": message.number}
    if message.kind in OF_AN_ROSPEC and len(message.body) == 4:
        said["rospec"] = int.from_bytes(message.body, "big")
    name = NAMES.get(message.kind, f"message {message.kind}")
    return _content(name, message.raw, message.content, said)


def identify(wire: Transport) -> str | None:
    """Ask for vendor, model and firmware, and end the session."""
    question = requests.get_capabilities(1, everything=False)
    message = asked(wire, question, LlrpDecoder(), _has_capabilities, IDENTIFY_S)
    if message is None or not isinstance(message.content, Answer):
        return None
    known = message.content.capabilities
    wire.write(requests.close_connection(2))
    if known is None:
        return "An LLRP reader answers, and refuses to say what it is."
    return (
        f"An LLRP reader answers: vendor {known.vendor}, model {known.model},"
        f" firmware {known.firmware}."
    )


def imitate(deeds: Sequence[str]) -> LlrpReaderImitation:
    """A reader with these deeds done before it is plugged in."""
    return imitated(LlrpReaderImitation(), deeds)


def _body(body: bytes) -> list[Meaning]:
    """The meaning of a body whose header is not there, known by its first parameter."""
    try:
        first = parameters(body)[0].kind
        content: Content | None = None
        if first == Kind.TAG_REPORT_DATA:
            name, content = NAMES[MessageType.RO_ACCESS_REPORT], read_report(body)
        elif first == Kind.READER_EVENT_NOTIFICATION_DATA:
            name, content = NAMES[MessageType.READER_EVENT_NOTIFICATION], read_event(body)
        elif first == Kind.LLRP_STATUS:
            name, content = "response", read_answer(body)
        else:
            name = f"parameter {first}"
    except LlrpError:
        return [damage(Damage("content", body[:SHOWN_BYTES]))]
    return _content(name, body, content, {})


def _content(
    name: str, raw: bytes, content: Content | None, said: dict[str, object]
) -> list[Meaning]:
    match content:
        case Report(tags) if tags:
            return [_tag(name, raw, tag, said) for tag in tags]
        case ReaderEvent():
            return [whole(name, raw, **said, **_event(content))]
        case Answer():
            return [whole(name, raw, **said, **_answer(content))]
        case _:
            return [whole(name, raw, **said)]


def _tag(name: str, raw: bytes, tag: Tag, said: dict[str, object]) -> Meaning:
    reading = tag_reading(tag)
    if isinstance(reading, Damage):
        return damage(reading)
    words = {} if reading is None else tag_words(reading)
    if tag.first_seen_us is not None:
        words["first_seen_us"] = tag.first_seen_us
    return whole(name, raw, **said, **words)


def _event(event: ReaderEvent) -> dict[str, object]:
    words: dict[str, object] = {}
    if event.time_us is not None:
        words["time_us"] = event.time_us
    if event.connection is not None:
        words["connection"] = CONNECTION_ATTEMPTS.get(event.connection, str(event.connection))
    if event.closing:
        words["connection"] = "closed by the reader"
    if event.antennas:
        words["antennas_connected"] = _connected(event.antennas)
    if event.exception is not None:
        words["exception"] = event.exception
    return words


def _answer(answer: Answer) -> dict[str, object]:
    words: dict[str, object] = {"status": answer.status}
    if answer.description:
        words["description"] = answer.description
    known = answer.capabilities
    if known is not None:
        words |= {
            "vendor": known.vendor,
            "model": known.model,
            "firmware": known.firmware,
            "antennas": known.antennas,
        }
        if known.powers_dbm:
            words["powers_dbm"] = {str(index): dbm for index, dbm in known.powers_dbm}
            words["hopping"] = known.hopping
    configuration = answer.configuration
    if configuration is not None:
        words["antennas_connected"] = _connected(configuration.antennas)
        if configuration.identification:
            words["identification"] = configuration.identification.hex().upper()
        if configuration.keepalive_ms is not None:
            words["keepalive_ms"] = configuration.keepalive_ms
    return words


def _connected(antennas: tuple[tuple[int, bool], ...]) -> dict[str, bool]:
    return {str(antenna): connected for antenna, connected in antennas}


def _has_capabilities(message: Message) -> bool:
    return message.kind in (
        MessageType.GET_READER_CAPABILITIES_RESPONSE,
        MessageType.ERROR_MESSAGE,
    )


FAMILY = Family(
    kind="llrp",
    title="UHF RFID reader, LLRP 1.0.1",
    decode=decode,
    imitate=imitate,
    identify=identify,
    listen=LlrpReader,
    wires=("tcp",),
    tcp_port=5084,
)
