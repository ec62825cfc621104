"""The daily check: one picture of the card against the day of calibration."""

import math

import numpy as np

from calibration.acceptance import Limit, judged
from calibration.sections.check import CheckReference
from calibration.sections.provenance import Result
from calibration.verification.card import CardReading

STEP = "verify"

SCALE = 0.002
TILT_DEG = 0.5
LEVEL = 0.04
BALANCE = 0.03
RISE = 0.25
"""The limits of change since calibration: at half of one the check warns, at one it withdraws."""


def compare(reading: CardReading, reference: CheckReference) -> tuple[Result, ...]:
    """Return every change against its limit: `pass` up to half of it, `marginal` (a warning) up to
    the limit, beyond it `fail`, and the camera's millimetres and colours are withdrawn."""
    level = np.array(reading.level) / np.array(reference.level)
    balance = level / level[1]
    angle = math.degrees(
        math.acos(min(1.0, float(np.dot(reading.normal, np.array(reference.normal)))))
    )
    return (
        _changed(
            "scale",
            reading.scale / reference.scale - 1,
            "1",
            SCALE,
            "the card's lengths come out otherwise than on the day of calibration",
            "the camera, its lens or the bench moved: fasten it and calibrate the plane again",
        ),
        _changed(
            "tilt",
            angle,
            "deg",
            TILT_DEG,
            "the bench is tilted under the camera otherwise than on the day of calibration",
            "lay the card flat and check again; else fasten the camera and calibrate the plane",
        ),
        _changed(
            "lamp level",
            float(level.mean()) - 1,
            "1",
            LEVEL,
            "the lamp is not as bright as on the day of calibration",
            "clean the lamp and the lens, let it warm up, check its supply, calibrate the light",
        ),
        _changed(
            "white balance",
            float(np.abs(balance - 1).max()),
            "1",
            BALANCE,
            "white is tinted otherwise than on the day of calibration",
            "lock the camera's white balance, shut out other light, or calibrate the colour again",
        ),
        _changed(
            "edge rise",
            reading.rise_px / reference.rise_px - 1,
            "1",
            RISE,
            "edges are less sharp than on the day of calibration",
            "clean the lens, set and lock its focus, and calibrate the lens again",
        ),
    )


def _changed(
    quantity: str, value: float, unit: str, limit: float, reason: str, remedy: str
) -> Result:
    """Sharper edges than at calibration are a change too: the lens was touched."""
    return judged(STEP, quantity, abs(value), unit, Limit(limit / 2, limit), reason, remedy)
