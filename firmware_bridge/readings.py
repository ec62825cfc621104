"""What devices say, in words that no protocol owns."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Lost:
    """The device is unavailable; said once until it is back. `reason` is a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Back:
    """The device is available, for the first time or again; said once until it is lost."""


@dataclass(frozen=True, slots=True)
class TagRead:
    """A reader's report of one tag: EPC bank from behind the PC word, in upper-case hex.

    `rssi_dbm` is the strength as the reader states it; `count` how often this report saw the tag.
    """

    epc: str
    rssi_dbm: float | None = None
    antenna: int | None = None
    count: int = 1

    def __post_init__(self) -> None:
        if not self.epc or len(self.epc) % 4 or set(self.epc) - set("0123456789ABCDEF"):
            raise ValueError("an EPC is whole 16-bit words in upper-case hex")
        if self.count < 1:
            raise ValueError("a report counts at least one read")


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight that the scale itself calls stable, in grams; net of tare where one is set."""

    grams: Decimal


@dataclass(frozen=True, slots=True)
class Pedal:
    """The foot switch went down, or up."""

    pressed: bool


@dataclass(frozen=True, slots=True)
class PrinterState:
    """What a label printer says of itself; `waiting` labels are still to come out."""

    trouble: Literal["paper-out", "head-open", "paused", "ribbon-out", "buffer-full"] | None
    waiting: int
