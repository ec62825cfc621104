"""What the `devices` commands share: kinds, wires, and messages in words."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from station.commands import console

if TYPE_CHECKING:
    from firmware_bridge.family import Family
    from firmware_bridge.transports.transport import Transport


def explained(kind: str, entry: Mapping[str, object]) -> dict[str, object]:
    """A message with what its code or EPC means to the bench."""
    from station.domain import reading_codes
    from station.domain.scan import read_scan

    said = dict(entry)
    if entry["damaged"] or kind in ("epc", "gs1"):
        return said
    if isinstance(text := entry.get("text"), str) and "symbology" in entry:
        said["meaning"] = type(read_scan(f"{entry['symbology'] or ''}{text}")).__name__
    if isinstance(epc := entry.get("epc"), str):
        (tag,) = reading_codes.decode_epc(epc)
        said["uri"] = tag.get("uri")
    return said


def in_words(entry: Mapping[str, object]) -> str:
    """A message as one line: what it is, then what it holds."""
    if entry["damaged"]:
        return ": ".join(["DAMAGED", *(str(entry[k]) for k in ("reason", "detail") if k in entry)])
    told = [str(entry.get("name") or "")]
    for key, value in entry.items():
        if key in _UNSAID or value is None or value == "":
            continue
        is_name = key == "meaning" and _NAME.fullmatch(str(value))
        told.append(f"{key} {_CAPITAL.sub(' ', str(value)).lower() if is_name else value}")
    return "  ".join(told).strip()


_UNSAID = frozenset({"damaged", "raw", "name", "elements"})
_NAME = re.compile(r"(?:[A-Z][a-z]+){2,}")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def known(kind: str, others: Iterable[str] = ()) -> "Family":
    """The family of a kind, or an end with the kinds there are and the `others` that would do."""
    from firmware_bridge.families.index import FAMILIES, family

    found = family(kind)
    if found is None:
        names = " ".join([*(f.kind for f in FAMILIES), *others])
        console.leave(f"{kind} is not a kind of device this version knows: use one of {names}.")
    return found


def wire_at(address: str, family: "Family", baud: int | None) -> "Callable[[], Transport]":
    """What opens an address as a family needs it. ValueError with a sentence if it is none."""
    from firmware_bridge.transports.opening import opener

    return opener(address, baud=baud or family.bauds[0], byte_format=family.byte_format)


def open_wire(address: str, family: "Family", baud: int | None) -> "Transport":
    """Open an address as a family needs it. OSError or ValueError, each with a sentence."""
    return wire_at(address, family, baud)()
