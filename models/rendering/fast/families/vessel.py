"""Things turned on a lathe, lying on their side: bottles, jars, tubes, cans."""

from collections.abc import Callable

import cv2
import numpy as np

from models.rendering.colour import decode
from models.rendering.fast.artwork import (
    any_hue,
    art,
    bars,
    brand,
    contrasting,
    emblem,
    hsv,
    lay,
    palette,
    paragraph,
    spot,
    stamp_date,
    words,
)
from models.rendering.fast.families.lathe import Turned, turned
from models.rendering.fast.fields import Float, blend, chance, f32, step
from models.rendering.fast.surface import Part, Seal, Surface, blank


def bottle(rng: np.random.Generator, texel_mm: float, gtin: str) -> Surface:
    """A bottle, jar or tube with a cap and a label."""
    kind = str(rng.choice(np.array(["bottle", "jar", "tube", "can"]), p=[0.45, 0.2, 0.2, 0.15]))
    radius = float(rng.uniform(16, 42)) if kind != "tube" else float(rng.uniform(14, 26))
    length = radius * float(rng.uniform(2.2, 2.9) if kind == "jar" else rng.uniform(3.6, 6.5))
    length = min(length, 280.0)
    half = length / 2
    if kind == "bottle":
        neck = radius * float(rng.uniform(0.3, 0.6))
        shoulder = half - length * float(rng.uniform(0.25, 0.4))
        cap = half - length * float(rng.uniform(0.1, 0.16))
        form = Turned(
            [-half, -half + 3, shoulder, cap - 5, cap - 2, cap, half],
            [radius * 0.9, radius, radius, neck * 1.1, neck, neck, neck],
        )
        cap_radius = neck * float(rng.uniform(1.1, 1.5))
    elif kind == "jar":
        cap = half - float(rng.uniform(14, 22))
        form = Turned(
            [-half, -half + 4, cap - 6, cap, half],
            [radius * 0.9, radius, radius, radius * 0.9, radius * 0.9],
        )
        cap_radius = radius * float(rng.uniform(0.95, 1.03))
    elif kind == "tube":
        cap = half - float(rng.uniform(16, 30))
        form = Turned(
            [-half, cap - 8, cap, half], [radius * 1.05, radius, radius * 0.8, radius * 0.8]
        )
        cap_radius = radius * float(rng.uniform(0.75, 0.98))
    else:
        cap = half
        form = Turned(
            [-half, -half + 4, half - 5, half - 1.5, half],
            [radius * 0.86, radius, radius, radius * 0.88, radius * 0.9],
        )
        cap_radius = 0.0
    item, down = turned(rng, form, length, texel_mm, cap, cap_radius)
    _body(item, rng, kind)
    low = form.stations[0] + 6
    high = (shoulder if kind == "bottle" else cap - 9) if kind != "can" else half - 7
    _label(item, rng, gtin, (low, high - 2), radius, down, whole=kind in ("tube", "can"))
    if cap_radius:
        _cap(item, rng, form, cap, cap_radius, half)
    if kind == "tube":
        _crimp(item, rng, half, radius)
    return item


def _body(item: Surface, rng: np.random.Generator, kind: str) -> None:
    item.porous = False
    if kind == "can":
        item.metal[...] = 1
        item.albedo[...] = hsv(float(rng.uniform(0.05, 0.15)), float(rng.uniform(0, 0.15)), 0.88)
        item.roughness[...] = np.float32(rng.uniform(0.2, 0.4))
        item.core, item.metal_tint = (0.7, 0.7, 0.7), (0.7, 0.7, 0.7)
        x, _ = item.grid_mm()
        item.height += (
            np.float32(0.25) * np.sin(x * np.float32(1.4)) * step(-0.5, 0.9, np.sin(x / 22))
        )
        return
    clear = kind != "tube" and chance(rng, 0.4)
    colour = hsv(any_hue(rng), float(rng.uniform(0, 0.85)), float(rng.uniform(0.3, 0.97)))
    item.albedo[...] = colour
    item.roughness[...] = np.float32(rng.uniform(0.08, 0.42))
    item.core = (0.85, 0.85, 0.85)
    if clear:
        liquid = hsv(
            float(rng.uniform(0, 0.6)), float(rng.uniform(0.1, 0.9)), float(rng.uniform(0.4, 0.95))
        )
        x, _ = item.grid_mm()
        filled = step(1, -1, x - np.float32(item.size_mm[0] * float(rng.uniform(0.0, 0.4))))
        item.opacity[...] = np.float32(0.2) + np.float32(rng.uniform(0.3, 0.7)) * filled
        item.albedo[...] = blend(
            item.albedo * np.float32(0.3) + 0.6, liquid, filled + np.zeros_like(item.height)
        )
        item.roughness[...] = 0.08


