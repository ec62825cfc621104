"""An item made of parts: sheets, shells and solids, some of which may be missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.rendering.field import FloatArray, Mask
from models.rendering.traced.mesh import (
    Mesh,
    carried_height,
    relief,
    sheet,
    skirt,
    surface_of,
)
from models.rendering.traced.skin import Skin, f32

_ATLAS_STEP = 640


@dataclass(frozen=True, slots=True)
class Paint:
    """What a mesh is painted with: ``albedo`` (h, w, 3), and ``roughness``, ``metal`` and
    ``relief`` (mm) of one shape (h, w)."""

    albedo: FloatArray
    roughness: FloatArray
    metal: FloatArray
    relief: FloatArray


@dataclass(frozen=True, slots=True)
class Painted:
    """A mesh to be traced; ``skin`` is set where faults may show on it."""

    mesh: Mesh
    paint: Paint
    skin: Skin | None = None


@dataclass(frozen=True, slots=True)
class Atlas:
    """Painted meshes joined to one of one paint; ``first`` (n + 1,) is each one's first triangle,
    ``corner`` and ``share`` (n, 2) where its paint lies in the whole, in uv."""

    joined: Painted
    first: NDArray[np.int64]
    corner: FloatArray
    share: FloatArray


def join(parts: Sequence[Painted]) -> Atlas:
    """Join meshes, their paints one below the other."""
    gap = 2
    widths = [part.paint.roughness.shape[1] for part in parts]
    heights = [part.paint.roughness.shape[0] for part in parts]
    tops = np.concatenate([[0], np.cumsum([height + gap for height in heights])])
    rows, columns = _stepped(int(tops[-1])), _stepped(max(widths) + gap)
    whole = Paint(
        np.zeros((rows, columns, 3), np.float32), np.ones((rows, columns), np.float32),
        np.zeros((rows, columns), np.float32), np.zeros((rows, columns), np.float32),
    )  # fmt: skip
    size = f32([columns, rows])
    corner = f32([[0, top] for top in tops[:-1]]) / size
    share = f32(list(zip(widths, heights, strict=True))) / size
    for part, top, width, height in zip(parts, tops, widths, heights, strict=False):
        for into, values in zip(_layers(whole), _layers(part.paint), strict=True):
            area = into[top : top + height + gap, : width + gap]
            # Repeated at its border, so that nothing bleeds in between neighbours.
            edge = [(0, area.shape[0] - height), (0, area.shape[1] - width)] + [(0, 0)] * (
                values.ndim - 2
            )
            area[...] = np.pad(values, edge, mode="edge")
    start, faces, counts = 0, [], [0]
    for part in parts:
        faces.append(part.mesh.triangles + np.uint32(start))
        start += len(part.mesh.positions)
        counts.append(len(part.mesh.triangles))
    uv = [part.mesh.uv * share[n] + corner[n] for n, part in enumerate(parts)]
    mesh = Mesh(
        np.concatenate([part.mesh.positions for part in parts]),
        np.concatenate([part.mesh.normals for part in parts]),
        f32(np.concatenate(uv)),
        np.concatenate(faces).astype(np.uint32),
    )
    return Atlas(Painted(mesh, whole), np.cumsum(counts), corner, share)


def _stepped(size: int) -> int:
    """A size up to the next of few: the tracer compiles anew for every size of a picture."""
    return -(-size // _ATLAS_STEP) * _ATLAS_STEP


def _layers(paint: Paint) -> tuple[FloatArray, ...]:
    return paint.albedo, paint.roughness, paint.metal, paint.relief


class Part(Protocol):
    """A part of an item; its meshes are made last, after what befell its skin."""

    def painted(self) -> list[Painted]:
        """The meshes of the part in item coordinates."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """One even material."""

    colour: FloatArray
    roughness: float = 0.5
    metal: float = 0.0

    def paint(self) -> Paint:
        """The material as the smallest picture."""
        flat = np.zeros((4, 4), np.float32)
        return Paint(
            f32(np.broadcast_to(self.colour, (4, 4, 3))), flat + np.float32(self.roughness),
            flat + np.float32(self.metal), flat,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A skin lying in the plane of the bench: ``form`` mm high, ``distance`` to its silhouette.

    Where ``wall`` is set its border falls to ``floor_mm``, the foot scaled by ``inset``.
    """

    skin: Skin
    form: FloatArray
    distance: FloatArray
    wall: Look | None = None
    floor_mm: float = 0.0
    inset: float = 1.0
    step_mm: float = 1.1

    def painted(self) -> list[Painted]:
        """The sheet and its wall."""
        carried = carried_height(self.skin, self.step_mm)
        mesh = sheet(self.skin, carried, self.form, self.distance)
        parts = [Painted(mesh, skin_paint(self.skin, carried), self.skin)]
        if self.wall is not None:
            parts.append(Painted(skirt(mesh, self.floor_mm, self.inset), self.wall.paint()))
        return parts


