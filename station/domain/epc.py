"""Electronic product codes of GS1's EPC Tag Data Standard, both ways: bits on a tag and names.

The schemes of a fixed layout are in `epc_schemes`: header, filter, partition, company prefix,
reference, serial. The variable ones (SGTIN+, DSGTIN+) are in `epc_plus`. A tag whose bits break a
rule of its scheme is no EPC: nothing is repaired.
"""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from station.domain.epc_schemes import COMPANY_BITS, SCHEMES, Scheme
from station.domain.identity import ItemCode, check_digit, gtin14

WORD = 16

_TEXT = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*")
_NUMBER = re.compile(r"0|[1-9][0-9]*")
_PLAIN_IN_URI = "!'()*+,-.:;=_"

Refusal = Literal["hex", "length", "unprogrammed", "scheme", "content", "padding"]


@dataclass(frozen=True, slots=True)
class Unread:
    """Why bits are no EPC, with a sentence.

    hex: no whole 16-bit words in hex. unprogrammed: what a factory leaves on a tag. scheme: a
    header that no scheme here has. length: not the length of its scheme. content: a field that the
    scheme forbids. padding: bits after the end that are not zero.
    """

    reason: Refusal
    sentence: str


_BY_HEADER = {scheme.header: scheme for scheme in SCHEMES.values()}
_GID_HEADER = 0x35
_GID_BITS = (28, 24, 36)
_UNPROGRAMMED = frozenset({0x00, 0xE0, 0xE2})


@dataclass(frozen=True, slots=True)
class Epc:
    """An EPC of a fixed layout by its fields; a ValueError if its scheme has no room for them.

    `company` is the GS1 company prefix with its leading zeros, `reference` the item, serial,
    location or asset reference (of an SGTIN or SSCC with the indicator or extension digit in
    front), `serial` the serial or extension; an SSCC and a GIAI have none. A GID has no filter, and
    its three numbers stand in these three places.
    """

    scheme: str
    filter: int | None
    company: str
    reference: str
    serial: str = ""

    def __post_init__(self) -> None:
        _fields(self)

    @property
    def uri(self) -> str:
        """The pure identity, `urn:epc:id:…`."""
        return f"urn:epc:id:{self.scheme.partition('-')[0]}:{self._name}"

    @property
    def tag_uri(self) -> str:
        """The identity with its encoding, `urn:epc:tag:…`."""
        filtered = "" if self.filter is None else f"{self.filter}."
        return f"urn:epc:tag:{self.scheme}:{filtered}{self._name}"

    @property
    def _name(self) -> str:
        parts = [self.company, _escaped(self.reference)]
        if self.scheme == "gid-96" or SCHEMES[self.scheme].serial_bits:
            parts.append(_escaped(self.serial))
        return ".".join(parts)

    @property
    def elements(self) -> tuple[tuple[str, str], ...]:
        """The same as GS1 element strings, by application identifier; none for a GID."""
        if self.scheme == "gid-96":
            return ()
        match SCHEMES[self.scheme].identity:
            case "sgtin":
                return (("01", self._key), ("21", self.serial))
            case "sscc":
                return (("00", self._key),)
            case "sgln":
                extension = () if self.serial == "0" else (("254", self.serial),)
                return (("414", self._key), *extension)
            case "grai":
                return (("8003", f"0{self._key}{self.serial}"),)
            case _:
                return (("8004", self.company + self.reference),)

    @property
    def item(self) -> ItemCode | None:
        """The item of an SGTIN; none of one that was never written."""
        if not self.scheme.startswith("sgtin") or gtin14(self._key) is None:
            return None
        return ItemCode(self._key, self.serial)

    @property
    def _key(self) -> str:
        """The GS1 key with its check digit; an indicator or extension digit goes to the front."""
        digits = self.company + self.reference
        if self.scheme.startswith(("sgtin", "sscc")):
            digits = self.reference[0] + self.company + self.reference[1:]
        return f"{digits}{check_digit(digits)}"


def sgtin(item: ItemCode, company_digits: int, *, pos_filter: int = 1, long: bool = False) -> Epc:
    """The SGTIN of a serialised item, whose company prefix has so many digits (6 to 12).

    ValueError without a serial, or where SGTIN-96 cannot hold it and `long` is not set.
    """
    if item.serial is None:
        raise ValueError("an SGTIN names a piece: it needs a serial")
    digits = item.gtin
    return Epc(
        "sgtin-198" if long else "sgtin-96",
        pos_filter,
        digits[1 : 1 + company_digits],
        digits[0] + digits[1 + company_digits : 13],
        item.serial,
    )


def encode(epc: Epc) -> str:
    """The EPC bank from behind the PC word, in upper-case hex of whole words."""
    bits = "".join(f"{value:0{width}b}" for value, width in _fields(epc))
    return to_hex(bits)


