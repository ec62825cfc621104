"""Boards and readers with the Impinj R2000 chip."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from firmware_bridge.clients.r2000 import R2000Reader
from firmware_bridge.codecs import r2000
from firmware_bridge.codecs.frames import FrameDecoder
from firmware_bridge.codecs.r2000 import Frame
from firmware_bridge.emulators.r2000 import R2000Imitation
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

COMMANDS: Mapping[int, str] = MappingProxyType(
    {
        0x60: "read gpio",
        0x61: "write gpio",
        r2000.RESET: "reset",
        0x71: "set baud",
        r2000.FIRMWARE: "firmware",
        0x73: "set address",
        r2000.SET_ANTENNA: "set antenna",
        0x75: "get antenna",
        r2000.SET_POWER: "set power",
        r2000.GET_POWER: "get power",
        r2000.SET_REGION: "set region",
        r2000.GET_REGION: "get region",
        0x7A: "set beeper",
        0x7B: "temperature",
        0x7E: "return loss",
        0x80: "buffered inventory",
        0x81: "read",
        0x82: "write",
        0x83: "lock",
        0x84: "kill",
        r2000.SET_MATCH: "set epc match",
        0x86: "get epc match",
        r2000.INVENTORY: "inventory",
        r2000.FAST_SWITCH: "fast switch inventory",
        r2000.SESSION_INVENTORY: "session inventory",
        0x90: "get buffer",
        0x91: "get and clear buffer",
        0x92: "count buffer",
        0x93: "clear buffer",
    }
)

CODES: Mapping[int, str] = MappingProxyType(
    {
        r2000.SUCCESS: "done",
        r2000.FAIL: "failed",
        0x20: "controller was reset",
        0x21: "carrier cannot be switched on",
        r2000.ANTENNA_MISSING: "antenna is missing",
        0x23: "memory cannot be written",
        0x24: "memory cannot be read",
        0x25: "power cannot be set",
        0x31: "inventory failed",
        0x32: "read failed",
        0x33: "write failed",
        0x34: "lock failed",
        0x35: "kill failed",
        0x36: "no tag",
        0x37: "access failed",
        0x38: "buffer is empty",
        0x41: "bad parameter",
        0x47: "bad antenna",
        0x48: "bad power",
        0x49: "bad region",
    }
)


def decode(content: bytes) -> list[Meaning]:
    """What a recording of a reader means; a command among it is told as one."""
    cut = either(r2000.cut_reply, r2000.cut_command)
    pieces: FrameDecoder[Frame] = FrameDecoder(cut, limit=r2000.MAX_FRAME)
    return decoded(content, pieces, _told)


def decode_sent(content: bytes) -> list[Meaning]:
    """What a recording of the computer means."""
    return decoded(content, r2000.command_decoder(), _command)


def identify(wire: Transport) -> str | None:
    """Ask for the firmware's version, which changes nothing."""
    reply = asked(
        wire,
        r2000.firmware(),
        r2000.decoder(),
        lambda frame: frame.command == r2000.FIRMWARE and len(frame.content) == 2,
        IDENTIFY_S,
    )
    if reply is None:
        return None
    return f"An R2000 board answers, firmware {reply.content[0]}.{reply.content[1]}."


def imitate(deeds: Sequence[str]) -> R2000Imitation:
    """A board with these deeds done before it is plugged in."""
    return imitated(R2000Imitation(), deeds)


def _told(frame: Frame) -> Meaning:
    return _reply(frame) if r2000.is_reply(frame) else _command(frame)


def _command(frame: Frame) -> Meaning:
    content = frame.content
    said: dict[str, object] = {"content": content.hex().upper()} if content else {}
    match frame.command:
        case r2000.SET_ANTENNA if len(content) == 1:
            said = {"antenna": content[0] + 1}
        case r2000.SET_POWER if len(content) == 1:
            said = {"power_dbm": content[0]}
        case r2000.INVENTORY if len(content) == 1:
            said = {"repeat": content[0]}
        case r2000.SESSION_INVENTORY if len(content) == 3:
            said = {"session": content[0], "target": "AB"[content[1] & 1], "repeat": content[2]}
    return whole(COMMANDS[frame.command], r2000.encode(frame), **{"from": "computer"}, **said)


def _reply(frame: Frame) -> Meaning:
    raw, content = r2000.encode(frame), frame.content
    said: dict[str, object] = {"from": "reader"}
    for tag in r2000.tags(frame):
        return whole("tag", raw, **said, **tag_words(tag), channel=content[0] >> 2)
    answer = r2000.answer_of(frame)
    if answer is not None:
        return iso_tag(raw, answer)
    name = f"{COMMANDS[frame.command]} reply"
    code = r2000.code_of(frame)
    if code is not None:
        said |= {"code": f"{code:02X}", "meaning": CODES.get(code, "refused")}
    elif frame.command in (r2000.INVENTORY, r2000.SESSION_INVENTORY):
        said |= {
            "antenna": content[0] + 1,
            "rate_per_s": int.from_bytes(content[1:3], "big"),
            "reads": int.from_bytes(content[3:7], "big"),
        }
    elif frame.command == r2000.FIRMWARE:
        said |= {"version": f"{content[0]}.{content[-1]}"}
    else:
        said |= {"content": content.hex().upper()}
    return whole(name, raw, **said)


FAMILY = Family(
    kind="r2000",
    title="UHF RFID reader, Impinj R2000 board",
    decode=decode,
    decode_sent=decode_sent,
    imitate=imitate,
    identify=identify,
    listen=R2000Reader,
    wires=("serial", "tcp"),
    bauds=(115_200, 38_400),
    tcp_port=4001,
)
