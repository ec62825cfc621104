"""From what a scale says line by line to the weights that count."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from firmware_bridge.codecs.mass import ScaleReading
from firmware_bridge.readings import Weight

ScaleTrouble: TypeAlias = Literal["unstable", "overload", "underload"]


@dataclass(frozen=True, slots=True)
class ScaleState:
    """The pan has no weight to tell, and why; said when it changes."""

    trouble: ScaleTrouble


class Settling:
    """Tells each weight once, when it has settled.

    A weight counts once `equal` readings in a row, all stable or all unflagged, state exactly the
    same. At least two: scales send no checksum, and a digit changed on the wire is not repeated.
    """

    def __init__(self, equal: int) -> None:
        if equal < 2:
            raise ValueError("a weight counts after at least two equal readings: set `equal` to 2")
        self._equal = equal
        self._grams: Decimal | None = None
        self._count = 0
        self._told: Weight | ScaleState | None = None

    @property
    def settled(self) -> bool:
        """Whether the weight told last still stands."""
        return isinstance(self._told, Weight)

    def forget(self) -> None:
        """Start over, because the scale was away."""
        self._grams, self._count, self._told = None, 0, None

    def take(self, reading: ScaleReading) -> tuple[Weight | ScaleState, ...]:
        """Take one reading; return what is new."""
        if reading.status in ("overload", "underload", "unstable") or reading.grams is None:
            self._grams, self._count = None, 0
            return self._tell(ScaleState(_trouble(reading)))
        if reading.grams != self._grams:
            self._grams, self._count = reading.grams, 1
            moved = isinstance(self._told, Weight) and self._told.grams != reading.grams
            return self._tell(ScaleState("unstable")) if moved else ()
        self._count += 1
        return self._tell(Weight(reading.grams)) if self._count >= self._equal else ()

    def _tell(self, news: Weight | ScaleState) -> tuple[Weight | ScaleState, ...]:
        if news == self._told:
            return ()
        self._told = news
        return (news,)


def _trouble(reading: ScaleReading) -> ScaleTrouble:
    match reading.status:
        case "overload" | "underload":
            return reading.status
        case _:
            return "unstable"
