"""GS1 syntax: element strings, their bracketed form, and Digital Link addresses.

Every form gives the same thing: values by application identifier. `biip` brings the table of
identifiers and the pattern of each; what a bench must be stricter about is done here.
"""

import re
from calendar import monthrange
from urllib.parse import unquote, unquote_plus

from biip import ParseConfig, ParseError
from biip.gs1_element_strings import GS1ElementString

from station.domain.identity import checked

GROUP_SEPARATOR = "\x1d"

_CONFIG = ParseConfig(gs1_element_strings_verify_date=False)
_BRACKETED = re.compile(r"\(([0-9]{2,4})\)((?:[^()\\]|\\[()\\])+)")
_LINK = re.compile(
    r"(?:https?|HTTPS?)://(?:[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/([^?#]*)(?:\?([^#]*))?"
    r"(?:#.*)?"
)
_ESCAPES = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_PRODUCED = re.compile(r"8008([0-9]{8}(?:[0-9]{2}){0,2})(?=\x1d|$)")
"""biip takes (8008) with hours, or with seconds too; GS1 allows hours and minutes as well."""
_DATES = frozenset({"11", "12", "13", "15", "16", "17"})
_MOMENTS = {"7003": (2, 2), "8008": (1, 3)}
"""Identifiers of a date and time, with how many two-digit fields of time follow the date."""
_CHECKED = {
    "00": (0, 18), "01": (0, 14), "02": (0, 14), "03": (0, 14), "253": (0, 13), "255": (0, 13),
    "402": (0, 17), "8003": (1, 14), "8006": (0, 14), "8017": (0, 18), "8018": (0, 18),
    "8026": (0, 14),
} | {f"41{n}": (0, 13) for n in range(8)}  # fmt: skip
"""Where a value holds digits that end in their check digit: from, to."""

_QUALIFIERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "00": (), "01": (("22", "10", "21"), ("235",)), "253": (), "255": (), "401": (), "402": (),
    "414": (("254",), ("7040",)), "415": (("8020",),), "417": (("7040",),), "8003": (),
    "8004": (("7040",),), "8006": (("22", "10", "21"),), "8010": (("8011",),), "8013": (),
    "8017": (("8019",),), "8018": (("8019",),),
}  # fmt: skip
"""The primary keys of a Digital Link with the qualifiers of each, in the order they must take."""


class NotGs1Error(ValueError):
    """The text is not what GS1's syntax allows; `check_digit` where only that is wrong."""

    def __init__(self, sentence: str, *, check_digit: bool = False) -> None:
        super().__init__(sentence)
        self.check_digit = check_digit


def element_strings(text: str) -> dict[str, str]:
    """The values of concatenated element strings; NotGs1Error if any part is none.

    GS separates; one more GS than needed is allowed, one fewer never: a value of variable length
    that runs into the next identifier would be misread. (GS1 General Specifications, 7.8.)
    """
    values: dict[str, str] = {}
    rest = text.removeprefix(GROUP_SEPARATOR)
    if not rest.isascii():
        raise NotGs1Error("GS1 data holds ASCII characters only")
    while rest:
        ai, value, separated = _extract(rest)
        rest = rest[len(ai) + len(value) :]
        if rest and separated and not rest.startswith(GROUP_SEPARATOR):
            raise NotGs1Error(f"the value of ({ai}) is longer than it may be, or not separated")
        rest = rest.removeprefix(GROUP_SEPARATOR)
        _add(values, ai, value)
    if not values:
        raise NotGs1Error("there is no element string")
    return values


def bracketed(text: str) -> dict[str, str]:
    """The values of the human-readable form `(01)…(21)…`; a bracket in a value is written `\\(`."""
    values: dict[str, str] = {}
    at = 0
    for found in _BRACKETED.finditer(text):
        if found.start() != at:
            break
        at = found.end()
        ai, value = found[1], re.sub(r"\\(.)", r"\1", found[2])
        _add(values, ai, _whole(ai, value))
    if at != len(text) or not values:
        raise NotGs1Error("brackets must hold an application identifier and its value follow")
    return values


