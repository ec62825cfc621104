"""Faults along lines: scratches and cracks."""

import numpy as np

from models.rendering.faults.shape import Band, band, curve
from models.rendering.field import FieldFault, FloatArray, blend, smooth_noise
from models.rendering.traced.skin import Points, Skin, along_curve, calipers, f32

_TRIES = 10


def scratch(skin: Skin, rng: np.random.Generator, length_mm: float) -> FieldFault | None:
    """A groove of about ``length_mm``, sometimes with a weaker one beside it."""
    for _ in range(_TRIES):
        centre = skin.spot(rng, 4.0)
        if centre is None:
            return None
        line = curve(rng, length_mm, float(rng.uniform(0.03, 0.6)), centre)
        near = band(line, skin.shape, 4.0)
        width = float(np.clip(rng.lognormal(np.log(0.75), 0.35), 0.42, 1.8))
        half = _half(near, rng, skin, width)
        extent = near.distance <= half
        if not skin.fits(extent):
            continue
        _cut(skin, rng, near, half)
        return FieldFault("scratch", extent, along_curve(extent, length_mm))
    return None


def _half(near: Band, rng: np.random.Generator, skin: Skin, width: float) -> FloatArray:
    taper = np.clip(np.minimum(near.along, 1 - near.along) * 7, 0.12, 1) ** 0.6
    rough = 1 + np.float32(0.2) * smooth_noise(rng, skin.shape, 2.2)
    return f32(np.clip(np.float32(width / 2) * taper * rough, 0.17, None))


def _cut(skin: Skin, rng: np.random.Generator, near: Band, half: FloatArray) -> None:
    profile = f32(np.exp(-np.float32(0.7) * (near.distance / half) ** 2))
    hard = skin.stuff in ("ceramic", "glass", "metal")
    depth = float(rng.uniform(0.05, 0.15) if hard else rng.uniform(0.12, 0.42))
    burr = np.exp(-(((near.distance - half * 1.8) / (half * 0.6)) ** 2))
    skin.height += np.float32(depth) * (np.float32(rng.uniform(0.1, 0.5)) * burr - profile)
    broken = np.clip(0.85 + np.float32(0.35) * smooth_noise(rng, skin.shape, 6.0), 0.3, 1)
    weight = f32(np.clip(profile * 1.2, 0, 1) * broken * np.float32(rng.uniform(0.5, 0.95)))
    if skin.stuff in ("board", "paper", "leather") and rng.random() < 0.65:
        over = np.maximum(skin.core, skin.albedo * np.float32(1.3))
    elif hard or rng.random() < 0.55:
        over = skin.albedo * np.float32(0.55) + np.float32(rng.uniform(0.12, 0.42))
    else:
        over = skin.albedo * np.float32(rng.uniform(0.25, 0.5))
    skin.albedo[...] = blend(skin.albedo, f32(over), weight)
    skin.roughness += (np.float32(0.6) - skin.roughness) * weight


def crack(skin: Skin, rng: np.random.Generator, length_mm: float) -> FieldFault | None:
    """A jagged break that forks; on glass often a star. Its edges stand at different heights."""
    for _ in range(_TRIES):
        centre = skin.spot(rng, 4.0)
        if centre is None:
            return None
        star = skin.stuff == "glass" and rng.random() < 0.55
        lines = _star(rng, length_mm, centre) if star else _forked(rng, length_mm, centre)
        width = float(rng.uniform(0.3, 0.8) if skin.soft else rng.uniform(0.3, 0.6))
        extent = np.zeros(skin.shape, np.bool_)
        bands = [band(line, skin.shape, 3.0) for line in lines]
        for near in bands:
            extent |= near.distance <= max(width / 2, 0.3)
        if not skin.fits(extent):
            continue
        for near in bands:
            _break(skin, rng, near, width)
        if star:
            return FieldFault("crack", extent, calipers(extent))
        return FieldFault("crack", extent, along_curve(extent, length_mm))
    return None


def _jagged(rng: np.random.Generator, length: float, heading: float, start: Points) -> Points:
    steps = max(3, round(length / 2.2))
    turns = np.cumsum(rng.normal(0, 0.10, steps)) + rng.normal(0, 0.42, steps)
    angle = heading + turns - turns.mean()
    pace = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (length / steps)
    return np.asarray(np.concatenate([[[0.0, 0.0]], np.cumsum(pace, axis=0)]) + start)


def _forked(
    rng: np.random.Generator, length: float, centre: tuple[float, float]
) -> list[Points]:  # fmt: skip
    heading = float(rng.uniform(0, 2 * np.pi))
    main = _jagged(rng, length, heading, np.zeros(2))
    main = main - (main.min(axis=0) + main.max(axis=0)) / 2 + np.array(centre)
    lines = [main]
    for _ in range(int(rng.integers(0, 4))):
        start = main[int(rng.integers(1, len(main) - 1))]
        side = heading + float(rng.choice([-1, 1])) * float(rng.uniform(0.4, 1.0))
        lines.append(_jagged(rng, length * float(rng.uniform(0.12, 0.4)), side, start))
    return lines


def _star(
    rng: np.random.Generator, length: float, centre: tuple[float, float]
) -> list[Points]:  # fmt: skip
    middle = np.array(centre)
    count = int(rng.integers(5, 10))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.normal(0, 0.25, count)
    reach = length / 2 * rng.uniform(0.35, 1.0, count)
    lines = [
        _jagged(rng, float(r), float(a), middle) for a, r in zip(angles, reach, strict=True)
    ]  # fmt: skip
    for share in (0.2, 0.42):
        if rng.random() < 0.7:
            ring = [line[min(len(line) - 1, int(share * len(line)) + 1)] for line in lines]
            lines.append(np.array([*ring, ring[0]]))
    return lines


def _break(skin: Skin, rng: np.random.Generator, near: Band, width: float) -> None:
    sharp = f32(np.clip((np.float32(width) - near.distance) / np.float32(0.3), 0, 1))
    far = np.exp(-near.distance / np.float32(1.6)) * (near.distance < 8)
    skin.height += np.float32(rng.uniform(0.03, 0.14)) * near.side * f32(far)
    skin.height -= np.float32(0.35) * sharp
    if skin.stuff in ("glass", "leather") and rng.random() < 0.6:
        over = f32(skin.albedo * np.float32(0.5) + np.float32(0.38) * skin.core)
    else:
        over = f32(skin.albedo * np.float32(rng.uniform(0.08, 0.3)))
    skin.albedo[...] = blend(skin.albedo, over, sharp * np.float32(rng.uniform(0.7, 0.95)))
    skin.roughness += (np.float32(0.7) - skin.roughness) * sharp
