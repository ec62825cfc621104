import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.rendering.contact_sheet import contact_sheet
from models.rendering.fast.families.index import FAMILIES
from models.rendering.fast.lamps import LIGHTS
from models.rendering.fast.render import render_fast_set
from models.runtime.item import item_region
from models.runtime.pictures import read_picture
from models.sets import RenderedSet, SetError, read_set

COVERED, OVERLAP = 0.97, 0.6
"""The search must hold the item; it may take a tall item's shadow with it."""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> RenderedSet:
    """One return of every family."""
    return render_fast_set(tmp_path_factory.mktemp("fast") / "set", len(FAMILIES), 11)


def digests(path: Path) -> dict[str, str]:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def test_the_same_seed_gives_the_same_bytes_and_a_broken_off_run_goes_on(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    whole = render_fast_set(
        tmp_path / "whole", 3, 21, width=640, progress=lambda *at: calls.append(at)
    )
    render_fast_set(tmp_path / "parts", 1, 21, width=640)
    half = tmp_path / "parts" / ".r00001.part"
    half.mkdir()
    (half / "left-over").write_text("from a run that broke off")
    render_fast_set(tmp_path / "parts", 3, 21, width=640)
    assert calls == [(1, 3), (2, 3), (3, 3)]
    assert digests(whole.path) == digests(tmp_path / "parts")


def test_plain_goods_are_others_and_a_set_goes_on_as_it_was_begun(tmp_path: Path) -> None:
    adorned = render_fast_set(tmp_path / "a", 6, 5, families=["garment"], width=320)
    plain = render_fast_set(tmp_path / "p", 6, 5, families=["garment"], width=320, plain=True)

    def kinds(rendered: RenderedSet) -> list[str]:
        poses = [pose for name in rendered.returns for pose in rendered.read_return(name).poses]
        return sorted(mark.kind for pose in poses for mark in pose.not_faults)

    assert kinds(adorned) != kinds(plain)
    assert "adorned" not in (tmp_path / "p" / "recipe.json").read_text("utf-8")
    with pytest.raises(SetError, match="adornment"):
        render_fast_set(tmp_path / "p", 7, 5, families=["garment"], width=320)


def test_another_seed_gives_another_bench(tmp_path: Path) -> None:
    first = render_fast_set(tmp_path / "a", 1, 1, width=640)
    second = render_fast_set(tmp_path / "b", 1, 2, width=640)
    assert digests(first.path)["empty-bright.jpg"] != digests(second.path)["empty-bright.jpg"]


def test_every_family_comes_once_in_a_round(rendered: RenderedSet) -> None:
    families = [rendered.read_return(name).category for name in rendered.returns]
    assert sorted(families) == sorted(FAMILIES)


def test_each_pose_is_taken_under_every_lamp_and_reads_back(rendered: RenderedSet) -> None:
    known = read_set(rendered.path)
    assert known == rendered
    for name in known.returns:
        (pose,) = known.read_return(name).poses
        assert [shot.light for shot in pose.shots] == list(LIGHTS)
        for shot in pose.shots:
            picture = read_picture(known.directory(name) / shot.file)
            assert picture.shape == (known.height, known.width, 3)


def test_masks_agree_with_the_faults_they_number(rendered: RenderedSet) -> None:
    seen = 0
    for name in rendered.returns:
        (pose,) = rendered.read_return(name).poses
        mask = rendered.read_mask(name, pose)
        assert set(np.unique(mask)) - {0} == {fault.instance for fault in pose.faults}
        outline = np.array(pose.outline, np.float32)
        for fault in pose.faults:
            seen += 1
            rows, columns = np.nonzero(mask == fault.instance)
            for x, y in np.array(fault.polygon):
                assert cv2.pointPolygonTest(outline, (float(x), float(y)), True) > -4
                assert np.hypot(columns - x, rows - y).min() < 2
    assert seen > 3


def test_a_flat_fault_covers_its_true_area(rendered: RenderedSet) -> None:
    calibration = json.loads((rendered.path / "calibration.json").read_text())
    measured = 0
    for name in rendered.returns:
        truth = rendered.read_return(name)
        (pose,) = truth.poses
        assert pose.placement is not None
        mm = (calibration["bench_plane_mm"] - pose.placement.z_mm) / calibration["fx"]
        mask = rendered.read_mask(name, pose)
        for fault in pose.faults:
            area, width = fault.value("area"), fault.value("width")
            assert area is not None
            assert width is not None
            # Of a line a pixel wide it is the rounding that counts.
            if truth.category in ("carton", "garment", "device") and area > 60 and width > 4 * mm:
                measured += 1
                pixels = float((mask == fault.instance).sum())
                assert pixels * mm**2 == pytest.approx(area, rel=0.2)
    assert measured > 0


def test_a_printed_date_is_kept_as_truth(tmp_path: Path) -> None:
    made = render_fast_set(tmp_path / "set", 2, 3, width=640, families=("pouch",))
    for name in made.returns:
        (pose,) = made.read_return(name).poses
        (date,) = [text for text in pose.texts if text.kind == "date"]
        assert any(character.isdigit() for character in date.text)
        outline = np.array(pose.outline, np.float32)
        centre = np.mean(date.polygon, axis=0)
        assert cv2.pointPolygonTest(outline, (float(centre[0]), float(centre[1])), True) > 0


def test_the_item_is_found_against_the_empty_bench(rendered: RenderedSet) -> None:
    empty = read_picture(rendered.path / "empty-bright.jpg")
    for name in rendered.returns:
        (pose,) = rendered.read_return(name).poses
        region = item_region(read_picture(rendered.directory(name) / pose.shots[0].file), empty)
        assert region is not None, name
        item, found = (
            cv2.convexHull(np.array(corners, np.float32))
            for corners in (pose.outline, region.polygon)
        )
        common, _ = cv2.intersectConvexConvex(item, found)
        assert common > COVERED * cv2.contourArea(item), name
        assert common > OVERLAP * (cv2.contourArea(item) + cv2.contourArea(found) - common), name


def test_a_contact_sheet_shows_it(rendered: RenderedSet, tmp_path: Path) -> None:
    contact_sheet(rendered.path, tmp_path / "sheet.png", most=2, thumb_width=160)
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet is not None
    assert sheet.shape[1] == 160 * len(LIGHTS)


def test_a_directory_of_another_set_is_refused(tmp_path: Path) -> None:
    render_fast_set(tmp_path / "set", 1, 1, width=640, families=("carton",))
    with pytest.raises(SetError, match="holds a fast set of seed 1"):
        render_fast_set(tmp_path / "set", 1, 2, width=640, families=("carton",))
    with pytest.raises(SetError, match="other families"):
        render_fast_set(tmp_path / "set", 1, 1, width=640, families=("pouch",))


def test_only_the_chosen_defects_happen(tmp_path: Path) -> None:
    made = render_fast_set(
        tmp_path / "set", 5, 4, width=640, families=("garment",), defects=("stain",)
    )
    kinds = {
        fault.defect
        for name in made.returns
        for pose in made.read_return(name).poses
        for fault in pose.faults
    }
    assert kinds == {"stain"}


def test_a_place_that_cannot_be_written_is_named_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(SetError, match="cannot be written"):
        render_fast_set(tmp_path / "file" / "set", 1, 1, width=640)


def test_what_cannot_be_rendered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        render_fast_set(tmp_path, 0, 1)
    with pytest.raises(SetError, match="no family sofa: choose from carton"):
        render_fast_set(tmp_path, 1, 1, families=("sofa",))
    with pytest.raises(SetError, match="no defect moth: choose from scratch"):
        render_fast_set(tmp_path, 1, 1, defects=("moth",))
