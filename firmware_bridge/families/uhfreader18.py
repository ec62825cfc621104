"""UHFReader18 and UHFReader288 desktop and fixed UHF readers."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from firmware_bridge.clients.uhfreader18 import UhfReader18
from firmware_bridge.codecs import uhfreader18
from firmware_bridge.codecs.frames import FrameDecoder
from firmware_bridge.codecs.uhfreader18 import Entry, Frame
from firmware_bridge.emulators.uhfreader18 import UhfReader18Imitation
from firmware_bridge.families.traffic import asked, decoded, either, imitated, whole
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.4
NO_STRENGTH = "It states no strength: set its power so low that it reads no other bench's tags."

COMMANDS: Mapping[int, str] = MappingProxyType(
    {
        0x01: "inventory",
        0x02: "read",
        0x03: "write",
        0x04: "write epc",
        0x05: "kill",
        0x06: "lock",
        0x0F: "single tag inventory",
        0x18: "buffer inventory",
        0x19: "mix inventory",
        0x1A: "epc inventory",
        0x1B: "qt inventory",
        0x21: "reader info",
        0x22: "set band",
        0x24: "set address",
        0x25: "set scan time",
        0x28: "set baud",
        0x2F: "set power",
        0x33: "light and sound",
        0x35: "set work mode",
        0x40: "set buzzer",
        0x76: "set work mode",
    }
)

STATUSES: Mapping[int, str] = MappingProxyType(
    {
        uhfreader18.OK: "done",
        uhfreader18.DONE: "done",
        uhfreader18.TIMED_OUT: "time is over",
        uhfreader18.MORE: "more follows",
        uhfreader18.MEMORY_FULL: "memory is full",
        uhfreader18.ANTENNA_ERROR: "antenna error",
        uhfreader18.NOT_EXECUTED: "not executed",
        uhfreader18.POOR_LINK: "poor link to the tag",
        uhfreader18.NO_TAG: "no tag",
        uhfreader18.TAG_ERROR: "tag error",
        uhfreader18.BAD_LENGTH: "bad length",
        uhfreader18.BAD_COMMAND: "bad command",
        uhfreader18.BAD_PARAMETER: "bad parameter",
    }
)
BAND_NAMES = {number: name for name, (number, _) in uhfreader18.BANDS.items()}


def decode(content: bytes) -> list[Meaning]:
    """What a recording of a reader means, one entry for each tag of an answer that reports several.

    A command among it is told as one.
    """
    cut = either(uhfreader18.cut_reply, uhfreader18.cut_command)
    decoder: FrameDecoder[Frame] = FrameDecoder(cut, limit=uhfreader18.MAX_FRAME)
    return [part for meaning in decoded(content, decoder, describe) for part in _parts(meaning)]


def decode_sent(content: bytes) -> list[Meaning]:
    """What a recording of the computer means."""
    return decoded(content, uhfreader18.command_decoder(), describe)


def describe(frame: Frame) -> Meaning:
    """A frame in words; several tags of one answer are in `tags`."""
    raw = uhfreader18.encode(frame)
    name = COMMANDS[frame.command]
    if frame.status is None:
        return whole(name, raw, **{"from": "computer"}, **_parameters(frame))
    said: dict[str, object] = {"from": "reader", "status": STATUSES[frame.status]}
    info = uhfreader18.info_of(frame)
    if info is not None:
        said |= {
            "version": info.version,
            "type": f"{info.reader_type:02X}",
            "region": BAND_NAMES.get(info.band, f"{info.band}"),
            "power_dbm": info.power_dbm,
        }
    entries = uhfreader18.entries(frame) or []
    if entries:
        parts = [_entry(entry) for entry in entries]
        said |= parts[0] if len(parts) == 1 else {"tags": parts}
    return whole(f"{name} reply", raw, **said)


def identify(wire: Transport) -> str | None:
    """Ask for the reader's info, which changes nothing."""
    reply = asked(
        wire,
        uhfreader18.info(),
        uhfreader18.decoder(),
        lambda frame: uhfreader18.info_of(frame) is not None,
        IDENTIFY_S,
    )
    info = None if reply is None else uhfreader18.info_of(reply)
    if info is None:
        return None
    region = BAND_NAMES.get(info.band, "unknown")
    said = (
        f"A UHFReader of type {info.reader_type:02X} answers, version {info.version},"
        f" region {region}, {info.power_dbm} dBm."
    )
    return f"{said} {NO_STRENGTH}" if info.dialect == "reader18" else said


def imitate(deeds: Sequence[str]) -> UhfReader18Imitation:
    """A reader with these deeds done before it is plugged in."""
    return imitated(UhfReader18Imitation(), deeds)


def _parts(meaning: Meaning) -> list[Meaning]:
    tags = meaning.get("tags")
    if not isinstance(tags, list):
        return [meaning]
    common = {key: value for key, value in meaning.items() if key != "tags"}
    return [{**common, **tag} for tag in tags]


def _entry(entry: Entry) -> dict[str, object]:
    said: dict[str, object] = {"epc": entry.epc.hex().upper()}
    if entry.rssi is not None:
        said["rssi_dbm"] = float(entry.rssi - uhfreader18.RSSI_OFFSET)
    if entry.antenna is not None:
        said["antenna"] = entry.antenna
    return said | {"count": 1}


def _parameters(frame: Frame) -> dict[str, object]:
    content = frame.content
    match frame.command:
        case uhfreader18.SET_POWER if len(content) == 1:
            return {"power_dbm": content[0]}
        case uhfreader18.INVENTORY if len(content) == 9:
            return {"antenna": content[7] - 0x7F, "scan_time_s": content[8] / 10}
        case _:
            return {"content": content.hex().upper()} if content else {}


FAMILY = Family(
    kind="uhfreader18",
    title="UHF RFID reader, UHFReader18 or UHFReader288",
    decode=decode,
    decode_sent=decode_sent,
    imitate=imitate,
    identify=identify,
    listen=UhfReader18,
    wires=("serial", "tcp"),
    bauds=(57_600, 115_200, 38_400, 19_200, 9600),
    tcp_port=27_011,
)
