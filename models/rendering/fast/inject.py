"""Faults put into photographs of clean goods, by the physics that makes them on rendered ones.

What the photograph shows is taken for the colour of a nearly flat surface. The fault is made on
that surface, both are lit by one lamp, and the photograph is multiplied by the ratio: the light,
the grain and the blur that are in it stay.
"""

import numpy as np
import numpy.typing as npt

from models.rendering.colour import encode
from models.rendering.fast.faults.index import KINDS
from models.rendering.fast.fields import Float, Mask, blur, chance, f32, log_uniform, noise
from models.rendering.fast.lamps import Lamp, Window, draw_lamps
from models.rendering.fast.shading import Staged, shade
from models.rendering.fast.surface import Seal, Surface, blank
from models.rendering.geometry import FRAME_ON_BENCH_MM, Bench
from models.sets import Quantity

INJECTABLE = tuple(name for name in KINDS if name != "missing_part")
"""A part cannot be taken off where nobody knows what lies under it."""

_THIN = {"scratch": 0.35, "crack": 0.35}
_LARGEST_GAIN = 3.5
_VISIBLE = 0.10
"""Least mean change of light over the mask, relative to the light there."""


def inject(
    picture: npt.NDArray[np.uint8],
    rng: np.random.Generator,
    defect: str,
    *,
    mm_per_px: float = 0.34,
    item: Mask | None = None,
) -> tuple[npt.NDArray[np.uint8], Mask, tuple[Quantity, ...]] | None:
    """``picture`` (rows, columns, 3) with one fault, the fault's mask and its true sizes.

    ``mm_per_px`` is the scale the photograph is taken to have, ``item`` where the item lies (all
    over if None). None where the fault finds no room or would hardly show. Raises KeyError for
    a defect that is not INJECTABLE.
    """
    if defect not in INJECTABLE:
        raise KeyError(defect)
    surface = _as_surface(picture, rng, mm_per_px, item)
    lamps = draw_lamps(rng)
    lamp = lamps[str(rng.choice(np.array(list(lamps)), p=[0.6, 0.2, 0.2]))]
    if defect == "oxidation":
        surface.metal[...] = 1
    before = _lit(surface, lamp, mm_per_px)
    rows, columns, _ = picture.shape
    if defect == "broken_seal":
        across = rng.uniform(0.2, 0.8, (2, 2)) * np.array([columns, rows])
        surface.seals.append(Seal(across, float(rng.uniform(1.5, 10))))
    kind = KINDS[defect]
    reach = min(rows, columns) * mm_per_px
    low, high = kind.span
    most = 0.7 * reach if kind.linear else 0.25 * reach * reach
    fault = kind.make(surface, rng, log_uniform(rng, low, max(low * 1.05, min(high, most))))
    if fault is None:
        return None
    surface.settle()
    gain = np.clip(_lit(surface, lamp, mm_per_px) / before, 0, _LARGEST_GAIN)
    mask = np.asarray(fault.extent >= _THIN.get(defect, 0.5), np.bool_)
    if int(mask.sum()) < 8 or float(np.abs(gain - 1).max(axis=2)[mask].mean()) < _VISIBLE:
        return None
    return encode(f32(_decoded(picture) * gain)), mask, fault.truth


def _decoded(picture: npt.NDArray[np.uint8]) -> Float:
    code = np.arange(256) / 255
    table = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return f32(table.astype(np.float32)[picture])


def _as_surface(
    picture: npt.NDArray[np.uint8], rng: np.random.Generator, mm_per_px: float, item: Mask | None
) -> Surface:
    """A nearly flat surface coloured as the photograph is; its grain is taken for relief."""
    rows, columns, _ = picture.shape
    size = (columns * mm_per_px, rows * mm_per_px, 0.0)
    surface = blank(size, mm_per_px, f32([0.5, 0.5, 0.5]), margin_mm=0.0)
    seen = _decoded(picture)
    surface.albedo[...] = np.clip(seen, 0.02, 0.9)
    tone = seen.mean(axis=2)
    surface.height += np.float32(0.12) * np.clip(tone - blur(f32(tone), 2.0), -0.3, 0.3)
    surface.height += np.float32(0.05) * noise(rng, surface.shape, 40)
    surface.roughness[...] = np.float32(rng.uniform(0.3, 0.95))
    surface.porous = chance(rng, 0.6)
    pale = float(rng.uniform(0.4, 0.9))
    surface.core = (pale, pale * 0.95, pale * 0.86)
    surface.cover[...] = 1 if item is None else item.astype(np.float32)
    return surface


def _lit(surface: Surface, lamp: Lamp, mm_per_px: float) -> Float:
    """Light of the surface lying in the middle of the bench."""
    rows, columns = surface.shape
    bench = Bench(round(FRAME_ON_BENCH_MM / mm_per_px), round(FRAME_ON_BENCH_MM / mm_per_px))
    window = Window((bench.width - columns) // 2, (bench.height - rows) // 2, columns, rows)
    staged = Staged(
        window=window,
        level_mm=0.0,
        albedo=surface.albedo,
        height=surface.height,
        roughness=surface.roughness,
        specular=surface.specular,
        metal=np.zeros_like(surface.metal),
        opacity=np.ones_like(surface.opacity),
        cover=surface.cover,
        film=surface.film,
    )
    ones = np.ones(surface.shape, np.float32)
    behind = np.full((*surface.shape, 3), 0.3, np.float32)
    return f32(np.maximum(shade(bench, staged, lamp, ones, ones, behind).light, 1e-4))
