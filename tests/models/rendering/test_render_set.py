import hashlib
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.rendering.contact_sheet import contact_sheet
from models.rendering.field import TEXEL_MM, blank
from models.rendering.geometry import Bench, Placement, face_homography
from models.rendering.render import bench_albedo, render_set
from models.rendering.tracer import RendererMissingError, Tracer, Window, load_mitsuba
from models.sets import SetError, read_set

WITHOUT = "the path tracer is not installed (extra 'render')"


def digests(path: Path) -> dict[str, str]:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def test_a_missing_renderer_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mitsuba", None)
    with pytest.raises(RendererMissingError, match="install the extra 'render'"):
        load_mitsuba()


def test_a_missing_renderer_leaves_no_set_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "mitsuba", None)
    with pytest.raises(RendererMissingError):
        render_set(tmp_path / "set", 1, 3)
    assert not (tmp_path / "set").exists()


def test_a_count_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        render_set(tmp_path, 0, 3)


@pytest.mark.timeout(600)
def test_the_same_seed_gives_the_same_bytes_and_resumes(tmp_path: Path) -> None:
    pytest.importorskip("mitsuba", reason=WITHOUT)
    calls: list[tuple[int, int]] = []
    whole = render_set(
        tmp_path / "whole", 2, 21, spp=1, width=320, progress=lambda *at: calls.append(at)
    )
    render_set(tmp_path / "parts", 1, 21, spp=1, width=320)
    (tmp_path / "sheet-to-be").write_text("a file, no directory")
    half = tmp_path / "parts" / ".r0001.part"
    half.mkdir()
    (half / "left-over").write_text("from a run that broke off")
    render_set(tmp_path / "parts", 2, 21, spp=1, width=320)
    assert calls == [(1, 2), (2, 2)]
    assert digests(whole.path) == digests(tmp_path / "parts")
    assert read_set(whole.path).returns == ("r0000", "r0001")
    with pytest.raises(SetError, match="choose another directory"):
        render_set(tmp_path / "parts", 2, 22, spp=1, width=320)
    with pytest.raises(SetError, match="another recipe"):
        render_set(tmp_path / "parts", 2, 21, recipe="demo", spp=1, width=320)
    with pytest.raises(SetError, match="cannot be written"):
        render_set(tmp_path / "sheet-to-be" / "set", 1, 21, spp=1, width=320)
    contact_sheet(whole.path, tmp_path / "sheet.png", most=2)
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet is not None
    assert sheet.shape == (2 * (270 + 4), 3 * 480, 3)


def test_the_tracer_and_the_homography_see_the_same_place() -> None:
    pytest.importorskip("mitsuba", reason=WITHOUT)
    bench = Bench(640, 360)
    face = blank(120, 90, np.full(3, 0.8, dtype=np.float32))
    spot = np.zeros(face.shape, dtype=np.float32)
    spot[60:140, 40:220] = 1
    face.albedo[spot == 1] = 0.02
    placement = Placement((120.0, 90.0, 100.0), 20.0, -10.0, 0.4)
    tracer = Tracer(bench, bench_albedo(1), (640.0, 420.0))
    scene = tracer.scene("bright", tracer.carton(face, placement, np.full(3, 0.8, np.float32)))
    picture = tracer.trace(scene, bench, Window(0, 0, 640, 360), spp=4, seed=1)
    matrix = face_homography(bench, placement, TEXEL_MM)
    inside = cv2.warpPerspective(spot, matrix, (640, 360)) > 0.5
    face_area = cv2.warpPerspective(np.ones_like(spot), matrix, (640, 360)) > 0.5
    bright = np.median(picture[face_area & ~inside])
    dark = (picture.mean(axis=-1) < 0.5 * bright) & face_area
    assert (dark & inside).sum() / (dark | inside).sum() > 0.95


def test_raking_light_comes_from_the_left() -> None:
    pytest.importorskip("mitsuba", reason=WITHOUT)
    bench = Bench(320, 180)
    tracer = Tracer(bench, bench_albedo(1), (640.0, 420.0))
    face = blank(120, 90, np.full(3, 0.6, dtype=np.float32))
    scene = tracer.scene(
        "raking",
        tracer.carton(face, Placement((120.0, 90.0, 100.0), 0, 0, 0), np.full(3, 0.6, np.float32)),
    )
    picture = tracer.trace(scene, bench, Window(0, 0, 320, 180), spp=16, seed=1).mean(axis=-1)
    left, right = picture[80:100, 70:90].mean(), picture[80:100, 230:250].mean()
    assert right < 0.4 * left
