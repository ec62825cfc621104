"""What lamps at any level make of pictures that were rendered under one lamp each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2

Picture = NDArray[np.uint8]
"""uint8 [height, width, 3], coded as sRGB (IEC 61966-2-1)."""

_STEPS = 4095
_FLAT = 0.02
"""Of the picture's width: finer than this a bench is not lit, but patterned."""


def _linear() -> NDArray[np.float32]:
    coded = np.arange(256) / 255
    high = ((coded + 0.055) / 1.055) ** 2.4
    return np.where(coded <= 0.04045, coded / 12.92, high).astype(np.float32)


def _coded() -> Picture:
    linear = np.arange(_STEPS + 1) / _STEPS
    high = 1.055 * linear ** (1 / 2.4) - 0.055
    coded = np.where(linear <= 0.0031308, 12.92 * linear, high)
    return np.asarray(np.round(coded * 255), np.uint8)


_LINEAR, _CODED = _linear(), _coded()


def mixed(parts: Sequence[tuple[Picture, float]]) -> Picture:
    """The sum of pictures of one size, each lit at a share of its lamp; light adds up."""
    first, *others = [(picture, _LINEAR * np.float32(share)) for picture, share in parts]
    if not others:
        return np.asarray(cv2.LUT(first[0], _encoded(first[1])), np.uint8)
    total = cv2.LUT(*first)
    for other in others:
        total = cv2.add(total, cv2.LUT(*other), dst=total)
    return _encoded(np.asarray(total, np.float32))


def as_print(picture: Picture, empty: Picture, empty_lit: Picture) -> Picture:
    """A picture taken in the light of `empty`, printed without loss, in that of `empty_lit`."""
    return _encoded(relit(_decoded(picture), _decoded(empty), _decoded(empty_lit)))


def relit(
    linear: NDArray[np.float32], known: NDArray[np.float32], lit: NDArray[np.float32]
) -> NDArray[np.float32]:
    """A flat sheet that looks like `linear` in the light of the empty bench `known`, in that of
    `lit`: it answers a lamp as the flat bench does, whatever is printed on it.

    Linear light, [height, width] or [height, width, 3]; the benches may be of another size.
    """
    size = linear.shape[1], linear.shape[0]
    fine = np.maximum(_flat(known, size), np.float32(1e-4))
    return np.asarray(linear * _flat(lit, size) / fine, np.float32)


def _flat(bench: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """The light of a bench without its pattern."""
    cells = max(1, round(1 / _FLAT)), max(1, round(size[1] / size[0] / _FLAT))
    coarse = cv2.resize(bench, cells, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


def as_seen(level: NDArray[np.float32], noise: NDArray[np.float32], quality: int) -> Picture:
    """Linear light as a grey sensor with `noise` (grey levels) and a JPEG give it back, sRGB."""
    coded = np.clip(np.rint(_encoded(level).astype(np.float32) + noise), 0, 255)
    _, encoded = cv2.imencode(".jpg", coded.astype(np.uint8), (cv2.IMWRITE_JPEG_QUALITY, quality))
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.uint8)


def _decoded(picture: Picture) -> NDArray[np.float32]:
    return np.asarray(cv2.LUT(picture, _LINEAR), np.float32)


def _encoded(linear: NDArray[np.float32]) -> Picture:
    steps = np.clip(linear, 0, 1)
    steps *= _STEPS
    steps += np.float32(0.5)
    # Indices of the machine's own size are taken as they are; smaller ones would be converted.
    return _CODED.take(steps.astype(np.intp))
