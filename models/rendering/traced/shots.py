"""From a set's setting to the light of a shot: the empty bench once, then each item over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from models.rendering.field import FloatArray
from models.rendering.geometry import Bench
from models.rendering.picture import compose, denoise
from models.rendering.traced.bench import Setting
from models.rendering.traced.item import Atlas, Item, Painted
from models.rendering.traced.lamps import LIGHTS
from models.rendering.traced.skin import f32
from models.rendering.traced.studio import Studio
from models.rendering.traced.truth import FINE, View
from models.rendering.tracer import Window

_COARSE = 5
_MARGIN_PX = 26
_FEATHER_PX = 12
_EMPTY_SPP = 12
_SEED = 1
_GLOW = 1.2
"""The most that light thrown back by an item adds to the bench around it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A setting ready to take pictures: the empty bench under each light, exposed so that
    ``white`` holds, full and coarse."""

    setting: Setting
    studio: Studio
    gain: dict[str, float]
    empty: dict[str, FloatArray]
    coarse: Bench
    coarse_empty: dict[str, FloatArray]
    spp: int

    @classmethod
    def opened(cls, setting: Setting, spp: int) -> "Stage":
        """Raises RendererMissingError without mitsuba."""
        studio = Studio(setting.bench, setting.room)
        studio.furnish(setting.furniture)
        bench = setting.bench
        coarse = Bench(bench.width // _COARSE, bench.height // _COARSE)
        gain, empty, coarse_empty = {}, {}, {}
        for name in LIGHTS:
            scene = studio.scene(setting.lights[name], {})
            both = [(coarse, _whole(coarse)), (bench, _whole(bench))]
            passes = [
                studio.trace(scene, both, spp=spp, seed=_SEED + each)
                for each in range(max(1, _EMPTY_SPP // spp))
            ]
            full = f32(np.mean([full for _, full in passes], axis=0))
            small = passes[0][0]
            # Radiance one from everywhere shows a white diffuser as one.
            gain[name] = setting.white[name]
            empty[name] = denoise(f32(full * np.float32(gain[name])))
            coarse_empty[name] = _calm(small)
        return cls(setting, studio, gain, empty, coarse, coarse_empty, spp)

    def lit(
        self, light: str, shapes: dict[str, Any], window: Window, clearness: FloatArray | None
    ) -> FloatArray:
        """The linear frame of an item's ``shapes`` under one light; ``clearness`` lets the bench
        through."""
        scene = self.studio.scene(self.setting.lights[light], shapes)
        # The same random numbers as for the empty bench: their noise cancels in the quotient.
        views = [(self.coarse, _whole(self.coarse)), (self.setting.bench, window)]
        small, near = self.studio.trace(scene, views, spp=self.spp, seed=_SEED)
        shade = np.minimum(_calm(small) / np.maximum(self.coarse_empty[light], 1e-6), _GLOW)
        item = denoise(_without_sparks(f32(near * np.float32(self.gain[light]))))
        corner = (window.left, window.top)
        frame = compose(self.empty[light], f32(shade), item, corner, _FEATHER_PX)
        if clearness is not None:
            frame += (self.empty[light] - frame) * clearness[..., None]
        return frame

    def clearness(self, view: View, item: Item) -> FloatArray | None:
        """How much of the bench is seen through a clear item and its shadow, over the frame; None
        for opaque goods. Print and faults hide it, and so do edges seen at a slant."""
        if not item.clear:
            return None
        bench, window = self.setting.bench, view.window
        solid = np.zeros((window.height, window.width), np.float32)
        for skin in item.skins:
            usual = np.median(skin.albedo.reshape(-1, 3), axis=0)
            solid += view.spread(
                skin, f32(np.clip(np.abs(skin.albedo - usual).max(axis=2) * 6, 0, 1))
            )
        slant = np.clip(view.upright(), 0, 1)
        through = np.float32(item.clear) * slant * (1 - solid)
        frame = np.full((bench.height, bench.width), np.float32(0.75 * item.clear), np.float32)
        cover = view.cover()
        area = frame[
            window.top : window.top + window.height, window.left : window.left + window.width
        ]
        area += (through - area) * cover
        return frame

    def view(
        self, shapes: dict[str, Any], item: Atlas, parts: Sequence[Painted], window: Window
    ) -> View:
        """What the camera sees in a window, FINE samples a pixel in each direction."""
        bench = self.setting.bench
        fine = Bench(bench.width * FINE, bench.height * FINE)
        inside = Window(
            window.left * FINE, window.top * FINE, window.width * FINE, window.height * FINE
        )
        scene = self.studio.scene(self.setting.lights["bright"], shapes)
        seen = self.studio.look(scene, item, fine, inside)
        return View(bench, window, parts, seen)


def window_of(bench: Bench, parts: Sequence[Painted]) -> Window:
    """The part of the frame that holds the parts and the bench beside them."""
    points = np.concatenate([part.mesh.positions for part in parts]).astype(np.float64)
    seen = bench.project(points)
    low = np.floor(seen.min(axis=0)).astype(int) - _MARGIN_PX
    high = np.ceil(seen.max(axis=0)).astype(int) + _MARGIN_PX + 1
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    right, lower = min(bench.width, int(high[0])), min(bench.height, int(high[1]))
    return Window(left, top, right - left, lower - top)


def _whole(bench: Bench) -> Window:
    return Window(0, 0, bench.width, bench.height)


def _calm(small: FloatArray) -> FloatArray:
    return f32(cv2.GaussianBlur(_without_sparks(small), (0, 0), 1.2))


def _without_sparks(light: FloatArray) -> FloatArray:
    """Single pixels that a rare bright path lit are set to their surroundings."""
    calm = cv2.medianBlur(light, 3)
    spark = light.max(axis=2) > np.float32(1.8) * calm.max(axis=2) + np.float32(0.04)
    return f32(np.where(spark[..., None], calm, light))
