"""What a calibrated bench can find, from its measured sharpness, noise and scale."""

import math

from calibration.errors import CalibrationError
from calibration.measurands import KINDS
from calibration.pod import MID_LEVEL, Condition, Curve, PodModel, size_in_unit
from calibration.record import Calibration
from calibration.sections.detection import Detectability

_FLATTEST = 0.05
"""A curve flatter than this in the logarithm of size hardly speaks of size at all."""


def condition_of(record: Calibration) -> Condition:
    """Return the bench's sharpness, of its worst edge, and its noise.

    `CalibrationError` where either was not measured.
    """
    if record.sharpness is None or record.noise is None:
        missing = "sharpness" if record.sharpness is None else "noise"
        raise CalibrationError(
            f"The calibration {record.id} has no {missing}: run 'regrade calibrate focus'."
        )
    noise = record.noise
    level = math.sqrt(noise.read**2 + noise.gain * MID_LEVEL)
    return Condition(min(edge.mtf50 for edge in record.sharpness.edges), max(level, 1e-3))


def detectability(record: Calibration, model: PodModel) -> tuple[Detectability, ...]:
    """Return what this bench finds of faults that lie on the bench plane, by kind.

    Size enters the model in pixels, so the bench's scale moves the curve. A fault on a taller item
    is seen larger and found a little sooner. `CalibrationError` where lens, plane, sharpness or
    noise were not measured.
    """
    scale = record.mm_per_px(0.0)
    return tuple(_found(curve, scale, model) for curve in model.curves(condition_of(record)))


def _found(curve: Curve, scale: float, model: PodModel) -> Detectability:
    area = KINDS[curve.kind].sized_by == "area"
    power = 2 if area else 1
    slope = max(curve.slope, _FLATTEST)
    a90, a90_95 = curve.found_from(), curve.found_from(bounded=True)
    low, high = (size_in_unit(curve.kind, size, scale) for size in curve.tried_px)
    return Detectability(
        defect=curve.kind,
        quantity=KINDS[curve.kind].sized_by,
        unit="mm2" if area else "mm",
        mu=power * (math.log(scale) - curve.offset / slope),
        sigma=power / slope,
        low=low,
        high=high,
        observer=model.observer,
        false_calls=model.false_calls,
        trials=curve.trials,
        a90=None if a90 is None else size_in_unit(curve.kind, a90, scale),
        a90_95=None if a90_95 is None else size_in_unit(curve.kind, a90_95, scale),
    )
