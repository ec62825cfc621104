import numpy as np
import pytest

from models.training.marks import MARKS, blend_marks


@pytest.mark.parametrize("mark", sorted(set(MARKS), key=lambda mark: mark.__name__))
def test_a_mark_stays_a_picture(mark) -> None:
    picture = np.full((80, 80, 3), 0.5, np.float32)
    for seed in range(10):
        changed = mark(picture, np.random.default_rng(seed))

        assert changed.shape == picture.shape
        assert changed.dtype == np.float32
        assert 0 <= float(changed.min()) <= float(changed.max()) <= 1


def test_marks_leave_the_given_picture_alone_and_are_repeated_by_their_seed() -> None:
    picture = np.full((80, 80, 3), 0.5, np.float32)
    first = blend_marks(picture, np.random.default_rng(4))
    second = blend_marks(picture, np.random.default_rng(4))

    assert np.array_equal(first, second)
    assert float(picture.min()) == float(picture.max()) == 0.5
