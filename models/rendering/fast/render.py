"""Rendering a fast set of returns: same seed, same 8-bit bytes; what is finished is kept."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from models.rendering.fast.bench import EmptyBench, draw_bench
from models.rendering.fast.camera import drifted, exposed, jpeg
from models.rendering.fast.families.index import FAMILIES
from models.rendering.fast.faults.index import KINDS
from models.rendering.fast.lamps import LIGHTS
from models.rendering.fast.plan import Plan, make_item, plan_return
from models.rendering.fast.stage import lay_down, marks, picture, silhouette, texts, truths
from models.rendering.geometry import Bench, write_calibration
from models.rendering.picture import save_mask
from models.sets import (
    ItemPlacement,
    PoseTruth,
    RenderedSet,
    ReturnTruth,
    SetError,
    ShotPicture,
    read_set,
    write_return,
    write_set,
)

GENERATOR = "fast"
POSE = "top"
RECIPE = "recipe.json"

Progress = Callable[[int, int], None]


def render_fast_set(
    out: Path,
    count: int,
    seed: int,
    *,
    families: Sequence[str] = (),
    defects: Sequence[str] = (),
    width: int = 1280,
    mtf50: float | None = None,
    plain: bool = False,
    progress: Progress | None = None,
) -> RenderedSet:
    """Render returns 0 to ``count`` - 1 of ``seed`` into ``out`` and return the set's index.

    One set is one bench: its cloth, lamps and camera follow from ``seed``, so varied benches are
    several sets. ``families`` names some of FAMILIES and ``defects`` some of KINDS, none for all.
    ``mtf50`` is a camera's measured half-contrast frequency in cycles per pixel, drawn where it is
    None. ``plain`` goods have nothing put on that every family may have (`adornment`), and shorter
    fibres. A return that is already complete is kept, so a broken-off run goes on where it stopped
    and a larger ``count`` only adds. ``progress`` gets (complete, count).

    Raises SetError for an unknown family or defect, or if ``out`` holds another set, is no place
    for one or the disk is full; ValueError for counts or sizes that cannot be rendered.
    """
    if count < 1 or width < 320 or width % 64:
        raise ValueError("count must be at least 1, width a multiple of 64 from 320 up")
    recipe = _Recipe.of(families, defects, mtf50, adorned=not plain)
    bench = Bench(width, width * 9 // 16)
    complete = _earlier(out, bench, seed, recipe)
    empty = draw_bench(bench, seed, mtf50)
    try:
        out.mkdir(parents=True, exist_ok=True)
        recipe.write(out / RECIPE)
        write_calibration(bench, out / "calibration.json")
        _write_empty(out, empty, seed)
        index = RenderedSet(out, GENERATOR, seed, bench.width, bench.height, tuple(complete))
        for number in range(count):
            plan = plan_return(seed, number, recipe.families)
            if plan.return_id not in complete:
                _render_return(empty, out, plan, recipe)
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
    mtf50: float | None
    adorned: bool

    @classmethod
    def of(
        cls,
        families: Sequence[str],
        defects: Sequence[str],
        mtf50: float | None,
        *,
        adorned: bool,
    ) -> "_Recipe":
        names, kinds = tuple(families) or tuple(FAMILIES), tuple(defects) or tuple(KINDS)
        chosen = cls(names, kinds, mtf50, adorned)
        for word, names, known in (
            ("family", chosen.families, FAMILIES),
            ("defect", chosen.defects, KINDS),
        ):
            unknown = [name for name in names if name not in known]
            if unknown:
                raise SetError(f"There is no {word} {unknown[0]}: choose from {', '.join(known)}.")
        return chosen

    def text(self) -> str:
        told = asdict(self)
        if not self.adorned:
            # Sets of before there were adornments do not name them, and go on.
            del told["adorned"]
        return json.dumps(told, indent=1) + "\n"

    def write(self, file: Path) -> None:
        part = file.with_suffix(".part")
        part.write_text(self.text(), encoding="utf-8")
        part.replace(file)


def _earlier(out: Path, bench: Bench, seed: int, recipe: _Recipe) -> list[str]:
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
    complete = sorted(file.parent.name for file in out.glob("r*/truth.json"))
    known_recipe = out / RECIPE
    if complete and (
        not known_recipe.is_file() or known_recipe.read_text(encoding="utf-8") != recipe.text()
    ):
        raise SetError(
            f"{out} holds a set of other families, defects, sharpness or adornment: choose another "
            "directory."
        )
    return complete


def _write_empty(out: Path, empty: EmptyBench, seed: int) -> None:
    for number, light in enumerate(LIGHTS):
        rng = np.random.default_rng([seed, 4, number])
        shown = empty.light[light] * np.float32(empty.white[light])
        code = jpeg(exposed(shown, empty.camera, rng), empty.camera.quality)
        (out / f"empty-{light}.jpg").write_bytes(code)


def _render_return(empty: EmptyBench, out: Path, plan: Plan, recipe: _Recipe) -> None:
    part = out / f".{plan.return_id}.part"
    if part.exists():
        shutil.rmtree(part)
    part.mkdir()
    try:
        write_return(part, _pictures(empty, part, plan, recipe))
        part.rename(out / plan.return_id)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _pictures(empty: EmptyBench, part: Path, plan: Plan, recipe: _Recipe) -> ReturnTruth:
    surface, pose = make_item(plan, empty.bench, recipe.defects, adorned=recipe.adorned)
    stage = lay_down(empty.bench, surface, pose)
    mask, faults = truths(stage)
    save_mask(part / f"{POSE}-mask.png", mask)
    rng = plan.rng(6)
    camera = drifted(empty.camera, rng)
    length, across, height = (round(size, 2) for size in surface.size_mm)
    shots = []
    for light in LIGHTS:
        frame, of_light = picture(stage, empty, light)
        name = f"{POSE}-{light}"
        (part / f"{name}.jpg").write_bytes(jpeg(exposed(frame, camera, rng), camera.quality))
        shots.append(ShotPicture(name, light, f"{name}.jpg", of_light))
    return ReturnTruth(
        return_id=plan.return_id,
        category=plan.family,
        gtin=plan.gtin,
        serial=f"{plan.seed % 1000:03d}{plan.index:07d}",
        size_mm=(length, across, height),
        poses=(
            PoseTruth(
                pose=POSE,
                outline=silhouette(stage),
                mask=f"{POSE}-mask.png",
                shots=tuple(shots),
                faults=faults,
                not_faults=marks(stage),
                texts=texts(stage),
                placement=ItemPlacement(
                    round(pose.x_mm, 3), round(pose.y_mm, 3),
                    round(surface.level_mm, 3), round(float(np.degrees(pose.yaw)), 3),
                ),
            ),
        ),
    )  # fmt: skip
