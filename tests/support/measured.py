"""Drawn faults, measured, and whether what was measured is right."""

import math

from calibration.measure import Measurement, measure
from calibration.plane import Height
from tests.support.drawn import Mask

SIZE = 260
CARTON = Height(100.0, 2.0, "catalogue")
NOWHERE: list[tuple[float, float]] = []


def by_quantity(measurements: tuple[Measurement, ...]) -> dict[str, Measurement]:
    assert len({one.quantity for one in measurements}) == len(measurements)
    return {one.quantity: one for one in measurements}


def sized(kind: str, mask: Mask) -> dict[str, Measurement]:
    return by_quantity(measure(kind, NOWHERE, None, None, mask=mask))


def right(measured: Measurement, truth: float) -> bool:
    return abs(measured.value - truth) <= measured.U


def stadium_area(length: float, width: float) -> float:
    """Area of a round-ended stroke along a line of `length`."""
    return length * width + math.pi * width**2 / 4
