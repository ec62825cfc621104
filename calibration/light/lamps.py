"""What a lamp adds to the picture: alone, in its levels, over time, and beside the room's light."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from calibration.acceptance import Limit, judged, refused
from calibration.colour import Floats, linear_light
from calibration.errors import CalibrationError
from calibration.light.flat_field import Flattening
from calibration.sections.photometry import Lamp
from calibration.sections.provenance import Result

AMBIENT = Limit(3.0, 6.0)
DRIFT = Limit(2.0, 4.0)
CLIPPED = Limit(0.01, 0.1)
READ_FLOOR = 0.002
"""Linear light below which 8-bit levels cannot tell two lights apart."""

Picture = NDArray[np.uint8]
_LINEAR = linear_light(np.arange(256) / 255)


@dataclass(frozen=True, slots=True)
class LampResponse:
    """One lamp on the bench, as this camera sees it.

    `light` is the linear light (R, G, B) that the lamp alone adds at full level, over the middle
    quarter of the picture. `curve` are pairs of the level asked for, 0 to 1, and the light
    seen as a share of that at full; both rise. `tolerance` is by how much a seen share may be
    off (k = 2): repetition, the curve's own steps, and the camera's. `ambient_percent` is the
    light with the lamp off, over that with it on; `drift_percent` the largest change of the full
    level from the first picture to a later one; `clipped_percent` the pixels at the top.
    """

    name: str
    light: tuple[float, float, float]
    level: tuple[float, float, float]
    curve: tuple[tuple[float, float], ...]
    tolerance: float
    ambient_percent: float
    drift_percent: float
    clipped_percent: float

    def section(self, flat: Flattening | None = None) -> Lamp:
        """The lamp for a calibration record, with its flat field where that was measured."""
        return Lamp(
            name=self.name,
            level=self.level,
            flat_field=() if flat is None else flat.field.grid(),
            residual_percent=None if flat is None else flat.residual_percent,
            drift_percent=self.drift_percent,
            ambient_percent=self.ambient_percent,
            clipped_percent=self.clipped_percent,
            response=self.light,
            curve=self.curve,
            tolerance=self.tolerance,
        )

    def at(self, level: float) -> float:
        """The share of full light at a level from 0 to 1."""
        levels, shares = zip(*self.curve, strict=True)
        return float(np.interp(level, levels, shares))


def lamp_response(
    name: str, levels: Mapping[float, Sequence[Picture]], dark: Sequence[Picture]
) -> LampResponse:
    """Return a lamp's response from pictures of the still bench at levels of 0 to 1, and without.

    Each picture is H x W x 3, 8-bit sRGB, of one setting of the camera; `levels` needs 1.

    Raises `CalibrationError` where they do not make a response, saying what to do.
    """
    if not levels.get(1.0):
        raise CalibrationError(f"The lamp {name} lacks pictures at its full level: take two.")
    if not dark:
        raise CalibrationError(
            f"The lamp {name} lacks a picture with all lamps off: take one, to tell its light from"
            " the room's."
        )
    off = np.mean([middle_light(picture) for picture in dark], axis=0)
    full = np.array([middle_light(picture) for picture in levels[1.0]])
    alone = full.mean(axis=0) - off
    if alone.sum() < 3 * READ_FLOOR:
        raise CalibrationError(
            f"The lamp {name} changes nothing in the picture: check its channel, its plug and the"
            " exposure."
        )
    shares, spreads = _shares(levels, off, alone)
    curve = ((0.0, 0.0), *sorted(shares.items()))
    if any(low[1] >= high[1] for low, high in pairwise(curve)):
        raise CalibrationError(
            f"The lamp {name} does not grow brighter with its level: check its driver's dimming and"
            " that the camera's exposure is fixed."
        )
    tolerance = 2 * float(np.hypot(max(spreads), READ_FLOOR / alone.mean())) + _bow(curve)
    red, green, blue = (float(max(value, 0.0)) for value in alone)
    lit = full.mean(axis=0)
    return LampResponse(
        name,
        (red, green, blue),
        (float(lit[0]), float(lit[1]), float(lit[2])),
        curve,
        min(max(tolerance, 0.01), 0.5),
        float(100 * off.mean() / lit.mean()),
        float(100 * np.abs(full.mean(axis=1) / full[0].mean() - 1).max()),
        float(100 * max(np.mean(np.any(each >= 254, axis=2)) for each in levels[1.0])),
    )


def expected_light(
    responses: Sequence[LampResponse], levels: Mapping[str, float], ambient: Floats
) -> tuple[Floats, Floats]:
    """Return the linear light (R, G, B) to expect of lamps at levels, and its tolerance (k = 2).

    Light adds: that of the room, and each lamp's share of its own. Tolerances add in squares,
    with what 8 bits cannot tell apart.
    """
    light = np.array(ambient, dtype=np.float64)
    square = np.full(3, READ_FLOOR**2)
    for each in responses:
        level = levels.get(each.name, 0.0)
        light += each.at(level) * np.array(each.light)
        if level > 0:
            square += (each.tolerance * np.array(each.light)) ** 2
    return light, np.sqrt(square)


def lamp_results(response: LampResponse) -> tuple[Result, ...]:
    """Judge a lamp: the room's light beside it, its drift, and clipping."""
    step = f"lamp {response.name}"
    results = [
        judged(
            step,
            "ambient",
            response.ambient_percent,
            "%",
            AMBIENT,
            "the room's light reaches the bench",
            "shade the bench from windows and ceiling lamps",
        ),
        judged(
            step,
            "drift",
            response.drift_percent,
            "%",
            DRIFT,
            "the lamp's light changes while it is on",
            "warm it up for half an hour, and check its supply",
        ),
        judged(
            step,
            "clipped",
            response.clipped_percent,
            "%",
            CLIPPED,
            "part of the picture is clipped",
            "lower the exposure time or the lamp's level",
        ),
    ]
    if response.clipped_percent > CLIPPED.marginal and max(response.level) > 0.97:
        results.append(
            refused(
                step,
                "level",
                max(response.level),
                "1",
                "the bench is clipped, so the lamp's light is not known",
                "lower the exposure time or the lamp's level",
            )
        )
    return tuple(results)


