"""Colour arithmetic on sRGB primaries, D65 white, 2 degree observer.

Linear arrays hold reflectance or light 0..1 in the last axis, order R, G, B, float32.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def encode(linear: FloatArray) -> NDArray[np.uint8]:
    """8-bit sRGB (IEC 61966-2-1) of linear values; what lies outside 0..1 is clipped."""
    grid = np.linspace(0.0, 1.0, 4096)
    curve = np.where(grid <= 0.0031308, 12.92 * grid, 1.055 * grid ** (1 / 2.4) - 0.055)
    table = np.round(curve * 255).astype(np.uint8)
    index = np.clip(linear, 0.0, 1.0) * np.float32(4095.0) + np.float32(0.5)
    return np.asarray(table[index.astype(np.int32)], dtype=np.uint8)


def decode(red: int, green: int, blue: int) -> FloatArray:
    """Linear values, shape (3,), of one 8-bit sRGB colour."""
    code = np.array([red, green, blue], dtype=np.float64) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)


def lab(linear: NDArray[np.floating]) -> NDArray[np.float64]:
    """CIE L*a*b* of linear values, same shape."""
    xyz = np.asarray(linear, dtype=np.float64) @ _TO_XYZ.T / _WHITE
    cubic = xyz > (6 / 29) ** 3
    f = np.where(cubic, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    lightness = 116 * f[..., 1] - 16
    return np.stack(
        [lightness, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1
    )


def delta_e00(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIEDE2000 between L*a*b* arrays with a last axis of 3 (ISO/CIE 11664-6:2022)."""
    l1, a1, b1 = np.moveaxis(np.asarray(first, dtype=np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(second, dtype=np.float64), -1, 0)
    mean_c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1 + 0.5 * (1 - np.sqrt(mean_c7 / (mean_c7 + 25.0**7)))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.arctan2(b1, a1) % (2 * np.pi), np.arctan2(b2, a2) % (2 * np.pi)
    grey = c1 * c2 == 0
    turn = (h2 - h1 + np.pi) % (2 * np.pi) - np.pi
    turn = np.where(grey, 0.0, turn)
    d_l, d_c = l2 - l1, c2 - c1
    d_h = 2 * np.sqrt(c1 * c2) * np.sin(turn / 2)
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    far = np.abs(h1 - h2) > np.pi
    mean_h = np.where(grey, h1 + h2, (h1 + h2) / 2 + np.where(far, np.pi, 0.0)) % (2 * np.pi)
    t = (
        1
        - 0.17 * np.cos(mean_h - np.radians(30))
        + 0.24 * np.cos(2 * mean_h)
        + 0.32 * np.cos(3 * mean_h + np.radians(6))
        - 0.20 * np.cos(4 * mean_h - np.radians(63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c = 1 + 0.045 * mean_c
    s_h = 1 + 0.015 * mean_c * t
    c7 = mean_c**7
    r_c = 2 * np.sqrt(c7 / (c7 + 25.0**7))
    theta = np.radians(30) * np.exp(-(((np.degrees(mean_h) - 275) / 25) ** 2))
    r_t = -np.sin(2 * theta) * r_c
    total = (d_l / s_l) ** 2 + (d_c / s_c) ** 2 + (d_h / s_h) ** 2
    total = total + r_t * (d_c / s_c) * (d_h / s_h)
    return np.asarray(np.sqrt(np.maximum(total, 0.0)))
