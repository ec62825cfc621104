"""An item laid on the bench: its fields seen by the camera, its light, its truth in the frame."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.rendering.fast.bench import EmptyBench
from models.rendering.fast.fields import Float, Points, channel_min, drawn_polygon, f32
from models.rendering.fast.lamps import Lamp, Window
from models.rendering.fast.outlines import outline_of, regions, rounded
from models.rendering.fast.shading import Staged, shade
from models.rendering.fast.shadow import COARSE, far_visibility, sky_share
from models.rendering.fast.surface import Surface
from models.rendering.geometry import Bench, Placement, outline
from models.sets import FaultTruth, Mark, Polygon, TextTruth

_MARGIN_PX = 6
_THIN = {"scratch": 0.35, "crack": 0.35}
_SETTLING = 3


@dataclass(frozen=True, slots=True)
class Pose:
    """Where an item lies: centre in mm, yaw in radians."""

    x_mm: float
    y_mm: float
    yaw: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A surface at its pose, mapped into a window of the frame."""

    bench: Bench
    surface: Surface
    pose: Pose
    staged: Staged
    map_x: Float
    map_y: Float
    coarse: Float
    sky: Float


def lay_down(bench: Bench, surface: Surface, pose: Pose) -> Stage:
    """Map a surface into the frame, height by height, and raise it over the bench."""
    corners = to_frame(bench, pose, _grid_corners(surface), surface.level_mm)
    if surface.block_mm is not None:
        corners = np.concatenate([corners, _block_outline(bench, surface, pose)])
    low = np.floor(corners.min(axis=0)).astype(int) - _MARGIN_PX
    high = np.ceil(corners.max(axis=0)).astype(int) + _MARGIN_PX
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    window = Window(left, top, min(bench.width, int(high[0])) - left,
                    min(bench.height, int(high[1])) - top)  # fmt: skip
    map_x, map_y = _texels_seen(bench, surface, pose, window)
    staged = _staged(surface, window, map_x, map_y)
    coarse = _raised(bench, surface, pose, staged)
    sky = sky_share(coarse, bench.mm_per_px(0) * COARSE)
    return Stage(bench, surface, pose, staged, map_x, map_y, coarse, sky)


def picture(stage: Stage, empty: EmptyBench, light: str) -> tuple[Float, tuple[Mark, ...]]:
    """The linear frame under one light, and the glare and shadow on the item as marks."""
    lamp = empty.lamps[light]
    bench, window = stage.bench, stage.staged.window
    size = (bench.width, bench.height)
    at = (stage.pose.x_mm, stage.pose.y_mm)
    low, high = far_visibility(stage.coarse, lamp, at, bench.mm_per_px(0) * COARSE)
    density = np.float32(_shadow_density(stage.surface))
    low, high = f32(1 - (1 - low) * density), f32(1 - (1 - high) * density)
    seen_wide = f32(cv2.resize(low, size, interpolation=cv2.INTER_LINEAR))
    high_wide = f32(cv2.resize(high, size, interpolation=cv2.INTER_LINEAR))
    sky_wide = f32(cv2.resize(stage.sky, size, interpolation=cv2.INTER_LINEAR))
    share = seen_wide * np.float32(1 - lamp.ambient) + sky_wide * np.float32(lamp.ambient)
    frame = f32(empty.light[light] * share[..., None])
    if stage.surface.block_mm is not None:
        _draw_walls(frame, stage, lamp)
    place = window.place()
    shaded = shade(
        bench, stage.staged, lamp, high_wide[place], sky_wide[place], frame[place].copy()
    )
    cover = stage.staged.cover[..., None]
    frame[place] += (shaded.light - frame[place]) * cover
    frame *= np.float32(empty.white[light])
    bright = (channel_min(shaded.light) * empty.white[light] > 0.97) & (shaded.glare > 0.3)
    marks = (
        *regions("glare", bright & (stage.staged.cover > 0.5), window, 40),
        *regions("shadow", (shaded.shade > 0.5) & (stage.staged.cover > 0.5), window, 400),
    )
    return frame, marks


