"""Measures of one picture that say whether it may be examined."""

from collections.abc import Mapping
from dataclasses import dataclass

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
_STRONGEST = 0.06
_FLATTEST = 0.125
_LEAST_SLOPE = 0.5
"""Grey levels a pixel at the coarse scale: a picture without such slopes tells no sharpness."""
_MARGIN_PX = 8
_SURER = 2.0
_BENCH_FOR_LIGHT = 0.2
"""Around a large item the bench gets much of its low light from the item's sides."""


@dataclass(frozen=True, slots=True)
class References:
    """The empty bench: small and linear under each light, and as it was pictured for the item."""

    by_light: Mapping[str, BenchReference]
    pictures: Mapping[str, Picture]

    @classmethod
    def of(cls, pictures: Mapping[str, Picture]) -> "References":
        """From pictures of the empty bench by light."""
        made = {light: BenchReference(reduced(picture)) for light, picture in pictures.items()}
        return cls(made, pictures)


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
    """The contrast of the strongest edges at fine over coarse scale, in the least sharp direction.

    And that over the same in the sharpest direction. Both are generalised eigenvalues of the two
    scales' structure tensors (Förstner 1987), so no direction is missed. Noise is taken off as
    it is seen in the flattest places. None for a picture without edges.
    """
    level = grey.astype(np.float32)
    fine_x, fine_y = _slopes(level, _FINE_PX)
    coarse_x, coarse_y = _slopes(level, _COARSE_PX)
    power = coarse_x * coarse_x + coarse_y * coarse_y
    sample = power[::2, ::2].ravel()
    strong, weak = np.quantile(sample, (1 - _STRONGEST, _FLATTEST))
    if strong < _LEAST_SLOPE**2:
        return None, 1.0
    edge, flat = power >= strong, power <= weak
    noise = float(np.median(fine_x[flat] ** 2 + fine_y[flat] ** 2)) / (2 * np.log(2))
    length = np.sqrt(power[edge])
    # A few hard edges may not outvote all others.
    weight = np.minimum(1, 2 * np.median(length) / length).astype(np.float32)
    fine = np.stack([fine_x[edge], fine_y[edge]]) * weight
    coarse = np.stack([coarse_x[edge], coarse_y[edge]]) * weight
    count = length.size
    at_fine = fine @ fine.T / count - np.eye(2) * noise * float(np.mean(weight * weight))
    at_coarse = coarse @ coarse.T / count + np.eye(2) * 1e-6
    least, most = sorted(np.linalg.eigvals(np.linalg.solve(at_coarse, at_fine)).real)
    return float(max(least, 0.0)), float(max(least, 0.0) / most) if most > 0 else 1.0


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
