"""Arithmetic on fields: smooth noise, steps, blends and coverage, all float32."""

import cv2
import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Canvas = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

_FINE = 3
_SHIFT = 4


def f32(values: npt.ArrayLike) -> Float:
    """The values as float32."""
    return np.asarray(values, dtype=np.float32)


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number between ``low`` and ``high``, each octave equally likely."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with this probability."""
    return bool(rng.random() < probability)


def grain(rng: np.random.Generator, shape: tuple[int, int]) -> Float:
    """Independent noise of unit deviation at every texel."""
    return rng.standard_normal(shape, dtype=np.float32)


def noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cell: float | tuple[float, float],
) -> Float:
    """Smooth noise of about unit deviation with bumps ``cell`` texels across (x, y if a pair)."""
    across, down = cell if isinstance(cell, tuple) else (cell, cell)
    rows = max(3, int(np.ceil(shape[0] / max(down, 1.0))) + 3)
    columns = max(3, int(np.ceil(shape[1] / max(across, 1.0))) + 3)
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    at_x, at_y = rng.random(2)
    scale_x, scale_y = (columns - 3) / shape[1], (rows - 3) / shape[0]
    matrix = np.array([[scale_x, 0, 1 + at_x - 0.5], [0, scale_y, 1 + at_y - 0.5]])
    smooth = cv2.warpAffine(
        coarse, matrix, (shape[1], shape[0]),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT,
    )  # fmt: skip
    return f32(smooth * np.float32(1.3))


def fractal(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cell: float,
    octaves: int = 3,
    gain: float = 0.5,
) -> Float:
    """Octaves of smooth noise, the coarsest ``cell`` texels across, about unit deviation."""
    total, power, weight = np.zeros(shape, np.float32), 0.0, 1.0
    for octave in range(octaves):
        total += np.float32(weight) * noise(rng, shape, max(1.5, cell / 2.1**octave))
        power += weight**2
        weight *= gain
    return f32(total / np.float32(np.sqrt(power)))


def slanted(
    rng: np.random.Generator, shape: tuple[int, int], cell: float, aspect: float, angle: float
) -> Float:
    """Smooth noise stretched ``aspect`` times along ``angle`` (radians from the x axis)."""
    side = int(np.hypot(*shape)) + 2
    straight = noise(rng, (side, side), (cell * aspect, cell))
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), -float(np.degrees(angle)), 1.0)
    shift = np.array([[0, 0, (shape[1] - side) / 2], [0, 0, (shape[0] - side) / 2]])
    turned = cv2.warpAffine(
        straight, np.asarray(matrix + shift), (shape[1], shape[0]), borderMode=cv2.BORDER_REFLECT
    )
    return f32(turned)


def ridges(field: Float, sharpness: float = 6.0) -> Float:
    """Narrow ridges 0..1 where the field crosses zero."""
    return f32(np.exp(-np.abs(field) * np.float32(sharpness)))


def step(low: float, high: float, value: npt.ArrayLike) -> Float:
    """0 below ``low``, 1 above ``high``, a cubic between; ``low`` may exceed ``high``."""
    t = np.clip((f32(value) - np.float32(low)) / np.float32(high - low), 0, 1)
    return f32(t * t * (np.float32(3) - np.float32(2) * t))


def blend(base: Float, over: npt.ArrayLike, weight: npt.ArrayLike) -> Float:
    """``over`` laid on ``base`` with ``weight`` 0..1; a colour axis is added where it lacks."""
    share = f32(weight)
    if base.ndim == 3 and share.ndim == 2:
        share = share[..., None]
    return f32(base + (f32(over) - base) * share)


def blur(field: Float, sigma: float) -> Float:
    """Gaussian blur by ``sigma`` texels."""
    if sigma < 0.2:
        return field
    if sigma > 6:
        small = cv2.resize(
            field,
            (max(2, int(field.shape[1] * 3 / sigma)), max(2, int(field.shape[0] * 3 / sigma))),
            interpolation=cv2.INTER_AREA,
        )
        soft = cv2.GaussianBlur(small, (0, 0), 3.0, borderType=cv2.BORDER_REPLICATE)
        wide = cv2.resize(soft, (field.shape[1], field.shape[0]), interpolation=cv2.INTER_CUBIC)
        return f32(wide)
    return f32(cv2.GaussianBlur(field, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


def drawn_line(shape: tuple[int, int], points: Points, width: float) -> Float:
    """Coverage 0..1 of a polyline ``width`` texels wide; ``points`` are (n, 2) texels, x first."""
    low = np.floor(points.min(axis=0) - width - 2).astype(int).clip(0)
    high = np.ceil(points.max(axis=0) + width + 3).astype(int)
    right, lower = min(shape[1], int(high[0])), min(shape[0], int(high[1]))
    whole = np.zeros(shape, np.float32)
    if right <= low[0] or lower <= low[1]:
        return whole
    rows, columns = lower - int(low[1]), right - int(low[0])
    canvas: Canvas = np.zeros((rows * _FINE, columns * _FINE), np.uint8)
    fine = ((points - low + 0.5) * _FINE - 0.5) * 2**_SHIFT
    thick = max(1, round(width * _FINE))
    line = np.round(fine).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(canvas, [line], False, (255,), thick, cv2.LINE_AA, _SHIFT)
    small = cv2.resize(canvas, (columns, rows), interpolation=cv2.INTER_AREA)
    faint = min(1.0, width * _FINE / thick)
    whole[low[1] : lower, low[0] : right] = small.astype(np.float32) * np.float32(faint / 255)
    return whole


def drawn_polygon(shape: tuple[int, int], points: Points) -> Float:
    """Coverage 0..1 of a filled polygon; ``points`` are (n, 2) texels, x first."""
    canvas: Canvas = np.zeros(shape, np.uint8)
    corners = np.round(points * 2**_SHIFT).astype(np.int32).reshape(-1, 1, 2)
    cv2.fillPoly(canvas, [corners], (255,), cv2.LINE_AA, _SHIFT)
    return f32(canvas.astype(np.float32) / np.float32(255))


def channel_mean(colour: Float) -> Float:
    """The mean of the three channels of (rows, columns, 3), quicker than along the axis."""
    return f32((colour[..., 0] + colour[..., 1] + colour[..., 2]) * np.float32(1 / 3))


def channel_min(colour: Float) -> Float:
    """The least of the three channels of (rows, columns, 3)."""
    return np.minimum(np.minimum(colour[..., 0], colour[..., 1]), colour[..., 2])


def distance_inside(cover: Float) -> Float:
    """Distance in texels from each covered texel to the nearest uncovered one."""
    inside = (cover > 0.5).astype(np.uint8)
    padded = cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    return f32(cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1])
