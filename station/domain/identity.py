"""Identities as the bench needs them: check digits, GTINs and plain item codes."""

import re
from dataclasses import dataclass

from biip import ParseError
from biip.upc import Upc

_SERIAL = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")


def check_digit(digits: str) -> int:
    """The GS1 modulo-10 check digit for the data digits (GS1 General Specifications, 7.9)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return (10 - total % 10) % 10


def checked(digits: str, length: int) -> bool:
    """Whether this is a GS1 key of `length` digits whose last one is its check digit.

    13 for a GLN (GS1 General Specifications, 3.7), 17 for a GSIN, 18 for an SSCC or a GSRN.
    """
    return (
        len(digits) == length
        and digits.isascii()
        and digits.isdigit()
        and check_digit(digits[:-1]) == int(digits[-1])
    )


def gtin14(digits: str) -> str | None:
    """A GTIN-8, -12, -13 or -14 as 14 digits; none if it is no valid GTIN.

    All zeros satisfy the check digit and are what is left where nothing was written.
    """
    if len(digits) not in (8, 12, 13, 14) or not checked(digits, len(digits)):
        return None
    return digits.zfill(14) if digits.strip("0") else None


def gtin_of_upc_e(digits: str) -> str | None:
    """The GTIN that the eight digits of a UPC-E stand for (GS1 General Specifications, 5.2.2.4.2).

    The check digit is that of the number with its zeros put back.
    """
    if len(digits) != 8 or digits[0] not in "01" or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return gtin14(Upc.parse(digits).as_upc_a())
    except ParseError:
        return None


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, annex B)."""
    if len(digits) < 2 or not (digits.isascii() and digits.isdigit()):
        return False
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def is_imei(text: str) -> bool:
    """Whether this is the IMEI of a telephone: 14 digits and a Luhn digit (3GPP TS 23.003, 6.2)."""
    return len(text) == 15 and luhn_holds(text)


@dataclass(frozen=True, slots=True)
class ItemCode:
    """What names a piece of goods: its GTIN and, where the label carries one, its serial."""

    gtin: str
    serial: str | None = None

    def __post_init__(self) -> None:
        if gtin14(self.gtin) != self.gtin:
            raise ValueError("an item code holds a valid GTIN of 14 digits")
        if self.serial is not None and not _SERIAL.fullmatch(self.serial):
            raise ValueError("a serial has 1 to 20 characters of GS1's set 82")

    def __str__(self) -> str:
        serial = f"(21){self.serial}" if self.serial else ""
        return f"(01){self.gtin}{serial}"
