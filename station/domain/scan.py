"""The scan grammar: what a code read at the bench means.

The station's own codes start with `RG:`; everything else is an item's code or an attribute of it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from station.domain.grading import Grade
from station.domain.identity import ItemCode, gtin14

GROUP_SEPARATOR = "\x1d"
LONGEST_CODE = 256

_OWN = re.compile(r"RG:(?P<kind>[A-Z]+):(?P<value>[A-Za-z0-9_.\-]{1,40})")
_FIXED = {"01": 14, "11": 6, "15": 6, "17": 6}
_VARIABLE = {"21": 20, "10": 20, "400": 30}


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


@dataclass(frozen=True, slots=True)
class ItemScanned:
    """The code of an item: a new one, or the one on the bench again."""

    item: ItemCode


@dataclass(frozen=True, slots=True)
class AttributeScanned:
    """An attribute of the item on the bench, by GS1 application identifier."""

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
    | NotUnderstood
)


def read_scan(text: str) -> Meaning:
    """What a code means, with or without an AIM identifier (ISO/IEC 15424) in front."""
    if len(text) > LONGEST_CODE:
        return NotUnderstood("scan-too-long")
    if any((ord(c) < 0x20 and c != GROUP_SEPARATOR) or ord(c) == 0x7F for c in text):
        return NotUnderstood("scan-control-characters")
    body = re.sub(r"^\][A-Za-z][0-9A-Za-z]", "", text)
    if own := _OWN.fullmatch(body):
        return _read_own(own["kind"], own["value"])
    if gtin := gtin14(body):
        return ItemScanned(ItemCode(gtin))
    return _read_elements(body)


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


def _read_elements(body: str) -> Meaning:
    """GS1 element strings of the identifiers a bench meets (GS1 General Specifications, 3)."""
    values: dict[str, str] = {}
    rest = body.removeprefix(GROUP_SEPARATOR)
    while rest:
        element = _element(rest)
        if element is None:
            return NotUnderstood("scan-unknown-code")
        ai, value, rest = element
        if values.setdefault(ai, value) != value:
            return NotUnderstood("scan-unknown-code")
    if "01" in values:
        gtin = gtin14(values["01"])
        if gtin is None:
            return NotUnderstood("scan-bad-check-digit")
        return _item(gtin, values.get("21"))
    if len(values) == 1:
        ai, value = next(iter(values.items()))
        return ReturnOrderScanned(value) if ai == "400" else AttributeScanned(ai, value)
    return NotUnderstood("scan-unknown-code")


def _element(text: str) -> tuple[str, str, str] | None:
    for ai, length in _FIXED.items():
        if text.startswith(ai):
            value = text[len(ai) : len(ai) + length]
            if len(value) < length or not (value.isascii() and value.isdigit()):
                return None
            return ai, value, text[len(ai) + length :].removeprefix(GROUP_SEPARATOR)
    for ai, longest in _VARIABLE.items():
        if text.startswith(ai):
            value, _, rest = text[len(ai) :].partition(GROUP_SEPARATOR)
            return (ai, value, rest) if 0 < len(value) <= longest else None
    return None


def _item(gtin: str, serial: str | None) -> Meaning:
    try:
        return ItemScanned(ItemCode(gtin, serial))
    except ValueError:
        return NotUnderstood("scan-unknown-code")
