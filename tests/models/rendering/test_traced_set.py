import hashlib
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.rendering.field import FieldFault
from models.rendering.geometry import Bench
from models.rendering.traced.bench import draw_setting
from models.rendering.traced.item import Look, Painted, Sheet, join
from models.rendering.traced.render import render_traced_set
from models.rendering.traced.shots import Stage, window_of
from models.rendering.traced.skin import skin
from models.rendering.traced.truth import faults_seen
from models.rendering.tracer import RendererMissingError
from models.sets import SetError, read_set

WITHOUT = "the path tracer is not installed (extra 'render')"


def digests(path: Path) -> dict[str, str]:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def test_an_unknown_family_or_defect_is_refused_and_leaves_no_set(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="no family sofa: choose from carton, mailer"):
        render_traced_set(tmp_path / "set", 1, 3, families=["sofa"])
    with pytest.raises(SetError, match="no defect rot: choose from scratch"):
        render_traced_set(tmp_path / "set", 1, 3, defects=["rot"])
    with pytest.raises(ValueError, match="at least 1"):
        render_traced_set(tmp_path / "set", 0, 3)
    assert not (tmp_path / "set").exists()


def test_a_missing_renderer_leaves_no_set_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "mitsuba", None)
    with pytest.raises(RendererMissingError, match="install the extra 'render'"):
        render_traced_set(tmp_path / "set", 1, 3, width=320)
    assert not (tmp_path / "set").exists()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_same_seed_gives_the_same_bytes_and_resumes(tmp_path: Path) -> None:
    pytest.importorskip("mitsuba", reason=WITHOUT)
    calls: list[tuple[int, int]] = []
    two = ["bottle", "drinkware"]
    whole = render_traced_set(
        tmp_path / "whole", 2, 21, families=two, spp=1, width=320,
        progress=lambda *at: calls.append(at),
    )  # fmt: skip
    parts = tmp_path / "parts"
    render_traced_set(parts, 1, 21, families=two, spp=1, width=320)
    half = parts / ".r00001.part"
    half.mkdir()
    (half / "left-over").write_text("from a run that broke off")
    render_traced_set(parts, 2, 21, families=two, spp=1, width=320)
    assert calls == [(1, 2), (2, 2)]
    assert digests(whole.path) == digests(parts)
    assert read_set(whole.path).returns == ("r00000", "r00001")
    assert json.loads((parts / "recipe.json").read_text())["variant"].endswith("_rgb")
    lights = [shot.light for shot in whole.read_return("r00000").poses[0].shots]
    assert lights == ["bright", "raking", "raking-back"]
    with pytest.raises(SetError, match="choose another directory"):
        render_traced_set(parts, 2, 22, families=two, spp=1, width=320)
    with pytest.raises(SetError, match="other families, defects, samples"):
        render_traced_set(parts, 3, 21, families=["bottle"], spp=1, width=320)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_mask_and_picture_show_a_fault_in_the_same_place() -> None:
    pytest.importorskip("mitsuba", reason=WITHOUT)
    bench = Bench(640, 360)
    made = skin(120, 90, np.full(3, 0.8, np.float32), "board", roughness=0.8)
    spot = np.zeros(made.shape, np.bool_)
    spot[60:140, 40:220] = True
    made.albedo[spot] = 0.02
    made.faults.append(FieldFault("stain", spot, ()))
    level = np.full(made.shape, 90, np.float32)
    sheet = Sheet(made, level, level - 200, Look(np.full(3, 0.8, np.float32)))
    parts = [Painted(one.mesh.placed(20, -10, 0.4), one.paint, one.skin) for one in sheet.painted()]
    stage = Stage.opened(draw_setting(bench, 4), 4)
    window = window_of(bench, parts)
    atlas = join(parts)
    shapes = stage.studio.shapes(atlas)
    view = stage.view(shapes, atlas, parts, window)
    mask, faults = faults_seen(view, [made])
    frame = stage.lit("bright", shapes, window, None).mean(axis=2)
    inside = mask == 1
    box = (
        slice(window.top, window.top + window.height),
        slice(window.left, window.left + window.width),
    )
    item = np.zeros(mask.shape, np.bool_)
    item[box] = cv2.erode((view.cover() > 0.99).astype(np.uint8), np.ones((3, 3))) > 0
    dark = (frame < 0.5 * np.median(frame[item & ~inside])) & item
    assert len(faults) == 1
    assert (dark & inside).sum() / (dark | inside).sum() > 0.95
    assert frame[box][item[box]].mean() > 0.1
