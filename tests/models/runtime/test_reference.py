"""Five good examples are enough to see that another picture is unlike them, and no fewer."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.runtime.detector import Detector
from models.runtime.features import FeatureMap
from models.runtime.golden import record_golden
from models.runtime.reference import LEAST_EXAMPLES, Memory, coreset, places_of
from models.runtime.region import Box, Region
from tests.models.runtime.conftest import Read, dense_answer
from tests.models.runtime.tiny_onnx import seeing_model

ITEM = Region.of_box(Box(64, 64, 320, 256))
Look = Callable[[NDArray[np.uint8]], FeatureMap]


@pytest.fixture
def look(pack: Read) -> Look:
    """What a real net with features sees of a picture: the mean colour of cells of 8 pixels."""
    golden = np.random.default_rng(7).integers(0, 256, (32, 64, 3), dtype=np.uint8)
    cells = golden.reshape(4, 8, 8, 8, 3).mean((1, 3)).transpose(2, 0, 1)[None] / 255
    outputs = [dense_answer(golden, 2), cells.astype(np.float32)]
    made = pack(model=seeing_model(), golden=[record_golden(golden, outputs)])
    detector = Detector(made, threads=1)

    def seen(picture: NDArray[np.uint8]) -> FeatureMap:
        detector.detect(picture, ITEM)
        (features,) = detector.features()
        return features

    return seen


def good(seed: int) -> NDArray[np.uint8]:
    """A printed box on a bench; place of the print and brightness differ from piece to piece."""
    rng = np.random.default_rng(seed)
    picture = np.full((384, 448, 3), 60, np.float64)
    picture[64:320, 64:384] = (170, 140, 100)
    x, y = rng.integers(90, 110, 2)
    picture[y : y + 60, x : x + 120] = (40, 60, 150)
    picture *= rng.uniform(0.97, 1.03)
    picture += rng.normal(0, 6, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def stained(seed: int) -> NDArray[np.uint8]:
    picture = good(seed)
    picture[230:270, 250:300] = picture[230:270, 250:300] // 2
    return picture


def remembered(look: Look, count: int) -> Memory:
    memory = Memory()
    for seed in range(count):
        memory = memory.with_example(places_of(look(good(seed)), ITEM))
    return memory


def test_five_examples_tell_a_stained_one_from_further_good_ones(look: Look) -> None:
    memory = remembered(look, LEAST_EXAMPLES)

    goods = [memory.unlikeness(places_of(look(good(100 + n)), ITEM)) for n in range(20)]
    bads = [memory.unlikeness(places_of(look(stained(200 + n)), ITEM)) for n in range(5)]

    assert sum(ratio is not None and ratio > 1 for ratio in goods) <= 1
    assert all(ratio is not None and ratio > 1.1 for ratio in bads)


def test_fewer_than_five_examples_say_nothing(look: Look) -> None:
    memory = remembered(look, LEAST_EXAMPLES - 1)

    assert memory.unlikeness(places_of(look(stained(200)), ITEM)) is None


def test_places_lie_in_the_item_whole_and_carry_their_neighbourhood(look: Look) -> None:
    features = look(good(1))

    places = places_of(features, ITEM)

    assert (features.stride, features.values.shape[0]) == (8, 3)
    assert 200 < len(places) <= 320 * 256 // 16**2
    assert places.min() > 0.12
    assert len(places_of(features, Region.of_box(Box(64, 64, 16, 16)))) == 0


def test_features_of_another_net_are_not_compared(look: Look) -> None:
    memory = remembered(look, LEAST_EXAMPLES)
    other = np.zeros((40, 5), np.float32)

    assert memory.unlikeness(other) is None
    with pytest.raises(ValueError, match="other features"):
        memory.with_example(other)


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 100))
def test_a_coreset_leaves_no_place_farther_off_than_its_own_spacing(
    count: int, size: int, seed: int
) -> None:
    places = np.random.default_rng(seed).normal(size=(count, 4)).astype(np.float32)

    chosen = coreset(places, size)

    assert len(chosen) == min(count, size)
    between = np.linalg.norm(places[:, None] - chosen[None], axis=2)
    apart = np.linalg.norm(chosen[:, None] - chosen[None], axis=2) + np.eye(len(chosen)) * 1e9
    assert between.min(axis=1).max() <= apart.min() + 1e-5 or len(chosen) == 1


def test_identical_examples_still_give_a_bound() -> None:
    memory = Memory()
    for _ in range(LEAST_EXAMPLES):
        memory = memory.with_example(np.ones((30, 4), np.float32))

    assert memory.unlikeness(np.ones((30, 4), np.float32)) == pytest.approx(0, abs=1e-3)
    ratio = memory.unlikeness(np.full((30, 4), 2, np.float32))
    assert ratio is not None
    assert ratio > 1
