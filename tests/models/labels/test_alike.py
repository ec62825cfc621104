"""The same picture is known again; pictures of two items on one bench are not taken for it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.labels.alike import alike_pairs, likeness
from models.labels.labelled import LabelError
from models.labels.reading import check_apart, read_labelled
from tests.support.labelled_sets import draw, yolo
from tests.support.tiny_set import box

KNOWN = ("scratch", "stain")
BOX = "0 0.5 0.5 0.25 0.5\n"


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    return alike_pairs([likeness(p.tobytes(), p) for p in (one, other)]) == [(0, 1)]


def photograph() -> NDArray[np.uint8]:
    coarse = np.random.default_rng(5).integers(0, 256, (9, 12, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize("change", ["encoded", "halved", "brighter", "noisy"])
def test_a_picture_changed_a_little_is_the_same(change: str) -> None:
    picture = photograph()
    changed = picture
    match change:
        case "encoded":
            _, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40])
            changed = cv2.imdecode(content, cv2.IMREAD_COLOR)
        case "halved":
            changed = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        case "brighter":
            changed = cv2.convertScaleAbs(picture, alpha=0.9, beta=12)
        case "noisy":
            noise = np.random.default_rng(1).normal(0, 8, picture.shape)
            changed = np.clip(picture + noise, 0, 255).astype(np.uint8)

    assert alike(picture, np.asarray(changed, np.uint8))


def test_two_items_on_one_bench_are_not_the_same(tmp_path: Path) -> None:
    carton = box("bright", 0, stained=False)
    moved = np.roll(carton, 60, axis=1)

    assert not alike(carton, moved)
    assert not alike(photograph(), photograph()[::-1].copy())


def test_the_same_picture_in_two_splits_is_refused_and_resplitting_keeps_it_together(
    tmp_path: Path,
) -> None:
    path = yolo(tmp_path / "set", {"train/a": BOX, "val/b": BOX, "train/c": BOX})
    picture = cv2.imread(str(path / "images" / "train" / "a.png"))
    assert picture is not None
    cv2.imwrite(str(path / "images" / "val" / "b.png"), cv2.convertScaleAbs(picture, beta=6))

    with pytest.raises(LabelError, match=r"same item in two splits: a\.png \(train\) and b\.png"):
        read_labelled(path, KNOWN)
    read = read_labelled(path, KNOWN, resplit=True)

    items = {p.path.stem: p.item for p in read.pictures}
    assert items["a"] == items["b"] != items["c"]


def test_the_same_picture_in_two_sets_must_fall_into_one_part(tmp_path: Path) -> None:
    sets = []
    for name in ("one", "two"):
        path = yolo(tmp_path / name, {f"{name}-a": BOX, f"{name}-b": BOX})
        draw(path / "images" / f"{name}-b.png", 90 + len(sets))
        sets.append(read_labelled(path, KNOWN))

    check_apart(sets, lambda picture: "train")
    with pytest.raises(LabelError, match=r"one-a\.png \(one\) and .*two-a\.png \(two\) are the"):
        check_apart(sets, lambda picture: picture.item.partition("/")[0])
