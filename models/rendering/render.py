"""Rendering a set of returns: same seed, same 8-bit bytes; what is finished is kept."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.rendering.board import sound_face
from models.rendering.colour import decode
from models.rendering.faults.make import add_fault
from models.rendering.field import Field
from models.rendering.geometry import Bench, Placement, outline, place, write_calibration
from models.rendering.picture import (
    compose,
    denoise,
    project_faults,
    project_marks,
    rounded_polygon,
    save_jpeg,
    save_mask,
)
from models.rendering.plan import POSES, PlannedReturn, Recipe, plan_return
from models.rendering.tracer import LIGHTS, Tracer, Window
from models.sets import (
    PoseTruth,
    RenderedSet,
    ReturnTruth,
    SetError,
    ShotPicture,
    read_return,
    read_set,
    write_return,
    write_set,
)

FloatArray = NDArray[np.float32]

SHOTS: dict[Recipe, dict[str, tuple[str, ...]]] = {
    "training": {"top": ("bright", "raking"), "bottom": ("bright",)},
    "demo": {"top": ("bright", "raking"), "bottom": ("bright", "raking")},
}
"""Which lights a pose is taken under; a bench's light proof sees poses under all of them."""

_WHITE_AT = {"bright": 0.84, "raking": 0.56}
"""Linear picture value of a perfect white diffuser on the bench under each light."""

_BENCH_MM = (640.0, 420.0)
_COARSE = 4
_MARGIN_PX = 20
_FEATHER_PX = 8

Progress = Callable[[int, int], None]