def decode(text: str) -> Epc | Unread:
    """The EPC in the hex of a tag's EPC bank (behind the PC word); never raises."""
    bits = to_bits(text)
    if isinstance(bits, Unread):
        return bits
    header = int(bits[:8], 2)
    if header in _UNPROGRAMMED:
        return Unread("unprogrammed", "This is a tag as its factory left it, not an EPC.")
    if header == _GID_HEADER:
        return _gid(bits)
    scheme = _BY_HEADER.get(header)
    if scheme is None:
        return Unread("scheme", f"No EPC scheme known here begins with {header:02X}.")
    if len(bits) != -(-scheme.bits // WORD) * WORD:
        return Unread("length", f"An EPC of {scheme.name} has {scheme.bits} bits.")
    if "1" in bits[scheme.bits - scheme.padding :]:
        return Unread("padding", f"Bits behind the end of an EPC of {scheme.name} are set.")
    try:
        return _fixed(scheme, bits)
    except ValueError as error:
        return Unread("content", f"This is no EPC of {scheme.name}: {error}.")


def to_bits(text: str) -> str | Unread:
    """The bits of whole 16-bit words in hex; spaces are ignored."""
    digits = "".join(text.split())
    if not digits or len(digits) % 4 or not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        return Unread("hex", "An EPC is whole 16-bit words in hex, four digits each.")
    return f"{int(digits, 16):0{4 * len(digits)}b}"


def to_hex(bits: str) -> str:
    """Bits as hex of whole words, filled with zeros."""
    filled = bits + "0" * (-len(bits) % WORD)
    return f"{int(filled, 2):0{len(filled) // 4}X}"


def text_of(bits: str) -> str:
    """Characters of 7 bits up to the first zero; ValueError for others than GS1's set 82."""
    codes = [int(bits[at : at + 7], 2) for at in range(0, len(bits) - len(bits) % 7, 7)]
    end = codes.index(0) if 0 in codes else len(codes)
    if "1" in bits[7 * end :]:
        raise ValueError("there is something behind the end of its text")
    text = "".join(map(chr, codes[:end]))
    if not _TEXT.fullmatch(text):
        raise ValueError("its text holds characters that GS1 does not allow")
    return text


def _gid(bits: str) -> Epc | Unread:
    if len(bits) != 96:
        return Unread("length", "An EPC of gid-96 has 96 bits.")
    company, reference, serial = (str(int(bits[a:b], 2)) for a, b in ((8, 36), (36, 60), (60, 96)))
    return Epc("gid-96", None, company, reference, serial)


def _fixed(scheme: Scheme, bits: str) -> Epc:
    partition = int(bits[11:14], 2)
    if partition > 6:
        raise ValueError("partition 7 means nothing")
    company_end = 14 + COMPANY_BITS[partition]
    reference_end = company_end + scheme.reference_bits[partition]
    company = _digits(bits[14:company_end], 12 - partition)
    raw, rest = bits[company_end:reference_end], bits[reference_end : scheme.bits]
    if scheme.digits is None:
        reference, serial = text_of(raw) if scheme.text else str(int(raw, 2)), ""
    else:
        reference = _digits(raw, scheme.digits - len(company))
        serial = ""
        if scheme.serial_bits:
            serial = text_of(rest) if scheme.text else str(int(rest, 2))
    return Epc(scheme.name, int(bits[8:11], 2), company, reference, serial)


def _digits(bits: str, count: int) -> str:
    value = int(bits, 2)
    if value >= 10**count:
        raise ValueError(f"a field of {count} digits holds {value}")
    return str(value).zfill(count) if count else ""


def _fields(epc: Epc) -> list[tuple[int, int]]:
    """The values with their widths in bits, in order; ValueError if one does not fit."""
    if epc.scheme == "gid-96":
        return _gid_fields(epc)
    scheme = SCHEMES.get(epc.scheme)
    if scheme is None:
        raise ValueError(f"there is no EPC scheme {epc.scheme}")
    if epc.filter is None or not 0 <= epc.filter <= 7:
        raise ValueError("a filter is 0 to 7")
    if not _is_number(epc.company) or not 6 <= len(epc.company) <= 12:
        raise ValueError("a company prefix has 6 to 12 digits")
    partition = 12 - len(epc.company)
    head = [
        (scheme.header, 8),
        (epc.filter, 3),
        (partition, 3),
        (int(epc.company), COMPANY_BITS[partition]),
    ]
    width = scheme.reference_bits[partition]
    if scheme.digits is None:
        free = scheme.longest - len(epc.company)
        if epc.serial:
            raise ValueError(f"{scheme.name} has no serial beside its reference")
        return [*head, _last(epc.reference, width, free if scheme.text else None)]
    if not _has_digits(epc.reference, scheme.digits - len(epc.company)):
        raise ValueError(f"company prefix and reference have {scheme.digits} digits together")
    head.append((int(epc.reference or "0"), width))
    if not scheme.serial_bits:
        if epc.serial:
            raise ValueError(f"{scheme.name} has no serial beside its reference")
        return [*head, (0, scheme.padding)]
    return [*head, _last(epc.serial, scheme.serial_bits, scheme.longest or None)]


def _gid_fields(epc: Epc) -> list[tuple[int, int]]:
    parts = (epc.company, epc.reference, epc.serial)
    if epc.filter is not None:
        raise ValueError("a GID has no filter")
    return [(_GID_HEADER, 8), *(_last(p, w, None) for p, w in zip(parts, _GID_BITS, strict=True))]


def _last(value: str, width: int, longest: int | None) -> tuple[int, int]:
    """A field that is a number of its own, or text of at most `longest` characters."""
    if longest is not None:
        if not 1 <= len(value) <= longest or not _TEXT.fullmatch(value):
            raise ValueError(f"its text has 1 to {longest} characters of GS1's set 82")
        bits = "".join(f"{ord(c):07b}" for c in value)
        return int(bits.ljust(width, "0"), 2), width
    if not _NUMBER.fullmatch(value) or int(value) >= 2**width:
        raise ValueError(f"a number of {width} bits has no leading zero and is below 2^{width}")
    return int(value), width


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _has_digits(text: str, count: int) -> bool:
    return len(text) == count and (not text or _is_number(text))


def _escaped(text: str) -> str:
    return quote(text, safe=_PLAIN_IN_URI)
