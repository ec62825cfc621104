"""M100, QM100, YRM100 and R200 UHF reader modules."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from firmware_bridge.clients.m100 import M100Reader
from firmware_bridge.codecs import m100
from firmware_bridge.codecs.m100 import Frame
from firmware_bridge.emulators.m100 import M100Imitation
from firmware_bridge.families.traffic import asked, decoded, imitated, iso_tag, tag_words, whole
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.4

COMMANDS: Mapping[int, str] = MappingProxyType(
    {
        m100.MODULE_INFO: "module info",
        m100.SET_REGION: "set region",
        m100.GET_REGION: "get region",
        0x0B: "get select",
        m100.SET_SELECT: "set select",
        0x0D: "get query",
        0x0E: "set query",
        0x11: "set baud",
        m100.SELECT_MODE: "select mode",
        0x17: "sleep",
        m100.SINGLE_INVENTORY: "single inventory",
        m100.MULTI_INVENTORY: "multi inventory",
        m100.STOP: "stop",
        m100.READ_MEMORY: "read memory",
        0x49: "write memory",
        0x65: "kill",
        0x82: "lock",
        0xAA: "get channel",
        0xAB: "set channel",
        0xAD: "frequency hopping",
        m100.SET_POWER: "set power",
        m100.GET_POWER: "get power",
        0xF2: "scan jammer",
        0xF3: "scan rssi",
    }
)

ERRORS: Mapping[int, str] = MappingProxyType(
    {
        0x09: "no tag to read",
        0x0E: "bad parameter",
        0x10: "no tag to write",
        0x12: "no tag to kill",
        0x13: "no tag to lock",
        0x15: "no tag",
        0x16: "wrong password",
        0x17: "bad command",
        0x20: "no free channel",
    }
)
TAG_ERRORS = {0xA0: "read", 0xB0: "write", 0xC0: "lock", 0xD0: "kill"}
REGION_NAMES = {number: name for name, number in m100.REGIONS.items()}


def decode(content: bytes) -> list[Meaning]:
    """What a recording means, of either direction: each frame says who sent it (`from`)."""
    return decoded(content, m100.decoder(), describe)


def describe(frame: Frame) -> Meaning:
    """A frame in words."""
    raw, content = m100.encode(frame), frame.content
    if frame.kind == m100.COMMAND:
        name = COMMANDS.get(frame.command, "unknown command")
        return whole(name, raw, **{"from": "computer"}, **_parameters(frame))
    sender = {"from": "reader"}
    for tag in m100.tags(frame):
        return whole("tag", raw, **sender, **tag_words(tag))
    answer = m100.answer_of(frame)
    if answer is not None:
        return iso_tag(raw, answer)
    code = m100.error_code(frame)
    if code is not None:
        return whole("error", raw, **sender, code=code, meaning=_error(code))
    name = COMMANDS.get(frame.command, "unknown") + " reply"
    if frame.command == m100.MODULE_INFO:
        return whole(name, raw, **sender, text=_text(content))
    if len(content) == 1 and frame.command != m100.GET_REGION:
        return whole(name, raw, **sender, done=content[0] == m100.DONE)
    return whole(name, raw, **sender, **_parameters(frame))


def identify(wire: Transport) -> str | None:
    """Ask for the module info, which changes nothing."""
    frame = asked(
        wire,
        m100.module_info(),
        m100.decoder(),
        lambda frame: frame.kind == m100.REPLY and frame.command == m100.MODULE_INFO,
        IDENTIFY_S,
    )
    if frame is None:
        return None
    return f"An M100 or R200 reader module answers: {_text(frame.content)}."


def imitate(deeds: Sequence[str]) -> M100Imitation:
    """A module with these deeds done before it is plugged in."""
    return imitated(M100Imitation(), deeds)


def _parameters(frame: Frame) -> dict[str, object]:
    content = frame.content
    match frame.command:
        case m100.SET_POWER | m100.GET_POWER if len(content) == 2:
            return {"power_dbm": int.from_bytes(content, "big") / 100}
        case m100.SET_REGION | m100.GET_REGION if len(content) == 1:
            return {"region": REGION_NAMES.get(content[0], f"{content[0]:02X}")}
        case m100.MULTI_INVENTORY if len(content) == 3:
            return {"rounds": int.from_bytes(content[1:], "big")}
        case _:
            return {"content": content.hex().upper()} if content else {}


def _error(code: int) -> str:
    if code in ERRORS:
        return ERRORS[code]
    deed = TAG_ERRORS.get(code & 0xF0)
    return f"error {code & 0x0F} of the tag at {deed}" if deed else "unknown"


def _text(content: bytes) -> str:
    return content[1:].decode("ascii", "replace").strip("\x00 ")


FAMILY = Family(
    kind="m100",
    title="UHF RFID reader module, M100 or R200",
    decode=decode,
    imitate=imitate,
    identify=identify,
    listen=M100Reader,
    bauds=(115_200,),
)
