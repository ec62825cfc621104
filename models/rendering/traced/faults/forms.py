"""Faults of form: dents, tears and holes, opened seals, chips, pilling."""

import cv2
import numpy as np

from models.rendering.faults.shape import band, blob, curve
from models.rendering.field import (
    TEXEL_MM,
    FieldFault,
    FloatArray,
    area_mm2,
    blend,
    ragged_noise,
    smooth_noise,
    smoothstep,
)
from models.rendering.traced.skin import Points, Skin, along_curve, calipers, f32
from models.sets import Quantity

_TRIES = 8
_RIM_SHARE = 0.15
"""A dent reaches to where its depth has fallen to this share of its greatest depth."""


def dent(skin: Skin, rng: np.random.Generator, area: float) -> FieldFault | None:
    """A smooth hollow; where the stuff folds, with creases across it. None on what is too hard."""
    if skin.give <= 0:
        return None
    for _ in range(_TRIES):
        radius = float(np.sqrt(area / np.pi))
        centre = skin.spot(rng, min(radius * 0.7, 22.0))
        if centre is None:
            return None
        shape = blob(rng, area, centre, aspect=float(rng.uniform(1.0, 2.0)), wobble=0.09)
        reach = shape.radius(skin.shape)
        extent = reach <= 1
        if not skin.fits(extent):
            continue
        truth = calipers(extent)
        mean = np.sqrt(truth[0].value * truth[1].value)
        depth = float(np.clip(mean * rng.uniform(0.10, 0.19) * skin.give, 0.6, 8.0))
        rim = np.sqrt(1 - np.sqrt(_RIM_SHARE))
        hollow = np.clip(1 - (reach * np.float32(rim)) ** 2, 0, 1) ** 2
        skin.height -= np.float32(depth) * hollow
        worn = _creased(skin, rng, centre, radius, depth)
        skin.albedo *= (1 + np.float32(rng.uniform(-0.2, 0.25)) * worn)[..., None]
        skin.albedo *= (1 - np.float32(rng.uniform(0.02, 0.1)) * hollow)[..., None]
        return FieldFault("dent", extent, (*truth, Quantity("depth", round(depth, 2), "mm")))
    return None


def _creased(
    skin: Skin, rng: np.random.Generator, centre: tuple[float, float], radius: float, depth: float
) -> FloatArray:
    """Fold the skin across a dent; returns how worn it is along the folds, 0..1."""
    worn = np.zeros(skin.shape, np.float32)
    if skin.stuff not in ("board", "paper", "film", "metal"):
        return worn
    for _ in range(int(rng.integers(1, 4))):
        at = rng.normal(0, radius * 0.35, 2) + np.array(centre)
        line = curve(rng, radius * float(rng.uniform(0.7, 1.5)), 0.35, (float(at[0]), float(at[1])))
        near = band(line, skin.shape, 3.0)
        taper = np.clip(np.minimum(near.along, 1 - near.along) * 4, 0, 1)
        fold = f32(np.exp(-((near.distance / np.float32(0.8)) ** 2)) * taper)
        skin.height -= np.float32(min(0.6, 0.15 + 0.1 * depth)) * fold
        worn = np.maximum(worn, fold)
    return worn


def tear(skin: Skin, rng: np.random.Generator, length_mm: float) -> FieldFault | None:
    """A gaping rip, or a hole, with fibres or a curled lip at its edge."""
    for _ in range(_TRIES):
        centre = skin.spot(rng, 4.0)
        if centre is None:
            return None
        if rng.random() < 0.28:
            shape = blob(rng, (length_mm * 0.45) ** 2, centre, aspect=1.4, wobble=0.22)
            reach = shape.radius(skin.shape) + np.float32(0.08) * smooth_noise(rng, skin.shape, 2.5)
            inside = f32((1 - reach) * np.float32(length_mm * 0.25))
        else:
            line = curve(rng, length_mm, float(rng.uniform(0.1, 0.8)), centre)
            near = band(line, skin.shape, 16.0)
            open_ = min(length_mm * float(rng.uniform(0.05, 0.2)), 13.0) + 0.7
            lens = np.sin(np.pi * np.clip(near.along, 0.02, 0.98)) ** 0.8
            ragged = np.float32(0.35) * ragged_noise(rng, skin.shape, 3.0)
            inside = f32(np.float32(open_ / 2) * lens + ragged * lens - near.distance)
        gap = smoothstep(-0.15, 0.15, inside)
        lip_mm = float(rng.uniform(0.5, 2.0)) if skin.porous else float(rng.uniform(0.4, 0.9))
        shreds = smoothstep(-0.6, 0.5, ragged_noise(rng, skin.shape, 2.0))
        lip = f32(smoothstep(-lip_mm, -0.1, inside) * (1 - gap) * shreds)
        extent = (gap > 0.5) | (lip > 0.5)
        if not skin.fits(extent):
            continue
        _open(skin, rng, gap, lip)
        return FieldFault("tear", extent, calipers(extent))
    return None


