"""From one picture to findings: where the item lies, what is wrong with it, how large that is."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from calibration.measure import measure
from calibration.plane import Height, Profile
from calibration.region import MeasurementError
from models.runtime.detection import Detection
from models.runtime.region import Region
from station.domain.defect import Defect, Finding, Measurement, Quantity, Unit

Picture = NDArray[np.uint8]
"""uint8 [height, width, 3], RGB."""

COLOUR_LIGHT = "bright"
"""The light under which colour differences are claimed: low light from one side shades them."""

HEIGHT_U_MM = 2.0
"""Expanded uncertainty of a catalogue height: cartons bulge and sag."""


class Finds(Protocol):
    """A detector, as `models.runtime.detector.Detector` is one."""

    def detect(self, picture: Picture, region: Region | None = None) -> tuple[Detection, ...]:
        """The instances in the region, surest first."""
        ...


class NoItemError(Exception):
    """There is no item in the picture; the text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Optics:
    """What turns pixels into millimetres; none of it, or no height, and sizes stay in pixels."""

    profile: Profile | None = None
    height: Height | None = None


def catalogue_height(size_mm: tuple[float, float, float]) -> Height:
    """The height of the face that lies up, from the catalogue's length, width and height."""
    return Height(size_mm[2], HEIGHT_U_MM, "catalogue")


def examine_picture(
    detector: Finds,
    picture: Picture,
    *,
    shot: str,
    light: str = COLOUR_LIGHT,
    region: Region | None = None,
    optics: Optics | None = None,
) -> tuple[Finding, ...]:
    """The findings of one picture, surest first, each measured where its kind can be.

    Without a region the whole picture is looked at. InferenceError if the model's answer cannot be
    trusted; CalibrationError if the optics do not fit this picture or this height.
    """
    found = detector.detect(picture, region)
    colour = picture if light == COLOUR_LIGHT else None
    return tuple(_finding(each, shot, colour, optics or Optics()) for each in found)


def _finding(detection: Detection, shot: str, colour: Picture | None, optics: Optics) -> Finding:
    try:
        measured = measure(
            detection.defect,
            detection.polygon,
            optics.profile,
            optics.height,
            picture=colour,
            mask=detection.mask,
            offset=(detection.box[0], detection.box[1]),
        )
    except MeasurementError:
        # A kind without a measurand stays a finding; the policy sees that it was not measured.
        measured = ()
    return Finding(
        Defect(detection.defect),
        detection.confidence,
        shot,
        detection.box,
        detection.polygon,
        tuple(Measurement(Quantity(m.quantity), m.value, Unit(m.unit), m.U) for m in measured),
    )
