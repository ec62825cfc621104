"""What lies on goods without being a fault: stickers, dust, lint."""

import cv2
import numpy as np

from models.rendering.faults.shape import band, curve
from models.rendering.field import blend
from models.rendering.traced.artwork import sticker
from models.rendering.traced.item import Item
from models.rendering.traced.skin import Skin, f32


def add_clutter(item: Item, rng: np.random.Generator, gtin: str) -> None:
    """Perhaps a sticker, perhaps dust and lint."""
    skins = [skin for skin in item.skins if skin.allowed.any()]
    if not skins:
        return
    largest = max(skins, key=lambda skin: int(skin.allowed.sum()))
    if rng.random() < 0.26:
        _sticker(largest, rng, gtin)
    if rng.random() < 0.5:
        _dust(largest, rng)
    if rng.random() < 0.28:
        _lint(largest, rng)


def _sticker(skin: Skin, rng: np.random.Generator, gtin: str) -> None:
    half = (float(rng.uniform(7, 26)), float(rng.uniform(5, 15)))
    at = skin.spot(rng, max(half) + 2)
    if at is not None:
        box = (at[0] - half[0], at[1] - half[1], at[0] + half[0], at[1] + half[1])
        sticker(skin, box, gtin, rng)


def _dust(skin: Skin, rng: np.random.Generator) -> None:
    specks = np.zeros(skin.shape, np.float32)
    places = np.flatnonzero(skin.allowed)
    count = int(np.exp(rng.uniform(np.log(10), np.log(160))))
    specks.ravel()[rng.choice(places, count)] = rng.uniform(0.4, 1.0, count)
    grown = cv2.GaussianBlur(specks, (0, 0), float(rng.uniform(0.7, 1.2)))
    share = f32(np.clip(grown * 4.0, 0, 0.75))
    tone = np.float32(rng.choice(np.array([0.7, 0.55, 0.08])))
    skin.albedo[...] = blend(skin.albedo, f32([tone, tone, tone]), share)
    skin.roughness += (np.float32(0.8) - skin.roughness) * share
    skin.mark("dust", share > 0.2)


def _lint(skin: Skin, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 6))):
        at = skin.spot(rng, 3.0)
        if at is None:
            return
        near = band(curve(rng, float(rng.uniform(3, 14)), 2.2, at), skin.shape, 1.5)
        drawn = f32(np.clip(1.3 - near.distance / np.float32(0.2), 0, 1))
        tone = np.float32(rng.choice(np.array([0.8, 0.65, 0.05])))
        skin.albedo[...] = blend(skin.albedo, f32([tone, tone, tone]), drawn * np.float32(0.8))
        skin.height += np.float32(0.12) * drawn
        skin.mark("dust", drawn > 0.4)
