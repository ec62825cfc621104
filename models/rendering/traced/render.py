"""Rendering a path-traced set of returns: same seed, same 8-bit bytes; what is finished stays."""

import gc
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from models.rendering.field import FloatArray
from models.rendering.geometry import Bench, write_calibration
from models.rendering.picture import save_mask
from models.rendering.traced.bench import draw_setting
from models.rendering.traced.camera import Camera, encoded, picture
from models.rendering.traced.families.index import FAMILIES
from models.rendering.traced.faults.index import KINDS
from models.rendering.traced.item import Item, join
from models.rendering.traced.lamps import LIGHTS
from models.rendering.traced.plan import Plan, make_item, plan_return
from models.rendering.traced.shots import Stage, window_of
from models.rendering.traced.truth import (
    View,
    faults_seen,
    marks_seen,
    regions,
    silhouette,
    texts_seen,
)
from models.sets import (
    ItemPlacement,
    Mark,
    PoseTruth,
    RenderedSet,
    ReturnTruth,
    SetError,
    ShotPicture,
    read_set,
    write_return,
    write_set,
)

GENERATOR = "path-traced"
POSE = "top"
RECIPE = "recipe.json"

Progress = Callable[[int, int], None]


def render_traced_set(
    out: Path,
    count: int,
    seed: int,
    *,
    families: Sequence[str] = (),
    defects: Sequence[str] = (),
    width: int = 1280,
    spp: int = 6,
    progress: Progress | None = None,
) -> RenderedSet:
    """Render returns 0 to ``count`` - 1 of ``seed`` into ``out`` and return the set's index.

    One set is one bench: its top, lamps, surroundings and camera follow from ``seed``. ``families``
    names some of FAMILIES and ``defects`` some of KINDS, none for all. ``spp`` is samples a pixel
    for each light; few look like the noise of a sensor. Equal arguments give equal bytes with the
    same variant of the tracer, which recipe.json names. A return that is complete is kept, so a
    broken-off run goes on where it stopped and a larger ``count`` only adds. ``progress`` gets
    (complete, count).

    Raises SetError for an unknown family or defect, or if ``out`` holds another set, is no place
    for one or the disk is full; RendererMissingError without mitsuba; ValueError for counts or
    sizes that cannot be rendered.
    """
    if count < 1 or spp < 1 or width < 320 or width % 64:
        raise ValueError("count and spp must be at least 1, width a multiple of 64 from 320 up")
    recipe = _Recipe.of(families, defects, spp)
    bench = Bench(width, width * 9 // 16)
    complete = _earlier(out, bench, seed)
    stage = Stage.opened(draw_setting(bench, seed), spp)
    recipe = replace(recipe, variant=stage.studio.variant)
    if complete:
        recipe.check(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        recipe.write(out / RECIPE)
        write_calibration(bench, out / "calibration.json")
        _write_empty(out, stage, seed)
        index = RenderedSet(out, GENERATOR, seed, bench.width, bench.height, tuple(complete))
        for number in range(count):
            plan = plan_return(seed, number, recipe.families)
            if plan.return_id not in complete:
                _render_return(stage, out, plan, recipe.defects)
                # The tracer numbers what lives; compiled kernels are found again by these numbers.
                gc.collect()
                complete.append(plan.return_id)
                complete.sort()
            index = RenderedSet(out, GENERATOR, seed, bench.width, bench.height, tuple(complete))
            write_set(index)
            if progress is not None:
                progress(number + 1, count)
    except OSError as error:
        raise SetError(
            f"{out} cannot be written ({error.strerror}): make room or choose another directory."
        ) from error
    return index


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What a set is made of besides its seed; a set goes on only by its own recipe."""

    families: tuple[str, ...]
    defects: tuple[str, ...]
    spp: int
    variant: str = ""

    @classmethod
    def of(cls, families: Sequence[str], defects: Sequence[str], spp: int) -> "_Recipe":
        chosen = cls(tuple(families) or tuple(FAMILIES), tuple(defects) or tuple(KINDS), spp)
        for word, names, known in (
            ("family", chosen.families, FAMILIES),
            ("defect", chosen.defects, KINDS),
        ):
            unknown = [name for name in names if name not in known]
            if unknown:
                raise SetError(f"There is no {word} {unknown[0]}: choose from {', '.join(known)}.")
        return chosen

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"

    def write(self, file: Path) -> None:
        part = file.with_suffix(".part")
        part.write_text(self.text(), encoding="utf-8")
        part.replace(file)

    def check(self, out: Path) -> None:
        known = out / RECIPE
        if not known.is_file() or known.read_text(encoding="utf-8") != self.text():
            raise SetError(
                f"{out} holds a set of other families, defects, samples or tracer variant: "
                "choose another directory."
            )


def _earlier(out: Path, bench: Bench, seed: int) -> list[str]:
    """Returns already complete in ``out``."""
    if (out / "set.json").exists():
        known = read_set(out)
        if (known.generator, known.seed, known.width) != (GENERATOR, seed, bench.width):
            raise SetError(
                f"{out} holds a {known.generator} set of seed {known.seed} and width "
                f"{known.width}: choose another directory."
            )
    elif out.is_dir() and any(out.glob("*/truth.json")):
        raise SetError(f"{out} holds returns without an index: choose another directory.")
    return sorted(file.parent.name for file in out.glob("r*/truth.json"))


def _write_empty(out: Path, stage: Stage, seed: int) -> None:
    camera = stage.setting.camera
    for number, light in enumerate(LIGHTS):
        rng = np.random.default_rng([seed, 104, number])
        code = encoded(picture(stage.empty[light], camera, rng), camera)
        (out / f"empty-{light}.jpg").write_bytes(code)


def _render_return(stage: Stage, out: Path, plan: Plan, defects: tuple[str, ...]) -> None:
    part = out / f".{plan.return_id}.part"
    if part.exists():
        shutil.rmtree(part)
    part.mkdir()
    try:
        write_return(part, _pictures(stage, part, plan, defects))
        part.rename(out / plan.return_id)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _pictures(stage: Stage, part: Path, plan: Plan, defects: tuple[str, ...]) -> ReturnTruth:
    bench = stage.setting.bench
    item, laid, parts = make_item(plan, bench, defects)
    window = window_of(bench, parts)
    atlas = join(parts)
    shapes = stage.studio.shapes(atlas)
    view = stage.view(shapes, atlas, parts, window)
    mask, faults = faults_seen(view, item.skins)
    save_mask(part / f"{POSE}-mask.png", mask)
    rng = plan.rng(3)
    camera = _drifted(stage.setting.camera, rng)
    clearness = stage.clearness(view, item)
    shots = []
    for light in LIGHTS:
        frame = stage.lit(light, shapes, window, clearness)
        name = f"{POSE}-{light}"
        (part / f"{name}.jpg").write_bytes(encoded(picture(frame, camera, rng), camera))
        own = _marks_of_light(view, item, frame, stage.setting.white[light])
        shots.append(ShotPicture(name, light, f"{name}.jpg", own))
    length, across, height = (round(size, 2) for size in item.size_mm)
    return ReturnTruth(
        return_id=plan.return_id,
        category=plan.family,
        gtin=plan.gtin,
        serial=f"{plan.seed % 1000:03d}{plan.index:07d}",
        size_mm=(length, across, height),
        poses=(
            PoseTruth(
                pose=POSE,
                outline=silhouette(view),
                mask=f"{POSE}-mask.png",
                shots=tuple(shots),
                faults=faults,
                not_faults=marks_seen(view, item.skins),
                texts=texts_seen(view, item.skins),
                placement=ItemPlacement(
                    round(laid.x_mm, 3), round(laid.y_mm, 3), round(item.level_mm, 3),
                    round(float(np.degrees(laid.yaw)), 3),
                ),
            ),
        ),
    )  # fmt: skip


def _drifted(camera: Camera, rng: np.random.Generator) -> Camera:
    """The camera on one return: its exposure wanders a little."""
    return replace(camera, exposure=float(np.exp(rng.normal(0, 0.05))))


def _marks_of_light(
    view: View, item: Item, frame: FloatArray, white: float
) -> tuple[Mark, ...]:  # fmt: skip
    """Glare and deep shadow on the item under one light."""
    window = view.window
    shown = frame[window.top : window.top + window.height, window.left : window.left + window.width]
    solid = view.cover() > 0.5
    paint = np.zeros(solid.shape, np.float32)
    for skin in item.skins:
        paint += view.spread(skin, np.ascontiguousarray(skin.albedo.mean(axis=2)))
    got = shown.mean(axis=2)
    glare = solid & (shown.min(axis=2) > 0.9) & (got > 1.5 * white * paint)
    shadow = solid & (paint > 0.02) & (got < 0.35 * white * paint)
    return (*regions("glare", glare, window, 40), *regions("shadow", shadow, window, 300))