def render_set(
    out: Path,
    count: int,
    seed: int,
    *,
    recipe: Recipe = "training",
    spp: int = 8,
    quality: int = 92,
    width: int = 1280,
    progress: Progress | None = None,
) -> RenderedSet:
    """Render returns 0 to ``count`` - 1 of ``seed`` into ``out`` and return the set's index.

    A return that is already complete is kept, so a broken-off run goes on where it stopped and a
    larger ``count`` only adds; the index is rewritten after every return. ``recipe`` chooses the
    mix: ``demo`` has six products and an even spread of grades, ``training`` a new carton each
    time. ``width`` is the frame's, 16:9. Pictures are nearly free of tracing noise on purpose:
    sensor noise belongs to whoever plays the camera. ``progress`` gets (complete, count).

    Raises SetError if ``out`` holds another set or is no place for one, RendererMissingError
    without mitsuba, ValueError for counts or sizes that cannot be rendered.
    """
    if count < 1 or spp < 1 or width < 320 or width % 64:
        raise ValueError("count and spp must be at least 1, width a multiple of 64 from 320 up")
    bench = Bench(width, width * 9 // 16)
    complete = _earlier(out, bench, seed, recipe)
    studio = _Studio.opened(bench, seed, spp)
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_calibration(bench, out / "calibration.json")
        for light in LIGHTS:
            save_jpeg(out / f"empty-{light}.jpg", studio.empty[light], quality)
        index = RenderedSet(out, "path-traced", seed, bench.width, bench.height, tuple(complete))
        for number in range(count):
            plan = plan_return(seed, number, recipe)
            if plan.return_id not in complete:
                _render_return(studio, out, plan, seed, quality, SHOTS[recipe])
                complete.append(plan.return_id)
                complete.sort()
            kept = tuple(complete)
            index = RenderedSet(out, "path-traced", seed, bench.width, bench.height, kept)
            write_set(index)
            if progress is not None:
                progress(number + 1, count)
    except OSError as error:
        raise SetError(
            f"{out} cannot be written ({error.strerror}): make room or choose another directory."
        ) from error
    return index


def faces(plan: PlannedReturn, seed: int) -> dict[str, Field]:
    """The top and bottom face of a planned return with its faults on them.

    A fault that finds no room on its face is left out.
    """
    made: dict[str, Field] = {}
    length, width, _ = plan.product.size_mm
    for number, pose in enumerate(POSES):
        rng = np.random.default_rng([seed, plan.index, 20 + number])
        face = sound_face(plan.product.design, pose, (length, width), rng)
        for fault in plan.faults:
            if fault.pose == pose:
                add_fault(face, fault.defect, fault.size, rng)
        np.clip(face.albedo, 0.01, 0.93, out=face.albedo)
        np.clip(face.roughness, 0.2, 1.0, out=face.roughness)
        made[pose] = face
    return made


def _earlier(out: Path, bench: Bench, seed: int, recipe: Recipe) -> list[str]:
    """Returns already complete in ``out``."""
    if (out / "set.json").exists():
        known = read_set(out)
        if (known.seed, known.width) != (seed, bench.width):
            raise SetError(
                f"{out} holds a set of seed {known.seed} and width {known.width}: "
                "choose another directory."
            )
    elif out.is_dir() and any(out.glob("*/truth.json")):
        raise SetError(f"{out} holds returns without an index: choose another directory.")
    complete = sorted(file.parent.name for file in out.glob("r*/truth.json"))
    if complete:
        expected = plan_return(seed, int(complete[0][1:]), recipe).product.gtin
        if read_return(out / complete[0]).gtin != expected:
            raise SetError(f"{out} holds a set of another recipe: choose another directory.")
    return complete


@dataclass(frozen=True, slots=True)
class _Studio:
    """The bench ready to take pictures: empty frames and exposures per light."""

    bench: Bench
    coarse: Bench
    tracer: Tracer
    exposure: dict[str, float]
    empty: dict[str, FloatArray]
    coarse_empty: dict[str, FloatArray]
    spp: int

    @classmethod
    def opened(cls, bench: Bench, seed: int, spp: int) -> "_Studio":
        coarse = Bench(bench.width // _COARSE, bench.height // _COARSE)
        albedo = bench_albedo(seed)
        tracer = Tracer(bench, albedo, _BENCH_MM)
        exposure, empty, coarse_empty = {}, {}, {}
        for light in LIGHTS:
            full = tracer.empty(light, bench, spp=36, seed=1)
            small = tracer.empty(light, coarse, spp=256, seed=2)
            middle = full[bench.height // 3 : -bench.height // 3, bench.width // 3 :]
            gain = _WHITE_AT[light] * float(albedo.mean()) / float(middle.mean())
            exposure[light] = gain
            empty[light] = denoise(np.asarray(full * np.float32(gain), dtype=np.float32))
            coarse_empty[light] = cv2.GaussianBlur(small, (0, 0), 1.5).astype(np.float32)
        return cls(bench, coarse, tracer, exposure, empty, coarse_empty, spp)

    def picture(
        self, face: Field, placement: Placement, wall: FloatArray, light: str, seed: int
    ) -> FloatArray:
        """The linear frame of one shot."""
        scene = self.tracer.scene(light, self.tracer.carton(face, placement, wall))
        whole = Window(0, 0, self.coarse.width, self.coarse.height)
        small = self.tracer.trace(scene, self.coarse, whole, spp=self.spp * 2, seed=seed)
        shade = cv2.GaussianBlur(small, (0, 0), 1.5) / np.maximum(self.coarse_empty[light], 1e-6)
        window = _window(self.bench, outline(self.bench, placement))
        traced = self.tracer.trace(scene, self.bench, window, spp=self.spp, seed=seed + 1)
        item = denoise(np.asarray(traced * np.float32(self.exposure[light]), dtype=np.float32))
        return compose(
            self.empty[light],
            np.asarray(shade, dtype=np.float32),
            item,
            (window.left, window.top),
            _FEATHER_PX,
        )


def bench_albedo(seed: int) -> FloatArray:
    """The matt grey bench surface, slightly uneven, linear (rows, columns, 3)."""
    rng = np.random.default_rng([seed, 30])
    rows, columns = 840, 1280
    fine = cv2.GaussianBlur(rng.standard_normal((rows, columns), dtype=np.float32), (0, 0), 0.8)
    broad = cv2.resize(
        rng.standard_normal((9, 13), dtype=np.float32), (columns, rows),
        interpolation=cv2.INTER_CUBIC,
    )  # fmt: skip
    tone = decode(118, 120, 123) * np.exp(0.035 * fine + 0.03 * broad)[..., None]
    return np.asarray(tone, dtype=np.float32)


def _window(bench: Bench, item: NDArray[np.float64]) -> Window:
    low = np.floor(item.min(axis=0)).astype(int) - _MARGIN_PX
    high = np.ceil(item.max(axis=0)).astype(int) + _MARGIN_PX + 1
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    right, lower = min(bench.width, int(high[0])), min(bench.height, int(high[1]))
    return Window(left, top, right - left, lower - top)


def _render_return(
    studio: _Studio,
    out: Path,
    plan: PlannedReturn,
    seed: int,
    quality: int,
    lights: dict[str, tuple[str, ...]],
) -> None:
    part = out / f".{plan.return_id}.part"
    if part.exists():
        shutil.rmtree(part)
    part.mkdir()
    try:
        write_return(part, _pictures(studio, part, plan, seed, quality, lights))
        part.rename(out / plan.return_id)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _pictures(
    studio: _Studio,
    part: Path,
    plan: PlannedReturn,
    seed: int,
    quality: int,
    lights: dict[str, tuple[str, ...]],
) -> ReturnTruth:
    """Picture every face of a return into ``part``, and say what they show."""
    poses = []
    for number, (pose, face) in enumerate(faces(plan, seed).items()):
        rng = np.random.default_rng([seed, plan.index, 40 + number])
        placement = place(studio.bench, plan.product.size_mm, rng)
        mask, faults = project_faults(face, studio.bench, placement)
        save_mask(part / f"{pose}-mask.png", mask)
        shots = []
        for light in lights[pose]:
            name = f"{pose}-{light}"
            noise = int(rng.integers(2**31 - 2))
            wall = plan.product.design.colour
            frame = studio.picture(face, placement, wall, light, noise)
            save_jpeg(part / f"{name}.jpg", frame, quality)
            shots.append(ShotPicture(name, light, f"{name}.jpg"))
        poses.append(
            PoseTruth(
                pose=pose,
                outline=rounded_polygon(outline(studio.bench, placement)),
                mask=f"{pose}-mask.png",
                shots=tuple(shots),
                faults=faults,
                not_faults=project_marks(face, studio.bench, placement),
            )
        )
    return ReturnTruth(
        return_id=plan.return_id,
        category="carton",
        gtin=plan.product.gtin,
        serial=plan.serial,
        size_mm=plan.product.size_mm,
        poses=tuple(poses),
    )
