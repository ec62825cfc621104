"""The scan grammar: what a code read at the bench means.

The station's own codes start with `RG:`; everything else is an item's code or an attribute of it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from station.domain.carrier import fits, is_s10, is_ups
from station.domain.grading import Grade
from station.domain.gs1 import (
    GROUP_SEPARATOR,
    NotGs1Error,
    bracketed,
    digital_link,
    element_strings,
)
from station.domain.identity import ItemCode, gtin14, gtin_of_upc_e, is_imei

LONGEST_CODE = 256

_OURS = "RG:"
_OWN = re.compile(r"RG:(?P<kind>[A-Z]+):(?P<value>[A-Za-z0-9_.\-]{1,40})")
_AIM = re.compile(r"\]([A-Za-z][0-9A-Za-z])")
_GS1 = frozenset({"C1", "e0", "d2", "Q3", "J1", "d5", "Q4"})
_RETAIL = frozenset({"E0", "E3", "E4", "I1"})
_ADD_ON = "E3"
_KEYS = frozenset({"00", "01", "8006"})
_PLAIN = re.compile(r"[!-~](?:[ -~]{0,46}[!-~])?")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Order(StrEnum):
    """Commands an operator can scan from the command card."""

    TAKE = "TAKE"
    RETAKE = "RETAKE"
    UNDO = "UNDO"
    RESELLABLE = "RESELLABLE"
    REPAIR = "REPAIR"
    SCRAP = "SCRAP"
    CLOSE_PARCEL = "CLOSE-PARCEL"
    REPRINT = "REPRINT"
    NOT_DAMAGE = "NOT-DAMAGE"
    WRONG_OUTLINE = "WRONG-OUTLINE"
    MISSED_FAULT = "MISSED-FAULT"
    NEXT_FAULT = "NEXT-FAULT"


@dataclass(frozen=True, slots=True)
class ItemScanned:
    """The code of an item: a new one, or the one on the bench again."""

    item: ItemCode


@dataclass(frozen=True, slots=True)
class AttributeScanned:
    """An attribute of the item on the bench, by GS1 application identifier, or `imei`."""

    ai: str
    value: str


@dataclass(frozen=True, slots=True)
class ReturnOrderScanned:
    """The number of a return order."""

    order: str


@dataclass(frozen=True, slots=True)
class ParcelScanned:
    """The code of a parcel: an SSCC or a carrier's tracking number, as `scheme` tells."""

    code: str
    scheme: Literal["sscc", "ups", "s10", "site"]


@dataclass(frozen=True, slots=True)
class PlateScanned:
    """A pre-printed serial label stuck on the item."""

    plate: str


@dataclass(frozen=True, slots=True)
class BinScanned:
    """The bin of a grade."""

    bin: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class ToteScanned:
    """A tote for items that a person must look at."""

    tote: str


@dataclass(frozen=True, slots=True)
class BadgeScanned:
    """An operator's badge."""

    badge: str


@dataclass(frozen=True, slots=True)
class CommandScanned:
    """A command from the command card."""

    order: Order


