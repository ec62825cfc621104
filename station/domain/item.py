"""Items, and what the return orders say of them."""

from dataclasses import dataclass
from enum import StrEnum

from station.domain.identity import ItemCode


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of goods as ordered: its names, its category and its catalogue size in mm."""

    code: ItemCode
    name: str
    category: str
    order: str
    size_mm: tuple[float, float, float]
    buyer_reason: str = ""


class Unidentified(StrEnum):
    """Normal outcomes of looking an item up that are not the item."""

    UNKNOWN = "unknown-item"
    ALREADY_INSPECTED = "already-inspected"


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer to a look-up: the item, or why there is none."""

    item: Item | None
    problem: Unidentified | None = None

    def __post_init__(self) -> None:
        if (self.item is None) != (self.problem is not None):
            raise ValueError("a look-up gives an item or says why not")
