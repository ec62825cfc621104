"""Pictures that people labelled teach what was looked for in them, and nothing else."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.labels.labelled import LabelledPicture, LabelledSet, Outline
from models.training.errors import TrainingError
from models.training.labelled import LabelledCrops, label_map, part_of_labelled
from models.training.partition import Part
from models.training.planes import ABSENT, COLOUR

CLASSES = ("dent", "stain", "tear")
SQUARE = ((40.0, 40.0), (79.0, 40.0), (79.0, 79.0), (40.0, 79.0))
CORNER = ((0.0, 0.0), (19.0, 0.0), (19.0, 19.0), (0.0, 19.0))
SIZE = 64


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = np.full((120, 120, 3), 180, np.uint8)
    pixels[40:80, 40:80] = 60
    cv2.imwrite(str(tmp_path / "cloth.png"), pixels)
    return tmp_path / "cloth.png"


def crops(*pictures: LabelledPicture, looked_for: frozenset[str]) -> LabelledCrops:
    return LabelledCrops([LabelledSet(Path(), pictures, looked_for)], CLASSES, Part.TRAIN)


def labelled(path: Path, *faults: Outline, complete: bool = True, **more) -> LabelledPicture:
    return LabelledPicture(path, "cloth", faults, complete, split="train", **more)


def test_the_label_lies_where_the_picture_is_dark(picture: Path) -> None:
    source = crops(labelled(picture, Outline("stain", SQUARE)), looked_for=frozenset(CLASSES))
    agreed = 0
    for seed in range(30):
        crop = source.sample(np.random.default_rng(seed), SIZE)
        inside = crop.target[..., 1] > 0
        if 100 < inside.sum() < 0.8 * inside.size:
            seen = crop.picture[..., COLOUR].mean(axis=2)
            agreed += seen[inside].mean() < 0.8 * seen[~inside].mean()
        assert (crop.picture[..., COLOUR.stop :] == ABSENT).all()
        assert crop.known is not None
        assert crop.known.all()

    assert agreed > 12


def test_of_kinds_nobody_looked_for_nothing_is_known(picture: Path) -> None:
    source = crops(labelled(picture, Outline("stain", SQUARE)), looked_for=frozenset({"stain"}))
    crop = source.sample(np.random.default_rng(1), SIZE)

    assert crop.known is not None
    assert crop.known[..., 1].all()
    assert not crop.known[..., [0, 2]].any()


def test_where_labels_are_incomplete_only_the_labelled_places_are_known(picture: Path) -> None:
    source = crops(
        labelled(picture, Outline("stain", SQUARE), complete=False, not_faults=(CORNER,)),
        looked_for=frozenset(CLASSES),
    )
    for seed in range(10):
        crop = source.sample(np.random.default_rng(seed), SIZE)
        assert crop.known is not None
        assert (crop.known[..., 1][crop.target[..., 1] > 0] > 0).all()
        assert not crop.known[..., 1].all()


def test_places_of_doubt_are_unknown(picture: Path) -> None:
    source = crops(
        labelled(picture, Outline("dent", CORNER), unsure=(SQUARE,)), looked_for=frozenset(CLASSES)
    )
    unknown = [
        float((source.sample(np.random.default_rng(seed), SIZE).known == 0).mean())
        for seed in range(20)
    ]

    assert max(unknown) > 0.05


def test_a_box_is_filled_by_an_ellipse() -> None:
    ((kind, mask),) = label_map([Outline("dent", SQUARE, box_only=True)], (120, 120))

    assert kind == "dent"
    assert mask[60, 60] == 1
    assert mask[41, 41] == 0
    assert mask.sum() / 40**2 == pytest.approx(np.pi / 4, abs=0.06)


def test_a_set_says_itself_what_its_pictures_are_for(picture: Path) -> None:
    own = LabelledPicture(picture, "cloth", (), split="held-out")

    assert part_of_labelled(own) is Part.HELD_OUT
    with pytest.raises(TrainingError, match="at least 5 items"):
        crops(own, looked_for=frozenset(CLASSES)).sample(np.random.default_rng(0), SIZE)


def test_whether_there_is_any_fault_is_known_where_one_is_or_all_was_looked_for(
    picture: Path,
) -> None:
    pytest.importorskip("torch", reason="the train extra is not installed")
    from models.training.batches import coarse_known

    source = crops(labelled(picture, Outline("stain", SQUARE)), looked_for=frozenset({"stain"}))
    crop = source.sample(np.random.default_rng(1), SIZE)
    known = coarse_known(crop)

    assert known is not None
    cells = crop.target.reshape(SIZE // 2, 2, SIZE // 2, 2, 3).max(axis=(1, 3, 4)) > 0
    assert np.array_equal(known[..., -1], cells)


def test_few_items_that_are_all_kept_back_ask_for_more_and_not_for_renders(picture: Path) -> None:
    names = (f"cloth {n}" for n in range(100))
    pytest.importorskip("torch", reason="the train extra is not installed")
    from models.training.examples import collect_examples

    aside = [LabelledPicture(picture, name, (), complete=True) for name in names]
    few = tuple(p for p in aside if part_of_labelled(p) is Part.VALIDATION)[:3]
    assert len(few) == 3
    sets = [LabelledSet(Path(), few, frozenset(CLASSES))]
    examples = collect_examples(
        [], [], CLASSES, labelled=sets, rendered_share=0.5, labelled_share=0.5
    )

    with pytest.raises(TrainingError, match="label pictures of at least 5 items"):
        examples.learnt()