@dataclass(frozen=True, slots=True)
class PlainScanned:
    """A plain code: what it names, if anything, only the site's own files can tell."""

    text: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A code with no meaning here; `reason` names the message that says why."""

    reason: str


Meaning = (
    ItemScanned
    | AttributeScanned
    | ReturnOrderScanned
    | ParcelScanned
    | PlateScanned
    | BinScanned
    | ToteScanned
    | BadgeScanned
    | CommandScanned
    | PlainScanned
    | NotUnderstood
)


def read_scan(text: str, parcel_patterns: tuple[str, ...] = ()) -> Meaning:
    """What a code means, with or without an AIM identifier (ISO/IEC 15424) in front.

    `parcel_patterns` are the site's further carriers (see `carrier.fits`). Never raises.
    """
    if len(text) > LONGEST_CODE:
        return NotUnderstood("scan-too-long")
    if any(c != GROUP_SEPARATOR and unicodedata.category(c) in _UNSEEN for c in text):
        return NotUnderstood("scan-control-characters")
    identifier, body = split_identifier(text)
    if body.startswith(_OURS):
        own = _OWN.fullmatch(body)
        return _read_own(own["kind"], own["value"]) if own else NotUnderstood("scan-unknown-code")
    if identifier in _RETAIL:
        return _read_number(identifier, body)
    if identifier in _GS1:
        return _read_gs1(element_strings, body)
    meaning = (
        _read_gtin(identifier, body)
        or _read_parcel(body, parcel_patterns)
        or _read_syntax(identifier, body)
    )
    if meaning:
        return meaning
    if is_imei(body):
        return AttributeScanned("imei", body)
    if _PLAIN.fullmatch(body) and "://" not in body:
        return PlainScanned(body)
    return NotUnderstood("scan-unknown-code")


def item_pictured(text: str) -> ItemCode | None:
    """The item that a code in a picture names, by a symbol that is made for it.

    Those are the symbols of retail, of GS1, and a Digital Link. A plain symbol is not taken: one in
    ten numbers of waybills passes for a GTIN, and nobody chose to read it.
    """
    identifier, body = split_identifier(text)
    made_for_it = identifier in _RETAIL or identifier in _GS1 or body[:4].lower() == "http"
    meaning = read_scan(text) if made_for_it else None
    return meaning.item if isinstance(meaning, ItemScanned) else None


def split_identifier(text: str) -> tuple[str | None, str]:
    """The AIM identifier without its bracket, if there is one, and the rest."""
    found = _AIM.match(text)
    return (found[1], text[3:]) if found else (None, text)


def _read_number(identifier: str, digits: str) -> Meaning:
    """A number in a symbol of retail: EAN-13, EAN-8, UPC-A, UPC-E or ITF-14, perhaps an add-on."""
    if identifier == _ADD_ON:
        digits = digits[:13]
    gtin = gtin_of_upc_e(digits) if identifier == "E0" and len(digits) == 8 else gtin14(digits)
    return ItemScanned(ItemCode(gtin)) if gtin else NotUnderstood("scan-bad-check-digit")


def _read_gtin(identifier: str | None, body: str) -> Meaning | None:
    """A bare number that is a GTIN by its check digit.

    Eight digits that begin with 0 are a UPC-E if they can be: as an EAN-8 they would be a number
    of one shop's own.
    """
    shortened = gtin_of_upc_e(body) if body.startswith("0") and identifier is None else None
    gtin = shortened or gtin14(body)
    return ItemScanned(ItemCode(gtin)) if gtin else None


def _read_syntax(identifier: str | None, body: str) -> Meaning | None:
    """GS1 data that no identifier announces: an address, brackets, or element strings.

    Any number could begin like an element string. So a number as long as a GTIN is none, internal
    data (90 to 99) needs its identifier, and in a symbol that is plain by its identifier only a key
    counts whose check digit holds.
    """
    if body[:4].lower() == "http":
        return _read_gs1(digital_link, body)
    if body.startswith("("):
        return _read_gs1(bracketed, body)
    if body.isdigit() and 12 <= len(body) <= 14:
        return None
    try:
        values = element_strings(body)
    except NotGs1Error as error:
        return NotUnderstood("scan-bad-check-digit") if error.check_digit else None
    keyed = bool(_KEYS & values.keys())
    internal = all(ai.startswith("9") for ai in values)
    return _of_values(values) if keyed or not (identifier or internal) else None


def _read_parcel(body: str, patterns: tuple[str, ...]) -> Meaning | None:
    if is_ups(body):
        return ParcelScanned(body, "ups")
    if is_s10(body):
        return ParcelScanned(body, "s10")
    known = any(fits(body, pattern) for pattern in patterns)
    return ParcelScanned(body, "site") if known else None


def _read_gs1(read: Callable[[str], dict[str, str]], body: str) -> Meaning:
    try:
        return _of_values(read(body))
    except NotGs1Error as error:
        reason = "scan-bad-check-digit" if error.check_digit else "scan-unknown-code"
        return NotUnderstood(reason)


def _of_values(values: Mapping[str, str]) -> Meaning:
    """What element strings say together: the item before the parcel before an attribute."""
    gtin = values.get("01") or values.get("8006", "")[:14]
    if gtin:
        return ItemScanned(ItemCode(gtin, values.get("21")))
    if "00" in values:
        return ParcelScanned(values["00"], "sscc")
    if "400" in values:
        return ReturnOrderScanned(values["400"])
    if len(values) == 1:
        ai, value = next(iter(values.items()))
        return AttributeScanned(ai, value)
    return NotUnderstood("scan-unknown-code")


def _read_own(kind: str, value: str) -> Meaning:
    match kind:
        case "BADGE":
            return BadgeScanned(value)
        case "PLATE":
            return PlateScanned(value)
        case "TOTE":
            return ToteScanned(value)
        case "ORDER":
            return ReturnOrderScanned(value)
        case "BIN":
            grade, _, name = value.partition("-")
            if grade in Grade.__members__ and name:
                return BinScanned(value, Grade[grade])
        case "CMD":
            if value in set(Order):
                return CommandScanned(Order(value))
    return NotUnderstood("scan-unknown-code")
