"""ThingMagic M6e and M7e UHF modules, and boards that carry them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from firmware_bridge.clients.thingmagic import ThingMagicReader
from firmware_bridge.codecs import thingmagic
from firmware_bridge.codecs.frames import FrameDecoder
from firmware_bridge.codecs.thingmagic import Frame
from firmware_bridge.emulators.thingmagic import ThingMagicImitation
from firmware_bridge.families.traffic import (
    asked,
    decoded,
    either,
    imitated,
    iso_tag,
    tag_words,
    whole,
)
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.4

OPS: Mapping[int, str] = MappingProxyType(
    {
        thingmagic.VERSION: "version",
        thingmagic.BOOT: "boot firmware",
        0x06: "set baud",
        thingmagic.READ_SINGLE: "read single",
        thingmagic.READ_MULTIPLE: "read multiple",
        0x23: "write epc",
        0x24: "write data",
        0x26: "kill",
        0x28: "read data",
        0x29: "get tag buffer",
        0x2A: "clear tag buffer",
        thingmagic.STREAM: "stream",
        0x61: "get antenna",
        0x62: "get read power",
        0x63: "get protocol",
        0x64: "get write power",
        0x66: "get gpio",
        0x67: "get region",
        thingmagic.SET_ANTENNA: "set antenna",
        thingmagic.SET_POWER: "set read power",
        thingmagic.SET_PROTOCOL: "set protocol",
        0x94: "set write power",
        0x96: "set gpio",
        thingmagic.SET_REGION: "set region",
        thingmagic.SET_OPTION: "set option",
    }
)

STATUSES: Mapping[int, str] = MappingProxyType(
    {
        thingmagic.OK: "done",
        0x0100: "bad length",
        0x0101: "bad command",
        0x0105: "bad parameter",
        thingmagic.NO_TAGS: "no tags",
        thingmagic.TOO_HOT: "too hot",
        thingmagic.HIGH_RETURN_LOSS: "high return loss",
    }
)
REGION_NAMES = {number: name for name, number in thingmagic.REGIONS.items()}


def decode(content: bytes) -> list[Meaning]:
    """What a recording of a module means; a command among it is told as one."""
    cut = either(thingmagic.cut_reply, thingmagic.cut_command)
    pieces: FrameDecoder[Frame] = FrameDecoder(cut, limit=thingmagic.MAX_FRAME)
    return decoded(content, pieces, describe)


def decode_sent(content: bytes) -> list[Meaning]:
    """What a recording of the computer means."""
    return decoded(content, thingmagic.command_decoder(), describe)


def describe(frame: Frame) -> Meaning:
    """A frame in words."""
    raw, name = thingmagic.encode(frame), OPS.get(frame.op, f"op {frame.op:02X}")
    if frame.status is None:
        return whole(name, raw, **{"from": "computer"}, **_parameters(frame))
    said: dict[str, object] = {"from": "reader"}
    record = thingmagic.record_of(frame)
    if record is not None and not thingmagic.tags(frame):
        return iso_tag(raw, record.answer)
    if record is not None:
        (tag,) = thingmagic.tags(frame)
        more = {"data": record.data.hex().upper()} if record.data else {}
        khz = record.frequency_khz
        return whole("tag", raw, **said, **tag_words(tag), frequency_khz=khz, **more)
    if frame.op == thingmagic.READ_MULTIPLE and frame.status == thingmagic.NO_TAGS:
        return whole("keep-alive", raw, **said)
    said["status"] = STATUSES.get(frame.status, f"{frame.status:04X}")
    if frame.content:
        said["content"] = frame.content.hex().upper()
    return whole(f"{name} reply", raw, **said)


def identify(wire: Transport) -> str | None:
    """Ask for the version, which changes nothing."""
    reply = asked(
        wire,
        thingmagic.version(),
        thingmagic.decoder(),
        lambda frame: frame.op == thingmagic.VERSION and frame.status == thingmagic.OK,
        IDENTIFY_S,
    )
    if reply is None:
        return None
    return f"A ThingMagic module answers, hardware and firmware {reply.content.hex().upper()}."


def imitate(deeds: Sequence[str]) -> ThingMagicImitation:
    """A module with these deeds done before it is plugged in."""
    return imitated(ThingMagicImitation(), deeds)


def _parameters(frame: Frame) -> dict[str, object]:
    content = frame.content
    match frame.op:
        case thingmagic.SET_POWER if len(content) == 2:
            return {"power_dbm": int.from_bytes(content, "big") / 100}
        case thingmagic.SET_REGION if len(content) == 1:
            return {"region": REGION_NAMES.get(content[0], f"{content[0]:02X}")}
        case thingmagic.READ_SINGLE if len(content) == 2:
            return {"timeout_ms": int.from_bytes(content, "big")}
        case thingmagic.STREAM if len(content) >= 3:
            return {"running": content[2] == 1}
        case _:
            return {"content": content.hex().upper()} if content else {}


FAMILY = Family(
    kind="thingmagic",
    title="UHF RFID reader module, ThingMagic M6e or M7e",
    decode=decode,
    decode_sent=decode_sent,
    imitate=imitate,
    identify=identify,
    listen=ThingMagicReader,
    bauds=(115_200, 921_600, 9600),
)
