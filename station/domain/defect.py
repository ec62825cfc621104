"""What is wrong with an item: kinds of defect, findings, measurements, observations."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Defect(StrEnum):
    """The kinds of defect that policies speak of."""

    SCRATCH = "scratch"
    CRACK = "crack"
    DENT = "dent"
    STAIN = "stain"
    LEAK = "leak"
    TEAR = "tear"
    PILLING = "pilling"
    DISCOLOURATION = "discolouration"
    BROKEN_SEAL = "broken_seal"
    MISSING_PART = "missing_part"
    OXIDATION = "oxidation"


class Quantity(StrEnum):
    """What is measured on a defect."""

    LENGTH = "length"
    WIDTH = "width"
    AREA = "area"
    DEPTH = "depth"
    DELTA_E00 = "delta_e00"


class Unit(StrEnum):
    """Units of measurement; pixels carry no claim about the object."""

    MM = "mm"
    MM2 = "mm2"
    PX = "px"
    PX2 = "px2"
    ONE = "1"


class SizeSource(StrEnum):
    """What the scale of a size in millimetres rests on: where the height of the fault over the
    bench came from, or that a person stated the scale."""

    CATALOGUE = "catalogue"
    BENCH_PLANE = "bench plane"
    SECOND_VIEW = "second view"
    STATED_SCALE = "stated scale"


_UNITS: dict[Quantity, frozenset[Unit]] = {
    Quantity.LENGTH: frozenset({Unit.MM, Unit.PX}),
    Quantity.WIDTH: frozenset({Unit.MM, Unit.PX}),
    Quantity.DEPTH: frozenset({Unit.MM}),
    Quantity.AREA: frozenset({Unit.MM2, Unit.PX2}),
    Quantity.DELTA_E00: frozenset({Unit.ONE}),
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value with its expanded uncertainty U (coverage factor k = 2, JCGM 100), both in `unit`.

    `height` names what its millimetres rest on; none for pixels and colours, and in records from
    before it was kept.
    """

    quantity: Quantity
    value: float
    unit: Unit
    U: float
    height: SizeSource | None = None

    def __post_init__(self) -> None:
        if self.unit not in _UNITS[self.quantity]:
            raise ValueError(f"{self.quantity} is not measured in {self.unit}")
        if not (math.isfinite(self.value) and self.value >= 0):
            raise ValueError(f"{self.quantity} must be a finite value of at least 0")
        if not (math.isfinite(self.U) and self.U >= 0):
            raise ValueError(f"the uncertainty of {self.quantity} must be finite and at least 0")


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect proposed on one shot: box `(x, y, w, h)` and polygon in frame pixels."""

    defect: Defect
    confidence: float
    shot: str
    box: tuple[int, int, int, int]
    polygon: tuple[tuple[float, float], ...]
    measurements: tuple[Measurement, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError("a confidence lies between 0 and 1")
        if self.box[2] <= 0 or self.box[3] <= 0:
            raise ValueError("a box has a positive size")
        if len(self.polygon) < 3:
            raise ValueError("a polygon has at least three corners")
        quantities = [m.quantity for m in self.measurements]
        if len(set(quantities)) != len(quantities):
            raise ValueError("a finding carries each quantity once")

    def measured(self, quantity: Quantity, unit: Unit) -> Measurement | None:
        """The measurement of `quantity` in `unit`, if there is one."""
        for measurement in self.measurements:
            if measurement.quantity is quantity and measurement.unit is unit:
                return measurement
        return None


@dataclass(frozen=True, slots=True)
class Observation:
    """Something a person declares with one key: smell, wet, worn, works."""

    what: str
    holds: bool
    by: str
    at: datetime
