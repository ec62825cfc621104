"""The bench of a set with its real parts: top, screws, end stop, scale, marks, camera housing."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.rendering import graphics
from models.rendering.colour import decode
from models.rendering.field import TEXEL_MM, FloatArray, smooth_noise
from models.rendering.geometry import Bench
from models.rendering.traced.camera import Camera, draw_camera
from models.rendering.traced.item import Look, Paint, Painted
from models.rendering.traced.lamps import Light, draw_lights, room
from models.rendering.traced.mesh import Mesh, grid_triangles, surface_of
from models.rendering.traced.skin import f32

TOP_MM = (560.0, 360.0)
_SCREWS = ((-203.0, -108.0), (203.0, -108.0), (-203.0, 108.0), (203.0, 108.0))
_WHITE = {"bright": (0.62, 0.86), "raking": (0.45, 0.72), "raking-back": (0.45, 0.72)}


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same over a set: geometry, furniture, lights, room, camera, and ``white``,
    the linear picture value of a white diffuser on the bench under each light."""

    bench: Bench
    furniture: list[Painted]
    lights: dict[str, Light]
    room: FloatArray
    camera: Camera
    white: dict[str, float]


def draw_setting(bench: Bench, seed: int) -> Setting:
    """The setting of the set with ``seed``."""
    rng = np.random.default_rng([seed, 101])
    lights = draw_lights(rng)
    surroundings = room(rng)
    camera = draw_camera(rng)
    white = {name: float(rng.uniform(*_WHITE[name])) for name in lights}
    furniture = [_top(rng), *_screws(rng), _end_stop(rng), *_housing()]
    return Setting(bench, furniture, lights, surroundings, camera, white)


def box(centre: tuple[float, float, float], half: tuple[float, float, float]) -> Mesh:
    """A block with sharp edges."""
    x, y, z = half
    ring = np.array([[-x, -y], [x, -y], [x, y], [-x, y], [-x, -y]])
    parts = []
    for level, low, high in ((z, 0.0, 1.0), (-z, 1.0, 0.0)):
        inner, outer = ring * low, ring * high
        parts.append(np.stack([np.column_stack([r, np.full(5, level)]) for r in (outer, inner)]))
    sides = np.stack([np.column_stack([ring, np.full(5, level)]) for level in (-z, z)])
    meshes = [surface_of(f32(points + np.array(centre))) for points in (*parts, sides)]
    start, joined = 0, []
    for mesh in meshes:
        joined.append(mesh.triangles + np.uint32(start))
        start += len(mesh.positions)
    return Mesh(
        np.concatenate([m.positions for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.uv for m in meshes]),
        np.concatenate(joined).astype(np.uint32),
    )


def _top(rng: np.random.Generator) -> Painted:
    columns, rows = (round(side / TEXEL_MM) for side in TOP_MM)
    shape = (rows, columns)
    albedo, rough, relief = _covering(rng, shape)
    _printed(rng, albedo)
    half = f32(TOP_MM) / 2
    x = np.linspace(-half[0], half[0], 3)
    y = np.linspace(-half[1], half[1], 3)
    grid_x, grid_y = np.meshgrid(x, y)
    points = np.stack([grid_x, grid_y, np.zeros_like(grid_x)], axis=2)
    index = np.arange(9, dtype=np.uint32).reshape(3, 3)
    mesh = Mesh(
        f32(points.reshape(-1, 3)),
        f32(np.tile([0, 0, 1], (9, 1))),
        f32(np.stack(np.meshgrid(np.linspace(0, 1, 3), np.linspace(0, 1, 3)), axis=2)).reshape(
            -1, 2
        ),
        grid_triangles(index),
    )
    return Painted(mesh, Paint(albedo, rough, np.zeros(shape, np.float32), relief))


