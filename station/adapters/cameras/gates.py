"""Measures of one picture that say whether it may be examined."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models.runtime.item import item_region
from models.runtime.opencv import cv2
from models.runtime.region import Region
from station.adapters.cameras.bench_reference import BenchReference, covered_rim
from station.adapters.cameras.reduced import Linear, Picture, level_of, reduced
from station.domain.picture import PictureFacts

_END = 250
"""From this 8-bit level on in every channel nothing more is told apart."""
_COARSE_PX = 3.0
_FINE_PX = 0.8
_DIRECTIONS = 8
_STRONGEST = 0.005
"""Of a picture's slopes in one direction."""
_NOISE_STRONGEST = 9.0
"""How much stronger that part of noise alone is than its mean."""
_PLENTY = 120_000
"""So many pixels are plenty to find the strongest slopes among."""
_FLATTEST = 0.125
_LEAST_SLOPE = 0.5
"""Grey levels a pixel at the coarse scale: a picture without such slopes tells no sharpness."""
_EDGES, _FINER, _SLANT = 96, 4, np.float32(0.087)
"""A drawn pair of slanted edges: pixels of its sides, how much finer it is drawn, tan 5°."""
_MARGIN_PX = 8
_PATTERN = 0.15
"""A bench with less of a pattern than that is known by its light alone."""
_SURER = 2.0
_BENCH_FOR_LIGHT = 0.2
"""Around a large item the bench gets much of its low light from the item's sides."""


@dataclass(frozen=True, slots=True)
class References:
    """The empty bench: small and linear under each light, and as it was pictured for the item.

    `pattern` is how well the bench's fine pattern comes back from light to light, from 0 to 1; 0
    under one light alone, which cannot tell pattern from noise.
    """

    by_light: Mapping[str, BenchReference]
    pictures: Mapping[str, Picture]
    pattern: float = 0.0

    @classmethod
    def of(cls, pictures: Mapping[str, Picture]) -> "References":
        """From pictures of the empty bench by light."""
        made = {light: BenchReference(reduced(picture)) for light, picture in pictures.items()}
        pairs = [one.alike(other.level) for one, other in combinations(made.values(), 2)]
        return cls(made, pictures, max(pairs, default=0.0))


@dataclass(frozen=True, slots=True)
class Looked:
    """The facts of a picture, the picture in small, and where the item lies if that is known."""

    facts: PictureFacts
    small: Linear
    region: Region | None = None


def look_over(
    picture: Picture,
    light: str,
    references: References | None = None,
    region: Region | None = None,
    *,
    soft: bool = True,
) -> Looked:
    """Measure a picture taken under `light`.

    Without a reference of that light it is measured by itself. Under `soft` light the item is
    looked for; its `region` serves the pose's other shots, where hard shadows would be taken for
    it. Hard shadows have blurred edges and reach the rim, so sharpness and rim are not measured
    there.
    """
    small = reduced(picture)
    reference = references.by_light.get(light) if references else None
    if references is None or reference is None:
        return Looked(_by_itself(picture, region, sharp=soft), small)
    empty = references.pictures[light]
    if soft and empty.shape == picture.shape:
        region = item_region(picture, empty)
    own = _by_itself(picture, region, sharp=soft)
    facts = _against(small, light, references, own, soft=soft, item=region is not None or not soft)
    return Looked(facts, small, region)


def _against(
    small: Linear,
    light: str,
    references: References,
    own: PictureFacts,
    *,
    soft: bool,
    item: bool,
) -> PictureFacts:
    level = level_of(small)
    reference = references.by_light[light]
    shown = reference.shown(level)
    patterned = soft and references.pattern >= _PATTERN
    others = (
        other.shown(level).share for name, other in references.by_light.items() if name != light
    )
    return PictureFacts(
        sharpness=own.sharpness,
        evenness=own.evenness,
        clipped=own.clipped,
        glare=own.glare,
        bench=shown.share,
        light=shown.light if soft or shown.share >= _BENCH_FOR_LIGHT else None,
        other=max(others, default=0.0) > _SURER * shown.share,
        alike=reference.alike(level, shown.cells) / references.pattern if patterned else None,
        edge=covered_rim(small, reference.linear, shown.light) if soft else None,
        item=item,
    )