def truths(stage: Stage) -> tuple[npt.NDArray[np.uint8], tuple[FaultTruth, ...]]:
    """The instance mask of the frame and the faults in it; what is out of sight is left out."""
    bench, window = stage.bench, stage.staged.window
    mask = np.zeros((bench.height, bench.width), np.uint8)
    view = mask[window.place()]
    found: list[FaultTruth] = []
    for fault in stage.surface.faults:
        cover = cv2.remap(
            fault.extent, stage.map_x, stage.map_y, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=(0.0,),
        )  # fmt: skip
        seen = (cover >= _THIN.get(fault.defect, 0.5)) & (view == 0)
        if int(seen.sum()) < 3:
            continue
        instance = len(found) + 1
        view[seen] = instance
        polygon = outline_of(seen, (window.left, window.top))
        found.append(FaultTruth(instance, fault.defect, polygon, fault.truth))
    return mask, tuple(found)


def silhouette(stage: Stage) -> Polygon:
    """The item's outline in the frame."""
    if stage.surface.block_mm is not None:
        return rounded(_block_outline(stage.bench, stage.surface, stage.pose))
    window = stage.staged.window
    return outline_of(stage.staged.cover > 0.5, (window.left, window.top))


def marks(stage: Stage) -> tuple[Mark, ...]:
    """What is no fault, as polygons in the frame."""
    return tuple(
        Mark(mark.kind, rounded(_seen_at(stage, mark.corners))) for mark in stage.surface.marks
    )


def texts(stage: Stage) -> tuple[TextTruth, ...]:
    """Printed text kept as truth, with its place in the frame."""
    return tuple(
        TextTruth(text.kind, text.text, rounded(_seen_at(stage, text.corners)))
        for text in stage.surface.texts
    )


def to_frame(bench: Bench, pose: Pose, points_mm: Points, z_mm: float) -> Points:
    """Frame positions of item points (n, 2) in mm from the middle, at height ``z_mm``."""
    cos, sin = np.cos(pose.yaw), np.sin(pose.yaw)
    turned = points_mm @ np.array([[cos, sin], [-sin, cos]])
    level = np.full((len(points_mm), 1), z_mm)
    placed = turned + np.array([pose.x_mm, pose.y_mm])
    return np.asarray(bench.project(np.concatenate([placed, level], axis=1)))


def _grid_corners(surface: Surface) -> Points:
    rows, columns = surface.shape
    half = np.array([columns, rows]) * surface.texel_mm / 2
    return np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half


def _placement(surface: Surface, pose: Pose) -> Placement:
    block = surface.block_mm or surface.size_mm
    return Placement(block, pose.x_mm, pose.y_mm, pose.yaw)


def _block_outline(bench: Bench, surface: Surface, pose: Pose) -> Points:
    return np.asarray(outline(bench, _placement(surface, pose)), np.float64)