def _open(skin: Skin, rng: np.random.Generator, gap: FloatArray, lip: FloatArray) -> None:
    skin.albedo[...] = blend(skin.albedo, skin.core, lip * np.float32(rng.uniform(0.4, 0.95)))
    skin.height += lip * np.float32(rng.uniform(0.15, 0.8))
    if skin.stuff == "board" and rng.random() < 0.6:
        stripes = np.sin(np.arange(skin.shape[1], dtype=np.float32) * np.float32(0.55))
        inner = f32(skin.core * np.float32(0.55) * (1 + np.float32(0.3) * stripes)[None, :, None])
    else:
        inner = f32(skin.albedo * np.float32(rng.uniform(0.05, 0.25)))
    skin.albedo[...] = blend(skin.albedo, inner, gap)
    soft = cv2.GaussianBlur(gap, (0, 0), 1.6)
    skin.albedo *= (1 - np.float32(0.45) * soft * gap)[..., None]
    skin.height -= gap * np.float32(rng.uniform(0.8, 2.6))
    skin.roughness += (np.float32(0.85) - skin.roughness) * np.maximum(gap, lip)
    skin.metal *= 1 - gap


def broken_seal(skin: Skin, rng: np.random.Generator, length_mm: float) -> FieldFault | None:
    """A stretch of a seal that has come open: a dark mouth, a lifted lip, remains of glue."""
    if not skin.seals:
        return None
    seal = skin.seals[int(rng.integers(len(skin.seals)))]
    steps = np.linalg.norm(np.diff(seal.line_mm, axis=0), axis=1)
    run = np.concatenate([[0.0], np.cumsum(steps)])
    whole = float(run[-1])
    length = min(length_mm, whole * 0.96)
    width = max(1.4, seal.width_mm * float(rng.uniform(0.7, 1.1)))
    for _ in range(_TRIES):
        start = float(rng.uniform(0, max(whole - length, 1e-3)))
        line = _stretch(seal.line_mm, run, start, length)
        line = line + np.cumsum(rng.normal(0, 0.12, line.shape), axis=0)
        near = band(line, skin.shape, width + 6.0)
        extent = near.distance <= width / 2
        if bool((extent & skin.taken()).any()) or area_mm2(extent) < 8:
            continue
        swell = np.clip(np.minimum(near.along, 1 - near.along) * 6, 0, 1)
        bulge = np.exp(-((near.distance / np.float32(width * 0.6 + 0.8)) ** 2)) * swell
        ruffle = 1 + np.float32(0.5) * smooth_noise(rng, skin.shape, 9.0)
        skin.height += np.float32(rng.uniform(0.7, 2.2)) * f32(bulge * ruffle)
        mouth_mm = np.float32(min(2.2, width * 0.4)) * swell
        mouth = smoothstep(0.3, -0.3, f32(near.distance - mouth_mm / 2))
        skin.height -= np.float32(1.8) * mouth
        glue = extent * smoothstep(-0.1, 0.8, ragged_noise(rng, skin.shape, 4.0))
        skin.albedo[...] = blend(skin.albedo, skin.core, f32(glue) * np.float32(0.7))
        skin.albedo *= (1 - np.float32(0.88) * mouth)[..., None]
        skin.roughness += (np.float32(0.5) - skin.roughness) * f32(glue)
        return FieldFault("broken_seal", extent, along_curve(extent, length))
    return None


