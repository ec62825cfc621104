"""Honeywell barcode scanners with serial trigger and menu commands."""

from collections.abc import Sequence

from firmware_bridge.clients.honeywell import HARMLESS_QUERY, HoneywellScanner
from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.honeywell import (
    TRIGGER,
    UNTRIGGER,
    Deed,
    HoneywellDecoder,
    MenuReply,
    deed_decoder,
    menu,
)
from firmware_bridge.emulators.honeywell import HoneywellImitation
from firmware_bridge.families.plain import meaning
from firmware_bridge.families.traffic import asked, decoded, imitated, whole
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.6


def decode(content: bytes) -> list[Meaning]:
    """What a recording of the scanner means: its codes, and its replies to menu commands."""
    decoder = HoneywellDecoder()
    decoder.expect_any()
    events = (*decoder.feed(content, 0.0), *decoder.flush(decoder.idle_gap_s))
    return [_meaning(event) for event in events or (Damage("empty", b""),)]


def decode_sent(content: bytes) -> list[Meaning]:
    """What a recording of the computer means."""
    return decoded(content, deed_decoder(), _deed_meaning)


def identify(wire: Transport) -> str | None:
    """Ask for a setting, which changes nothing."""
    decoder = HoneywellDecoder()
    decoder.expect(HARMLESS_QUERY)
    question = menu(HARMLESS_QUERY)
    reply = asked(wire, question, decoder, lambda event: isinstance(event, MenuReply), IDENTIFY_S)
    return "A Honeywell scanner answers." if reply else None


def imitate(deeds: Sequence[str]) -> HoneywellImitation:
    """A scanner; what it scanned before it was plugged in is lost, as with a real one."""
    return imitated(HoneywellImitation(), deeds)


def _meaning(event: Code | MenuReply | Damage) -> Meaning:
    if isinstance(event, MenuReply):
        return whole("menu reply", event.raw, text=event.text, status=event.status)
    return meaning(event)


def _deed_meaning(deed: Deed) -> Meaning:
    if deed.name == "menu":
        raw = menu(deed.text, lasting=deed.lasting)
        return whole("menu command", raw, text=deed.text, lasting=deed.lasting)
    return whole(deed.name, TRIGGER if deed.name == "trigger" else UNTRIGGER)


FAMILY = Family(
    kind="honeywell",
    title="Barcode scanner, Honeywell",
    decode=decode,
    decode_sent=decode_sent,
    imitate=imitate,
    identify=identify,
    listen=HoneywellScanner,
    bauds=(115_200, 9600, 38_400),
)
