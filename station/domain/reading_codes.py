"""What the text of a code or the hex of a tag holds, as messages for `devices decode`.

Every message has `damaged` and `raw`; a damaged one its `reason`. Nothing here raises.
"""

from station.domain import epc, epc_plus
from station.domain.epc import Epc, Unread
from station.domain.epc_plus import PlusEpc
from station.domain.gs1 import NotGs1Error, bracketed, digital_link, element_strings
from station.domain.scan import ItemScanned, Meaning, read_scan, split_identifier

Entry = dict[str, object]


def read_epc(text: str) -> Epc | PlusEpc | Unread:
    """The EPC of any scheme in the hex of a tag's EPC bank, behind the PC word."""
    plain = epc.decode(text)
    if isinstance(plain, Unread) and plain.reason == "scheme":
        plus = epc_plus.decode(text)
        return plain if isinstance(plus, Unread) and plus.reason == "scheme" else plus
    return plain


def decode_epc(text: str) -> list[Entry]:
    """One message for each line of hex: `epc` (upper case), `scheme`, `uri`, `gs1` and more.

    `gs1` are the element strings in brackets; an item has `gtin` and `serial`.
    """
    return [_tag(line) for line in text.splitlines() or [""]]


def decode_gs1(text: str) -> list[Entry]:
    """One message for each line: `gs1` in brackets, `elements` by identifier, and the `meaning`.

    A line is element strings with or without AIM identifier and GS, brackets, a Digital Link, or a
    bare GTIN.
    """
    return [_label(line) for line in text.replace("\r", "").split("\n")]


def _tag(line: str) -> Entry:
    raw = "".join(line.split()).upper()
    read = read_epc(line)
    if isinstance(read, Unread):
        told = {"epc": raw} if read.reason != "hex" else {}
        return {"damaged": True, "reason": read.reason, "raw": raw, "detail": read.sentence, **told}
    entry: Entry = {
        "damaged": False,
        "raw": raw,
        "epc": raw,
        "scheme": read.scheme,
        "filter": read.filter,
        "uri": read.uri,
        "tag_uri": read.tag_uri if isinstance(read, Epc) else None,
        "gs1": in_brackets(dict(read.elements)),
    }
    if read.item is not None:
        entry |= {"gtin": read.item.gtin, "serial": read.item.serial}
    return entry


def _label(line: str) -> Entry:
    identifier, body = split_identifier(line)
    meaning = read_scan(line)
    try:
        values = _values(body, meaning)
    except NotGs1Error as error:
        reason = "check-digit" if error.check_digit else "syntax"
        return _damaged(line, reason, f"This is no GS1 data: {error}.")
    return {
        "damaged": False,
        "raw": line,
        "symbology": identifier,
        "gs1": in_brackets(values),
        "elements": values,
        "meaning": type(meaning).__name__,
        "gtin": values.get("01"),
        "serial": values.get("21"),
    }


def _values(body: str, meaning: Meaning) -> dict[str, str]:
    if body.startswith("("):
        return bracketed(body)
    if body[:4].lower() == "http":
        return digital_link(body)
    if isinstance(meaning, ItemScanned) and len(body) <= 14:
        return {"01": meaning.item.gtin}
    return element_strings(body)


def _damaged(raw: str, reason: str, detail: str) -> Entry:
    return {"damaged": True, "reason": reason, "raw": raw, "detail": detail}


def in_brackets(values: dict[str, str]) -> str | None:
    """Element strings as they are printed, brackets in values escaped; none for no elements."""

    def escaped(value: str) -> str:
        return "".join(f"\\{c}" if c in "()\\" else c for c in value)

    return "".join(f"({ai}){escaped(value)}" for ai, value in values.items()) or None
