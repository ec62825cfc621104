"""Pictures of flat things through a known lens: the truth that calibration is proved against."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.projection import Floats, axes, rays
from calibration.sections.geometry import BenchPlane, Lens

Light = NDArray[np.float32]
"""H x W x 3, linear RGB, 1 is full scale."""

_RAY_STEP = 4
"""Rays are found at every so many pixels and interpolated: a lens bends slowly."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a flat thing's own coordinates (mm, x right and y down as seen, z away from the
    viewer) lie in the camera's: X = rotation (3 x 3) · x + translation (mm)."""

    rotation: Floats
    translation: Floats


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat thing: linear reflectance (H x W or H x W x 3), the mm of one texel, and its pose.

    Its coordinates start at the upper left corner of its first texel.
    """

    reflectance: NDArray[np.float32]
    texel_mm: float
    pose: Pose


@dataclass(frozen=True, slots=True)
class Glow:
    """How a lamp lights the bench: full scale `level` (R, G, B) on a perfect diffuser at its
    brightest, which is at (`x`, `y`) of the picture (0 to 1), and `falloff` of it lost at the
    picture's farthest corner from there."""

    level: tuple[float, float, float] = (0.95, 0.95, 0.95)
    x: float = 0.5
    y: float = 0.5
    falloff: float = 0.12

    def over(self, size: tuple[int, int]) -> Light:
        """The light over a picture of width x height, falling with the square of the distance."""
        across = np.linspace(0, 1, size[0]) - self.x
        down = (np.linspace(0, 1, size[1]) - self.y) * size[1] / size[0]
        square = across[None, :] ** 2 + down[:, None] ** 2
        share = 1 - self.falloff * square / square.max()
        return np.asarray(share[..., None] * np.array(self.level), np.float32)


@dataclass(frozen=True, slots=True)
class Sensor:
    """Noise of linear light: variance `shot` · level + `read`², and 8-bit sRGB out."""

    shot: float = 2e-5
    read: float = 1.2e-3

    def develop(self, light: Light, chance: np.random.Generator) -> NDArray[np.uint8]:
        """The picture, H x W x 3, 8-bit RGB (IEC 61966-2-1)."""
        spread = np.sqrt(self.shot * np.maximum(light, 0) + self.read**2)
        noisy = light + chance.standard_normal(light.shape, np.float32) * spread
        clipped = np.clip(noisy, 0, 1)
        codes = np.where(
            clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055
        )
        return np.asarray(np.rint(codes * 255), np.uint8)


