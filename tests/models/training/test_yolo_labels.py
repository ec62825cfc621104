import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.sets import RenderedSet, read_set, write_set
from models.training.errors import TrainingError
from models.training.yolo_labels import label_lines, write_yolo_set
from tests.support.drawn_returns import CLASSES, HEIGHT, WIDTH


def filled(line: str) -> tuple[int, np.ndarray]:
    number, *shares = line.split()
    corners = np.array(shares, float).reshape(-1, 2) * (WIDTH, HEIGHT) - 0.5
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
    return int(number), mask


def test_a_label_line_draws_the_mask_it_came_from(drawn_set: Path) -> None:
    rendered = read_set(drawn_set)
    pose = rendered.read_return("r0000").poses[0]
    mask = rendered.read_mask("r0000", pose)
    (line,) = label_lines(pose, mask, CLASSES).splitlines()
    number, drawn = filled(line)

    assert CLASSES[number] == "stain"
    assert np.array_equal(drawn, (mask > 0).astype(np.uint8))


def test_a_fault_of_another_class_is_left_out(drawn_set: Path) -> None:
    rendered = read_set(drawn_set)
    pose = rendered.read_return("r0000").poses[0]

    assert label_lines(pose, rendered.read_mask("r0000", pose), ("tear",)) == ""


def test_a_fault_in_two_parts_has_a_line_for_each(drawn_set: Path) -> None:
    rendered = read_set(drawn_set)
    pose = rendered.read_return("r0000").poses[0]
    mask = rendered.read_mask("r0000", pose).copy()
    mask[:, 74:76] = 0

    assert len(label_lines(pose, mask, CLASSES).splitlines()) == 2


def test_every_picture_has_its_label_file_and_clean_ones_an_empty_one(
    drawn_set: Path, tmp_path: Path
) -> None:
    dataset = write_yolo_set([drawn_set], tmp_path / "yolo", CLASSES)
    entry = json.loads(dataset.read_text())
    pictures = sorted((tmp_path / "yolo" / "images").rglob("*.png"))
    labels = [
        tmp_path / "yolo" / "labels" / picture.parent.name / f"{picture.stem}.txt"
        for picture in pictures
    ]

    assert entry["names"] == {str(n): name for n, name in enumerate(CLASSES)}
    assert len(pictures) == 16
    assert sum(label.read_text() == "" for label in labels) == 8


def test_an_empty_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    write_set(RenderedSet(tmp_path / "set", "drawn", 1, WIDTH, HEIGHT, ()))

    with pytest.raises(TrainingError, match="render some first"):
        write_yolo_set([tmp_path / "set"], tmp_path / "yolo", CLASSES)