def _stretch(line: Points, run: Points, start: float, length: float) -> Points:
    at = np.linspace(start, start + length, max(6, round(length / 2.0)))
    return np.stack([np.interp(at, run, line[:, 0]), np.interp(at, run, line[:, 1])], axis=1)


def chip(skin: Skin, rng: np.random.Generator, area: float, rim: FloatArray) -> FieldFault | None:
    """A piece broken out beside ``rim`` (mm to the edge): the rough body shows."""
    if skin.soft or skin.stuff == "board":
        return None
    rows, columns = np.nonzero((rim < 2.5) & (rim > 0.2) & ~skin.taken())
    if not len(rows):
        return None
    for _ in range(_TRIES):
        pick = int(rng.integers(len(rows)))
        centre = (float(columns[pick] * TEXEL_MM), float(rows[pick] * TEXEL_MM))
        shape = blob(rng, area, centre, aspect=float(rng.uniform(1.2, 2.4)), wobble=0.2)
        reach = shape.radius(skin.shape) + np.float32(0.06) * smooth_noise(rng, skin.shape, 2.0)
        body = f32(smoothstep(1.06, 0.94, f32(reach)) * (rim > 0))
        extent = body > 0.5
        if bool((extent & skin.taken()).any()) or area_mm2(extent) < 6:
            continue
        facets = ragged_noise(rng, skin.shape, 3.0)
        skin.albedo[...] = blend(
            skin.albedo, f32(skin.core * np.exp(np.float32(0.1) * facets)[..., None]), body
        )
        deep = smoothstep(4.5, 0.0, rim)
        skin.height -= body * (np.float32(0.7) + np.float32(1.8) * deep + np.float32(0.3) * facets)
        skin.roughness += (np.float32(0.85) - skin.roughness) * body
        skin.metal *= 1 - body
        return FieldFault("missing_part", extent, calipers(extent))
    return None


def pilling(skin: Skin, rng: np.random.Generator, area: float) -> FieldFault | None:
    """Balls of fibre over a rubbed region of cloth; the fault is the region they lie in."""
    if skin.stuff != "cloth":
        return None
    for _ in range(_TRIES):
        centre = skin.spot(rng, 8.0)
        if centre is None:
            return None
        shape = blob(rng, area, centre, aspect=float(rng.uniform(1.0, 2.0)), wobble=0.15)
        extent = shape.radius(skin.shape) <= 1
        if not skin.fits(extent):
            continue
        balls = np.zeros(skin.shape, np.float32)
        places = np.flatnonzero(extent)
        count = int(np.clip(area * rng.uniform(0.03, 0.09), 8, 200))
        for place in rng.choice(places, count):
            row, column = divmod(int(place), skin.shape[1])
            radius = float(np.exp(rng.uniform(np.log(0.5), np.log(1.5)))) / TEXEL_MM
            _ball(balls, row, column, radius, float(rng.uniform(0.6, 1.3)))
        fuzz = balls * (1 + np.float32(0.35) * smooth_noise(rng, skin.shape, 1.2))
        skin.height += f32(cv2.GaussianBlur(fuzz, (0, 0), 1.0)) * np.float32(rng.uniform(0.4, 0.8))
        pale = np.float32(rng.uniform(0.04, 0.22))
        over = f32(skin.albedo * np.float32(0.85) + pale)
        share = np.clip(balls, 0, 1) * np.float32(0.6)
        skin.albedo[...] = blend(skin.albedo, over, f32(share))
        skin.albedo[...] = blend(skin.albedo, over, extent.astype(np.float32) * np.float32(0.12))
        return FieldFault("pilling", extent, calipers(extent))
    return None


def _ball(into: FloatArray, row: int, column: int, radius: float, tall: float) -> None:
    reach = int(radius * 1.5) + 2
    top, left = max(0, row - reach), max(0, column - reach)
    area = into[top : row + reach, left : column + reach]
    y = np.arange(top, top + area.shape[0], dtype=np.float32)[:, None] - np.float32(row)
    x = np.arange(left, left + area.shape[1], dtype=np.float32)[None, :] - np.float32(column)
    dome = np.sqrt(np.clip(1 - (x * x + y * y) / np.float32(radius**2), 0, 1)) * np.float32(tall)
    np.maximum(area, dome, out=area)
