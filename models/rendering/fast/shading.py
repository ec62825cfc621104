"""Light that leaves a staged item towards the camera: diffuse, glossy, seen through, in shadow."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.rendering.fast.fields import Float, blur, channel_mean, f32, step
from models.rendering.fast.lamps import Lamp, Window, light_on, positions_mm
from models.rendering.fast.shadow import near_visibility
from models.rendering.geometry import Bench

_FILM_ROUGHNESS = 0.07
_FILM_SPECULAR = 0.03
_REFRACTION_PX = 14.0


@dataclass(slots=True)
class Staged:
    """An item's fields as the camera sees them in a window of the frame."""

    window: Window
    level_mm: float
    albedo: Float
    height: Float
    roughness: Float
    specular: Float
    metal: Float
    opacity: Float
    cover: Float
    film: Float


@dataclass(frozen=True, slots=True)
class Shaded:
    """The item's light (h, w, 3), and where the lamp glares and where its light is blocked."""

    light: Float
    glare: Float
    shade: Float


def normals(height: Float, mm_per_px: float) -> tuple[Float, Float, Float]:
    """Unit normals x, y, z of a height field."""
    scale = 0.5 / mm_per_px
    slope_x = cv2.filter2D(height, cv2.CV_32F, np.array([[-scale, 0, scale]]))
    slope_y = cv2.filter2D(height, cv2.CV_32F, np.array([[-scale], [0], [scale]]))
    slope_x, slope_y = np.clip(slope_x, -6, 6), np.clip(slope_y, -6, 6)
    up = 1 / np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)
    return f32(-slope_x * up), f32(-slope_y * up), f32(up)


def shade(
    bench: Bench, staged: Staged, lamp: Lamp, far: Float, sky: Float, behind: Float
) -> Shaded:
    """Light of a staged item under ``lamp``, relative to a white diffuser on the bare bench.

    ``far`` and ``sky`` are the shares of lamp and surroundings that are seen, ``behind`` (h, w, 3)
    is the bench's light, all over the window.
    """
    window, level = staged.window, staged.level_mm
    scale = bench.mm_per_px(level)
    form = staged.height
    if staged.film.max() > 0.02:
        level_film = blur(form, 2.0)
        form = f32(form + (level_film - form) * staged.film)
    nx, ny, nz = normals(form, scale)
    direction, strength = light_on(bench, lamp, window, level)
    cosine = nx * direction[..., 0] + ny * direction[..., 1] + nz * direction[..., 2]
    soft = np.float32(0.5 * np.sqrt(lamp.solid_angle) * 0.5)
    facing = f32(0.5 * (cosine + np.sqrt(cosine * cosine + soft * soft)))
    x, y = positions_mm(bench, window, level)
    middle = (float(x.mean()), float(y.mean()))
    seen = np.minimum(near_visibility(form, lamp, middle, scale), far)
    hollow = np.clip(1 + (form - blur(form, 5.0)) * np.float32(0.28 / scale / 3), 0.6, 1.1)
    around = sky * hollow * (0.5 + 0.5 * nz)
    irradiance = facing * strength * seen * np.float32(1 - lamp.ambient)
    irradiance += around * np.float32(lamp.ambient)
    wet = staged.film[..., None]
    albedo = staged.albedo
    diffuse = albedo * (1 - staged.metal)[..., None] * irradiance[..., None]
    rough = staged.roughness + (np.float32(_FILM_ROUGHNESS) - staged.roughness) * staged.film
    ground = float(behind.mean())
    mirrored, glow = _mirrored(
        bench, lamp, window, level, (nx, ny, nz), rough, seen, around, ground
    )
    tint = staged.specular[..., None] * (1 - staged.metal)[..., None]
    tint = tint + albedo * staged.metal[..., None]
    tint = np.maximum(tint, _FILM_SPECULAR * wet)
    rise = np.clip(1 - nz, 0, 1)
    edge = rise**5 * np.clip(1 - rough, 0, 1)
    fresnel = tint + (1 - tint) * edge[..., None]
    glossy = fresnel * mirrored[..., None]
    light = diffuse * staged.opacity[..., None] + glossy
    through = 1 - staged.opacity
    if through.max() > 0.02:
        light = light + through[..., None] * albedo * _refracted(behind, nx, ny)
    glare = channel_mean(f32(fresnel)) * glow
    return Shaded(f32(light), f32(glare), f32((1 - seen) * (facing > 0.02)))


def _mirrored(
    bench: Bench,
    lamp: Lamp,
    window: Window,
    level: float,
    normal: tuple[Float, Float, Float],
    roughness: Float,
    seen: Float,
    around: Float,
    ground: float,
) -> tuple[Float, Float]:
    """Light arriving along the mirror direction blurred by roughness; and the lamp's part of it.

    The lamp is a rectangle, the lobe a Gaussian of the Beckmann slope's deviation, so the lamp's
    part is a product of two differences of error functions.
    """
    x, y = positions_mm(bench, window, level)
    nx, ny, nz = normal
    depth = np.float32(bench.plane_mm - level)
    vx, vy = -x / depth, -y / depth
    norm = 1 / np.sqrt(1 + vx * vx + vy * vy)
    vx, vy, vz = vx * norm, vy * norm, norm
    twice = 2 * (nx * vx + ny * vy + nz * vz)
    rx, ry, rz = twice * nx - vx, twice * ny - vy, twice * nz - vz
    facing, first, second = (tuple(float(v) for v in axis) for axis in lamp.axes())
    cx, cy, cz = lamp.centre
    dx, dy, dz = cx - x, cy - y, np.float32(cz - level)
    towards = rx * facing[0] + ry * facing[1] + rz * facing[2]
    plane = dx * facing[0] + dy * facing[1] + dz * facing[2]
    ahead = towards < -0.05
    far = plane / np.where(ahead, towards, np.float32(-0.05))
    hit_x, hit_y, hit_z = far * rx - dx, far * ry - dy, far * rz - dz
    a = hit_x * first[0] + hit_y * first[1] + hit_z * first[2]
    b = hit_x * second[0] + hit_y * second[1] + hit_z * second[2]
    lobe = far * (np.float32(1.15) * roughness * roughness + np.float32(0.008))
    part = _within(a, lamp.half_mm[0], lobe) * _within(b, lamp.half_mm[1], lobe)
    part = np.where(ahead, part, 0) * seen
    radiance = (1 - lamp.ambient) * np.pi / (lamp.solid_angle * lamp.centre[2] / lamp.distance_mm)
    glow = f32(part * np.float32(radiance))
    room = 0.75 + 0.25 * np.sin(3.1 * rx + lamp.centre[0] / 90) * np.cos(2.3 * ry + 0.7)
    overhead = step(-0.2, 0.6, f32(rz))
    surroundings = room * overhead * around * np.float32(lamp.ambient * 1.1)
    return f32(glow + surroundings + (1 - overhead) * np.float32(0.7 * ground)), glow


def _within(offset: Float, half: float, deviation: Float) -> Float:
    """Share of a Gaussian around ``offset`` that lies within ``half`` of zero."""
    scale = np.float32(0.8) / deviation
    return f32(0.5 * (np.tanh((offset + half) * scale) - np.tanh((offset - half) * scale)))


def _refracted(behind: Float, nx: Float, ny: Float) -> Float:
    rows, columns = nx.shape
    x = np.arange(columns, dtype=np.float32)[None, :] - nx * np.float32(_REFRACTION_PX)
    y = np.arange(rows, dtype=np.float32)[:, None] - ny * np.float32(_REFRACTION_PX)
    moved = cv2.remap(behind, f32(x), f32(y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return f32(moved)