def _texels_seen(bench: Bench, surface: Surface, pose: Pose, window: Window) -> tuple[Float, Float]:
    """The texel (x and y) that each pixel of the window sees.

    A higher place is seen further from the optical axis, so the height is looked up where it was
    seen before, a few times.
    """
    cx, cy = bench.centre
    px = f32(np.arange(window.left, window.left + window.width) - cx)[None, :]
    py = f32(np.arange(window.top, window.top + window.height) - cy)[:, None]
    cos, sin = np.cos(pose.yaw), np.sin(pose.yaw)
    rows, columns = surface.shape
    level = surface.level_mm
    smooth = cv2.GaussianBlur(surface.height, (0, 0), 1.0)
    height = np.full((window.height, window.width), level, np.float32)
    map_x = map_y = height
    for _ in range(_SETTLING):
        scale = (np.float32(bench.plane_mm) - height) / np.float32(bench.focal_px)
        x, y = px * scale - np.float32(pose.x_mm), py * scale - np.float32(pose.y_mm)
        u, v = x * cos + y * sin, y * cos - x * sin
        map_x = f32(u / surface.texel_mm + (columns - 1) / 2)
        map_y = f32(v / surface.texel_mm + (rows - 1) / 2)
        height = f32(
            cv2.remap(smooth, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        )
    return map_x, map_y


def _staged(surface: Surface, window: Window, map_x: Float, map_y: Float) -> Staged:
    def seen(field: Float, flags: int = cv2.INTER_LINEAR) -> Float:
        return f32(cv2.remap(field, map_x, map_y, flags, borderMode=cv2.BORDER_REPLICATE))

    gloss = seen(np.dstack([surface.roughness, surface.specular, surface.metal, surface.opacity]))
    cover = cv2.remap(
        np.dstack([surface.cover, surface.film]), map_x, map_y, cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(0.0, 0.0),
    )  # fmt: skip
    return Staged(
        window=window,
        level_mm=surface.level_mm,
        albedo=seen(surface.albedo),
        height=seen(surface.height, cv2.INTER_CUBIC),
        roughness=f32(gloss[..., 0]),
        specular=f32(gloss[..., 1]),
        metal=f32(gloss[..., 2]),
        opacity=f32(gloss[..., 3]),
        cover=f32(cover[..., 0]),
        film=f32(cover[..., 1]),
    )


def _raised(bench: Bench, surface: Surface, pose: Pose, staged: Staged) -> Float:
    """Height over the bench on the coarse grid of the whole frame."""
    whole = np.zeros((bench.height, bench.width), np.float32)
    if surface.block_mm is not None:
        top = to_frame(bench, pose, _block_corners(surface), surface.block_mm[2])
        whole = drawn_polygon(whole.shape, top) * np.float32(surface.block_mm[2])
    view = whole[staged.window.place()]
    view += (np.maximum(staged.height, 0) - view) * staged.cover
    size = (bench.width // COARSE, bench.height // COARSE)
    return f32(cv2.resize(whole, size, interpolation=cv2.INTER_AREA))


def _shadow_density(surface: Surface) -> float:
    """How dark the item's cast shadow is: clear glass throws a pale one."""
    total = float(surface.cover.sum())
    return 0.3 + 0.7 * float((surface.opacity * surface.cover).sum()) / max(total, 1.0)


def _block_corners(surface: Surface) -> Points:
    length, width, _ = surface.block_mm or surface.size_mm
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    return np.asarray(corners * np.array([length, width]) / 2)


def _draw_walls(frame: Float, stage: Stage, lamp: Lamp) -> None:
    """Paint the block's visible upright walls into the frame."""
    surface, pose, bench = stage.surface, stage.pose, stage.bench
    corners = _block_corners(surface)
    height = surface.size_mm[2] if surface.block_mm is None else surface.block_mm[2]
    colour = f32(surface.wall if surface.wall is not None else surface.albedo.mean(axis=(0, 1)))
    base = to_frame(bench, pose, corners, 0.0)
    upper = to_frame(bench, pose, corners, height)
    axis = np.asarray(bench.centre)
    ground = (upper - axis) * bench.mm_per_px(height)
    for here in range(4):
        after = (here + 1) % 4
        edge = upper[after] - upper[here]
        outward = np.array([edge[1], -edge[0]]) / (np.linalg.norm(edge) + 1e-9)
        if float(outward @ (upper[here] - axis)) >= 0:
            continue
        middle = np.array([*(ground[here] + ground[after]) / 2, height / 2])
        to_lamp = np.array(lamp.centre) - middle
        cosine = float(outward @ to_lamp[:2]) / float(np.linalg.norm(to_lamp))
        reference = lamp.centre[2] / lamp.distance_mm
        lit = max(0.0, cosine) / reference * (1 - lamp.ambient) + 0.55 * lamp.ambient + 0.02
        quad = np.array([base[here], base[after], upper[after], upper[here]])
        low = np.floor(quad.min(axis=0)).astype(int).clip(0)
        high = np.ceil(quad.max(axis=0)).astype(int) + 1
        place = np.s_[low[1] : high[1], low[0] : high[0]]
        area = frame[place]
        cover = drawn_polygon((area.shape[0], area.shape[1]), quad - low)
        area += (colour * np.float32(lit) - area) * cover[..., None]


def _seen_at(stage: Stage, texels: Points) -> Points:
    """Frame positions of texels, each at its own height."""
    surface = stage.surface
    rows, columns = surface.shape
    x = np.clip(np.round(texels[:, 0]), 0, columns - 1).astype(int)
    y = np.clip(np.round(texels[:, 1]), 0, rows - 1).astype(int)
    middle = np.array([(columns - 1) / 2, (rows - 1) / 2])
    points = (texels - middle) * surface.texel_mm
    placed = [
        to_frame(stage.bench, stage.pose, point[None], float(z))[0]
        for point, z in zip(points, surface.height[y, x], strict=True)
    ]
    return np.array(placed)
