"""YOLO-labelled folders are read as their makers meant them, or refused in one sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels.labelled import LabelError
from models.labels.reading import read_labelled
from models.labels.yaml_names import class_names
from tests.support.labelled_sets import HEIGHT, WIDTH, draw, yolo

KNOWN = ("scratch", "stain", "missing_part")
BOX = "0 0.5 0.5 0.25 0.5\n"
OUTLINE = "0 0.1 0.1 0.5 0.1 0.5 0.9\n"


def refusal(path: Path) -> str:
    with pytest.raises(LabelError) as refused:
        read_labelled(path, KNOWN)
    return str(refused.value)


def test_boxes_and_outlines_come_in_pixels_and_an_empty_file_is_a_clean_picture(
    tmp_path: Path,
) -> None:
    path = yolo(tmp_path / "set", {"a": BOX + OUTLINE, "b": ""}, ("Stain", "scratch"))

    read = read_labelled(path, KNOWN)

    a, b = read.pictures
    box, outline = a.faults
    assert read.classes == {"stain", "scratch"}
    assert (box.defect, box.box_only, outline.box_only) == ("stain", True, False)
    left, top = 0.375 * WIDTH - 0.5, 0.25 * HEIGHT - 0.5
    assert box.polygon[0] == pytest.approx((left, top))
    assert outline.polygon[2] == pytest.approx((0.5 * WIDTH - 0.5, 0.9 * HEIGHT - 0.5))
    assert (b.faults, b.complete, a.complete) == ((), True, True)
    assert a.item != b.item


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("0 0.5 0.5 0.2", "4 numbers for a box"),
        ("0 0.5 0.5 0.2 0.2 0.9", "4 numbers for a box"),
        ("1 0.5 0.5 0.2 0.2", "1 is no class: the set names 1"),
        ("stain 0.5 0.5 0.2 0.2", "stain is no class"),
        ("0 0.5 0.5 0.2 wide", "numbers only"),
        ("0 0.5 0.5 nan 0.2", "shares of the picture"),
        ("0 80 60 20 20", "shares of the picture"),
        ("0 0.5 0.5 0 0.2", "box has no size"),
        ("0 0.1 0.1 0.1 0.1 0.1 0.1", "fewer than 3 different corners"),
    ],
)
def test_a_line_that_is_no_label_is_named_by_file_and_number(
    tmp_path: Path, line: str, why: str
) -> None:
    path = yolo(tmp_path / "set", {"a": BOX, "b": f"{BOX}{line}\n"})

    said = refusal(path)

    assert "b.txt, line 2: " in said
    assert why in said


def test_a_label_file_of_noise_is_refused(tmp_path: Path) -> None:
    path = yolo(tmp_path / "set", {"a": BOX})
    (path / "labels" / "a.txt").write_bytes(b"\xff\xfe\x00")

    assert "a.txt is no text: export the labels again." in refusal(path)


def test_a_picture_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    path = yolo(tmp_path / "set", {"a": BOX, "b": BOX})
    (path / "images" / "b.png").write_bytes(b"no picture")

    assert "b.png" in refusal(path)


def test_a_picture_without_a_label_file_is_left_out_and_said(tmp_path: Path) -> None:
    path = yolo(tmp_path / "set", {"a": BOX, "b": None})

    read = read_labelled(path, KNOWN)

    assert [picture.path.name for picture in read.pictures] == ["a.png"]
    assert "1 pictures of" in read.notes[0]
    assert "need" in read.notes[0]


def test_a_set_without_any_label_teaches_nothing(tmp_path: Path) -> None:
    assert "labels no fault anywhere" in refusal(yolo(tmp_path / "set", {"a": "", "b": "\n"}))
    assert "no labelled picture" in refusal(yolo(tmp_path / "other", {"a": None}))


def test_a_set_of_one_class_says_that_it_teaches_nothing_else(tmp_path: Path) -> None:
    read = read_labelled(yolo(tmp_path / "set", {"a": BOX}), KNOWN)

    assert read.classes == {"stain"}
    assert read.notes == (
        f"{tmp_path / 'set'} labels stain only: of other faults it teaches nothing.",
    )


def test_a_class_of_another_name_is_refused_until_it_is_given_a_kind(tmp_path: Path) -> None:
    path = yolo(
        tmp_path / "set", {"a": BOX, "b": "1 0.5 0.5 0.2 0.2"}, ("open-cap", "good-cap", "unused")
    )

    assert "labels open-cap, good-cap, which is no kind to learn" in refusal(path)
    read = read_labelled(path, KNOWN, renamed={"open-cap": "missing_part", "good-cap": "-"})

    assert read.classes == {"missing_part"}
    assert [fault.defect for fault in read.pictures[0].faults] == ["missing_part"]
    assert (read.pictures[1].faults, len(read.pictures[1].not_faults)) == ((), 1)
    with pytest.raises(LabelError, match="open-cap cannot stand for lid"):
        read_labelled(path, KNOWN, renamed={"open-cap": "lid"})


def test_views_and_augmented_copies_of_an_item_stay_together(tmp_path: Path) -> None:
    names = ("mug__top", "mug__side", "box_jpg.rf.0a1b", "box_jpg.rf.99ff", "hat_1", "hat_2")
    read = read_labelled(yolo(tmp_path / "set", dict.fromkeys(names, BOX)), KNOWN)

    items = {picture.path.stem: picture.item for picture in read.pictures}

    assert items["mug__top"] == items["mug__side"]
    assert items["box_jpg.rf.0a1b"] == items["box_jpg.rf.99ff"]
    assert len(set(items.values())) == 4


def test_the_splits_of_a_set_are_kept(tmp_path: Path) -> None:
    path = yolo(tmp_path / "set", {"train/a": BOX, "val/b": BOX, "test/c": BOX})

    splits = [picture.split for picture in read_labelled(path, KNOWN).pictures]

    assert splits == ["held-out", "train", "validation"]


def test_roboflows_and_labelimgs_layouts_are_read(tmp_path: Path) -> None:
    other = tmp_path / "roboflow"
    for split, seed in (("train", 1), ("valid", 2)):
        draw(other / split / "images" / f"{split}.png", seed)
        (other / split / "labels").mkdir()
        (other / split / "labels" / f"{split}.txt").write_text(BOX)
    (other / "data.yaml").write_text("names:\n  0: stain\n")
    flat = tmp_path / "flat"
    draw(flat / "a.png", 3)
    (flat / "a.txt").write_text(BOX)
    (flat / "classes.txt").write_text("stain\nscratch\n")

    splits = [picture.split for picture in read_labelled(other, KNOWN).pictures]

    assert splits == ["train", "validation"]
    assert len(read_labelled(flat, KNOWN).pictures) == 1


def test_a_set_that_does_not_name_its_classes_says_how_to(tmp_path: Path) -> None:
    path = yolo(tmp_path / "set", {"a": BOX})
    (path / "data.yaml").unlink()

    assert 'write data.yaml with a line such as names: ["stain", "tear"]' in refusal(path)
    (path / "data.yaml").write_text("nc: 3\n")
    assert "does not list its classes" in refusal(path)


@pytest.mark.parametrize(
    "text",
    [
        "names: ['open cap', \"stain, wet\"]\nnc: 2",
        "path: x\nnames:\n  - open cap   # first\n  - 'stain, wet'\nnc: 2",
        "names:\n  0: open cap\n  1: stain, wet\n",
        "names: ['open cap',\n  'stain, wet']\n",
        '{"path": "x", "names": {"0": "open cap", "1": "stain, wet"}}',
        '{"names": ["open cap", "stain, wet"]}',
    ],
)
def test_class_names_are_read_in_every_form_exporters_write(tmp_path: Path, text: str) -> None:
    file = tmp_path / "data.yaml"
    file.write_text(text)

    assert class_names(file) == ("open cap", "stain, wet")


@given(st.text(max_size=200))
def test_any_text_of_names_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "noise.yaml"
    file.write_text(text)
    try:
        names = class_names(file)
    except LabelError:
        return

    assert names