def _label(
    item: Surface,
    rng: np.random.Generator,
    gtin: str,
    reach: tuple[float, float],
    radius: float,
    across: Float,
    *,
    whole: bool,
) -> None:
    """A label wrapped around the body: printed flat, then pressed onto the round."""
    low, high = reach
    if not whole:
        low += (high - low) * float(rng.uniform(0.02, 0.15))
        high -= (high - low) * float(rng.uniform(0.02, 0.2))
    if high - low < 20:
        return
    around = np.pi * radius
    flat = blank((high - low, around, 0.0), item.texel_mm, palette(rng, 1)[0], margin_mm=0.0)
    if chance(rng, 0.75):
        flat.albedo[...] = art(rng, flat.shape, palette(rng, int(rng.integers(2, 5))))
    middle = f32(flat.albedo[flat.shape[0] // 2, flat.shape[1] // 2])
    ink = contrasting(rng, middle)
    centre = flat.shape[0] // 2
    name = words(brand(rng), flat.texels(float(rng.uniform(5, 13))), 800)
    at = max(0, (flat.shape[1] - name.shape[1]) // 2)
    lay(flat, name, (at, centre - name.shape[0]), ink, 0.95, kind="text")
    sign = emblem(rng, round(flat.texels(float(rng.uniform(8, 20)))))
    lay(flat, sign, spot(rng, flat, sign, 3), palette(rng, 1)[0], 0.95, kind="logo")
    block = paragraph(rng, round(flat.texels(9)), round(flat.shape[1] * 0.6), flat.texels(1.9))
    lay(flat, block, (round(flat.shape[1] * 0.1), centre + 6), ink, 0.85, kind="text")
    if chance(rng, 0.4):
        code = bars(gtin, max(1.0, flat.texels(0.3)), flat.texels(9))
        if code.shape[1] < flat.shape[1] - 6:
            lay(
                flat,
                code,
                (3, max(0, centre - round(flat.texels(22)))),
                decode(20, 20, 22),
                0.9,
                kind="barcode",
            )
    if chance(rng, 0.5):
        stamp_date(flat, rng, (6, min(flat.shape[0] - 14, centre + round(flat.texels(12)))))
    x, _ = item.grid_mm()
    angle = np.arcsin(np.clip(across, -1, 1)) + np.float32(rng.normal(0, 0.25))
    map_y = f32((angle / np.pi + 0.5) * (flat.shape[0] - 1))
    map_x = f32(np.broadcast_to((x - np.float32(low)) / item.texel_mm, item.shape))
    wrapped = cv2.remap(
        flat.albedo, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    turned = 1.0 if whole else float(rng.uniform(1.0, 1.6))
    within = step(low - 0.2, low + 0.2, x) * step(high + 0.2, high - 0.2, x)
    within = within * step(turned + 0.02, turned - 0.02, np.abs(angle))
    item.albedo[...] = blend(item.albedo, wrapped, within)
    item.opacity[...] = np.maximum(item.opacity, within)
    if not whole:
        item.height += np.float32(0.14) * within
        item.metal *= 1 - within
    item.roughness += (np.float32(rng.uniform(0.25, 0.6)) - item.roughness) * within
    item.mark_box("print", (low, -radius * 0.95, high, radius * 0.95))
    _keep_marks(item, flat, low, radius, angle)


def _keep_marks(item: Surface, flat: Surface, low: float, radius: float, angle: Float) -> None:
    """Carry the flat label's text truth onto the round, where it faces the camera."""
    turn = float(angle[angle.shape[0] // 2].mean())
    for text in flat.texts:
        theta = (text.corners[:, 1] / (flat.shape[0] - 1) - 0.5) * np.pi - turn
        if np.abs(theta).max() > 1.2:
            continue
        points = np.stack([text.corners[:, 0] * item.texel_mm + low, np.sin(theta) * radius], 1)
        corners = item.at_texels(points)
        item.texts.append(type(text)(text.kind, text.text, corners))


def _cap(
    item: Surface,
    rng: np.random.Generator,
    form: Turned,
    cap: float,
    cap_radius: float,
    half: float,
) -> None:
    """A ribbed cap, a gap under it, and what shows when it is missing."""
    x, y = item.grid_mm()
    bare = {
        name: getattr(item, name).copy()
        for name in ("albedo", "height", "roughness", "cover", "metal")
    }
    on = step(cap - 0.2, cap + 0.2, x) + np.zeros_like(item.height)
    colour = hsv(any_hue(rng), float(rng.uniform(0, 0.8)), float(rng.uniform(0.08, 0.97)))
    item.albedo[...] = blend(item.albedo, colour, on)
    item.opacity[...] = np.maximum(item.opacity, on)
    item.roughness += (np.float32(rng.uniform(0.15, 0.5)) - item.roughness) * on
    if chance(rng, 0.25):
        item.metal[...] = np.maximum(item.metal, on)
    ribs = np.arcsin(np.clip(y / np.float32(cap_radius), -1, 1)) * np.float32(rng.uniform(18, 40))
    if chance(rng, 0.8):
        item.height += np.float32(0.3) * np.sin(ribs) * on * step(half - 1.5, half - 2.5, x)
    gap = np.exp(-(((x - np.float32(cap)) / np.float32(0.5)) ** 2))
    item.height -= np.float32(0.6) * gap
    item.albedo *= (1 - np.float32(0.6) * gap)[..., None]
    line = np.array([[cap, -cap_radius * 0.85], [cap, cap_radius * 0.85]])
    item.seals.append(Seal(item.at_texels(line), 1.6))
    item.parts.append(Part((on * item.cover) > 0.5, _uncapped(bare, cap, cap_radius, half, form)))


def _uncapped(
    bare: dict[str, Float], cap: float, cap_radius: float, half: float, form: Turned
) -> Callable[[Surface, np.random.Generator], None]:
    """Takes the cap off: a threaded neck, open at its end."""

    def take_off(item: Surface, _rng: np.random.Generator) -> None:
        x, y = item.grid_mm()
        neck = np.float32(min(form.radii[-1], cap_radius) * 0.88)
        end = np.float32(cap + (half - cap) * 0.82)
        on = (x > cap) & np.ones_like(item.height, np.bool_)
        item.cover[on] = np.broadcast_to(
            np.clip(0.5 - np.maximum(np.abs(y) - neck, x - end) / np.float32(item.texel_mm), 0, 1),
            item.shape,
        )[on]
        round_ = neck * np.sqrt(np.clip(1 - (y / neck) ** 2, 0.004, 1))
        thread = np.float32(0.5) * np.clip(
            np.sin((x + y * 0.06) * np.float32(2 * np.pi / 3.2)), 0, 1
        )
        most = item.size_mm[2] / 2
        item.height[on] = np.broadcast_to(most + round_ + thread, item.shape)[on]
        item.albedo[on] = bare["albedo"][on] * np.float32(0.9)
        item.roughness[on], item.metal[on] = 0.3, bare["metal"][on]
        mouth = np.exp(-(((x - end) / np.float32(0.8)) ** 2)) + np.zeros_like(item.height)
        item.albedo *= (1 - np.float32(0.8) * mouth)[..., None]

    return take_off


def _crimp(item: Surface, rng: np.random.Generator, half: float, radius: float) -> None:
    """The flat pressed end of a tube."""
    x, _ = item.grid_mm()
    reach = float(rng.uniform(25, 60))
    flat = step(-half + reach, -half, x) + np.zeros_like(item.height)
    item.height[...] = blend(item.height, radius + np.float32(1.5), flat * np.float32(0.92))
    end = step(-half + 9, -half + 8.4, x) + np.zeros_like(item.height)
    item.height += end * np.float32(0.15) * np.sin(x * np.float32(2 * np.pi / 1.6))
    item.mark_box("seam", (-half, -radius, -half + 9, radius))
    line = np.array([[-half + 4.5, -radius * 0.9], [-half + 4.5, radius * 0.9]])
    item.seals.append(Seal(item.at_texels(line), 8.0))
