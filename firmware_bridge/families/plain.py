"""Plain barcode scanners: text and a suffix, nothing else."""

from collections.abc import Sequence

from firmware_bridge.clients.plain import PlainScanner
from firmware_bridge.codecs.aim import symbology_name
from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.plain import SUFFIXES, PlainDecoder
from firmware_bridge.emulators.plain import PlainImitation
from firmware_bridge.families.traffic import imitated
from firmware_bridge.family import Family, Meaning


def decode(content: bytes) -> list[Meaning]:
    """What a recording means, one entry for each code.

    Any of CR, LF and CR LF closes a code, and so does the end; where there is none of them and the
    last byte is a TAB, each TAB does. A code has its `text`, its `symbology` (AIM identifier or
    none) and that symbology's `name`. A recording without any code is damage of the reason `empty`.
    """
    decoder = PlainDecoder("cr")
    lines = content.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    if lines.endswith(SUFFIXES["tab"]) and SUFFIXES["cr"] not in lines:
        lines = lines.replace(SUFFIXES["tab"], SUFFIXES["cr"])
    events = decoder.feed(lines + SUFFIXES["cr"], 0.0)
    return [meaning(event) for event in events or (Damage("empty", b""),)]


def meaning(event: Code | Damage) -> Meaning:
    """A code or damage in plain words."""
    raw = event.raw.hex().upper()
    if isinstance(event, Damage):
        return {"damaged": True, "name": "damage", "reason": event.reason, "raw": raw}
    name = "code" if event.symbology is None else symbology_name(event.symbology)
    return {
        "damaged": False,
        "text": event.text,
        "symbology": event.symbology,
        "name": name,
        "raw": raw,
    }


def imitate(deeds: Sequence[str]) -> PlainImitation:
    """A scanner; what it scanned before it was plugged in is lost, as with a real one."""
    return imitated(PlainImitation(), deeds)


FAMILY = Family(
    kind="plain",
    title="Plain barcode scanner",
    decode=decode,
    imitate=imitate,
    listen=PlainScanner,
    wires=("serial", "tcp"),
    bauds=(9600, 115_200, 19_200, 38_400, 57_600),
)
