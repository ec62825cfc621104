"""Reading the check card: what one picture of it says about camera, lens and lamp."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.bench_plane import fit_plane
from calibration.boards.board import Floats
from calibration.boards.finding import Sighting
from calibration.errors import CalibrationError
from calibration.projection import to_plane
from calibration.sections.check import CheckReference
from calibration.sections.geometry import BenchPlane, Lens
from calibration.targets.sheet import turned_square
from calibration.targets.sheets import (
    CARD_DICTIONARY,
    CARD_EDGE_DEG,
    CARD_EDGE_MM,
    CARD_FIRST_MARKER,
    CARD_MARKER_MM,
    card_edge_places,
    card_marker_places,
    card_white_places,
)
from calibration.verification.edge import rise_px

CLIPPED = 0.98
WHITE_MM = 12.0
_EDGE_REACH_MM = 5.0
_LEAST_LENGTH_MM = 100.0
_REFINE = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 60, 1e-4)


@dataclass(frozen=True, slots=True)
class CardReading:
    """What the card shows; the fields are those of `CheckReference`."""

    scale: float
    normal: tuple[float, float, float]
    level: tuple[float, float, float]
    rise_px: float

    def reference(self, serial: str, lamp: str) -> CheckReference:
        """This reading as the one that later days are compared with."""
        return CheckReference(serial, lamp, self.scale, self.normal, self.level, self.rise_px)


def read_card(picture: NDArray[np.uint8], lens: Lens, plane: BenchPlane) -> CardReading:
    """Return what the card shows, or raise `CalibrationError`.

    picture: H x W x 3, 8-bit RGB (sRGB). The card lies flat on the bench, whole in the picture.
    """
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    sighting = _markers(grey)
    light = _linear(picture)
    level = _white(light, sighting)
    if max(level) > CLIPPED:
        raise CalibrationError(
            "The card's white is clipped: lower the exposure or the lamp, and picture it again."
        )
    return CardReading(
        scale=_scale(lens, plane, sighting),
        normal=fit_plane(lens, [sighting]).normal,
        level=level,
        rise_px=_rise(light.mean(axis=2), sighting),
    )


def _markers(grey: NDArray[np.uint8]) -> Sighting:
    """The sixteen corners of the card's four markers."""
    detector = _detector()
    corners, numbers, _ = detector.detectMarkers(grey)
    wanted = range(CARD_FIRST_MARKER, CARD_FIRST_MARKER + len(card_marker_places()))
    found = (
        {}
        if numbers is None
        else {
            int(number): np.asarray(quad, np.float32).reshape(4, 2)
            for number, quad in zip(np.ravel(numbers), corners, strict=True)
        }
    )
    missing = [number for number in wanted if number not in found]
    if missing:
        mirrored, _, _ = detector.detectMarkers(cv2.flip(grey, 1))
        if len(mirrored) > len(corners):
            raise CalibrationError(
                "The picture is mirrored: switch off mirroring in the camera's settings."
            )
        seen = 4 - len(missing)
        raise CalibrationError(
            f"{seen} of the check card's 4 corner markers are seen: lay it flat, right side up, "
            "whole in the picture, lit and in focus."
        )
    side = CARD_MARKER_MM
    ring = np.array([[0, 0], [side, 0], [side, side], [0, side]])
    drawn = np.concatenate([np.array(place) + ring for place in card_marker_places()])
    quads = np.concatenate([found[number] for number in wanted])
    reach = max(2, min(7, int(np.linalg.norm(quads[0] - quads[1]) / 16)))
    refined = cv2.cornerSubPix(grey, quads.reshape(-1, 1, 2), (reach, reach), (-1, -1), _REFINE)
    return Sighting(
        np.asarray(refined, dtype=np.float64).reshape(-1, 2), drawn, np.arange(len(drawn))
    )


def _detector() -> "cv2.aruco.ArucoDetector":
    """A detector that still reads the markers of a lens out of focus."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, CARD_DICTIONARY))
    settings = cv2.aruco.DetectorParameters()
    settings.perspectiveRemovePixelPerCell = 8
    settings.adaptiveThreshWinSizeMin = 5
    settings.adaptiveThreshWinSizeMax = 53
    settings.adaptiveThreshWinSizeStep = 8
    return cv2.aruco.ArucoDetector(dictionary, settings)


def _scale(lens: Lens, plane: BenchPlane, card: Sighting) -> float:
    """The card's long lengths on the calibrated plane over those drawn."""
    found = to_plane(lens, plane, card.pixels, plane.distance_mm)
    first, second = np.triu_indices(len(found), 1)
    drawn = np.linalg.norm(card.corners[first] - card.corners[second], axis=1)
    long = drawn >= _LEAST_LENGTH_MM
    seen = np.linalg.norm(found[first[long]] - found[second[long]], axis=1)
    return float((seen / drawn[long]).mean())


def _white(light: NDArray[np.float32], card: Sighting) -> tuple[float, float, float]:
    """The mean light of the card's four white places, which lie around its middle, so that a card
    laid a little aside under a lamp that falls off gives the same."""
    half = WHITE_MM / 2
    levels = []
    for x, y in card_white_places():
        square = np.array(
            [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]]
        )
        mask = np.zeros(light.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, np.rint(_in_picture(card, square)).astype(np.int32), 1)
        levels.append(np.median(light[mask > 0], axis=0))
    red, green, blue = (float(value) for value in np.mean(levels, axis=0))
    return red, green, blue


def _rise(light: NDArray[np.float32], card: Sighting) -> float:
    """The middle rise of all slanted edges."""
    rises = []
    for x, y in card_edge_places().values():
        square = turned_square(x, y, CARD_EDGE_MM, CARD_EDGE_DEG)
        corners = _in_picture(card, np.array(square.corners))
        px_per_mm = float(np.linalg.norm(corners[1] - corners[0])) / CARD_EDGE_MM
        for i in range(4):
            reach = _EDGE_REACH_MM * px_per_mm
            found = rise_px(np.asarray(light, np.float32), corners[i], corners[(i + 1) % 4], reach)
            if found is not None:
                rises.append(found)
    if len(rises) < 6:
        raise CalibrationError(
            "The card's slanted edges are not seen: focus, light the card, and picture it again."
        )
    return float(np.median(rises))


def _in_picture(card: Sighting, points: Floats) -> Floats:
    """Points of the card (N x 2 mm) in the picture, by the perspective of its markers."""
    homography, _ = cv2.findHomography(card.corners, card.pixels)
    placed = cv2.perspectiveTransform(points.reshape(-1, 1, 2), homography)
    return np.asarray(placed, dtype=np.float64).reshape(-1, 2)


def _linear(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Linear light of 8-bit sRGB (IEC 61966-2-1)."""
    codes = np.arange(256) / 255
    table = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    return np.asarray(table.astype(np.float32)[picture])
