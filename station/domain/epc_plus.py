"""SGTIN+ and DSGTIN+ of the EPC Tag Data Standard 2: the GTIN as printed, a serial of any form.

Layout: header 8, data toggle 1, filter 3, for DSGTIN+ the kind of date 4 and the date 16, GTIN 14
digits of 4 bits, encoding of the serial 3, its length 5, the serial. A set toggle says that further
data follows; it is kept as it is and not read.
"""

import string
from dataclasses import dataclass
from math import ceil, log2
from urllib.parse import quote

from station.domain.epc import WORD, Unread, to_bits, to_hex
from station.domain.identity import ItemCode, gtin14

_HEADERS = {0xF7: "sgtin+", 0xFB: "dsgtin+"}
_DATES = ("11", "13", "15", "16", "17", "7006", "7007")
_UPPER_HEX = "0123456789ABCDEF"
_LOWER_HEX = "0123456789abcdef"
_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_CODE40 = "\0" + string.ascii_uppercase + "-.:" + string.digits
_ASCII = "".join(map(chr, range(128)))
_LONGEST = 20

INTEGER, UPPER_HEX, LOWER_HEX, BASE64, ASCII, CODE40 = range(6)
_TABLES = {
    UPPER_HEX: (_UPPER_HEX, 4),
    LOWER_HEX: (_LOWER_HEX, 4),
    BASE64: (_BASE64, 6),
    ASCII: (_ASCII, 7),
}


@dataclass(frozen=True, slots=True)
class PlusEpc:
    """An SGTIN+, or with a date a DSGTIN+; a ValueError if it cannot be written on a tag.

    `date` is its application identifier and YYMMDD. `encoding` is how the serial is packed (one of
    the six above); the shortest is chosen by `best_encoding`. `further` are the bits of data that
    follow.
    """

    item: ItemCode
    filter: int
    encoding: int
    date: tuple[str, str] | None = None
    further: str = ""

    def __post_init__(self) -> None:
        _bits(self)

    @property
    def scheme(self) -> str:
        """Its name."""
        return "sgtin+" if self.date is None else "dsgtin+"

    @property
    def uri(self) -> str:
        """The identity of these schemes is a Digital Link address, not a URN."""
        serial = quote(self.item.serial or "", safe="")
        query = f"?{self.date[0]}={self.date[1]}" if self.date else ""
        return f"https://id.gs1.org/01/{self.item.gtin}/21/{serial}{query}"

    @property
    def elements(self) -> tuple[tuple[str, str], ...]:
        """The same as GS1 element strings."""
        dated = (self.date,) if self.date else ()
        return (("01", self.item.gtin), ("21", self.item.serial or ""), *dated)


def best_encoding(serial: str) -> int:
    """The way of packing that needs the fewest bits; an integer where leading zeros allow."""
    return min(
        (e for e in range(6) if _packs(serial, e)), key=lambda e: (_width(e, len(serial)), e)
    )


def encode(epc: PlusEpc) -> str:
    """The EPC bank from behind the PC word, in upper-case hex of whole words."""
    return to_hex(_bits(epc))


def decode(text: str) -> PlusEpc | Unread:
    """The EPC in the hex of a tag's EPC bank; never raises."""
    bits = to_bits(text)
    if isinstance(bits, Unread):
        return bits
    scheme = _HEADERS.get(int(bits[:8], 2))
    if scheme is None:
        return Unread("scheme", f"No EPC scheme known here begins with {bits[:8]}.")
    try:
        epc, end = _read(scheme, bits)
    except ValueError as error:
        return Unread("content", f"This is no EPC of {scheme}: {error}.")
    if not epc.further:
        if "1" in bits[end:]:
            return Unread("padding", f"Bits behind the end of an EPC of {scheme} are set.")
        if len(bits) - end >= WORD:
            return Unread("length", f"This EPC of {scheme} has {end} bits.")
    return epc