def _by_itself(picture: Picture, region: Region | None, *, sharp: bool) -> PictureFacts:
    inside = None
    if region is not None:
        picture, inside = _cut(picture, region)
    end = np.asarray(cv2.inRange(picture, (_END,) * 3, (255,) * 3)) > 0
    if inside is not None:
        end &= inside
    whole = np.count_nonzero(inside) if inside is not None else end.size
    clipped = float(np.count_nonzero(end)) / max(1, int(whole))
    glare = _largest(end) / max(1, int(whole)) if clipped else 0.0
    if not sharp:
        return PictureFacts(None, 1.0, clipped, glare)
    sharpness, evenness = sharpness_of(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)))
    return PictureFacts(sharpness, evenness, clipped, glare)


def sharpness_of(grey: NDArray[np.uint8]) -> tuple[float | None, float]:
    """The strongest slopes at fine over those at coarse scale, in the least sharp direction.

    And that over the same in the sharpest direction. In each direction the finest edges are looked
    for wherever they are, for soft goods have few, and stripes run one way. Noise is taken off as
    it is seen in the flattest places. None for a picture without edges.
    """
    level = grey.astype(np.float32)
    fine, coarse = _slopes(level, _FINE_PX), _slopes(level, _COARSE_PX)
    weak = coarse[0] ** 2 + coarse[1] ** 2
    flat = weak <= np.quantile(weak[::2, ::2], _FLATTEST)
    noise = float(np.median(fine[0][flat] ** 2 + fine[1][flat] ** 2)) / (2 * np.log(2))
    step = max(1, round(np.sqrt(grey.size / _PLENTY)))
    contrasts = []
    for turn in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        across, down = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        at_fine, at_coarse = (
            _strongest(x[::step, ::step] * across + y[::step, ::step] * down)
            for x, y in (fine, coarse)
        )
        if at_coarse >= _LEAST_SLOPE**2:
            contrasts.append(float(max(at_fine - _NOISE_STRONGEST * noise, 0.0) / at_coarse))
    if not contrasts:
        return None, 1.0
    least, most = min(contrasts), max(contrasts)
    return least, least / most if most > 0 else 1.0


def _strongest(slopes: NDArray[np.float32]) -> float:
    """The mean power of the strongest slopes."""
    power = np.square(slopes).ravel()
    count = max(1, round(_STRONGEST * power.size))
    return float(np.mean(np.partition(power, power.size - count)[-count:]))


def edge_sharpness(mtf50: float) -> float:
    """The sharpness that `sharpness_of` finds on black edges on white, of a camera with that MTF50.

    In cycles per pixel; the camera blurs as a Gaussian does (`calibration` measures it on edges).
    """
    blur_px = float(np.sqrt(np.log(2) / 2)) / np.pi / mtf50
    y, x = np.mgrid[: _EDGES * _FINER, : _EDGES * _FINER].astype(np.float32)
    middle = np.float32(_EDGES * _FINER / 2)
    right = x - middle > (y - middle) * _SLANT
    above = y - middle > (middle - x) * _SLANT
    fine = np.where(right ^ above, np.float32(200), np.float32(40))
    soft = cv2.GaussianBlur(fine, (0, 0), blur_px * _FINER)
    seen = cv2.resize(soft, (_EDGES, _EDGES), interpolation=cv2.INTER_AREA)
    sharpness, _ = sharpness_of(np.asarray(np.rint(seen), np.uint8))
    return float(sharpness or 1.0)


def _slopes(level: NDArray[np.float32], px: float) -> tuple[NDArray[np.float32], ...]:
    smooth = cv2.GaussianBlur(level, (0, 0), px)
    return tuple(
        np.asarray(cv2.Sobel(smooth, cv2.CV_32F, dx, dy, scale=0.125), np.float32)
        for dx, dy in ((1, 0), (0, 1))
    )


def _largest(cells: NDArray[np.bool_]) -> int:
    """The pixels of the largest connected part; specks and hairlines are none."""
    whole = cv2.morphologyEx(cells.view(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=4)
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))


def _cut(picture: Picture, region: Region) -> tuple[Picture, NDArray[np.bool_]]:
    """The part of the picture around the item, and where in it the item is."""
    corners = np.asarray(region.polygon, np.float64)
    height, width = picture.shape[:2]
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - _MARGIN_PX, 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + _MARGIN_PX + 1
    part = picture[top : min(bottom, height), left : min(right, width)]
    inside = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(corners - (left, top)).astype(np.int32)], 1)
    return np.ascontiguousarray(part), inside.view(bool)
