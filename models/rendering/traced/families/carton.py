"""Cartons: the faces of the carton designs, with walls, folded flaps and tape."""

import numpy as np

from models.rendering.board import design, sound_face
from models.rendering.field import grid_mm, smoothstep
from models.rendering.traced.artwork import box_distance, rounded_drop
from models.rendering.traced.item import Item, Look, Sheet
from models.rendering.traced.skin import Seal, Skin, f32


def carton(rng: np.random.Generator, gtin: str) -> Item:
    """A carton with one of its large faces up."""
    length = float(rng.uniform(95, 285))
    width = float(rng.uniform(70, min(185.0, length)))
    height = float(rng.uniform(18, 95))
    look = design(int(rng.integers(2**31)), gtin)
    pose = "top" if rng.random() < 0.6 else "bottom"
    face = sound_face(look, pose, (length, width), rng)
    skin = Skin(
        length_mm=face.length_mm, width_mm=face.width_mm, albedo=face.albedo, height=face.height,
        roughness=face.roughness, marks=face.marks, metal=np.zeros(face.shape, np.float32),
        allowed=np.ones(face.shape, np.bool_), stuff="board",
        core=f32([0.42, 0.30, 0.19]) if rng.random() < 0.6 else f32([0.55, 0.52, 0.47]),
    )  # fmt: skip
    for mark in face.marks:
        if mark.kind in ("tape", "seam"):
            low, high = mark.corners_mm.min(axis=0), mark.corners_mm.max(axis=0)
            middle = float(low[1] + high[1]) / 2
            line = np.linspace([low[0] + 3, middle], [high[0] - 3, middle], 40)
            skin.seals.append(Seal(line, float(rng.uniform(3.0, 8.0))))
            break
    if not skin.seals:
        skin.seals.append(_tuck(skin, rng))
    x, y = grid_mm(skin.shape)
    edge = np.minimum(np.minimum(x, length - x), np.minimum(y, width - y))
    skin.allowed &= edge > 2.0
    # The faces come with their own round edges, which the silhouette needs as well.
    form = np.full(skin.shape, height, np.float32)
    distance = box_distance(skin, (length / 2, width / 2), 1.2)
    form -= rounded_drop(distance, 1.2) * np.float32(0.3)
    wall = Look(f32(look.colour * np.float32(rng.uniform(0.85, 1.05))), 0.65)
    return Item((length, width, height), height, [Sheet(skin, form, distance, wall)], [skin])


def _tuck(skin: Skin, rng: np.random.Generator) -> Seal:
    """The edge of a tucked flap across the face."""
    at = skin.length_mm - float(rng.uniform(12, 24))
    x, _ = grid_mm(skin.shape)
    skin.height += np.float32(0.5) * smoothstep(at + 0.5, at - 0.5, x)
    line = np.linspace([at, 4], [at, skin.width_mm - 4], 40)
    skin.mark_box("seam", (at - 1, 2.0, at + 1, skin.width_mm - 2))
    return Seal(line, 4.0)
