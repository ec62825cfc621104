"""From the pictures of a pose to findings: what is wrong with the item, and how large that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from calibration.calibrated_colour import calibrated_colour
from calibration.edges import EdgeTable, shipped_edges
from calibration.measure import measure
from calibration.plane import Height, Profile
from calibration.record import Calibration
from calibration.region import MeasurementError
from calibration.views import Views
from models.runtime.detection import Detection
from models.runtime.features import FeatureMap
from models.runtime.region import Box, Region
from station.domain.defect import Defect, Finding, Measurement, Quantity, SizeSource, Unit

Picture = NDArray[np.uint8]
"""uint8 [height, width, 3], RGB."""

COLOUR_LIGHT = "bright"
"""The light under which colour differences are claimed: low light from one side shades them."""

HEIGHT_U_MM = 2.0
"""Expanded uncertainty of a catalogue height: cartons bulge and sag."""


class Finds(Protocol):
    """A detector, as `models.runtime.detector.Detector` is one."""

    def detect_pose(
        self,
        pictures: Mapping[str, Picture],
        region: Region | None = None,
        least: float | None = None,
    ) -> tuple[Detection, ...]:
        """The instances in the region of a pose's pictures by lamp, each once, surest first.

        They are of confidence `least` or more; without it, as sure as the model asks.
        """
        ...

    def features(self) -> Sequence[FeatureMap]:
        """What the net saw in the last call; nothing from a net that does not tell."""
        ...


@dataclass(frozen=True, slots=True)
class LitPicture:
    """One shot of a pose: its name, the lamp that was lit, its pixels."""

    shot: str
    light: str
    picture: Picture


class NoItemError(Exception):
    """There is no item in the picture; the text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Optics:
    """What turns pixels into millimetres; none of it, or no height, and sizes stay in pixels.

    `edges` says how far the detector's outlines are off.
    """

    profile: Profile | None = None
    height: Height | None = None
    edges: EdgeTable = field(default_factory=shipped_edges)


def catalogue_height(size_mm: tuple[float, float, float], *, rounded: bool = False) -> Height:
    """The height of what is seen from above, from the catalogue's length, width and height."""
    return Height.of_item(size_mm[2], HEIGHT_U_MM, rounded=rounded)


def examine_pose(
    detector: Finds,
    shots: Sequence[LitPicture],
    *,
    region: Region | None = None,
    optics: Optics | None = None,
    least: float | None = None,
    seen: list[FeatureMap] | None = None,
) -> tuple[Finding, ...]:
    """The findings in all shots of a pose, surest first, each measured where its kind can be.

    Shots of different lamps are looked at together; a lamp that comes again begins another look,
    that of the next camera. Without a region the whole picture is looked at. Findings are of
    confidence `least` or more; without it, as sure as the model asks. What the net saw in each look
    is added to `seen`. InferenceError if the model's answer cannot be trusted; CalibrationError if
    the optics do not fit these pictures or this height.
    """
    findings: list[Finding] = []
    for number, look in enumerate(_looks(shots)):
        pictures = {light: shot.picture for light, shot in look.items()}
        views = _views(pictures, region, (optics or Optics()).profile)
        found = detector.detect_pose(pictures, region, least)
        findings += [_finding(detection, look, views, optics or Optics()) for detection in found]
        if seen is not None:
            camera = f"{number}-" if number else ""
            seen += [replace(each, light=camera + each.light) for each in detector.features()]
    return tuple(sorted(findings, key=lambda finding: -finding.confidence))


def _looks(shots: Sequence[LitPicture]) -> list[dict[str, LitPicture]]:
    looks: list[dict[str, LitPicture]] = []
    for shot in shots:
        if not looks or shot.light in looks[-1]:
            looks.append({})
        looks[-1][shot.light] = shot
    return looks


def _views(
    pictures: Mapping[str, Picture], region: Region | None, profile: Profile | None
) -> Views:
    """The pictures of a look as measuring wants them; nothing beside the item is a fault."""
    low = {light: picture for light, picture in pictures.items() if light != COLOUR_LIGHT}
    within = None
    if region is not None:
        height, width = next(iter(pictures.values())).shape[:2]
        within = region.mask(Box(0, 0, width, height)).astype(np.bool_)
    record = profile if isinstance(profile, Calibration) else None
    colour = calibrated_colour(record, COLOUR_LIGHT)
    return Views(pictures.get(COLOUR_LIGHT), tuple(low.values()), within, colour)


def _finding(
    detection: Detection, look: Mapping[str, LitPicture], views: Views, optics: Optics
) -> Finding:
    shown = look.get(detection.light) or next(iter(look.values()))
    try:
        measured = measure(
            detection.defect,
            detection.polygon,
            optics.profile,
            optics.height,
            mask=detection.mask,
            offset=(detection.box[0], detection.box[1]),
            views=views,
            edges=optics.edges,
        )
    except MeasurementError:
        # A kind without a measurand stays a finding; the policy sees that it was not measured.
        measured = ()
    return Finding(
        Defect(detection.defect),
        detection.confidence,
        shown.shot,
        detection.box,
        detection.polygon,
        tuple(
            Measurement(
                Quantity(each.quantity),
                each.value,
                Unit(each.unit),
                each.U,
                SizeSource(each.height) if each.height else None,
            )
            for each in measured
        ),
    )
