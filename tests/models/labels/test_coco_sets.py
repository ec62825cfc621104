"""COCO-labelled folders are read as their makers meant them, or refused in one sentence."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from models.labels.labelled import LabelError
from models.labels.reading import read_labelled
from tests.support.labelled_sets import HEIGHT, WIDTH, coco, draw

KNOWN = ("scratch", "stain")
SQUARE = [10, 20, 40, 20, 40, 50, 10, 50]


def annotation(image: int = 0, category: int = 7, **shape: Any) -> dict[str, Any]:
    entry = {"id": 3, "image_id": image, "category_id": category, "bbox": [10, 20, 30, 30]}
    return {**entry, "segmentation": [SQUARE], **shape}


def refusal(path: Path) -> str:
    with pytest.raises(LabelError) as refused:
        read_labelled(path, KNOWN)
    return str(refused.value)


def test_outlines_boxes_and_clean_pictures_come_in_pixels(tmp_path: Path) -> None:
    path = coco(tmp_path / "set", [annotation(), annotation(segmentation=[])], pictures=2)

    read = read_labelled(path, KNOWN)

    outlined, boxed = read.pictures[0].faults
    assert outlined.polygon == boxed.polygon
    assert outlined.polygon[0] == (9.5, 19.5)
    assert (outlined.box_only, boxed.box_only) == (False, True)
    assert (read.pictures[1].faults, read.pictures[1].complete) == ((), True)
    assert read.classes == {"stain"}


@pytest.mark.parametrize("packed", [True, False])
def test_a_mask_in_run_lengths_becomes_its_outline(tmp_path: Path, packed: bool) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.rectangle(mask, (30, 40), (59, 79), 1, cv2.FILLED)
    counts = run_lengths(mask)
    shape = {"size": [HEIGHT, WIDTH], "counts": pack(counts) if packed else counts}
    path = coco(tmp_path / "set", [annotation(segmentation=shape, iscrowd=1)])

    (outline,) = read_labelled(path, KNOWN).pictures[0].faults

    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(drawn, [np.array(outline.polygon, np.int32)], 1)
    assert np.array_equal(drawn, mask)


def run_lengths(mask: np.ndarray) -> list[int]:
    flat = np.concatenate([[0], mask.T.reshape(-1), [2]])
    edges = np.flatnonzero(np.diff(flat.astype(int)))
    return [int(n) for n in np.diff(np.concatenate([[0], edges]))]


def pack(counts: list[int]) -> str:
    """As `rleToString` of the COCO API writes it."""
    text = ""
    for place, count in enumerate(counts):
        value = count - counts[place - 2] if place > 2 else count
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != -1 if bits & 0x10 else value != 0
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


def test_what_is_no_fault_or_unsure_is_told_apart(tmp_path: Path) -> None:
    categories = [
        {"id": 7, "name": "stain"},
        {"id": 8, "name": "design", "supercategory": "not-fault"},
        {"id": 9, "name": "unsure", "supercategory": "unsure"},
    ]
    path = coco(
        tmp_path / "set",
        [annotation(), annotation(category=8), annotation(category=9)],
        categories=categories,
        image={"item": "S-1", "complete": False},
    )

    picture = read_labelled(path, KNOWN).pictures[0]

    assert [fault.defect for fault in picture.faults] == ["stain"]
    assert (len(picture.not_faults), len(picture.unsure)) == (1, 1)
    assert (picture.item, picture.complete) == ("S-1", False)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (annotation(image=9), "is of picture 9, which is not listed"),
        (annotation(category=5), "is of class 5, which is not listed"),
        (annotation(segmentation=[[1, 2, 3, 4]]), "x and y of at least 3 corners"),
        (annotation(segmentation=[[1, 1, 1, 1, 1, 1]]), "fewer than 3 different corners"),
        (annotation(segmentation=[], bbox=[1, 2, 0, 4]), "box has no size"),
        (annotation(segmentation={"size": [4, 4], "counts": [3]}), "do not fill its size"),
        (annotation(segmentation={"size": [4, 4], "counts": "o"}), "annotation 3"),
        (annotation(segmentation={"size": [10**6, 10**6], "counts": [1]}), "no possible size"),
        (annotation(segmentation={"size": [4, 4], "counts": [6, 2, 8]}), "its mask is 4x4"),
        (annotation(segmentation=[[1, 1, 1e12, 1, 1e12, 9]]), "lies outside its picture"),
        (annotation(segmentation=[[900, 900, 950, 900, 950, 950]]), "lies outside its picture"),
        (annotation(segmentation=[], bbox=[-50, -50, 20, 20]), "lies outside its picture"),
    ],
)
def test_a_wrong_annotation_is_named(tmp_path: Path, entry: dict[str, Any], why: str) -> None:
    said = refusal(coco(tmp_path / "set", [entry]))

    assert "annotation 3" in said
    assert why in said


def test_a_line_one_pixel_wide_in_a_mask_stays_a_fault(tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[30, 20:70] = 1
    shape = {"size": [HEIGHT, WIDTH], "counts": run_lengths(mask)}
    path = coco(tmp_path / "set", [annotation(segmentation=shape)])

    (outline,) = read_labelled(path, KNOWN).pictures[0].faults

    assert outline.polygon == ((19.5, 29.5), (69.5, 29.5), (69.5, 30.5), (19.5, 30.5))


@pytest.mark.parametrize("what", ["categories", "images"])
def test_two_entries_of_one_id_are_refused(tmp_path: Path, what: str) -> None:
    path = coco(tmp_path / "set", [annotation()])
    table = json.loads((path / "annotations.json").read_text())
    table[what].append(table[what][0])
    (path / "annotations.json").write_text(json.dumps(table))

    assert "have one id" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        " \n",
        '{"images": [], "annotations": ',
        "[]",
        "[" * 99_999,
        '{"images": [' + "[" * 99_999 + '"annotations"',
    ],
)
def test_a_damaged_or_empty_annotation_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "set"
    draw(path / "p0.png", 0)
    (path / "annotations.json").write_text(content)

    assert refusal(path).endswith(".")


def test_pictures_must_be_there_inside_and_of_the_labelled_size(tmp_path: Path) -> None:
    path = coco(tmp_path / "set", [annotation()])
    table = json.loads((path / "annotations.json").read_text())
    for name, why in (("../p.png", "leads outside"), ("/etc/p.png", "leads outside")):
        table["images"][0]["file_name"] = name
        (path / "annotations.json").write_text(json.dumps(table))
        assert why in refusal(path)
    table["images"][0]["file_name"] = "p0.png"
    (path / "annotations.json").write_text(json.dumps(table))
    draw(path / "p0.png", 0, width=WIDTH * 2)
    assert "annotations were made at 160x120" in refusal(path)
    (path / "p0.png").unlink()
    assert "p0.png is not there" in refusal(path)


def test_files_of_splits_find_their_pictures(tmp_path: Path) -> None:
    path = tmp_path / "set"
    for split, seed in (("train2017", 1), ("val2017", 2)):
        part = coco(path / "spare", [annotation()], pictures=1)
        (path / "annotations").mkdir(exist_ok=True)
        name = f"instances_{split}.json"
        (part / "annotations.json").rename(path / "annotations" / name)
        (part / "p0.png").unlink()
        part.rmdir()
        draw(path / split / "p0.png", seed)
    text = (path / "annotations" / "instances_val2017.json").read_text()
    (path / "annotations" / "instances_val2017.json").write_text(text.replace("p0", "p1"))
    (path / "val2017" / "p0.png").rename(path / "val2017" / "p1.png")

    splits = {p.path.name: p.split for p in read_labelled(path, KNOWN).pictures}

    assert splits == {"p0.png": "train", "p1.png": "validation"}
