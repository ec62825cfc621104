"""One entry of an order file, from text or JSON values to an order line.

The keys and their types are documented in station/ORDERS.md.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache

from station.domain.identity import ItemCode, gtin14
from station.domain.item import OrderLine
from station.domain.parcel import parcel_code

KEYS = (
    "order",
    "parcel",
    "gtin",
    "serial",
    "quantity",
    "name",
    "category",
    "size_mm",
    "buyer_reason",
)
REQUIRED = frozenset({"order", "gtin", "name", "category", "size_mm"})

MOST_PIECES = 10_000
LARGEST_MM = 10_000.0

_SIZE = re.compile(r"\s*([0-9.]+)\s*[x×X*]\s*([0-9.]+)\s*[x×X*]\s*([0-9.]+)\s*")
_LONGEST = {"order": 40, "category": 64, "name": 200, "buyer_reason": 1000}

Size = tuple[float, float, float]


class FileForm(StrEnum):
    """How an order file is written."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


class WrongEntryError(ValueError):
    """An entry that is no order line; the text is the rest of a sentence."""


def line_from_text(fields: Mapping[str, str]) -> OrderLine:
    """The line of a table's row; an empty field is an absent one.

    ValueError says what is wrong, as the rest of a sentence.
    """
    given = {key: value.strip() for key, value in fields.items()}
    return _line({key: value for key, value in given.items() if value}, _size_of_text, _number)


def line_from_json(entry: object) -> OrderLine:
    """The line of a JSON object, whose types count; null is an absent value.

    ValueError says what is wrong, as the rest of a sentence.
    """
    if not isinstance(entry, dict):
        raise WrongEntryError("it is no JSON object")
    if unknown := entry.keys() - set(KEYS):
        raise ValueError(f"{_quoted(min(unknown))} is no key of an order line")
    given = {key: value for key, value in entry.items() if value is not None}
    for key, value in given.items():
        if key not in ("size_mm", "quantity") and not isinstance(value, str):
            raise ValueError(f"{key} must be text")
    return _line(given, _size_of_list, _whole)


def _line(
    given: Mapping[str, object], size: Callable[[object], Size], whole: Callable[[object], int]
) -> OrderLine:
    absent = REQUIRED - given.keys()
    if absent:
        raise ValueError(f"{min(absent)} is missing")
    serial = given.get("serial")
    quantity = whole(given.get("quantity", 1))
    if not 1 <= quantity <= MOST_PIECES:
        raise ValueError(f"quantity must be from 1 to {MOST_PIECES}")
    if serial is not None and quantity != 1:
        raise ValueError("a line with a serial names one piece, so its quantity is 1")
    return OrderLine(
        order=_code("order", str(given["order"])),
        code=_item_code(str(given["gtin"]), None if serial is None else str(serial)),
        name=_prose("name", str(given["name"])),
        category=_code("category", str(given["category"])),
        size_mm=size(given["size_mm"]),
        parcel=_parcel(str(given.get("parcel", ""))),
        quantity=quantity,
        buyer_reason=_prose("buyer_reason", str(given.get("buyer_reason", ""))),
    )


def _item_code(gtin: str, serial: str | None) -> ItemCode:
    whole = _gtin(gtin)
    if whole is None:
        raise ValueError(
            f"gtin {_quoted(gtin)} is no valid GTIN of 8, 12, 13 or 14 digits "
            "(a spreadsheet may have rounded it or dropped its zeros)"
        )
    try:
        return ItemCode(whole, serial or None)
    except ValueError as error:
        raise ValueError(f"serial {_quoted(serial or '')}: {error}") from error


@lru_cache(maxsize=65_536)
def _gtin(text: str) -> str | None:
    return gtin14(text.strip())


def _parcel(text: str) -> str:
    if not text.strip():
        return ""
    code = parcel_code(text)
    if code is None:
        raise ValueError(
            f"parcel {_quoted(text)} is neither an SSCC nor a tracking code "
            "(4 to 40 letters, digits and -._/)"
        )
    return code


def _code(key: str, text: str) -> str:
    """An identifier: one short line, kept as it is."""
    code = text.strip()
    if not code or len(code) > _LONGEST[key] or not code.isprintable():
        raise ValueError(f"{key} must be 1 to {_LONGEST[key]} printable characters")
    return code


def _prose(key: str, text: str) -> str:
    """Words for people on one line; what cannot be printed is left out."""
    line = " ".join(text.split())
    if not line.isprintable():
        line = "".join(c for c in line if c.isprintable())
    if len(line) > _LONGEST[key]:
        raise ValueError(f"{key} is longer than {_LONGEST[key]} characters")
    if key in REQUIRED and not line:
        raise ValueError(f"{key} is missing")
    return line


def _number(value: object) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"quantity {_quoted(text)} is no whole number")
    return int(text)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongEntryError("quantity must be a whole number")
    return value


@lru_cache(maxsize=65_536)
def _size_of_text(value: object) -> Size:
    found = _SIZE.fullmatch(str(value))
    try:
        parts = [float(part) for part in found.groups()] if found else []
    except ValueError:
        parts = []
    return _size(parts, str(value))


def _size_of_list(value: object) -> Size:
    numbers = value if isinstance(value, list) else []
    if any(isinstance(n, bool) or not isinstance(n, (int, float)) for n in numbers):
        numbers = []
    try:
        parts = [float(n) for n in numbers]
    except OverflowError:
        parts = []
    return _size(parts, str(value))


def _size(parts: list[float], given: str) -> Size:
    if len(parts) != 3 or not all(0 < part <= LARGEST_MM for part in parts):
        raise ValueError(
            f"size_mm {_quoted(given)} is not length, width and height in millimetres, "
            f"each above 0 and at most {LARGEST_MM:.0f}"
        )
    return parts[0], parts[1], parts[2]


def _quoted(text: str) -> str:
    """A value from a file, fit for a sentence."""
    clean = "".join(c if c.isprintable() else "·" for c in text)
    return f"“{clean if len(clean) <= 40 else clean[:39] + '…'}”"
