import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.crops import View, cut, cut_labels
from models.training.photometry import varied

SIZE = 96


@settings(deadline=None, max_examples=60)
@given(
    scale=st.floats(0.6, 1.6),
    angle=st.floats(0, 360),
    mirrored=st.booleans(),
    shift=st.tuples(st.floats(-15, 15), st.floats(-15, 15)),
)
def test_a_picture_and_its_labels_are_cut_alike(
    scale: float, angle: float, mirrored: bool, shift: tuple[float, float]
) -> None:
    labels = np.zeros((200, 240), np.uint8)
    labels[80:115, 100:150] = 1
    picture = np.repeat(labels[..., None] * np.uint8(255), 3, axis=2)
    view = View((125 + shift[0], 97 + shift[1]), scale, angle, mirrored)

    bright = cut(picture, view, SIZE)[..., 0] > 127
    marked = cut_labels(labels, view, SIZE) == 1

    assert marked.any()
    assert (bright & marked).sum() / (bright | marked).sum() > 0.85


def test_an_unturned_crop_is_the_picture_itself() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    view = View(centre=(SIZE / 2, SIZE / 2), scale=1.0, angle=0.0, mirrored=False)

    assert np.array_equal(cut(picture, view, SIZE), picture)


def test_another_camera_gives_another_picture_of_the_same_shape() -> None:
    picture = np.full((64, 64, 3), 0.5, np.float32)
    first = varied(picture, np.random.default_rng(1))
    again = varied(picture, np.random.default_rng(1))
    other = varied(picture, np.random.default_rng(2))

    assert first.dtype == np.uint8
    assert first.shape == (64, 64, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_strength_leaves_a_picture_as_it_is() -> None:
    picture = np.random.default_rng(3).random((64, 64, 3), dtype=np.float32)
    delivered = varied(picture, np.random.default_rng(4), strength=0.0)

    assert int(np.abs(delivered - picture * 255).max()) <= 1
