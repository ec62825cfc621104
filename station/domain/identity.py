"""GS1 identities as the bench needs them: check digits and plain item codes."""

import re
from dataclasses import dataclass

_SERIAL = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")


def check_digit(digits: str) -> int:
    """The GS1 modulo-10 check digit for the data digits (GS1 General Specifications, 7.9)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return (10 - total % 10) % 10


def gtin14(digits: str) -> str | None:
    """A GTIN-8, -12, -13 or -14 as 14 digits; none if it is no valid GTIN."""
    if len(digits) not in (8, 12, 13, 14) or not (digits.isascii() and digits.isdigit()):
        return None
    if check_digit(digits[:-1]) != int(digits[-1]):
        return None
    return digits.zfill(14)


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
