"""What a camera makes of light: blur, vignetting, colour filters, noise, encoding."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from models.rendering.fast.fields import Float, chance, channel_mean, f32, log_uniform

_LEVELS = 4095


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera as set up: ``mtf50`` is in cycles per pixel, as measured on a slanted edge.

    ``gains`` are the white balance left over (R, G, B), ``full_well`` the electrons at white,
    ``read_noise`` in electrons, ``vignetting`` the loss in the corners, ``sharpening`` the amount
    of an unsharp mask of one pixel, ``motion_px`` the length of movement during exposure along
    ``motion_angle``, ``quality`` the JPEG's.
    """

    mtf50: float
    gains: tuple[float, float, float]
    exposure: float
    full_well: float
    read_noise: float
    vignetting: float
    saturation: float
    sharpening: float
    motion_px: float
    motion_angle: float
    quality: int

    @property
    def blur_px(self) -> float:
        """Deviation of the Gaussian whose modulation falls to one half at ``mtf50``."""
        return float(np.sqrt(np.log(2) / 2) / np.pi / self.mtf50)


def draw_camera(rng: np.random.Generator, mtf50: float | None = None) -> Camera:
    """The camera of one bench; ``mtf50`` takes a measured value in place of a drawn one."""
    warm = float(rng.normal(0, 0.05))
    return Camera(
        mtf50=mtf50 if mtf50 is not None else float(rng.uniform(0.15, 0.34)),
        gains=(1 + warm, 1.0, 1 - warm + float(rng.normal(0, 0.02))),
        exposure=1.0,
        full_well=log_uniform(rng, 2500, 14000),
        read_noise=float(rng.uniform(2, 7)),
        vignetting=float(rng.uniform(0.03, 0.25)),
        saturation=float(rng.uniform(0.85, 1.12)),
        sharpening=float(rng.uniform(0, 0.7)),
        motion_px=0.0,
        motion_angle=0.0,
        quality=int(rng.integers(80, 96)),
    )


def drifted(camera: Camera, rng: np.random.Generator) -> Camera:
    """The camera on one return: exposure, balance and stillness vary a little."""
    moved = chance(rng, 0.15)
    shift = rng.normal(0, 0.012, 2)
    return replace(
        camera,
        mtf50=camera.mtf50 * float(np.clip(rng.normal(1, 0.06), 0.75, 1.15)),
        gains=(camera.gains[0] + float(shift[0]), 1.0, camera.gains[2] + float(shift[1])),
        exposure=float(np.exp(rng.normal(0, 0.07))),
        motion_px=float(rng.uniform(0.6, 2.2)) if moved else 0.0,
        motion_angle=float(rng.uniform(0, np.pi)),
        quality=int(np.clip(camera.quality + rng.integers(-4, 5), 70, 96)),
    )


def exposed(light: Float, camera: Camera, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The 8-bit BGR picture of linear light (rows, columns, 3), R, G, B; sides must be even."""
    seen = _optics(light, camera)
    raw = _sensor(seen, camera, rng)
    colour = cv2.demosaicing(raw, cv2.COLOR_BayerRGGB2BGR)
    linear = f32(colour.astype(np.float32) * np.float32(1 / _LEVELS))
    linear *= f32([1 / max(gain, 0.3) for gain in _capture_gains()])[::-1]
    linear *= f32(camera.gains)[::-1]
    if camera.saturation != 1:
        grey = channel_mean(linear)[..., None]
        linear = f32(grey + (linear - grey) * np.float32(camera.saturation))
    if camera.sharpening > 0.02:
        soft = cv2.GaussianBlur(linear, (0, 0), 1.0)
        linear = f32(linear + (linear - soft) * np.float32(camera.sharpening))
    return _encoded(f32(linear))


def jpeg(picture: npt.NDArray[np.uint8], quality: int) -> bytes:
    """One frame of a motion-JPEG stream: 4:2:0, standard tables."""
    options = [
        cv2.IMWRITE_JPEG_QUALITY, quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    ]  # fmt: skip
    done, code = cv2.imencode(".jpg", picture, options)
    if not done:
        raise ValueError("the picture could not be encoded")
    return code.tobytes()


def _optics(light: Float, camera: Camera) -> Float:
    seen = f32(light * np.float32(camera.exposure))
    if camera.motion_px > 0.3:
        seen = f32(cv2.filter2D(seen, -1, _motion(camera.motion_px, camera.motion_angle)))
    # Demosaicing blurs by itself by about half a pixel.
    rest = float(np.sqrt(max(camera.blur_px**2 - 0.45**2, 0.04)))
    seen = f32(cv2.GaussianBlur(seen, (0, 0), rest))
    rows, columns = light.shape[:2]
    y = (np.arange(rows, dtype=np.float32) / rows - np.float32(0.5))[:, None]
    x = (np.arange(columns, dtype=np.float32) / columns - np.float32(0.5))[None, :]
    fall = 1 - np.float32(camera.vignetting * 2) * (x * x + y * y)
    return f32(seen * fall[..., None])


def _sensor(light: Float, camera: Camera, rng: np.random.Generator) -> npt.NDArray[np.uint16]:
    """The mosaic in 12 bits, red first, with shot and read noise."""
    gains = _capture_gains()
    raw = np.empty(light.shape[:2], np.float32)
    raw[0::2, 0::2] = light[0::2, 0::2, 0] * np.float32(gains[0])
    raw[0::2, 1::2] = light[0::2, 1::2, 1]
    raw[1::2, 0::2] = light[1::2, 0::2, 1]
    raw[1::2, 1::2] = light[1::2, 1::2, 2] * np.float32(gains[2])
    np.clip(raw, 0, 1, out=raw)
    variance = raw / np.float32(camera.full_well) + np.float32(
        (camera.read_noise / camera.full_well) ** 2
    )
    raw += np.sqrt(variance) * rng.standard_normal(raw.shape, dtype=np.float32)
    return np.asarray(np.clip(raw * _LEVELS + 0.5, 0, _LEVELS), np.uint16)


def _capture_gains() -> tuple[float, float, float]:
    """Silicon's lower yield in red and blue, amplified away afterwards with its noise."""
    return 0.62, 1.0, 0.7


def _motion(length: float, angle: float) -> Float:
    reach = int(np.ceil(length / 2)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    along = np.abs(x * np.cos(angle) + y * np.sin(angle))
    across = np.abs(y * np.cos(angle) - x * np.sin(angle))
    kernel = np.clip(length / 2 + 0.5 - along, 0, 1) * np.clip(1 - across, 0, 1)
    return f32(kernel / kernel.sum())


def _encoded(linear: Float) -> npt.NDArray[np.uint8]:
    grid = np.linspace(0, 1, _LEVELS + 1)
    curve = np.where(grid <= 0.0031308, 12.92 * grid, 1.055 * grid ** (1 / 2.4) - 0.055)
    table = np.round(curve * 255).astype(np.uint8)
    index = np.clip(linear * np.float32(_LEVELS) + np.float32(0.5), 0, _LEVELS)
    return np.asarray(table[index.astype(np.uint16)], np.uint8)
