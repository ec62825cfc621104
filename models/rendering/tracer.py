"""Path tracing of the bench; the only module that needs mitsuba.

Mitsuba's world has y up the frame, so bench y is negated on the way in. Pictures come back as
linear float32 (rows, columns, 3), order R, G, B.
"""

import importlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.rendering.field import Field
from models.rendering.geometry import FRAME_ON_BENCH_MM, Bench, Placement
from models.rendering.surface import top_mesh, walls

FloatArray = NDArray[np.float32]

LIGHTS = ("bright", "raking")
_LLVM_PATTERNS = ("libLLVM.so.19*", "libLLVM-19.so*", "libLLVM.so.2*", "libLLVM-18.so*")
_LIBRARY_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64")


class RendererMissingError(Exception):
    """The path tracer is not installed; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """A rectangular area lamp and the ambient light that goes with it.

    Sizes in mm; ``ambient`` is the radiance of the surroundings relative to the lamp's,
    ``ambient_share`` about its share of the light on the bench.
    """

    origin: tuple[float, float, float]
    half_size: tuple[float, float]
    ambient: float
    ambient_share: float


LAMPS = {
    "bright": Lamp((380.0, 430.0, 1050.0), (340.0, 240.0), 0.016, 0.16),
    "raking": Lamp((-880.0, 60.0, 400.0), (45.0, 380.0), 0.0011, 0.12),
}
"""Positions in the tracer's world, x to the right and y up the frame."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the frame to trace: corner and size in pixels."""

    left: int
    top: int
    width: int
    height: int


