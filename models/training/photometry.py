"""What a camera and its light may do to a picture: exposure, colour, blur, noise, compression."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.crops import Picture
from models.training.noise import fractal
from models.training.planes import ABSENT, COLOUR, PLANES

Float = NDArray[np.float32]

_LOG_NOISE = (float(np.log(0.001)), float(np.log(0.04)))
"""Of the deviation at full light: from a good camera in good light to a cheap one at high gain."""

_GAMMA = np.float32(2.2)
_LINEAR = np.power(np.arange(256, dtype=np.float32) / 255, _GAMMA)
_LENT_TO_COLOUR = 0.4
_LENT_TO_LOW_ANGLE = 0.5


def varied(picture: Float, rng: np.random.Generator, strength: float = 1.0) -> Picture:
    """``picture`` (RGB float32 0..1) as another camera might have delivered it, uint8 RGB.

    ``strength`` 0 changes next to nothing, 1 spans ordinary webcams and lamps.
    """
    size = picture.shape[0]
    gains = np.exp(rng.normal(0, 0.10 * strength, 3) + rng.normal(0, 0.28 * strength))
    changed: NDArray[np.floating] = picture * gains.astype(np.float32)
    if rng.random() < 0.35 * strength:
        slope = fractal(rng, size, 1, octaves=1) * np.float32(rng.uniform(0, 0.12))
        changed = changed * (1 + slope)[..., None]
    if rng.random() < 0.4 * strength:
        grey = changed.mean(axis=2, keepdims=True)
        changed = grey + (changed - grey) * np.float32(rng.uniform(0.2, 1.5))
    if rng.random() < 0.5 * strength:
        gamma = np.float32(np.exp(rng.normal(0, 0.22)))
        changed = np.power(np.clip(changed, 0, 1), gamma)
    if rng.random() < 0.4 * strength:
        middle = np.float32(changed.mean())
        changed = middle + (changed - middle) * np.float32(rng.uniform(0.65, 1.35))
    if rng.random() < 0.1 * strength:
        changed = changed[..., rng.permutation(3)]
    changed = _blurred(np.ascontiguousarray(changed, dtype=np.float32), rng, strength)
    changed = np.clip(changed, 0, 1)
    noise = float(np.exp(rng.uniform(*_LOG_NOISE))) * strength
    grain = rng.standard_normal((size, size, 1 if rng.random() < 0.5 else 3), dtype=np.float32)
    changed = changed + grain * np.float32(noise) * (0.5 + np.sqrt(changed))
    delivered = np.clip(changed * 255 + 0.5, 0, 255).astype(np.uint8)
    return _compressed(delivered, rng) if rng.random() < 0.4 * strength else delivered


def _blurred(picture: Float, rng: np.random.Generator, strength: float) -> Float:
    choice = rng.random()
    if choice < 0.25 * strength:
        sigma = float(rng.uniform(0.3, 1.3))
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.float32)
    if choice < 0.35 * strength:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.2)
        return np.asarray(
            picture + np.float32(rng.uniform(0.2, 0.8)) * (picture - soft), np.float32
        )
    if choice < 0.42 * strength:
        taps = int(rng.integers(2, 5))
        kernel = np.zeros((5, 5), np.float32)
        kernel[2, :taps] = 1 / taps
        kernel = kernel if rng.random() < 0.5 else kernel.T.copy()
        return np.asarray(cv2.filter2D(picture, -1, kernel), dtype=np.float32)
    return picture


def _compressed(picture: Picture, rng: np.random.Generator) -> Picture:
    quality = int(rng.integers(40, 96))
    swapped = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", swapped, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def relit(planes: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The planes as lamps of another bench might have lit them, uint8 [H, W, PLANES].

    Light adds up: a share of a low-angle picture in the coloured one stands for a lamp that is
    less overhead, a share of another lamp in a low-angle one for a larger, a higher or a turned
    bar. Shares are of linear light, decoded with a gamma of 2.2. Lamps that took no picture stay
    absent and lend nothing.
    """
    there = [place for place in range(COLOUR.stop, PLANES) if planes[..., place].any()]
    if not there or not planes[..., COLOUR].any():
        return planes
    light = _LINEAR[planes]
    overhead = light[..., COLOUR].mean(axis=2)
    changed = planes.copy()
    if rng.random() < _LENT_TO_COLOUR:
        lent = sum(np.float32(rng.uniform(0, 0.5)) * light[..., place] for place in there)
        brighter = 1 + lent / np.maximum(overhead, 0.01)
        mixed = light[..., COLOUR] * (brighter / max(1.0, float(brighter.mean())))[..., None]
        changed[..., COLOUR] = _encoded(mixed)
    for place in there:
        if rng.random() < _LENT_TO_LOW_ANGLE:
            others = [overhead, *(light[..., other] for other in there if other != place)]
            shares = rng.uniform(0, 0.35, len(others))
            lent = sum(np.float32(s) * o for s, o in zip(shares, others, strict=True))
            changed[..., place] = _encoded(
                (light[..., place] + lent) / np.float32(1 + shares.sum())
            )
    return changed


def _encoded(light: Float) -> Picture:
    return np.asarray(np.power(np.clip(light, 0, 1), 1 / _GAMMA) * 255 + 0.5, np.uint8)


def varied_planes(
    planes: NDArray[np.uint8], rng: np.random.Generator, strength: float = 1.0
) -> NDArray[np.uint8]:
    """The planes of several lamps as another camera might have delivered them.

    The coloured lamp varies as a picture does; each low-angle lamp has a level of its own, and
    shares one gamma with the others. Lamps that took no picture stay absent.
    """
    changed = np.full_like(planes, ABSENT)
    changed[..., COLOUR] = varied(np.asarray(planes[..., COLOUR] / 255, np.float32), rng, strength)
    gamma = float(np.exp(rng.normal(0, 0.12 * strength)))
    for place in range(COLOUR.stop, PLANES):
        if planes[..., place].any():
            plane = np.asarray(planes[..., place] / 255, np.float32)
            gain = float(np.exp(rng.normal(0, 0.32 * strength)))
            lit = np.power(np.clip(plane * np.float32(gain), 0, 1), np.float32(gamma))
            if rng.random() < 0.25 * strength:
                lit = cv2.GaussianBlur(lit, (0, 0), float(rng.uniform(0.3, 1.2)))
            grain = rng.standard_normal(lit.shape, dtype=np.float32)
            noise = np.float32(np.exp(rng.uniform(*_LOG_NOISE)) * strength)
            delivered = lit + grain * noise * (0.5 + np.sqrt(lit))
            changed[..., place] = np.clip(delivered * 255 + 0.5, 0, 255).astype(np.uint8)
    return changed
