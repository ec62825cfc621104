"""The camera of the path-traced bench: lens, sensor and the maker's picture processing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.rendering.field import FloatArray
from models.rendering.traced.skin import f32

_SHOULDER = 0.82


@dataclass(frozen=True, slots=True)
class Lens:
    """``blur_px`` is the radius of the disc of confusion, ``fringe`` how much larger red and
    smaller blue is imaged, ``corners`` the share of light lost in the frame's corners."""

    blur_px: float
    fringe: float
    corners: float


@dataclass(frozen=True, slots=True)
class Camera:
    """``noise`` is the deviation of white (1.0) in linear light, ``floor`` that of black, ``rows``
    that of a row's offset; ``smoothing_px`` of its denoiser's colour filter, ``balance`` (3,) what
    its white balance leaves, ``quality`` and ``halved`` (4:2:2 or 4:2:0) of its JPEG."""

    lens: Lens
    noise: float
    floor: float
    rows: float
    smoothing_px: float
    balance: FloatArray
    exposure: float
    quality: int
    halved: bool


def draw_camera(rng: np.random.Generator) -> Camera:
    """The camera of one bench."""
    return Camera(
        lens=Lens(
            float(rng.uniform(0.55, 1.25)), float(rng.normal(0, 1.6e-4)),
            float(rng.uniform(0.04, 0.22)),
        ),
        noise=float(np.exp(rng.uniform(np.log(0.006), np.log(0.018)))),
        floor=float(rng.uniform(0.0008, 0.0025)),
        rows=float(rng.uniform(0, 0.0006)),
        smoothing_px=float(rng.uniform(0.5, 1.6)),
        balance=f32([1 + rng.normal(0, 0.03), 1.0, 1 + rng.normal(0, 0.035)]),
        exposure=1.0,
        quality=int(rng.integers(82, 95)),
        halved=bool(rng.random() < 0.5),
    )  # fmt: skip


def picture(light: FloatArray, camera: Camera, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The 8-bit BGR picture of linear light (rows, columns, 3), R, G, B."""
    seen = _through(light * np.float32(camera.exposure), camera.lens)
    grain = cv2.GaussianBlur(rng.standard_normal(seen.shape, dtype=np.float32), (0, 0), 0.55)
    deviation = np.sqrt(np.maximum(seen, 0)) * np.float32(camera.noise * 1.9) + np.float32(
        camera.floor
    )
    seen = seen + grain * deviation
    seen += rng.standard_normal((seen.shape[0], 1, 1), dtype=np.float32) * np.float32(camera.rows)
    return _developed(f32(seen), camera)


def encoded(shown: NDArray[np.uint8], camera: Camera) -> bytes:
    """The picture as the camera's JPEG."""
    factor = (
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422
        if camera.halved
        else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
    )
    options = [
        cv2.IMWRITE_JPEG_QUALITY, camera.quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor,
        cv2.IMWRITE_JPEG_OPTIMIZE, 1,
    ]  # fmt: skip
    done, code = cv2.imencode(".jpg", shown, options)
    if not done:
        raise ValueError("the picture could not be encoded")
    return code.tobytes()


def _through(light: FloatArray, lens: Lens) -> FloatArray:
    rows, columns = light.shape[:2]
    y = (np.arange(rows, dtype=np.float32) - np.float32((rows - 1) / 2))[:, None]
    x = (np.arange(columns, dtype=np.float32) - np.float32((columns - 1) / 2))[None, :]
    reach = np.float32((rows**2 + columns**2) / 4)
    fall = (1 + np.float32(1 / (1 - lens.corners) ** 0.5 - 1) * (x * x + y * y) / reach) ** -2
    seen = f32(cv2.filter2D(light, -1, _disc(lens.blur_px), borderType=cv2.BORDER_REPLICATE))
    for channel, sign in ((0, 1.0), (2, -1.0)):
        scale = 1 + sign * lens.fringe
        matrix = np.array(
            [[scale, 0, (1 - scale) * (columns - 1) / 2], [0, scale, (1 - scale) * (rows - 1) / 2]]
        )
        seen[..., channel] = cv2.warpAffine(
            np.ascontiguousarray(seen[..., channel]), matrix, (columns, rows),
            flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
    return f32(seen * fall[..., None])


def _disc(radius: float) -> FloatArray:
    """A disc of confusion, softened by diffraction, sampled eightfold."""
    reach = int(np.ceil(radius + 1))
    size, fine = 2 * reach + 1, 8
    at = (np.arange(size * fine) + 0.5) / fine - size / 2
    disc = f32(np.hypot(at[:, None], at[None, :]) <= radius)
    soft = f32(cv2.GaussianBlur(disc, (0, 0), 0.28 * fine))
    kernel = soft.reshape(size, fine, size, fine).mean(axis=(1, 3))
    return f32(kernel / kernel.sum())


def _developed(linear: FloatArray, camera: Camera) -> NDArray[np.uint8]:
    level = f32(linear * camera.balance)
    high = np.maximum(level - np.float32(_SHOULDER), 0)
    room = np.float32(1 - _SHOULDER)
    level = np.minimum(level, np.float32(_SHOULDER)) + room * (1 - np.exp(-high / room))
    code = _gamma(f32(level))
    tones = cv2.cvtColor(np.ascontiguousarray(code[..., ::-1]), cv2.COLOR_BGR2YCrCb)
    tones[..., 1:] = cv2.GaussianBlur(tones[..., 1:], (0, 0), camera.smoothing_px)
    shown = cv2.cvtColor(tones, cv2.COLOR_YCrCb2BGR)
    return np.asarray(np.clip(shown * 255 + np.float32(0.5), 0, 255), np.uint8)


def _gamma(linear: FloatArray) -> FloatArray:
    """The sRGB curve (IEC 61966-2-1) by table."""
    grid = np.linspace(0, 1, 8193)
    curve = f32(np.where(grid <= 0.0031308, 12.92 * grid, 1.055 * grid ** (1 / 2.4) - 0.055))
    index = np.clip(linear, 0, 1) * np.float32(8192) + np.float32(0.5)
    return f32(curve[index.astype(np.int32)])
