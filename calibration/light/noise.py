"""Noise of a camera and repeatability of a bench, from pictures in which nothing changes."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.acceptance import Limit, judged
from calibration.colour import Floats, linear_light
from calibration.errors import CalibrationError
from calibration.sections.photometry import Noise, Repeatability
from calibration.sections.provenance import Result

LIGHTNESS = Limit(2.0, 3.0)
LEVEL_CV = Limit(0.5, 1.0)
SHIFT = Limit(0.2, 0.5)
SHOTS = 30
_BINS = 24
_MIN_BIN = 50

Picture = NDArray[np.uint8]
_LINEAR = linear_light(np.arange(256) / 255).astype(np.float32)
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def noise_of(pictures: Sequence[Picture]) -> Noise:
    """Return the temporal noise of pictures of one untouched scene (each H x W x 3, 8-bit sRGB).

    The variance over the pictures of each pixel's linear luminance, scaled to 255, is gathered by
    level and fitted by read² + gain · level, both from zero (the photon transfer curve, EMVA
    1288). Pixels at the ends of the range are left out: clipping hides noise. `lightness` is the
    standard deviation of L* at the brightest level that is not clipped, by dL*/dY of CIE 1976.
    """
    _same(pictures, 4)
    light = np.stack([_LINEAR[picture] @ _LUMA for picture in pictures])
    codes = np.stack([picture.max(axis=2) for picture in pictures]).max(axis=0)
    # The level drifts with the lamp; noise is what is left about each picture's own level.
    drift = light.mean(axis=(1, 2), keepdims=True)
    light = light / drift * drift.mean()
    mean = 255 * light.mean(axis=0)[codes < 254]
    variance = 255**2 * light.var(axis=0, ddof=1)[codes < 254]
    if not len(mean):
        raise CalibrationError("Every pixel is clipped: lower the exposure and take them again.")
    edges = np.linspace(mean.min(), mean.max() + 1e-6, _BINS + 1)
    place = np.digitize(mean, edges) - 1
    filled = [k for k in range(_BINS) if np.count_nonzero(place == k) >= _MIN_BIN]
    levels = np.array([mean[place == k].mean() for k in filled])
    spreads = np.array([variance[place == k].mean() for k in filled])
    if not filled:
        raise CalibrationError("The pictures are too small to tell their noise: use the camera's.")
    read2, gain = _line(levels, spreads)
    top = float(levels[-1])
    deviation = np.sqrt(max(read2 + gain * top, 0.0)) / 255
    lightness = 116 / 3 * max(top / 255, 0.008856) ** (-2 / 3) * deviation
    return Noise(
        read=float(np.sqrt(max(read2, 0.0))),
        gain=float(max(gain, 0.0)),
        lightness=float(lightness),
        frames=len(pictures),
    )


def repeatability_of(pictures: Sequence[Picture]) -> Repeatability:
    """Return what changed over pictures of an untouched bench (each H x W x 3, 8-bit sRGB).

    The coefficient of variation of the mean linear luminance, and the largest shift from the
    first picture that maximises the enhanced correlation coefficient (Evangelidis and Psarakis
    2008), which needs something to be seen: a target, not a blank.
    """
    _same(pictures, 2)
    levels = np.array([float((_LINEAR[picture] @ _LUMA).mean()) for picture in pictures])
    first = _smooth(pictures[0])
    shift = max(_shift(first, _smooth(picture)) for picture in pictures[1:])
    return Repeatability(
        frames=len(pictures),
        level_cv_percent=float(100 * levels.std(ddof=1) / levels.mean()),
        shift_px=shift,
    )


def noise_results(noise: Noise) -> tuple[Result, ...]:
    """Judge the noise."""
    return (
        judged(
            "noise",
            "lightness noise",
            noise.lightness,
            "1",
            LIGHTNESS,
            "the bright parts of the picture are noisy",
            "use more light and less gain",
        ),
    )


def repeatability_results(found: Repeatability) -> tuple[Result, ...]:
    """Judge the repeatability; fewer than 30 pictures cannot pass."""
    return (
        judged(
            "repeatability",
            "level variation",
            found.level_cv_percent,
            "%",
            LEVEL_CV,
            "the light changes from picture to picture",
            "warm the lamps up, use fixed exposure and gain, and shut other light out",
        ),
        judged(
            "repeatability",
            "shift",
            found.shift_px,
            "px",
            SHIFT,
            "the picture moves",
            "tighten the camera's mount and the lens' screws, and keep off the bench",
        ),
        judged(
            "repeatability",
            "pictures",
            float(found.frames),
            "1",
            Limit(float(SHOTS), 10.0),
            f"{found.frames} pictures say little about how the bench repeats itself",
            f"take {SHOTS} pictures without touching the bench",
        ),
    )


def _line(levels: Floats, spreads: Floats) -> tuple[float, float]:
    """Offset and slope, neither negative, weighted by the inverse of the spread."""
    weight = 1 / np.maximum(spreads, 1e-9)
    both = np.stack([np.ones_like(levels), levels], axis=1)
    (offset, slope), *_ = np.linalg.lstsq(both * weight[:, None], spreads * weight, rcond=None)
    if offset < 0:
        return 0.0, float((weight**2 * levels * spreads).sum() / (weight**2 * levels**2).sum())
    if slope < 0:
        return float(np.average(spreads, weights=weight**2)), 0.0
    return float(offset), float(slope)


def _shift(first: NDArray[np.float32], later: NDArray[np.float32]) -> float:
    try:
        _, found = cv2.findTransformECC(
            first, later, np.eye(2, 3, dtype=np.float32), cv2.MOTION_TRANSLATION
        )
    except cv2.error as error:
        raise CalibrationError(
            "Nothing in the pictures shows whether they moved: lay a target on the bench."
        ) from error
    return float(np.hypot(*found[:, 2]))


def _smooth(picture: Picture) -> NDArray[np.float32]:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 2.0), np.float32)


def _same(pictures: Sequence[Picture], least: int) -> None:
    if len(pictures) < least:
        raise CalibrationError(
            f"{len(pictures)} pictures of the untouched bench are too few: take {SHOTS}."
        )
    if len({picture.shape for picture in pictures}) > 1:
        raise CalibrationError(
            "The pictures of the untouched bench differ in size: take them with one setting."
        )
