from pathlib import Path

import numpy as np
import pytest

from models.sets import RenderedSet, write_set
from models.training.errors import TrainingError
from models.training.partition import RETURN_SHARES, Part, part_of
from models.training.photographs import list_photographs
from models.training.sources import PhotographCrops, PictureCache, RenderedCrops, photographs_of
from tests.support.drawn_returns import CLASSES, add_return

SIZE = 96
EVERY = frozenset(Part)


def test_crops_of_a_rendered_fault_are_labelled_where_the_picture_is_dark(drawn_set: Path) -> None:
    source = RenderedCrops([drawn_set], CLASSES, EVERY, PictureCache())
    agreed = seen = 0
    for seed in range(60):
        crop = source.sample(np.random.default_rng(seed), SIZE)
        stain = crop.target[..., CLASSES.index("stain")] > 0
        if 100 < stain.sum() < 0.5 * stain.size:
            seen += 1
            agreed += crop.picture[stain].mean() < 0.75 * crop.picture[~stain].mean()

    assert seen > 10
    assert agreed >= 0.7 * seen


def test_the_same_seed_gives_the_same_crop(drawn_set: Path) -> None:
    source = RenderedCrops([drawn_set], CLASSES, EVERY, PictureCache())
    first = source.sample(np.random.default_rng(8), SIZE)
    again = source.sample(np.random.default_rng(8), SIZE)

    assert np.array_equal(first.picture, again.picture)
    assert np.array_equal(first.target, again.target)


def test_parts_share_no_return(drawn_set: Path) -> None:
    learnt = RenderedCrops([drawn_set], CLASSES, frozenset({Part.TRAIN}), PictureCache())
    kept = RenderedCrops([drawn_set], CLASSES, frozenset({Part.VALIDATION}), PictureCache())

    assert learnt.returns + kept.returns == 16
    assert kept.returns == sum(
        part_of(f"5/r{number:04d}", RETURN_SHARES) is Part.VALIDATION for number in range(16)
    )


def test_returns_finished_meanwhile_join(drawn_set: Path) -> None:
    source = RenderedCrops([drawn_set], CLASSES, EVERY, PictureCache())
    add_return(drawn_set, 16, faulty=True)
    before = source.returns
    source.rescan()

    assert (before, source.returns) == (16, 17)


def test_an_empty_set_is_refused_with_advice(tmp_path: Path) -> None:
    write_set(RenderedSet(tmp_path, "drawn", 1, 64, 64, ()))
    source = RenderedCrops([tmp_path], CLASSES, EVERY, PictureCache())

    with pytest.raises(TrainingError, match="render some first"):
        source.sample(np.random.default_rng(0), SIZE)


def test_photograph_crops_hold_every_kind_of_fault_and_clean_ones(photograph_folder: Path) -> None:
    photographs = photographs_of(list_photographs([photograph_folder]), Part.TRAIN)
    source = PhotographCrops(photographs, CLASSES, PictureCache())
    targets = [source.sample(np.random.default_rng(seed), SIZE).target for seed in range(60)]
    present = np.stack([target.any(axis=(0, 1)) for target in targets])

    assert present.any(axis=0).all()
    assert 5 < int((~present.any(axis=1)).sum()) < 55


def test_a_class_without_a_blend_is_left_to_the_renders(photograph_folder: Path) -> None:
    photographs = list_photographs([photograph_folder])
    source = PhotographCrops(photographs, ("missing_cap",), PictureCache())

    assert not any(
        source.sample(np.random.default_rng(seed), SIZE).target.any() for seed in range(20)
    )


def test_the_cache_forgets_beyond_its_limit_and_still_answers(drawn_set: Path) -> None:
    paths = sorted(drawn_set.glob("*/top-bright.png"))
    roomy, tight = PictureCache(), PictureCache(limit=100_000)

    for path in [*paths, *paths]:
        assert np.array_equal(roomy.rgb(path), tight.rgb(path))
