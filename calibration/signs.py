"""What shows a fault in the pictures, whoever looks: seventeen figures of an outline.

Each compares what lies inside an outline with what lies around it: in the light under the even lamp
and under the low ones, and in their ratio, which cancels what is printed and leaves relief.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.outline import pairs_across
from calibration.region import Cells, Floats, Region
from calibration.views import Light, Views

NAMES = (
    *("step even", "step low", "step relief"),
    *("agreement even", "agreement low", "agreement relief"),
    *("level even", "level low", "level relief"),
    *("texture even", "coarse texture even", "texture low", "coarse texture low"),
    *("texture relief", "coarse texture relief", "spread even", "spread relief"),
)
"""The figures, in their order."""

_DARKEST = 0.01
_LEAST_STEP = 0.004
"""Relative light that no sensor and no JPEG keeps apart: half an 8-bit step in middle tones."""
_INDEPENDENT = 3
"""Neighbouring points of an outline share their pixels: about a third of them are independent."""
_FEWEST_PAIRS = 8
_FEWEST_AROUND = 25
_RING_PX = 25
_MARGIN_PX = 16
_FINE, _COARSE = 1.5, 4.0


def signs(region: Region, views: Views) -> Floats | None:
    """Return the figures named by `NAMES` for an outline (17); None where too little of it lies in
    the pictures and on the item to tell.

    Steps: the median step of log light across the outline, over the standard error of that median,
    as ln(1 + root mean square over channels). A print that runs on under the outline has none.
    Agreement: how far the points' steps have one direction. Level: mean inside against mean in the
    ring around, over the ring's own scatter. Texture: how much livelier it is inside than around,
    at two widths. Spread: ln of the ratio of the deviations. Of several low lamps the one that
    shows most counts.
    """
    shape = views.shape
    if shape is None:
        return None
    left, top = (int(value) for value in region.origin)
    height, width = (int(side * region.step) + 2 for side in region.cells.shape)
    top, left = max(0, top - _MARGIN_PX), max(0, left - _MARGIN_PX)
    crop = (
        slice(top, min(shape[0], top + height + 2 * _MARGIN_PX)),
        slice(left, min(shape[1], left + width + 2 * _MARGIN_PX)),
    )
    inside = region.covers(crop)
    within = np.ones_like(inside) if views.within is None else views.within[crop]
    ring = _ring(inside, within)
    if not inside.any() or np.count_nonzero(ring) < _FEWEST_AROUND:
        return None
    pairs = pairs_across(inside, within)
    if len(pairs) < _FEWEST_PAIRS:
        return None
    light = views.light(crop)
    logs = [np.log(frame + _DARKEST) for frame in light]
    tones = [np.log(frame.mean(axis=2) + _DARKEST)[..., None] for frame in light]
    relief = [tone - tones[0] for tone in tones[1:]]
    groups = (logs[:1], logs[1:], relief)
    steps = [[_step(layer, pairs) for layer in group] for group in groups]
    levels = [[_level(layer, inside, ring) for layer in group] for group in groups]
    textures = [
        [_texture(layer, inside, ring, wide) for layer in group]
        for group in (tones[:1], tones[1:], relief)
        for wide in (_FINE, _COARSE)
    ]
    spreads = [[_spread(layer, inside, ring) for layer in group] for group in (tones[:1], relief)]
    return np.array(
        [
            *(max((step for step, _ in group), default=0.0) for group in steps),
            *(max((agree for _, agree in group), default=0.0) for group in steps),
            *(max(group, default=0.0) for group in levels),
            *(max(group, key=abs, default=0.0) for group in textures),
            *(max(group, default=0.0) for group in spreads),
        ]
    )


def _ring(inside: Cells, within: Cells) -> Cells:
    covered = inside.astype(np.uint8)
    clear = cv2.dilate(covered, np.ones((5, 5), np.uint8)) == 0
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_RING_PX, _RING_PX))
    ring = clear & within & (cv2.dilate(covered, reach) > 0)
    return np.asarray(ring if np.count_nonzero(ring) >= _FEWEST_AROUND else clear & within)


def _step(layer: Light, pairs: NDArray[np.int64]) -> tuple[float, float]:
    smooth = cv2.GaussianBlur(layer, (0, 0), 0.7).reshape(layer.shape)
    inner, outer = smooth[pairs[:, 1], pairs[:, 0]], smooth[pairs[:, 3], pairs[:, 2]]
    step = np.asarray(inner - outer, np.float64)
    middle = np.median(step, axis=0)
    spread = 1.4826 * np.median(np.abs(step - middle), axis=0)
    independent = max(1.0, len(pairs) / _INDEPENDENT)
    error = np.hypot(1.2533 * spread / math.sqrt(independent), _LEAST_STEP)
    agreement = float(np.abs(np.mean(np.sign(step), axis=0)).max())
    return math.log1p(float(np.sqrt(np.mean((middle / error) ** 2)))), agreement


def _level(layer: Light, inside: Cells, ring: Cells) -> float:
    here, there = layer[inside], layer[ring]
    few = math.sqrt(25 / max(len(there), 25) + 25 / max(len(here), 25))
    error = np.hypot(there.std(axis=0) * few, _LEAST_STEP)
    off = (here.mean(axis=0) - there.mean(axis=0)) / error
    return math.log1p(float(np.sqrt(np.mean(off**2))))


def _texture(layer: Light, inside: Cells, ring: Cells, wide: float) -> float:
    tone = layer[..., 0]
    rough = tone - cv2.GaussianBlur(tone, (0, 0), wide)
    lively = 0.5 * np.log(cv2.GaussianBlur(rough * rough, (0, 0), wide) + 1e-5)
    here, there = lively[inside], lively[ring]
    cell = (2 * wide) ** 2
    error = math.hypot(_mean_error(here, cell), _mean_error(there, cell), 0.05)
    more = float(np.median(here) - np.median(there)) / error
    return math.copysign(math.log1p(abs(more)), more)


def _mean_error(values: Sequence[float] | NDArray[np.float32], cell: float) -> float:
    return float(np.std(values)) / math.sqrt(max(1.0, len(values) / cell))


def _spread(layer: Light, inside: Cells, ring: Cells) -> float:
    here, there = float(layer[inside].std()), float(layer[ring].std())
    return math.log((here + _LEAST_STEP) / (there + _LEAST_STEP))
