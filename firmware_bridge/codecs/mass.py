"""Weights as scales write them: a decimal number and a unit, turned into grams without rounding."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, TypeAlias

LONGEST_NUMBER = 16

GRAMS: Mapping[str, Decimal] = MappingProxyType(
    {
        "mg": Decimal("0.001"),
        "g": Decimal(1),
        "kg": Decimal(1000),
        "oz": Decimal("28.349523125"),
        "lb": Decimal("453.59237"),
    }
)
"""Grams in one of each unit; pound and ounce are the international avoirdupois ones (1959)."""

ScaleStatus: TypeAlias = Literal["stable", "unstable", "unflagged", "overload", "underload"]

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{0,15})?")


@dataclass(frozen=True, slots=True)
class ScaleReading:
    """What one line of a scale says of its pan; `grams` is none beyond the scale's range.

    `unflagged` is a weight of a scale that does not tell whether it is stable.
    """

    status: ScaleStatus
    grams: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.grams is None) != (self.status in ("overload", "underload")):
            raise ValueError("a scale within its range states a weight, and only then")


def to_grams(value: Decimal, unit: str) -> Decimal:
    """The weight in grams, exactly; KeyError for a unit that `GRAMS` does not hold."""
    return value * GRAMS[unit]


def read_number(text: str) -> Decimal | None:
    """A number as scales write it, at most `LONGEST_NUMBER` characters; none if it is not one."""
    if len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text)