def _covering(
    rng: np.random.Generator, shape: tuple[int, int]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Albedo, roughness and relief of the bench top."""
    kind = str(rng.choice(np.array(["powder", "rubber", "polyethylene", "laminate", "esd"])))
    grain = cv2.GaussianBlur(rng.standard_normal(shape, dtype=np.float32), (0, 0), 1.1)
    broad = smooth_noise(rng, shape, 60.0)
    worn = np.clip(smooth_noise(rng, shape, 130.0), -1, 1)
    if kind == "powder":
        grey = float(rng.uniform(60, 150))
        tone, rough, bump = (grey, grey + 2, grey + 4), 0.45, 0.06 * grain
    elif kind == "rubber":
        grey = float(rng.uniform(34, 62))
        tone, rough, bump = (grey, grey, grey + 2), 0.62, 0.05 * grain
    elif kind == "polyethylene":
        grey = float(rng.uniform(196, 226))
        tone, rough, bump = (grey, grey, grey - 6), 0.42, 0.02 * grain
    elif kind == "laminate":
        grey = float(rng.uniform(150, 205))
        tone, rough, bump = (grey, grey - 5, grey - 16), 0.4, 0.008 * grain
    else:
        grey = float(rng.uniform(70, 125))
        cool = float(rng.uniform(8, 40))
        tone, rough, bump = (grey - cool, grey, grey + cool * 0.4), 0.55, 0.025 * grain
    red, green, blue = (round(min(max(level, 8), 240)) for level in tone)
    speckle = np.float32(0.9 if kind == "esd" else 0.25) * grain
    shade = np.exp(np.float32(0.02) * broad + np.float32(0.05) * speckle)
    albedo = decode(red, green, blue) * shade[..., None]
    _used(rng, albedo)
    return f32(albedo), f32(rough + np.float32(0.04) * worn), f32(bump)


def _used(rng: np.random.Generator, albedo: FloatArray) -> None:
    """Faint knife marks and scuffs of a bench in use."""
    canvas = np.zeros(albedo.shape[:2], np.uint8)
    rows, columns = albedo.shape[:2]
    for _ in range(int(rng.integers(4, 26))):
        x, y = int(rng.integers(columns)), int(rng.integers(rows))
        reach, angle = float(rng.uniform(20, 320)), float(rng.uniform(0, 2 * np.pi))
        end = (int(x + reach * np.cos(angle)), int(y + reach * np.sin(angle)))
        cv2.line(canvas, (x, y), end, int(rng.integers(40, 160)), 1, cv2.LINE_AA)
    soft = cv2.GaussianBlur(canvas.astype(np.float32) / np.float32(255), (0, 0), 0.7)
    albedo *= (1 + np.float32(rng.uniform(-0.25, 0.3)) * soft)[..., None]


def _printed(rng: np.random.Generator, albedo: FloatArray) -> None:
    """A scale along the near edge and marks in the corners."""
    dark = float(albedo.mean()) > 0.2
    ink = decode(24, 24, 26) if dark else decode(214, 214, 208)
    rows, columns = albedo.shape[:2]
    layer = np.zeros((rows, columns), np.float32)

    def texel(x_mm: float, y_mm: float) -> tuple[int, int]:
        return round(x_mm / TEXEL_MM + columns / 2), round(y_mm / TEXEL_MM + rows / 2)

    if rng.random() < 0.75:
        edge = 119.5
        for millimetre in range(-200, 201):
            tall = 3.4 if millimetre % 10 == 0 else 2.4 if millimetre % 5 == 0 else 1.4
            x, low = texel(millimetre, edge)
            _, high = texel(millimetre, edge - tall)
            layer[high:low, x] = 0.8
            if millimetre % 50 == 0:
                digits = graphics.text(str(abs(millimetre)), 2.0, 500)
                top, left = high - digits.shape[0] - 3, x - digits.shape[1] // 2
                layer[top : top + digits.shape[0], left : left + digits.shape[1]] = digits
    albedo += (ink - albedo) * layer[..., None]
    if rng.random() < 0.7:
        for sign_x in (-1, 1):
            for sign_y in (-1, 1):
                x, y = texel(sign_x * 206.0 - 5.0, sign_y * 92.0 - 5.0)
                cells = np.pad((rng.random((5, 5)) < 0.5).astype(np.float32), 1)
                marker = np.kron(cells, np.ones((6, 6), np.float32))
                paper = albedo[y - 4 : y + 46, x - 4 : x + 46]
                paper[...] = decode(226, 226, 222)
                albedo[y : y + 42, x : x + 42] = (
                    decode(22, 22, 24)
                    + (decode(226, 226, 222) - decode(22, 22, 24)) * marker[..., None]
                )


def _screws(rng: np.random.Generator) -> list[Painted]:
    steel = Look(f32([0.52, 0.51, 0.49]), 0.3, 1.0)
    black = Look(f32([0.03, 0.03, 0.03]), 0.5)
    made = []
    for x, y in _SCREWS:
        angle = np.linspace(0, 2 * np.pi, 25)
        for radii, level, look in (((3.6, 2.2), 1.3, steel), ((2.0, 0.01), 0.9, black)):
            turn = angle if look is steel else np.round(angle / (np.pi / 3)) * np.pi / 3
            turn = turn + float(rng.uniform(0, np.pi))
            rings = [(radii[0], 0.2), (radii[0] * 0.93, level), (radii[1], level)]
            points = [
                np.stack([x + r * np.cos(turn), y + r * np.sin(turn), np.full(25, z)], axis=1)
                for r, z in rings
            ]
            made.append(Painted(surface_of(f32(np.stack(points)[:, ::-1])), look.paint()))
    return made


def _end_stop(rng: np.random.Generator) -> Painted:
    look = (
        Look(f32([0.025, 0.025, 0.028]), 0.4)
        if rng.random() < 0.6
        else Look(f32([0.6, 0.6, 0.6]), 0.35, 1.0)
    )
    height = float(rng.uniform(1.5, 4.0))
    return Painted(box((0.0, -122.0, height), (260.0, 3.2, height)), look.paint())


def _housing() -> list[Painted]:
    """The camera and its arm, seen only as dark reflections."""
    black = Look(f32([0.02, 0.02, 0.02]), 0.6).paint()
    return [
        Painted(box((0.0, 0.0, 930.0), (38.0, 30.0, 22.0)), black),
        Painted(box((0.0, -260.0, 985.0), (24.0, 260.0, 20.0)), black),
    ]
