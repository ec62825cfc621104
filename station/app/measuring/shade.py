"""The colour of an item against a physical reference, both pictured on calibrated benches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.calibrated_colour import CalibratedColour, calibrated_colour
from calibration.colour import delta_e00, linear_to_lab
from calibration.errors import CalibrationError
from calibration.record import Calibration
from calibration.region import Floats
from calibration.shade import Lab, Shade, ShadeDifference, shade_difference
from models.runtime.errors import PictureError
from models.runtime.pictures import read_picture
from station.adapters.clock import SystemClock
from station.domain.faults import refuse

_MIDDLE = 1 / 3
_TILES = 8


@dataclass(frozen=True, slots=True)
class Sitting:
    """An item and its reference under one lamp: two pictures of one camera, and its record."""

    item: Path
    reference: Path
    record: Path


def compared(sittings: Sequence[Sitting]) -> ShadeDifference:
    """How far the middle of the item's picture is from that of the reference's, under the lamp of
    the first sitting; further ones, under other lamps, tell metamers.

    StationError for a picture or record that cannot be used, is overdue, or claims no colours.
    """
    item: dict[str, Lab] = {}
    reference: dict[str, Lab] = {}
    expanded: list[float] = []
    digest = ""
    for sitting in sittings:
        colour = _colour(sitting.record)
        first, spread = _middle(sitting.item, colour)
        second, other = _middle(sitting.reference, colour)
        of_camera = colour.U_difference * float(delta_e00(first, second))
        expanded.append(math.hypot(spread, other, of_camera))
        item[colour.lamp], reference[colour.lamp] = _lab(first), _lab(second)
        digest = digest or colour.calibration
    each = max(expanded) / math.sqrt(2)
    lamp = next(iter(item))
    return shade_difference(Shade(item, each, digest), Shade(reference, each, digest), lamp)


def _colour(path: Path) -> CalibratedColour:
    try:
        record = Calibration.read(path)
    except CalibrationError as error:
        raise refuse(str(error)) from error
    colour = None if record.colour is None else calibrated_colour(record, record.colour.lamp)
    if colour is None:
        raise refuse(
            f"{path} claims no colours: run 'regrade calibrate light' and 'colour' for this camera"
        )
    if not record.in_date(SystemClock().now()):
        raise refuse(f"{path} was valid until {record.valid_until:%Y-%m-%d}: calibrate again")
    return colour


def _middle(path: Path, colour: CalibratedColour) -> tuple[Floats, float]:
    """The colour of the middle ninth of a picture, and the expanded uncertainty (k = 2) of its
    mean by how its parts scatter, as ΔE00."""
    try:
        picture = read_picture(path)
        height, width = picture.shape[:2]
        top, left = round(height * _MIDDLE), round(width * _MIDDLE)
        light = colour.light(picture, np.s_[top : height - top, left : width - left])
    except (PictureError, CalibrationError) as error:
        raise refuse(f"{path}: {error}") from error
    mean = linear_to_lab(light.mean(axis=(0, 1)))
    parts = [
        linear_to_lab(tile.mean(axis=(0, 1)))
        for rows in np.array_split(light, _TILES, axis=0)
        for tile in np.array_split(rows, _TILES, axis=1)
    ]
    away = np.array([float(delta_e00(part, mean)) for part in parts])
    return mean, 2 * float(np.sqrt(np.mean(away**2)) / math.sqrt(len(parts)))


def _lab(values: Floats) -> Lab:
    lightness, red, yellow = (float(value) for value in values)
    return lightness, red, yellow
