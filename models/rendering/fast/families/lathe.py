"""Round bodies turned on a lathe and laid on their side."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.rendering.colour import decode
from models.rendering.fast.fields import Float, f32, noise
from models.rendering.fast.surface import Surface, blank


@dataclass(frozen=True, slots=True)
class Turned:
    """A profile to be turned: radius in mm at stations along the axis in mm from the middle."""

    stations: list[float]
    radii: list[float]


def turned(
    rng: np.random.Generator,
    form: Turned,
    length: float,
    texel_mm: float,
    cap: float,
    cap_radius: float,
    side_mm: float = 0.0,
) -> tuple[Surface, Float]:
    """A blank of the profile lying on the bench, and y over radius at every texel.

    ``length`` is along the axis, ``cap`` the station from which ``cap_radius`` (0 for none)
    holds, ``side_mm`` more room beside the body, all in mm.
    """
    most = max(max(form.radii), cap_radius)
    item = blank(
        (length, 2 * most + side_mm, 2 * most), texel_mm, decode(200, 200, 200), level_mm=most * 1.5
    )
    x, y = item.grid_mm()
    radius = f32(np.interp(x[0], form.stations, form.radii))
    radius = f32(cv2.GaussianBlur(radius[None], (0, 0), 1.6 / texel_mm, sigmaY=0.1,
                                  borderType=cv2.BORDER_REPLICATE))  # fmt: skip
    if cap_radius:
        radius = np.where(x > cap, np.float32(cap_radius), radius)
    across = f32(y / radius)
    item.height[...] = most + radius * np.sqrt(np.clip(1 - across * across, 0.004, 1))
    ends = np.abs(x) - np.float32(length / 2)
    reach = np.maximum(np.abs(y) - radius, ends)
    item.cover[...] = np.clip(0.5 - reach / np.float32(texel_mm), 0, 1)
    item.size_mm = (length, 2 * most + side_mm, 2 * most)
    item.height += np.float32(0.03) * noise(rng, item.shape, 30 / texel_mm)
    return item, across
