"""Newer Chafon UHF readers."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from firmware_bridge.clients.cf import CfReader
from firmware_bridge.codecs import cf
from firmware_bridge.codecs.cf import Frame
from firmware_bridge.codecs.frames import FrameDecoder
from firmware_bridge.emulators.cf import CfImitation
from firmware_bridge.families.traffic import asked, decoded, either, imitated, tag_words, whole
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.4
INFO_PARTS = (
    ("hardware", 32),
    ("firmware", 32),
    ("serial", 12),
    ("radio_version", 32),
    ("radio", 32),
    ("radio_serial", 12),
)

COMMANDS: Mapping[int, str] = MappingProxyType(
    {
        cf.INVENTORY: "inventory",
        cf.STOP: "stop",
        0x0003: "read",
        0x0004: "write",
        cf.INIT: "init",
        cf.REBOOT: "reboot",
        cf.SET_POWER: "set power",
        0x0063: "antenna power",
        cf.DEVICE_INFO: "device info",
        cf.SET_ALL: "set all",
        cf.GET_ALL: "get all",
        0x0079: "rssi filter",
    }
)

STATUSES: Mapping[int, str] = MappingProxyType(
    {
        cf.OK: "done",
        cf.BAD_PARAMETER: "bad parameter",
        cf.FAILED: "failed",
        cf.NO_TAG: "no tag",
        0x14: "tag does not answer",
        0x15: "tag is not understood",
        0x16: "not authenticated",
        0x17: "wrong password",
        0xFF: "no more",
    }
)


def decode(content: bytes) -> list[Meaning]:
    """What a recording of a reader means; a command among it is told as one."""
    cut = either(cf.cut_reply, cf.cut_command)
    pieces: FrameDecoder[Frame] = FrameDecoder(cut, limit=cf.MAX_FRAME)
    return decoded(content, pieces, describe)


def decode_sent(content: bytes) -> list[Meaning]:
    """What a recording of the computer means."""
    return decoded(content, cf.command_decoder(), describe)


def describe(frame: Frame) -> Meaning:
    """A frame in words."""
    raw = cf.encode(frame)
    name = COMMANDS.get(frame.command, f"command {frame.command:04X}")
    if frame.status is None:
        return whole(name, raw, **{"from": "computer"}, **_parameters(frame))
    said: dict[str, object] = {"from": "reader"}
    for tag in cf.tags(frame):
        return whole("tag", raw, **said, **tag_words(tag), channel=frame.content[3])
    said["status"] = STATUSES.get(frame.status, f"{frame.status:02X}")
    power = cf.power_of(frame)
    if power is not None:
        said["power_dbm"] = power
    elif frame.command == cf.DEVICE_INFO:
        said |= _info(frame.content)
    elif frame.content:
        said["content"] = frame.content.hex().upper()
    return whole(f"{name} reply", raw, **said)


def identify(wire: Transport) -> str | None:
    """Ask for the device's info, which changes nothing."""
    reply = asked(
        wire,
        cf.device_info(),
        cf.decoder(),
        lambda frame: frame.command == cf.DEVICE_INFO and frame.status == cf.OK,
        IDENTIFY_S,
    )
    if reply is None:
        return None
    parts = _info(reply.content)
    said = ", ".join(f"{part} {parts[part]}" for part in ("hardware", "firmware") if parts[part])
    return f"A Chafon CF reader answers: {said or 'without a name'}."


def imitate(deeds: Sequence[str]) -> CfImitation:
    """A reader with these deeds done before it is plugged in."""
    return imitated(CfImitation(), deeds)


def _info(content: bytes) -> dict[str, str]:
    parts, at = {}, 0
    for name, size in INFO_PARTS:
        parts[name] = content[at : at + size].decode("ascii", "replace").strip("\0 ")
        at += size
    return parts


def _parameters(frame: Frame) -> dict[str, object]:
    content = frame.content
    match frame.command:
        case cf.INVENTORY if len(content) == 5:
            unit = "rounds" if content[0] == cf.BY_ROUNDS else "seconds"
            return {unit: int.from_bytes(content[1:], "big")}
        case cf.SET_POWER if len(content) == 2:
            return {"power_dbm": content[0]}
        case _:
            return {"content": content.hex().upper()} if content else {}


FAMILY = Family(
    kind="cf",
    title="UHF RFID reader, Chafon with CF frames",
    decode=decode,
    decode_sent=decode_sent,
    imitate=imitate,
    identify=identify,
    listen=CfReader,
    wires=("serial", "tcp"),
    bauds=(115_200, 57_600),
    tcp_port=27_011,
)
