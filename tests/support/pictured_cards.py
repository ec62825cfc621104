"""Rendered pictures of the check card on a bench whose truth is known."""

import dataclasses
import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from calibration.rendering.planar import Flat, Glow, PlanarCamera, Sensor, on_bench
from calibration.sections.geometry import BenchPlane, Lens
from calibration.targets.sheets import A4, check_card

SIZE = (960, 640)
LENS = Lens(fx=1900.0, fy=1901.0, cx=484.0, cy=315.0, distortion=(-0.05, 0.02, 0.0003, -0.0002))
BENCH = BenchPlane((0.0, 0.0, 1.0), 900.0, 0.002)
_TEXELS_PER_MM = 4.0


@cache
def _card() -> NDArray[np.float32]:
    return check_card().raster(_TEXELS_PER_MM)


@cache
def _camera() -> PlanarCamera:
    return PlanarCamera(LENS, SIZE)


def tilted(degrees: float) -> BenchPlane:
    lean = math.radians(degrees)
    return dataclasses.replace(BENCH, normal=(math.sin(lean), 0.0, math.cos(lean)))


def card_picture(
    *,
    bench: BenchPlane = BENCH,
    level: tuple[float, float, float] = (0.9, 0.9, 0.9),
    blur_px: float = 0.6,
    x_mm: float = 0.0,
    turned_deg: float = 0.0,
    seed: int = 0,
) -> NDArray[np.uint8]:
    """H x W x 3, RGB."""
    texture = _card()
    pose = on_bench(bench, (A4[0] / 2, A4[1] / 2), x_mm=x_mm, turned_deg=turned_deg)
    seen = PlanarCamera(LENS, SIZE).sees([Flat(texture, 1 / _TEXELS_PER_MM, pose)], blur_px=blur_px)
    return Sensor().develop(seen * Glow(level).over(SIZE), np.random.default_rng(seed))