@dataclass(frozen=True, slots=True, eq=False)
class Shell:
    """A skin bent over a form: ``at(u, v)`` gives points (rows, columns, 3) for u (1, columns) and
    v (rows, 1) that run over 0..1 along the skin's length and width."""

    skin: Skin
    at: Callable[[FloatArray, FloatArray], FloatArray]
    step_mm: float = 1.4

    def painted(self) -> list[Painted]:
        """The shell."""
        carried = carried_height(self.skin, self.step_mm)
        rows, columns = carried.shape
        u = np.linspace(0, 1, columns, dtype=np.float32)[None, :]
        v = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
        mesh = surface_of(f32(self.at(u, v)), carried)
        return [Painted(mesh, skin_paint(self.skin, carried), self.skin)]


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A mesh of one even material."""

    mesh: Mesh
    look: Look

    def painted(self) -> list[Painted]:
        """The mesh."""
        return [Painted(self.mesh, self.look.paint())]


@dataclass(frozen=True, slots=True, eq=False)
class Loose:
    """Something that may be missing: its parts, and where on ``skin`` it leaves its place.

    ``reveal`` changes the skin into what is seen in that place.
    """

    parts: tuple[Part, ...]
    skin: Skin
    place: Mask
    reveal: Callable[[Skin, np.random.Generator], None]


@dataclass(slots=True)
class Item:
    """An item standing on z = 0 around the origin.

    ``size_mm`` is its length, width and height as it lies. ``clear`` is the share of light that
    passes through it, 0 for opaque goods; ``rims`` are skins that may chip.
    """

    size_mm: tuple[float, float, float]
    level_mm: float
    parts: list[Part]
    skins: list[Skin]
    loose: list[Loose] = field(default_factory=list)
    rims: list[tuple[Skin, FloatArray]] = field(default_factory=list)
    clear: float = 0.0

    def rim_of(self, skin: Skin) -> FloatArray | None:
        """Distance in mm to the edge where a skin may chip, over its grid."""
        return next((rim for owner, rim in self.rims if owner is skin), None)

    def painted(self) -> list[Painted]:
        """All meshes, those of loose parts included."""
        made = [each for part in self.parts for each in part.painted()]
        made += [each for one in self.loose for part in one.parts for each in part.painted()]
        return made

    def settle(self) -> None:
        """Bring every skin back into its range after all has been laid on."""
        for skin in self.skins:
            np.clip(skin.albedo, 0.006, 0.92, out=skin.albedo)
            np.clip(skin.roughness, 0.07, 1.0, out=skin.roughness)
            np.clip(skin.metal, 0, 1, out=skin.metal)


def skin_paint(skin: Skin, carried: FloatArray) -> Paint:
    """The paint of a skin whose coarse height a mesh carries."""
    return Paint(skin.albedo, skin.roughness, skin.metal, relief(skin.height, carried))
