"""Colour: sRGB, linear light, CIE XYZ and CIELAB, and CIEDE2000 between Lab colours."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SRGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
D65_WHITE = SRGB_TO_XYZ.sum(axis=1)
D50_WHITE = np.array([0.96422, 1.0, 0.82521])
"""XYZ of illuminant D50 for the 2° observer (ISO 13655, ICC.1)."""
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
LAB_EPSILON = 216 / 24389
LAB_KAPPA = 24389 / 27


def linear_light(encoded: ArrayLike) -> Floats:
    """Return linear light, 0 to 1, of sRGB values from 0 to 1 (IEC 61966-2-1)."""
    value = np.asarray(encoded, dtype=np.float64)
    return np.where(value <= 0.04045, value / 12.92, ((np.abs(value) + 0.055) / 1.055) ** 2.4)


def srgb_encoded(linear: ArrayLike) -> Floats:
    """Return sRGB values from 0 to 1 of linear light, which is clipped to 0 to 1."""
    value = np.clip(np.asarray(linear, dtype=np.float64), 0.0, 1.0)
    return np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)


def xyz_to_lab(xyz: ArrayLike, white: ArrayLike) -> Floats:
    """Return CIELAB (ISO/CIE 11664-4) of XYZ, last axis X, Y, Z, for the given white."""
    ratio = np.asarray(xyz, dtype=np.float64) / np.asarray(white, dtype=np.float64)
    f = np.where(ratio > LAB_EPSILON, np.cbrt(ratio), (LAB_KAPPA * ratio + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def lab_to_xyz(lab: ArrayLike, white: ArrayLike) -> Floats:
    """Return XYZ of CIELAB, last axis L*, a*, b*, for the given white."""
    light, a, b = _channels(lab)
    y = (light + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    ratio = np.where(f**3 > LAB_EPSILON, f**3, (116 * f - 16) / LAB_KAPPA)
    return np.asarray(ratio * np.asarray(white, dtype=np.float64), dtype=np.float64)


def adaptation(source: ArrayLike, target: ArrayLike) -> Floats:
    """Return the 3 x 3 matrix from XYZ under one white to another (Bradford, ICC.1 annex E)."""
    cones = _BRADFORD @ np.asarray(target) / (_BRADFORD @ np.asarray(source))
    return np.asarray(np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD, dtype=np.float64)


def linear_to_lab_d50(linear: ArrayLike) -> Floats:
    """Return CIELAB under D50 of linear sRGB, last axis R, G, B; the shape stays."""
    xyz = np.asarray(linear, dtype=np.float64) @ SRGB_TO_XYZ.T @ adaptation(D65_WHITE, D50_WHITE).T
    return xyz_to_lab(xyz, D50_WHITE)


def lab_d50_to_linear(lab: ArrayLike) -> Floats:
    """Return linear sRGB of CIELAB under D50, below 0 or above 1 where sRGB cannot show it."""
    xyz = lab_to_xyz(lab, D50_WHITE) @ adaptation(D50_WHITE, D65_WHITE).T
    return np.asarray(xyz @ np.linalg.inv(SRGB_TO_XYZ).T, dtype=np.float64)


def srgb_to_lab(rgb: ArrayLike) -> Floats:
    """Return CIELAB (D65, 2°) of 8-bit sRGB values, last axis R, G, B; the shape stays.

    Transfer curve and matrix of IEC 61966-2-1; the white of the matrix is the white of Lab, so a
    neutral pixel has a* = b* = 0.
    """
    return linear_to_lab(linear_light(np.asarray(rgb, dtype=np.float64) / 255))


def linear_to_lab(linear: ArrayLike) -> Floats:
    """Return CIELAB (D65, 2°) of linear sRGB, last axis R, G, B; the shape stays."""
    return xyz_to_lab(np.asarray(linear, dtype=np.float64) @ SRGB_TO_XYZ.T, D65_WHITE)


def delta_e00(first: ArrayLike, second: ArrayLike) -> Floats:
    """Return CIEDE2000 between Lab colours (last axis L*, a*, b*; shapes broadcast).

    Formula and hue conventions of Sharma, Wu and Dalal (2005), kL = kC = kH = 1.
    """
    l1, a1, b1 = _channels(first)
    l2, a2, b2 = _channels(second)

    chroma_mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma_mean**7 / (chroma_mean**7 + 25.0**7))
    c1, c2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    h1 = np.degrees(np.arctan2(b1, a1 * stretch)) % 360
    h2 = np.degrees(np.arctan2(b2, a2 * stretch)) % 360
    grey = c1 * c2 == 0

    turn = h2 - h1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn))
    turn = np.where(grey, 0.0, turn)
    hue_difference = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))

    hue_sum = h1 + h2
    wrapped = np.where(hue_sum < 360, hue_sum + 360, hue_sum - 360)
    hue = np.where(np.abs(h1 - h2) > 180, wrapped, hue_sum) / 2
    hue = np.where(grey, hue_sum, hue)

    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    weight = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    offset = (lightness - 50) ** 2
    scale_l = 1 + 0.015 * offset / np.sqrt(20 + offset)
    scale_c = 1 + 0.045 * chroma
    scale_h = 1 + 0.015 * chroma * weight
    rotation = (
        -2
        * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
        * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    )
    light = (l2 - l1) / scale_l
    colour = (c2 - c1) / scale_c
    shade = hue_difference / scale_h
    total = light**2 + colour**2 + shade**2 + rotation * colour * shade
    return np.asarray(np.sqrt(np.maximum(total, 0.0)), dtype=np.float64)


def _channels(lab: ArrayLike) -> tuple[Floats, Floats, Floats]:
    values = np.asarray(lab, dtype=np.float64)
    return values[..., 0], values[..., 1], values[..., 2]
