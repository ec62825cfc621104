"""Path tracing of a bench with an item on it; the only module here that needs mitsuba.

The tracer's world has y up the frame, so bench y is negated on the way in. Pictures come back as
linear float32 (rows, columns, 3), order R, G, B.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.rendering.field import FloatArray
from models.rendering.geometry import FRAME_ON_BENCH_MM, Bench
from models.rendering.traced.item import Atlas, Paint, Painted, join
from models.rendering.traced.lamps import Light, Panel
from models.rendering.traced.mesh import Mesh
from models.rendering.traced.rays import hits, pixels, radiance, spread_offsets
from models.rendering.traced.skin import f32
from models.rendering.tracer import Window, load_mitsuba

_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What each sample of a window meets: ``mesh`` (-1 for none of the item's), ``uv`` (..., 2),
    ``normal`` (..., 3) in bench axes; the first two axes are rows and columns."""

    mesh: NDArray[np.int32]
    uv: FloatArray
    normal: FloatArray


class Studio:
    """A bench whose furniture stays and whose items come and go."""

    def __init__(self, bench: Bench, room: FloatArray):
        """``room`` is the radiance of the surroundings. Raises RendererMissingError."""
        self._mi = load_mitsuba()
        self._bench = bench
        self._furniture: dict[str, Any] = {}
        self._room = room

    @property
    def variant(self) -> str:
        """Mitsuba's name of the variant at work; each gives its own last bits."""
        return str(self._mi.variant())

    @property
    def compiled(self) -> bool:
        """Whether rays are traced in batches by compiled kernels."""
        return not self.variant.startswith("scalar")

    def furnish(self, furniture: list[Painted]) -> None:
        """What is in every picture."""
        self._furniture = {"bench": self.shape(join(furniture).joined, "bench")}

    def shapes(self, item: Atlas) -> dict[str, Any]:
        """Shapes of an item for ``scene``."""
        return {"item": self.shape(item.joined, "item")}

    def scene(self, light: Light, shapes: dict[str, Any]) -> Any:
        """The bench with ``shapes`` on it under ``light``, whose light on the bare bench is about
        that of a radiance of one from everywhere."""
        total = sum(panel.irradiance() for panel in light.panels)
        glow = np.pi * (1 - light.ambient) / total
        lamps = {
            f"lamp{n}": self._panel(panel, light.tint * np.float32(glow), len(light.panels), light)
            for n, panel in enumerate(light.panels)
        }
        sky = self._mi.TensorXf(np.ascontiguousarray(self._room * np.float32(light.ambient)))
        return self._load(
            {
                "type": "scene",
                **shapes,
                **self._furniture,
                **lamps,
                "room": {
                    "type": "envmap",
                    "bitmap": self._mi.Bitmap(sky),
                    "to_world": self._mi.ScalarTransform4f().rotate([1, 0, 0], 90),
                    "sampling_weight": light.ambient,
                },
            }
        )

    def trace(
        self, scene: Any, views: Sequence[tuple[Bench, Window]], *, spp: int, seed: int
    ) -> list[FloatArray]:
        """Windows of frames, each with its bench; equal arguments give equal pictures."""
        integrator = self._load({"type": "path", "max_depth": _DEPTH, "hide_emitters": True})
        if self.compiled:
            places = spread_offsets(spp)
            ways = np.concatenate([pixels(bench, window, places) for bench, window in views])
            bench = views[0][0]
            light = radiance(self._mi, scene, integrator, bench, ways, spp=spp, seed=seed)
            sizes = np.cumsum([window.width * window.height for _, window in views])[:-1]
            return [
                part.reshape(window.height, window.width, 3)
                for part, (_, window) in zip(np.split(light, sizes), views, strict=True)
            ]
        made = []
        for number, (bench, window) in enumerate(views):
            sensor = self._sensor(bench, window, "multijitter")
            picture = self._mi.render(
                scene, sensor=sensor, integrator=integrator, spp=spp, seed=seed + number
            )
            made.append(np.array(picture, dtype=np.float32)[..., :3])
        return made

    def look(self, scene: Any, item: Atlas, bench: Bench, window: Window) -> Seen:
        """What the middle of each pixel of a window meets of an item in ``scene``."""
        if self.compiled:
            ways = pixels(bench, window, np.zeros((1, 2)))
            part, uv, normal = hits(self._mi, scene, item, bench, ways)
        else:
            part, uv, normal = self._layers(scene, item, bench, window)
        size = (window.height, window.width)
        level = f32(normal * f32([1, -1, 1]))
        return Seen(part.reshape(size), uv.reshape(*size, 2), level.reshape(*size, 3))

    def _layers(
        self, scene: Any, item: Atlas, bench: Bench, window: Window
    ) -> tuple[NDArray[np.int32], FloatArray, FloatArray]:
        sensor = self._sensor(bench, window, "independent")
        layers = {"type": "aov", "aovs": "uv:uv,nn:sh_normal,id:shape_index,face:prim_index"}
        picture = self._mi.render(
            scene, sensor=sensor, integrator=self._load(layers), spp=1, seed=5
        )
        made = np.array(picture, dtype=np.float32)[..., -7:].reshape(-1, 7)
        names = [str(shape.id()) for shape in scene.shapes()]
        met = np.rint(made[:, 5]) == names.index("item")
        met &= np.abs(made[:, 2:5]).sum(axis=1) > 1e-3
        part = np.searchsorted(item.first, np.rint(made[:, 6]).astype(np.int64), side="right") - 1
        part = np.clip(part, 0, len(item.corner) - 1)
        uv = (made[:, :2] - item.corner[part]) / item.share[part]
        return np.where(met, part, -1).astype(np.int32), f32(uv), f32(made[:, 2:5])

    def shape(self, painted: Painted, name: str = "part") -> Any:
        """One mesh with its paint."""
        mi = self._mi
        mesh = painted.mesh
        properties = mi.Properties()
        properties["mesh_bsdf"] = self._material(painted.paint)
        made = mi.Mesh(
            name, len(mesh.positions), len(mesh.triangles), props=properties,
            has_vertex_normals=True, has_vertex_texcoords=True,
        )  # fmt: skip
        made.set_id(name)
        self._fill(made, mesh)
        return made

    def _fill(self, made: Any, mesh: Mesh) -> None:
        values = self._mi.traverse(made)
        flip = f32([1, -1, 1])
        values["vertex_positions"] = (mesh.positions * flip).ravel()
        values["faces"] = mesh.triangles[:, ::-1].ravel()
        values["vertex_normals"] = (mesh.normals * flip).ravel()
        values["vertex_texcoords"] = mesh.uv.ravel()
        values.update()

    def _material(self, paint: Paint) -> Any:
        # One structure for everything: a compiled kernel then serves every item.
        surface = {
            "type": "principled",
            "base_color": self._texture(paint.albedo),
            "roughness": self._texture(paint.roughness[..., None]),
            "metallic": self._texture(paint.metal[..., None]),
            "specular": 0.5,
        }
        bump = {"type": "bumpmap", "relief": self._texture(paint.relief[..., None]), "b": surface}
        return self._load({"type": "twosided", "surface": bump})

    def _texture(self, values: FloatArray) -> Any:
        bitmap = self._mi.TensorXf(np.ascontiguousarray(values, dtype=np.float32))
        return self._load({"type": "bitmap", "data": bitmap, "raw": True, "wrap_mode": "clamp"})

    def _panel(self, panel: Panel, radiance: FloatArray, panels: int, light: Light) -> Any:
        move = self._mi.ScalarTransform4f
        x, y, z = panel.origin
        ax, ay, az = panel.aim
        place = move().look_at(origin=[x, -y, z], target=[ax, -ay, az], up=[0, 0, 1])
        return {
            "type": "rectangle",
            "to_world": place @ move().scale([*panel.half_mm, 1]),
            "emitter": {
                "type": "area",
                "radiance": {"type": "rgb", "value": radiance.tolist()},
                "sampling_weight": (1 - light.ambient) / panels,
            },
        }

    def _sensor(self, bench: Bench, window: Window, sampler: str) -> Any:
        half_angle = np.arctan(FRAME_ON_BENCH_MM / 2 / bench.plane_mm)
        return self._load(
            {
                "type": "perspective",
                "fov": float(2 * np.degrees(half_angle)),
                "fov_axis": "x",
                "near_clip": 10.0,
                "far_clip": 5000.0,
                "to_world": self._mi.ScalarTransform4f().look_at(
                    origin=[0, 0, bench.plane_mm], target=[0, 0, 0], up=[0, 1, 0]
                ),
                "film": {
                    "type": "hdrfilm",
                    "width": bench.width,
                    "height": bench.height,
                    "crop_offset_x": window.left,
                    "crop_offset_y": window.top,
                    "crop_width": window.width,
                    "crop_height": window.height,
                    "pixel_format": "rgb",
                    "component_format": "float32",
                    "rfilter": {"type": "box"},
                },
                "sampler": {"type": sampler},
            }
        )

    def _load(self, entry: dict[str, Any]) -> Any:
        return self._mi.load_dict(entry, optimize=False)
