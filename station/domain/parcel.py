"""Parcels: what the orders declare to be in one, what was found in it, and how it was closed.

Missing and extra pieces exist only once a parcel is closed: until then the next piece may still
come out of the box.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from station.domain.identity import ItemCode, check_digit
from station.domain.item import OrderLine

MOST_LINES = 1000
"""More than any box holds; an order with more lines is not worked through in one go."""

_TRACKING = re.compile(r"[A-Z0-9][A-Z0-9._/\-]{2,38}[A-Z0-9]")


def parcel_code(text: str) -> str | None:
    """A parcel's code in the one form in which it is kept and compared; none if it is not one.

    An SSCC is 18 digits with a valid check digit; its identifier `00` is left off. Tracking codes
    are written in capitals without spaces, because carriers read them that way.
    """
    code = "".join(text.split()).upper().replace("(00)", "00", 1)
    if len(code) == 20 and code.startswith("00") and code.isascii() and code.isdigit():
        code = code[2:]
        return code if check_digit(code[:-1]) == int(code[-1]) else None
    return code if _TRACKING.fullmatch(code) else None


class ParcelKind(StrEnum):
    """What was scanned to open it: the code on the box, or the number of a return order."""

    PARCEL = "parcel"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class ParcelAsked:
    """A parcel to be looked up; `id` is that of its opening. Without a kind it may be either."""

    id: str
    kind: ParcelKind | None
    code: str
    operator: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as declared. One opened by an order's number holds the lines of that order.

    `as_of` is when it was fetched, where the orders cannot be reached now.
    """

    kind: ParcelKind
    code: str
    lines: tuple[OrderLine, ...]
    as_of: datetime | None = None

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("a parcel holds what an order declares")

    @property
    def pieces(self) -> int:
        """How many pieces are declared."""
        return sum(line.quantity for line in self.lines)

    @property
    def orders(self) -> tuple[str, ...]:
        """The numbers of its orders, each once."""
        return tuple(dict.fromkeys(line.order for line in self.lines))


@dataclass(frozen=True, slots=True)
class Missing:
    """Declared pieces that did not come."""

    line: OrderLine
    quantity: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Declared lines against the pieces that came.

    `extra` are pieces that no line was left for, in the order they came.
    """

    present: int
    missing: tuple[Missing, ...]
    extra: tuple[ItemCode, ...]


def tally(lines: tuple[OrderLine, ...], came: Iterable[ItemCode]) -> Tally:
    """Set the pieces that came against the declared lines."""
    codes = tuple(came)
    met = _meet(lines, codes)
    taken = Counter(index for index in met if index is not None)
    missing = tuple(
        Missing(line, line.quantity - taken[index])
        for index, line in enumerate(lines)
        if line.quantity > taken[index]
    )
    extra = tuple(code for code, index in zip(codes, met, strict=True) if index is None)
    return Tally(taken.total(), missing, extra)


def _meet(lines: tuple[OrderLine, ...], codes: tuple[ItemCode, ...]) -> list[int | None]:
    """The line that each piece meets, by its place; none for an extra piece.

    A line with a serial is met by that serial; a line without one first by pieces whose own serial
    no line names, then by pieces whose label carried none; those may meet what is still open. Taken
    in this sequence no piece takes the place of another that could have gone nowhere else.
    """
    left = [line.quantity for line in lines]
    met: list[int | None] = [None] * len(codes)
    for rule in (_named, _of_another_serial, _of_the_goods, _without_serial):
        for place, code in enumerate(codes):
            if met[place] is not None:
                continue
            fitting = (i for i, line in enumerate(lines) if left[i] > 0 and rule(line, code))
            index = next(fitting, None)
            if index is not None:
                left[index] -= 1
                met[place] = index
    return met


def _named(line: OrderLine, code: ItemCode) -> bool:
    return line.code.serial is not None and line.code == code


def _of_another_serial(line: OrderLine, code: ItemCode) -> bool:
    return code.serial is not None and _of_the_goods(line, code)


def _of_the_goods(line: OrderLine, code: ItemCode) -> bool:
    return line.code.serial is None and line.code.gtin == code.gtin


def _without_serial(line: OrderLine, code: ItemCode) -> bool:
    return code.serial is None and line.code.gtin == code.gtin


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece that came in a parcel, and the inspection that saw it."""

    code: ItemCode
    inspection: str


@dataclass(frozen=True, slots=True)
class OpenParcel:
    """The parcel at the bench: what is declared and what came so far.

    `unknown` are codes scanned meanwhile that are in no return order. `supersedes` is the earlier
    closure of the same parcel, whose pieces count on.
    """

    id: str
    parcel: Parcel
    operator: str
    opened_at: datetime
    came: tuple[Piece, ...] = ()
    unknown: tuple[ItemCode, ...] = ()
    supersedes: str | None = None

    @property
    def tally(self) -> Tally:
        """What came against what is declared, so far."""
        return tally(self.parcel.lines, (piece.code for piece in self.came))

    def line_for(self, code: ItemCode) -> OrderLine | None:
        """The declared line that one more piece with this code would meet; none if it is extra."""
        codes = (*(piece.code for piece in self.came), code)
        index = _meet(self.parcel.lines, codes)[-1]
        return None if index is None else self.parcel.lines[index]

    def with_piece(self, piece: Piece, instead_of: str | None = None) -> "OpenParcel":
        """One more piece came; `instead_of` names its earlier inspection, which this supersedes."""
        others = tuple(p for p in self.came if p.inspection not in (instead_of, piece.inspection))
        return replace(self, came=(*others, piece))

    def with_unknown(self, code: ItemCode) -> "OpenParcel":
        """A code was scanned that is in no return order."""
        if code in self.unknown:
            return self
        return replace(self, unknown=(*self.unknown, code))


@dataclass(frozen=True, slots=True)
class ParcelClosure:
    """The record of a closed parcel; only it knows what is missing and what is extra."""

    opened: OpenParcel
    operator: str
    closed_at: datetime

    @property
    def id(self) -> str:
        """The id of its opening, which is used once."""
        return self.opened.id

    @property
    def tally(self) -> Tally:
        """What came against what was declared."""
        return self.opened.tally

    @property
    def complete(self) -> bool:
        """Whether nothing is missing and nothing extra."""
        done = self.tally
        return not (done.missing or done.extra)
