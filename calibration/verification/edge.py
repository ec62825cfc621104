"""How steep an edge is in the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.boards.board import Floats

_STEP = 0.2
_INSET = 0.18
_LOW, _HIGH = 0.1, 0.9


def rise_px(light: NDArray[np.float32], start: Floats, end: Floats, reach: float) -> float | None:
    """Return over how many pixels an edge rises from 10 to 90 %, or None where there is none.

    light: H x W, linear. start, end: the edge's corners (x, y), good to a pixel or so. reach: how
    far to both sides of the edge it is looked at, in pixels.

    Profiles across the edge at many places along it are laid over each other where each crosses
    the middle, so that the slant of the edge gives samples finer than the pixels (the idea of
    ISO 12233's edge spread function).
    """
    along = end - start
    length = float(np.linalg.norm(along))
    across = np.array([-along[1], along[0]]) / length
    count = max(16, int(length * (1 - 2 * _INSET)))
    places = start + np.linspace(_INSET, 1 - _INSET, count)[:, None] * along
    offsets = np.arange(-reach, reach + _STEP / 2, _STEP)
    grid = (places[:, None, :] + offsets[None, :, None] * across).astype(np.float32)
    if not _inside(grid, light.shape):
        return None
    profiles = cv2.remap(light, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR).astype(np.float64)
    ends = profiles[:, :5].mean(axis=1), profiles[:, -5:].mean(axis=1)
    if abs(float(np.mean(ends[1] - ends[0]))) < 0.05:
        return None
    if np.mean(ends[1] - ends[0]) < 0:
        profiles = profiles[:, ::-1]
    low, high = profiles[:, :5].mean(), profiles[:, -5:].mean()
    shares = (profiles - low) / (high - low)
    middles = np.array([_crossing(offsets, share, 0.5) for share in shares])
    fit = np.polyfit(np.arange(count), middles, 1)
    shifted = offsets[None, :] - np.polyval(fit, np.arange(count))[:, None]
    order = np.argsort(shifted.ravel())
    bins = np.arange(-reach / 2, reach / 2, _STEP)
    spread = np.interp(bins, shifted.ravel()[order], _smooth(shares.ravel()[order], count))
    return _crossing(bins, spread, _HIGH) - _crossing(bins, spread, _LOW)


def _inside(grid: NDArray[np.float32], shape: tuple[int, ...]) -> bool:
    x, y = grid[..., 0], grid[..., 1]
    return bool(x.min() >= 0 and y.min() >= 0 and x.max() < shape[1] - 1 and y.max() < shape[0] - 1)


def _smooth(values: Floats, count: int) -> Floats:
    """A running mean over one sample of each profile, which noise and aliasing average out in."""
    kernel = np.ones(count) / count
    padded = np.pad(values, (count // 2, count - 1 - count // 2), mode="edge")
    return np.convolve(padded, kernel, mode="valid")


def _crossing(at: Floats, values: Floats, level: float) -> float:
    """Where rising values first reach the level."""
    above = np.flatnonzero(values >= level)
    if not len(above) or above[0] == 0:
        return float(at[0] if len(above) else at[-1])
    i = int(above[0])
    share = (level - values[i - 1]) / (values[i] - values[i - 1])
    return float(at[i - 1] + share * (at[i] - at[i - 1]))