def digital_link(address: str) -> dict[str, str]:
    """The values of an uncompressed Digital Link, whatever its host (GS1 Digital Link URI Syntax).

    The right-most primary key counts, its qualifiers must keep their order, and what belongs into
    the path may not stand in the query. Words in the query are not GS1's and are passed over.
    """
    found = _LINK.fullmatch(address)
    if found is None or not address.isascii() or not _ESCAPES.fullmatch(address):
        raise NotGs1Error("this is no Digital Link")
    segments = [unquote(segment) for segment in found[1].split("/")]
    start = _primary_key(segments)
    pairs = list(zip(segments[start::2], segments[start + 1 :: 2], strict=True))
    key, used = pairs[0][0], tuple(ai for ai, _ in pairs[1:])
    orders = _QUALIFIERS[key]
    fitting = [order for order in orders if _in_order(used, order)]
    if used and not fitting:
        raise NotGs1Error("the qualifiers of a Digital Link must keep their order")
    values: dict[str, str] = {}
    for ai, value in pairs:
        _add(values, ai, _whole(ai, value))
    in_path = {ai for order in fitting for ai in order}
    for ai, value in _attributes(found[2] or ""):
        if ai in in_path or ai in values:
            raise NotGs1Error(f"({ai}) stands twice, or belongs into the path")
        _add(values, ai, _whole(ai, value))
    return values


def _primary_key(segments: list[str]) -> int:
    """Where the right-most primary key stands, with whole pairs of segments after it."""
    for start in range(len(segments) - 2, -1, -2):
        if segments[start] in _QUALIFIERS:
            return start
    raise NotGs1Error("the address holds no primary key")


def _in_order(used: tuple[str, ...], order: tuple[str, ...]) -> bool:
    rest = iter(order)
    return all(ai in rest for ai in used)


def _attributes(query: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in query.split("&"))
    return [(unquote(ai), unquote_plus(value)) for ai, _, value in pairs if unquote(ai).isdigit()]


def _extract(text: str) -> tuple[str, str, bool]:
    """The first identifier, its value, and whether GS must follow unless the text ends."""
    if found := _PRODUCED.match(text):
        return "8008", found[1], True
    try:
        element = GS1ElementString.extract(text, config=_CONFIG)
    except ParseError as error:
        raise NotGs1Error("the text begins with no known application identifier") from error
    if not element.value:
        raise NotGs1Error(f"({element.ai.ai}) has no value")
    return element.ai.ai, element.value, element.ai.separator_required


def _whole(ai: str, value: str) -> str:
    """The value if it is all of what the identifier allows."""
    if not (ai.isascii() and value.isascii()) or GROUP_SEPARATOR in value:
        raise NotGs1Error("GS1 data holds ASCII characters only")
    if _extract(ai + value)[:2] != (ai, value):
        raise NotGs1Error(f"({ai}) is unknown, or its value has another form")
    return value


def _add(values: dict[str, str], ai: str, value: str) -> None:
    """Keep a value that is right in itself; the same one twice is one (7.8.7)."""
    if ai in _CHECKED:
        start, end = _CHECKED[ai]
        if not checked(value[start:end], end - start):
            raise NotGs1Error(f"the check digit of ({ai}) is wrong", check_digit=True)
    if ai in _DATES and not _is_date(value):
        raise NotGs1Error(f"({ai}) holds no date")
    if ai in _MOMENTS and not _is_moment(value, *_MOMENTS[ai]):
        raise NotGs1Error(f"({ai}) holds no date and time")
    if values.setdefault(ai, value) != value:
        raise NotGs1Error(f"({ai}) stands twice with two values")


def _is_date(digits: str) -> bool:
    """YYMMDD, where day 00 means the whole month.

    Every century that two digits can mean from 1951 to 2099 has its leap years in the same places.
    """
    year, month, day = (int(digits[at : at + 2]) for at in (0, 2, 4))
    return 1 <= month <= 12 and day <= monthrange(2000 + year, month)[1]


def _is_moment(digits: str, least: int, most: int) -> bool:
    times = [int(digits[at : at + 2]) for at in range(6, len(digits), 2)]
    limits = (23, 59, 59)
    return (
        least <= len(times) <= most
        and _is_date(digits[:6])
        and all(value <= limit for value, limit in zip(times, limits, strict=False))
    )
