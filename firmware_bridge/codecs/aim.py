"""AIM symbology identifiers (ISO/IEC 15424): `]`, a code character, a modifier."""

import re
from collections.abc import Mapping
from types import MappingProxyType

IDENTIFIER = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
IDENTIFIER_LENGTH = 3

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "A": "Code 39",
        "C": "Code 128",
        "E": "EAN/UPC",
        "F": "Codabar",
        "G": "Code 93",
        "H": "Code 11",
        "I": "ITF",
        "J": "DotCode",
        "L": "PDF417",
        "M": "MSI",
        "Q": "QR Code",
        "U": "MaxiCode",
        "X": "other",
        "d": "Data Matrix",
        "e": "GS1 DataBar",
        "z": "Aztec",
    }
)

EXACT: Mapping[str, str] = MappingProxyType(
    {
        "]C1": "GS1-128",
        "]E0": "EAN-13/UPC-A/UPC-E",
        "]E1": "EAN/UPC add-on 2",
        "]E2": "EAN/UPC add-on 5",
        "]E3": "EAN-13 with add-on",
        "]E4": "EAN-8",
        "]I1": "ITF with check digit",
        "]J1": "GS1 DotCode",
        "]Q3": "GS1 QR Code",
        "]Q4": "GS1 QR Code with ECI",
        "]d2": "GS1 Data Matrix",
        "]d5": "GS1 Data Matrix with ECI",
        "]e1": "GS1 Composite",
        "]e2": "GS1 Composite",
    }
)

ELEMENT_STRINGS = frozenset({"]C1", "]J1", "]Q3", "]Q4", "]d2", "]d5", "]e0", "]e1", "]e2"})


def split_identifier(frame: bytes) -> tuple[str | None, bytes]:
    """Return the identifier such as `]C1`, or None, and the bytes after it."""
    if IDENTIFIER.match(frame) and chr(frame[1]) in FAMILIES:
        return frame[:IDENTIFIER_LENGTH].decode("ascii"), frame[IDENTIFIER_LENGTH:]
    return None, frame


def symbology_name(identifier: str) -> str:
    """Return the symbology's name in words, or the identifier where it is unknown."""
    return EXACT.get(identifier) or FAMILIES.get(identifier[1:2], identifier)


def carries_gs1(identifier: str) -> bool:
    """Whether a symbol with this identifier holds GS1 element strings, fields closed by GS."""
    return identifier in ELEMENT_STRINGS