def middle_light(picture: Picture) -> Floats:
    """The mean linear light (R, G, B) of the middle quarter of a picture."""
    height, width = picture.shape[:2]
    middle = picture[height // 4 : height - height // 4, width // 4 : width - width // 4]
    counts = [np.bincount(middle[..., channel].ravel(), minlength=256) for channel in range(3)]
    return np.array([count @ _LINEAR / count.sum() for count in counts])


def _shares(
    levels: Mapping[float, Sequence[Picture]], off: Floats, alone: Floats
) -> tuple[dict[float, float], list[float]]:
    """The mean share of full light at each level, and the standard deviation of single ones."""
    shares: dict[float, float] = {}
    spreads = [0.0]
    for level, pictures in levels.items():
        if not 0 < level <= 1:
            raise CalibrationError(f"A lamp's level lies above 0 and up to 1, not at {level:g}.")
        seen = [(middle_light(each) - off).sum() / alone.sum() for each in pictures]
        shares[level] = float(np.mean(seen))
        if len(seen) > 1:
            spreads.append(float(np.std(seen, ddof=1)))
    return shares, spreads


def _bow(curve: tuple[tuple[float, float], ...]) -> float:
    """How far a bent curve may leave its chords: a quarter of the largest change of slope in a
    step, and the curve's bend from a straight line where only full was measured."""
    points = np.array(curve)
    if len(points) < 3:
        return 0.02
    slopes = np.diff(points[:, 1]) / np.diff(points[:, 0])
    return float(np.abs(np.diff(slopes)).max() * np.diff(points[:, 0]).max() / 4)
