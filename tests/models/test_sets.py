import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sets import (
    FaultTruth,
    Mark,
    PoseTruth,
    Quantity,
    RenderedSet,
    ReturnTruth,
    SetError,
    ShotPicture,
    read_return,
    read_set,
    write_return,
    write_set,
)

numbers = st.floats(-5000, 5000, allow_nan=False, width=32)
names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
polygons = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=6).map(tuple)
quantities = st.builds(
    Quantity, st.sampled_from(["length", "width", "area"]), numbers, st.sampled_from(["mm", "mm2"])
)
faults = st.builds(
    FaultTruth,
    st.integers(1, 255),
    st.sampled_from(["scratch", "dent", "stain", "tear"]),
    polygons,
    st.lists(quantities, max_size=4).map(tuple),
)
poses = st.builds(
    PoseTruth,
    names,
    polygons,
    names,
    st.lists(st.builds(ShotPicture, names, names, names), max_size=3).map(tuple),
    st.lists(faults, max_size=3).map(tuple),
    st.lists(st.builds(Mark, names, polygons), max_size=3).map(tuple),
)
returns = st.builds(
    ReturnTruth,
    names,
    names,
    st.from_regex(r"[0-9]{14}", fullmatch=True),
    names,
    st.tuples(numbers, numbers, numbers),
    st.lists(poses, max_size=2).map(tuple),
)


def tiny_truth() -> ReturnTruth:
    square = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))
    fault = FaultTruth(1, "stain", square, (Quantity("area", 12.5, "mm2"),))
    shot = ShotPicture("top-bright", "bright", "top-bright.jpg")
    pose = PoseTruth("top", square, "top-mask.png", (shot,), (fault,), ())
    return ReturnTruth("r0000", "carton", "09520000100004", "1", (90.0, 70.0, 25.0), (pose,))


def tiny_set(path: Path) -> RenderedSet:
    path.mkdir(exist_ok=True)
    (path / "r0000").mkdir()
    write_return(path / "r0000", tiny_truth())
    rendered = RenderedSet(path, "path-traced", 7, 64, 36, ("r0000",))
    write_set(rendered)
    return rendered


@settings(deadline=None)
@given(truth=returns)
def test_a_return_reads_back_as_written(
    truth: ReturnTruth, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("return")
    write_return(directory, truth)
    assert read_return(directory) == truth


def test_a_set_reads_back_as_written(tmp_path: Path) -> None:
    rendered = tiny_set(tmp_path / "set")
    known = read_set(rendered.path)
    assert known == rendered
    assert known.read_return("r0000") == tiny_truth()


def test_a_fault_answers_for_its_quantities() -> None:
    fault = tiny_truth().poses[0].faults[0]
    assert fault.value("area") == 12.5
    assert fault.value("depth") is None


def test_a_mask_of_the_frames_size_is_read(tmp_path: Path) -> None:
    rendered = tiny_set(tmp_path / "set")
    mask = np.zeros((36, 64), dtype=np.uint8)
    mask[3:9, 4:11] = 1
    cv2.imwrite(str(rendered.directory("r0000") / "top-mask.png"), mask)
    read = rendered.read_mask("r0000", tiny_truth().poses[0])
    assert np.array_equal(read, mask)


def test_a_mask_of_another_size_is_refused(tmp_path: Path) -> None:
    rendered = tiny_set(tmp_path / "set")
    mask = np.zeros((9, 9), dtype=np.uint8)
    cv2.imwrite(str(rendered.directory("r0000") / "top-mask.png"), mask)
    with pytest.raises(SetError, match="is not 64x36"):
        rendered.read_mask("r0000", tiny_truth().poses[0])


def test_a_missing_mask_is_named(tmp_path: Path) -> None:
    rendered = tiny_set(tmp_path / "set")
    with pytest.raises(SetError, match=r"top-mask\.png is missing"):
        rendered.read_mask("r0000", tiny_truth().poses[0])


def test_a_missing_set_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="name the directory of a rendered set"):
        read_set(tmp_path / "nowhere")


def test_an_unknown_schema_is_refused(tmp_path: Path) -> None:
    rendered = tiny_set(tmp_path / "set")
    file = rendered.path / "set.json"
    file.write_text(file.read_text().replace('"schema": 1', '"schema": 2'))
    with pytest.raises(SetError, match="unknown schema"):
        read_set(rendered.path)


@pytest.mark.parametrize(
    "name", ["../outside.png", "/etc/passwd", "", "."], ids=["up", "root", "none", "dot"]
)
def test_a_file_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    rendered = tiny_set(tmp_path / "set")
    file = rendered.directory("r0000") / "truth.json"
    entry = json.loads(file.read_text())
    entry["poses"][0]["mask"] = name
    file.write_text(json.dumps(entry))
    with pytest.raises(SetError, match="outside the directory"):
        rendered.read_return("r0000")


@settings(deadline=None)
@given(cut=st.integers(0, 400), junk=st.text(max_size=5))
def test_a_damaged_truth_is_a_fault_and_never_a_crash(
    cut: int, junk: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("damaged")
    write_return(directory, tiny_truth())
    file = directory / "truth.json"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole[:cut] + junk + whole[cut + 7 :], encoding="utf-8")
    sentence = "read."
    try:
        read_return(directory)
    except SetError as fault:
        sentence = str(fault)
    assert sentence.endswith(".")


@pytest.mark.parametrize("value", ["NaN", "Infinity", '"x"', "null"])
def test_a_point_that_is_no_number_is_refused(tmp_path: Path, value: str) -> None:
    rendered = tiny_set(tmp_path / "set")
    file = rendered.directory("r0000") / "truth.json"
    file.write_text(file.read_text().replace("9.0", value, 1))
    with pytest.raises(SetError, match="is damaged"):
        rendered.read_return("r0000")
