from pathlib import Path

import numpy as np
import pytest

from models.sets import RenderedSet, write_set
from models.training.errors import TrainingError
from models.training.partition import RETURN_SHARES, Part, part_of
from models.training.photographs import list_photographs, photographs_of, read_picture
from models.training.planes import ABSENT, COLOUR, PLANES
from models.training.sources import PhotographCrops, RenderedCrops, _scales
from models.training.stacks import Recent
from tests.support.drawn_returns import CLASSES, add_return

SIZE = 96
EVERY = frozenset(Part)


def test_crops_of_a_rendered_fault_are_labelled_where_the_picture_is_dark(drawn_set: Path) -> None:
    source = RenderedCrops([drawn_set], CLASSES, EVERY)
    agreed = seen = 0
    for seed in range(60):
        crop = source.sample(np.random.default_rng(seed), SIZE)
        stain = crop.target[..., CLASSES.index("stain")] > 0
        seen_in_colour = crop.picture[..., COLOUR]
        if 100 < stain.sum() < 0.5 * stain.size:
            seen += 1
            agreed += seen_in_colour[stain].mean() < 0.75 * seen_in_colour[~stain].mean()

    assert seen > 10
    assert agreed >= 0.7 * seen


@pytest.mark.parametrize(
    ("width", "low", "high"), [(320, 0.75, 1.35), (1280, 0.5625, 1.35), (1920, 0.375, 1.125)]
)
def test_crops_come_from_frames_of_many_sizes(width: int, low: float, high: float) -> None:
    assert _scales(width) == pytest.approx((low, high))


def test_the_same_seed_gives_the_same_crop(drawn_set: Path) -> None:
    source = RenderedCrops([drawn_set], CLASSES, EVERY)
    first = source.sample(np.random.default_rng(8), SIZE)
    again = source.sample(np.random.default_rng(8), SIZE)

    assert np.array_equal(first.picture, again.picture)
    assert np.array_equal(first.target, again.target)


def test_parts_share_no_return(drawn_set: Path) -> None:
    learnt = RenderedCrops([drawn_set], CLASSES, frozenset({Part.TRAIN}))
    kept = RenderedCrops([drawn_set], CLASSES, frozenset({Part.VALIDATION}))

    assert learnt.returns + kept.returns == 16
    assert kept.returns == sum(
        part_of(f"5/r{number:04d}", RETURN_SHARES) is Part.VALIDATION for number in range(16)
    )


def test_returns_finished_meanwhile_join(drawn_set: Path) -> None:
    source = RenderedCrops([drawn_set], CLASSES, EVERY)
    add_return(drawn_set, 16, faulty=True)
    before = source.returns
    source.rescan()

    assert (before, source.returns) == (16, 17)


def test_an_empty_set_is_refused_with_advice(tmp_path: Path) -> None:
    write_set(RenderedSet(tmp_path, "drawn", 1, 64, 64, ()))
    source = RenderedCrops([tmp_path], CLASSES, EVERY)

    with pytest.raises(TrainingError, match="render some first"):
        source.sample(np.random.default_rng(0), SIZE)


def test_photograph_crops_hold_every_kind_of_fault_and_clean_ones(photograph_folder: Path) -> None:
    photographs = photographs_of(list_photographs([photograph_folder]), Part.TRAIN)
    source = PhotographCrops(photographs, CLASSES)
    targets = [source.sample(np.random.default_rng(seed), SIZE).target for seed in range(60)]
    present = np.stack([target.any(axis=(0, 1)) for target in targets])

    assert present.any(axis=0).all()
    assert 5 < int((~present.any(axis=1)).sum()) < 55


def test_photographs_are_of_one_lamp(photograph_folder: Path) -> None:
    source = PhotographCrops(list_photographs([photograph_folder]), CLASSES)

    crop = source.sample(np.random.default_rng(0), SIZE)

    assert crop.picture.shape == (SIZE, SIZE, PLANES)
    assert (crop.picture[..., COLOUR.stop :] == ABSENT).all()
    assert crop.picture[..., COLOUR].any()


def test_a_kind_that_cannot_be_injected_is_left_to_the_renders(photograph_folder: Path) -> None:
    photographs = list_photographs([photograph_folder])
    source = PhotographCrops(photographs, ("missing_part",))

    assert not any(
        source.sample(np.random.default_rng(seed), SIZE).target.any() for seed in range(20)
    )


@pytest.mark.parametrize(
    ("lights", "combinations"),
    [
        (("bright",), {(False, False)}),
        (("bright", "raking"), {(False, False), (True, False)}),
        (
            ("bright", "raking", "raking-back"),
            {(False, False), (True, False), (False, True), (True, True)},
        ),
    ],
)
def test_lamps_are_left_out_at_random_but_never_all_of_them(
    lights: tuple[str, ...], combinations: set[tuple[bool, bool]], tmp_path: Path
) -> None:
    add_return(tmp_path, 0, faulty=True, lights=lights)
    source = RenderedCrops([tmp_path], CLASSES, EVERY)
    shown = set()
    for seed in range(80):
        planes = source.sample(np.random.default_rng(seed), SIZE).picture
        lit = planes.any(axis=(0, 1))
        assert lit[COLOUR].all()
        shown.add(tuple(bool(each) for each in lit[COLOUR.stop :]))

    assert shown == combinations


def test_what_is_forgotten_is_read_again(drawn_set: Path) -> None:
    paths = sorted(drawn_set.glob("*/top-bright.png"))
    tight: Recent[np.ndarray] = Recent(100_000, lambda picture: picture.nbytes)
    reads = []

    def read(path: Path) -> np.ndarray:
        reads.append(path)
        return read_picture(path)

    for path in [*paths, *paths]:
        assert np.array_equal(tight.get(path, lambda path=path: read(path)), read_picture(path))
    assert len(reads) > len(paths)