def _read(scheme: str, bits: str) -> tuple[PlusEpc, int]:
    at, date = 12, None
    if scheme == "dsgtin+":
        date = _date(bits[12:32])
        at = 32
    digits = "".join(str(_taken(bits, at + 4 * n, 4)) for n in range(14))
    if gtin14(digits) != digits:
        raise ValueError("it holds no GTIN")
    at += 56
    encoding, length = _taken(bits, at, 3), _taken(bits, at + 3, 5)
    if encoding > CODE40 or not 1 <= length <= _LONGEST:
        raise ValueError("its serial has no known form")
    start, end = at + 8, at + 8 + _width(encoding, length)
    if end > len(bits):
        raise ValueError("its serial is longer than the tag")
    serial = _unpacked(bits[start:end], encoding, length)
    further = bits[end:] if bits[8] == "1" else ""
    if bits[8] == "1" and not further:
        raise ValueError("the data it announces is missing")
    item = ItemCode(digits, serial)
    return PlusEpc(item, int(bits[9:12], 2), encoding, date, further), end


def _bits(epc: PlusEpc) -> str:
    serial = epc.item.serial
    if serial is None:
        raise ValueError("an SGTIN names a piece: it needs a serial")
    if not 0 <= epc.filter <= 7:
        raise ValueError("a filter is 0 to 7")
    if not _packs(serial, epc.encoding):
        raise ValueError("its serial cannot be packed in this way")
    header = next(value for value, name in _HEADERS.items() if name == epc.scheme)
    date = ""
    if epc.date is not None:
        ai, day = epc.date
        if ai not in _DATES:
            raise ValueError(f"({ai}) is no date of this scheme")
        year, month, number = int(day[:2]), int(day[2:4]), int(day[4:6])
        date = f"{_DATES.index(ai):04b}{year:07b}{month:04b}{number:05b}"
        if len(day) != 6 or _date(date) != epc.date:
            raise ValueError("a date is YYMMDD")
    head = f"{header:08b}{bool(epc.further):b}{epc.filter:03b}{date}"
    gtin = "".join(f"{int(digit):04b}" for digit in epc.item.gtin)
    packed = _packed(serial, epc.encoding)
    return f"{head}{gtin}{epc.encoding:03b}{len(serial):05b}{packed}{epc.further}"


def _date(bits: str) -> tuple[str, str]:
    kind, year, month, day = (int(bits[a:b], 2) for a, b in ((0, 4), (4, 11), (11, 15), (15, 20)))
    if kind >= len(_DATES) or year > 99 or not 1 <= month <= 12 or day > 31:
        raise ValueError("its date is none")
    return _DATES[kind], f"{year:02}{month:02}{day:02}"


def _taken(bits: str, at: int, width: int) -> int:
    if at + width > len(bits):
        raise ValueError("it ends too early")
    return int(bits[at : at + width], 2)


def _width(encoding: int, length: int) -> int:
    if encoding == INTEGER:
        return ceil(length * log2(10))
    if encoding == CODE40:
        return 16 * -(-length // 3)
    return length * _TABLES[encoding][1]


def _packs(serial: str, encoding: int) -> bool:
    if encoding == INTEGER:
        return serial.isascii() and serial.isdigit()
    if encoding == CODE40:
        return set(serial) <= set(_CODE40[1:])
    return encoding in _TABLES and set(serial) <= set(_TABLES[encoding][0])


def _packed(serial: str, encoding: int) -> str:
    width = _width(encoding, len(serial))
    if encoding == INTEGER:
        return f"{int(serial):0{width}b}"
    if encoding == CODE40:
        codes = [_CODE40.index(c) for c in serial] + [0] * (-len(serial) % 3)
        triples = zip(codes[::3], codes[1::3], codes[2::3], strict=True)
        return "".join(f"{1600 * a + 40 * b + c + 1:016b}" for a, b, c in triples)
    table, each = _TABLES[encoding]
    return "".join(f"{table.index(c):0{each}b}" for c in serial)


def _unpacked(bits: str, encoding: int, length: int) -> str:
    if encoding == INTEGER:
        digits = str(int(bits, 2)).zfill(length)
        if len(digits) > length:
            raise ValueError("its serial has more digits than it says")
        return digits
    if encoding == CODE40:
        text = ""
        for at in range(0, len(bits), 16):
            value = int(bits[at : at + 16], 2) - 1
            if not 0 <= value < 64000:
                raise ValueError("its serial is not packed by Code 40")
            text += _CODE40[value // 1600] + _CODE40[value // 40 % 40] + _CODE40[value % 40]
        if text[length:].strip("\0"):
            raise ValueError("its serial has more characters than it says")
        return text[:length]
    table, each = _TABLES[encoding]
    return "".join(table[int(bits[at : at + each], 2)] for at in range(0, len(bits), each))