class Tracer:
    """Traces the empty bench, or a carton on it, under one lamp at a time."""

    def __init__(self, bench: Bench, bench_albedo: FloatArray, bench_mm: tuple[float, float]):
        """``bench_albedo`` (rows, columns, 3) covers ``bench_mm`` around the optical axis.

        Raises RendererMissingError where mitsuba is not installed.
        """
        self._mi = load_mitsuba()
        self._bench = bench
        self._bench_albedo = bench_albedo
        self._bench_mm = bench_mm

    def empty(self, light: str, bench: Bench, *, spp: int, seed: int) -> FloatArray:
        """The whole frame of ``bench`` with nothing on it."""
        window = Window(0, 0, bench.width, bench.height)
        return self._trace(self._scene(light, {}), bench, window, spp, seed)

    def carton(self, face: Field, placement: Placement, wall: FloatArray) -> dict[str, Any]:
        """The shapes of a carton with ``face`` on top and walls of albedo ``wall`` (3,)."""
        mesh = top_mesh(face, placement)
        wall_positions, wall_triangles = walls(mesh)
        texture = self._texture(face.albedo)
        surface = {
            "type": "principled",
            "base_color": texture,
            "roughness": self._texture(face.roughness[..., None]),
            "specular": 0.35,
        }
        relief = {"type": "bumpmap", "relief": self._texture(mesh.relief[..., None]), "b": surface}
        side = {"type": "diffuse", "reflectance": {"type": "rgb", "value": wall.tolist()}}
        return {
            "top": self._mesh(mesh.positions, mesh.triangles, relief, mesh.normals, mesh.uv),
            "walls": self._mesh(wall_positions, wall_triangles, side, None, None),
        }

    def scene(self, light: str, shapes: dict[str, Any]) -> Any:
        """A scene of the bench with ``shapes`` under ``light``, for ``trace``."""
        return self._scene(light, shapes)

    def trace(self, scene: Any, bench: Bench, window: Window, *, spp: int, seed: int) -> FloatArray:
        """One window of the frame of ``bench``; equal arguments give equal pictures."""
        return self._trace(scene, bench, window, spp, seed)

    def _trace(self, scene: Any, bench: Bench, window: Window, spp: int, seed: int) -> FloatArray:
        mi = self._mi
        half_angle = np.arctan(FRAME_ON_BENCH_MM / 2 / bench.plane_mm)
        sensor = mi.load_dict(
            {
                "type": "perspective",
                "fov": float(2 * np.degrees(half_angle)),
                "fov_axis": "x",
                "near_clip": 10.0,
                "far_clip": 5000.0,
                "to_world": mi.ScalarTransform4f().look_at(
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
                "sampler": {"type": "multijitter"},
            }
        )
        integrator = mi.load_dict({"type": "path", "max_depth": 3, "hide_emitters": True})
        picture = mi.render(scene, sensor=sensor, integrator=integrator, spp=spp, seed=seed)
        return np.array(picture, dtype=np.float32)

    def _scene(self, light: str, shapes: dict[str, Any]) -> Any:
        mi = self._mi
        lamp = LAMPS[light]
        move = mi.ScalarTransform4f
        width, height = self._bench_mm
        return mi.load_dict(
            {
                "type": "scene",
                **shapes,
                "bench": {
                    "type": "rectangle",
                    "to_world": move().scale([width / 2, height / 2, 1]),
                    "surface": {
                        "type": "diffuse",
                        "reflectance": self._texture(self._bench_albedo[::-1]),
                    },
                },
                "lamp": {
                    "type": "rectangle",
                    "to_world": move().look_at(
                        origin=list(lamp.origin), target=[0, 0, 60], up=[0, 1, 0.01]
                    )
                    @ move().scale([*lamp.half_size, 1]),
                    "emitter": {
                        "type": "area",
                        "radiance": {"type": "rgb", "value": 1.0},
                        "sampling_weight": 1 - lamp.ambient_share,
                    },
                },
                "ambient": {
                    "type": "constant",
                    "radiance": {"type": "rgb", "value": lamp.ambient},
                    "sampling_weight": lamp.ambient_share,
                },
            }
        )

    def _texture(self, values: FloatArray) -> Any:
        mi = self._mi
        bitmap = mi.TensorXf(np.ascontiguousarray(values, dtype=np.float32))
        return mi.load_dict({"type": "bitmap", "data": bitmap, "raw": True, "wrap_mode": "clamp"})

    def _mesh(
        self,
        positions: FloatArray,
        triangles: NDArray[np.uint32],
        surface: dict[str, Any],
        normals: FloatArray | None,
        uv: FloatArray | None,
    ) -> Any:
        mi = self._mi
        properties = mi.Properties()
        properties["mesh_bsdf"] = mi.load_dict({"type": "twosided", "surface": surface})
        mesh = mi.Mesh(
            "carton",
            len(positions),
            len(triangles),
            props=properties,
            has_vertex_normals=normals is not None,
            has_vertex_texcoords=uv is not None,
        )
        values = mi.traverse(mesh)
        flip = np.array([1, -1, 1], dtype=np.float32)
        values["vertex_positions"] = (positions * flip).ravel()
        values["faces"] = triangles[:, ::-1].ravel()
        if normals is not None:
            values["vertex_normals"] = (normals * flip).ravel()
        if uv is not None:
            values["vertex_texcoords"] = uv.ravel()
        values.update()
        return mesh


def load_mitsuba() -> Any:
    """The mitsuba module with the fastest variant that works here.

    Just-in-time compilation needs libLLVM 18 or newer; without it the slow scalar variant is
    used, whose pictures differ in their last bits. Raises RendererMissingError.
    """
    llvm = _find_llvm()
    if llvm is not None:
        os.environ.setdefault("DRJIT_LIBLLVM_PATH", str(llvm))
    try:
        mi = importlib.import_module("mitsuba")
    except ImportError as error:
        raise RendererMissingError(
            "Rendering needs mitsuba, which is not installed: install the extra 'render' of this "
            "package (locks/render.lock)."
        ) from error
    if mi.variant() is None:
        usable = "DRJIT_LIBLLVM_PATH" in os.environ
        mi.set_variant("llvm_ad_rgb" if usable else "scalar_rgb")
    mi.set_log_level(mi.LogLevel.Error)
    return mi


def _find_llvm() -> Path | None:
    for folder in _LIBRARY_FOLDERS:
        for pattern in _LLVM_PATTERNS:
            found = sorted(Path(folder).glob(pattern))
            if found:
                return found[0]
    return None
