"""Items, and what the return orders say of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from station.domain.identity import ItemCode


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of goods as ordered: its names, its category and its catalogue size in mm.

    `declared` is false for a piece that came in a parcel whose orders do not name it; `parcel` is
    then the parcel it came in, otherwise the one its order names, empty where there is none.
    """

    code: ItemCode
    name: str
    category: str
    order: str
    size_mm: tuple[float, float, float]
    buyer_reason: str = ""
    parcel: str = ""
    declared: bool = True


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a return order: pieces of one kind that a buyer sends back, and why.

    A line with a serial names one piece.
    """

    order: str
    code: ItemCode
    name: str
    category: str
    size_mm: tuple[float, float, float]
    parcel: str = ""
    quantity: int = 1
    buyer_reason: str = ""

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError("a line names at least one piece")
        if self.code.serial is not None and self.quantity != 1:
            raise ValueError("a line with a serial names one piece")

    def item(self, code: ItemCode) -> Item:
        """The piece of this line that carries `code`."""
        return Item(
            code,
            self.name,
            self.category,
            self.order,
            self.size_mm,
            self.buyer_reason,
            self.parcel,
        )


def that_mean(code: ItemCode, lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """Those of the lines that may mean the code.

    A code with a serial means the line with that serial, else a line of its goods without one; a
    code without a serial means any line of its goods.
    """
    goods = tuple(line for line in lines if line.code.gtin == code.gtin)
    if code.serial is None:
        return goods
    named = tuple(line for line in goods if line.code == code)
    return named or tuple(line for line in goods if line.code.serial is None)


def as_goods(line: OrderLine) -> Item:
    """What a line calls its goods, as an item of no order."""
    return Item(ItemCode(line.code.gtin), line.name, line.category, "", line.size_mm)


@dataclass(frozen=True, slots=True)
class Declared:
    """The order lines that a code may mean, one of each order; more than one leaves it open.

    `as_of` is when they were fetched, where the orders cannot be reached now.
    """

    lines: tuple[OrderLine, ...]
    as_of: datetime | None = None


class Unidentified(StrEnum):
    """Normal outcomes of looking an item up that are not the item.

    UNDECLARED: the goods are known, but no open order names this piece. SEVERAL_ORDERS: more than
    one order may mean it, so the parcel or the order must be scanned first. UNREACHABLE: the
    orders did not answer, and nothing is known from before.
    """

    UNKNOWN = "unknown-item"
    UNDECLARED = "undeclared-item"
    ALREADY_INSPECTED = "already-inspected"
    SEVERAL_ORDERS = "several-orders"
    UNREACHABLE = "orders-unreachable"


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer to a look-up: the item, or why there is none.

    `as_of` is when the answer was fetched, where it is an earlier one because the orders cannot be
    reached now.
    """

    item: Item | None
    problem: Unidentified | None = None
    as_of: datetime | None = None

    def __post_init__(self) -> None:
        if (self.item is None) != (self.problem is not None):
            raise ValueError("a look-up gives an item or says why not")