class PlanarCamera:
    """A camera of a known lens that pictures flat things."""

    def __init__(self, lens: Lens, size: tuple[int, int], samples: int = 2) -> None:
        """size: width and height in pixels. samples: rays a pixel, each way."""
        self.lens = lens
        self.size = size
        self._samples = samples
        self._rays = self._fine_rays()

    def sees(self, things: Sequence[Flat], background: float = 0.25, blur_px: float = 0.6) -> Light:
        """The reflectance in each pixel, H x W x 3: later things hide earlier ones.

        blur_px: standard deviation of the lens' point spread, besides the pixel's own square.
        """
        x, y = self._rays
        seen = np.full((*x.shape, 3), background, np.float32)
        for thing in things:
            self._lay(seen, thing, x, y)
        picture = cv2.resize(seen, self.size, interpolation=cv2.INTER_AREA)
        if blur_px > 0:
            picture = cv2.GaussianBlur(picture, (0, 0), blur_px)
        return np.asarray(picture, np.float32)

    def pixels(self, points: Floats, pose: Pose) -> Floats:
        """Where points (N x 2 mm of a flat thing) are in the picture (N x 2 px): the truth."""
        flat = np.column_stack([points, np.zeros(len(points))])
        found, _ = cv2.projectPoints(
            flat,
            cv2.Rodrigues(pose.rotation)[0],
            pose.translation,
            self.lens.matrix,
            np.array(self.lens.distortion),
        )
        return np.asarray(found, dtype=np.float64).reshape(-1, 2)

    def _lay(self, seen: Light, thing: Flat, x: Light, y: Light) -> None:
        """Draw one thing over what is seen, by the homography from the ray plane z = 1 to it."""
        plane = np.column_stack([thing.pose.rotation[:, :2], thing.pose.translation])
        back = np.linalg.inv(plane)
        scale = 1 / (back[2, 0] * x + back[2, 1] * y + back[2, 2])
        texel = 1 / thing.texel_mm
        across = (back[0, 0] * x + back[0, 1] * y + back[0, 2]) * scale * texel - 0.5
        down = (back[1, 0] * x + back[1, 1] * y + back[1, 2]) * scale * texel - 0.5
        height, width = thing.reflectance.shape[:2]
        rows, columns = np.nonzero(
            (across > -0.5)
            & (across < width - 0.5)
            & (down > -0.5)
            & (down < height - 0.5)
            & (scale > 0)
        )
        if not len(rows):
            return
        top, left = int(rows.min()), int(columns.min())
        part = np.s_[top : int(rows.max()) + 1, left : int(columns.max()) + 1]
        found = cv2.remap(
            thing.reflectance,
            across[part].astype(np.float32),
            down[part].astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        colours = found[..., None] if found.ndim == 2 else found
        inside = np.zeros(x.shape, np.bool_)
        inside[rows, columns] = True
        seen[part] = np.where(inside[part][..., None], colours, seen[part])

    def _fine_rays(self) -> tuple[Light, Light]:
        """The rays' places on the plane z = 1, x and y, `samples` times as fine as the pixels."""
        width, height = self.size
        columns = np.arange(-_RAY_STEP, width + 2 * _RAY_STEP, _RAY_STEP, dtype=np.float64)
        rows = np.arange(-_RAY_STEP, height + 2 * _RAY_STEP, _RAY_STEP, dtype=np.float64)
        grid_x, grid_y = np.meshgrid(columns, rows)
        flat = rays(self.lens, np.column_stack([grid_x.ravel(), grid_y.ravel()]))
        coarse = flat.reshape(len(rows), len(columns), 2)
        fine = self._samples
        at_x = ((np.arange(width * fine) + 0.5) / fine - 0.5) / _RAY_STEP + 1
        at_y = ((np.arange(height * fine) + 0.5) / fine - 0.5) / _RAY_STEP + 1
        smooth = _between(_between(coarse, at_y, 0), at_x, 1).astype(np.float32)
        return np.ascontiguousarray(smooth[..., 0]), np.ascontiguousarray(smooth[..., 1])


def _between(values: Floats, at: Floats, axis: int) -> Floats:
    """Linear interpolation along an axis at fractional places. (OpenCV's `remap` knows 32 places
    between two samples, which is too coarse for rays.)"""
    lower = np.floor(at).astype(int)
    share = (at - lower).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
    return np.asarray(
        np.take(values, lower, axis) * (1 - share) + np.take(values, lower + 1, axis) * share
    )


def on_bench(
    plane: BenchPlane,
    middle_mm: tuple[float, float],
    *,
    x_mm: float = 0.0,
    y_mm: float = 0.0,
    turned_deg: float = 0.0,
    height_mm: float = 0.0,
) -> Pose:
    """The pose of a flat thing lying face up on the bench, or `height_mm` above it.

    Its point `middle_mm` lies at (x_mm, y_mm) of the bench's own axes, whose origin is the foot
    of the camera's perpendicular; it is turned clockwise as seen.
    """
    bench = axes(plane).T
    angle = np.radians(turned_deg)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    rotation = bench @ turn
    place = bench @ np.array([x_mm, y_mm, plane.distance_mm - height_mm])
    return Pose(rotation, place - rotation @ np.array([*middle_mm, 0.0]))


def held_up(
    middle_mm: tuple[float, float],
    *,
    x_mm: float,
    y_mm: float,
    distance_mm: float,
    tilt_deg: tuple[float, float] = (0.0, 0.0),
    turned_deg: float = 0.0,
) -> Pose:
    """The pose of a flat thing held before the camera, its middle at (x_mm, y_mm, distance_mm) of
    the camera's coordinates, tilted about its own x and y and turned about the line of sight."""
    tilt_x, tilt_y = np.radians(tilt_deg)
    about_x = cv2.Rodrigues(np.array([tilt_x, 0.0, 0.0]))[0]
    about_y = cv2.Rodrigues(np.array([0.0, tilt_y, 0.0]))[0]
    about_z = cv2.Rodrigues(np.array([0.0, 0.0, np.radians(turned_deg)]))[0]
    rotation = about_x @ about_y @ about_z
    place = np.array([x_mm, y_mm, distance_mm])
    return Pose(rotation, place - rotation @ np.array([*middle_mm, 0.0]))
