"""Colours of a picture through a camera's calibration: what a ΔE00 may be claimed from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.colour import Floats, linear_light, linear_to_lab_d50
from calibration.correction import UNCORRECTED, Correction
from calibration.errors import CalibrationError
from calibration.light.flat_field import CELLS, FlatField
from calibration.record import Calibration, Claim

_LINEAR = linear_light(np.arange(256) / 255)
U_UNSTATED = 0.15


@dataclass(frozen=True, slots=True)
class CalibratedColour:
    """The colours of one camera under the lamp that its chart was pictured under.

    `U_difference` is the expanded uncertainty (k = 2) of a ΔE00 from the camera's colours alone,
    as a share of it; `calibration` the digest of the record that all this comes from.
    """

    correction: Correction
    field: FlatField
    lamp: str
    size: tuple[int, int]
    U_difference: float
    calibration: str

    def lab(self, picture: NDArray[np.uint8], crop: tuple[slice, slice] | None = None) -> Floats:
        """Return CIELAB under D50 of a picture (H x W x 3, 8-bit RGB), or of a crop of it."""
        return linear_to_lab_d50(self.light(picture, crop))

    def light(self, picture: NDArray[np.uint8], crop: tuple[slice, slice] | None = None) -> Floats:
        """Return true linear sRGB of a picture (H x W x 3, 8-bit RGB), or of a crop of it.

        The light is evened by the lamp's flat field first, so that one thing has one colour
        wherever it lies. `CalibrationError` for a picture of another size.
        """
        height, width = picture.shape[:2]
        if (width, height) != self.size:
            raise CalibrationError(
                f"The colours are calibrated for pictures of {self.size[0]} x {self.size[1]} pixels"
                f" and this one has {width} x {height}: set the camera's picture size back or"
                " calibrate it again."
            )
        part = np.s_[:, :] if crop is None else crop
        level = self.field.over(self.size)[part]
        return self.correction.linear(_LINEAR[picture[part]] / level[..., None])


def true_srgb(size: tuple[int, int]) -> CalibratedColour:
    """The colours of rendered pictures of width x height, which are sRGB by their making."""
    even = FlatField(np.ones((CELLS, CELLS)))
    return CalibratedColour(UNCORRECTED, even, "rendered", size, 0.0, "rendered")


def calibrated_colour(record: Calibration | None, lamp: str) -> CalibratedColour | None:
    """Return the colours that a record gives under a lamp; None where it may claim none.

    None without a record, where the record lacks the correction or the flat field of its lamp,
    or where the correction was made under another lamp: white light of another spectrum moves
    colours that a chart under the first cannot foretell.
    """
    if record is None or Claim.COLOUR_DIFFERENCE not in record.claims:
        return None
    colour = record.colour
    if colour is None or colour.lamp != lamp:
        return None
    field = next(each.flat_field for each in record.lamps if each.name == lamp)
    stated = colour.U_difference
    return CalibratedColour(
        Correction.of(colour),
        FlatField(np.array(field)),
        lamp,
        (record.camera.width, record.camera.height),
        U_UNSTATED if stated is None else stated,
        record.digest,
    )
