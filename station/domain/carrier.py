"""Carriers' tracking numbers on parcels, told by their check digits or by a site's own pattern."""

import re
from itertools import cycle

_UPS = re.compile(r"1Z[0-9A-Z]{15}[0-9]")
_S10 = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_DIGIT, _LETTER, _EITHER = "#", "@", "?"


def is_ups(code: str) -> bool:
    """Whether this is a UPS tracking number: `1Z`, 15 characters and their check digit.

    A letter counts as its place in the alphabet plus one, modulo ten; from the left every second
    character counts twice; the check digit fills the sum up to a ten (UPS Guide to Labeling).
    """
    if not _UPS.fullmatch(code):
        return False
    values = (int(c) if c.isdigit() else (ord(c) - ord("?")) % 10 for c in code[2:-1])
    total = sum(value * weight for value, weight in zip(values, cycle((1, 2)), strict=False))
    return (10 - total % 10) % 10 == int(code[-1])


def is_s10(code: str) -> bool:
    """Whether this is a postal item identifier, like `RR123456785CN` (UPU standard S10).

    Weights 8 6 4 2 3 5 9 7 over the serial; the check digit is 11 less the remainder by 11, where
    10 is written 0 and 11 is written 5.
    """
    if not _S10.fullmatch(code):
        return False
    total = sum(int(d) * w for d, w in zip(code[2:10], _S10_WEIGHTS, strict=True))
    check = 11 - total % 11
    return {10: 0, 11: 5}.get(check, check) == int(code[10])


def fits(code: str, pattern: str) -> bool:
    """Whether a code has a site's pattern: `#` a digit, `@` a capital letter, `?` either.

    Every other character of the pattern stands for itself. There is no repetition, so that a
    pattern costs the same on every code.
    """
    return len(code) == len(pattern) and all(
        _is_digit(c)
        if p == _DIGIT
        else _is_letter(c)
        if p == _LETTER
        else _is_digit(c) or _is_letter(c)
        if p == _EITHER
        else c == p
        for c, p in zip(code, pattern, strict=True)
    )


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"


def _is_letter(character: str) -> bool:
    return "A" <= character <= "Z"
