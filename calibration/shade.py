"""Whether two surfaces have one colour: an item against a physical reference, or no answer."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from calibration.colour import delta_e00
from calibration.errors import CalibrationError

BRIGHT_WHITE_L = 85.0
BLUISH_B = -3.0
"""A white this blue is most often white by a fluorescent brightener (ISO 13655 treats paper so),
and what a camera sees of it depends on the ultraviolet in its lamp."""

Lab = tuple[float, float, float]


class Undecided(StrEnum):
    """Why a colour difference decides nothing."""

    NO_PHYSICAL_REFERENCE = "no-physical-reference"
    NOT_CALIBRATED = "not-calibrated"
    NO_COMMON_LAMP = "no-common-lamp"
    METAMERIC = "metameric"
    BRIGHTENED = "brightened"


@dataclass(frozen=True, slots=True)
class Shade:
    """The colour of one surface: CIELAB (D65, 2°) under each lamp that it was pictured under.

    `U` is the expanded uncertainty (k = 2) of a ΔE00 from it; `calibration` the digest of the
    record, with colour in date, under which it was measured. None for anything else: a catalogue
    picture, a figure in a data sheet, a camera whose colour is not calibrated.
    """

    lab: Mapping[str, Lab]
    U: float
    calibration: str | None

    def __post_init__(self) -> None:
        numbers = [self.U, *(value for lab in self.lab.values() for value in lab)]
        if not self.lab or self.U < 0 or not all(math.isfinite(number) for number in numbers):
            raise CalibrationError(
                "A shade needs its colour in finite numbers under at least one lamp: measure it."
            )


@dataclass(frozen=True, slots=True)
class ShadeDifference:
    """ΔE00 between an item and its reference with U (k = 2), both None without a common lamp, and
    every reason why it decides nothing."""

    value: float | None
    U: float | None
    undecided: tuple[Undecided, ...]

    def exceeds(self, limit: float) -> bool | None:
        """Whether the difference is above `limit`, guarded by U (JCGM 106); None if undecided."""
        if self.undecided or self.value is None or self.U is None:
            return None
        if abs(self.value - limit) <= self.U:
            return None
        return self.value > limit


def shade_difference(item: Shade, reference: Shade, lamp: str) -> ShadeDifference:
    """Return the colour difference of an item from a reference under `lamp`.

    It decides only where both were measured on calibrated benches under that lamp. Two surfaces
    whose difference under another common lamp is another, by more than the U of both, are
    metameric: they match or differ by the light alone. A bluish white is taken for brightened.
    """
    reasons = []
    if reference.calibration is None:
        reasons.append(Undecided.NO_PHYSICAL_REFERENCE)
    if item.calibration is None:
        reasons.append(Undecided.NOT_CALIBRATED)
    common = sorted(item.lab.keys() & reference.lab.keys())
    if lamp not in common:
        return ShadeDifference(None, None, (*reasons, Undecided.NO_COMMON_LAMP))
    found = {each: float(delta_e00(item.lab[each], reference.lab[each])) for each in common}
    expanded = math.hypot(item.U, reference.U)
    if any(abs(found[each] - found[lamp]) > math.sqrt(2) * expanded for each in common):
        reasons.append(Undecided.METAMERIC)
    if any(_brightened(shade.lab[lamp]) for shade in (item, reference)):
        reasons.append(Undecided.BRIGHTENED)
    return ShadeDifference(found[lamp], expanded, tuple(reasons))


def _brightened(lab: Lab) -> bool:
    return lab[0] >= BRIGHT_WHITE_L and lab[2] <= BLUISH_B
