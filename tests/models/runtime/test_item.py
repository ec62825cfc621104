"""The item is told from the empty bench, and the bench from the item's shadow and from noise."""

import cv2
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.runtime.item import item_region
from models.runtime.region import Box

HEIGHT, WIDTH = 720, 1280
Pixels = NDArray[np.float64]


def bench() -> Pixels:
    """A bluish grey bench, lit unevenly."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    light = 1 - 0.3 * np.hypot(x / WIDTH - 0.4, y / HEIGHT - 0.5)
    return light[..., None] * np.array([98.0, 102.0, 110.0])


def exposed(pixels: Pixels, seed: int, noise: float = 3.0) -> NDArray[np.uint8]:
    sensor = np.random.default_rng(seed).normal(0, noise, pixels.shape)
    return np.clip(pixels + sensor, 0, 255).astype(np.uint8)


def rectangle(centre: tuple[float, float], size: tuple[float, float], angle: float) -> Pixels:
    return cv2.boxPoints((centre, size, angle)).astype(np.float64)


def filled(corners: Pixels) -> NDArray[np.bool_]:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
    return mask.astype(bool)


def with_item(
    corners: Pixels, colour: tuple[int, int, int], shadow: float = 0.0, softness: int = 20
) -> Pixels:
    """The bench with a painted carton; `shadow` of 1 is black, cast to the lower right."""
    picture = bench()
    cast = filled(corners + 40).astype(np.float64)
    picture *= 1 - shadow * cv2.GaussianBlur(cast, (0, 0), softness)[..., None]
    picture[filled(corners)] = colour
    return picture


def judged(corners: Pixels, picture: NDArray[np.uint8], empty: NDArray[np.uint8]) -> tuple:
    """How much of the item its region covers, and how far in pixels the region reaches beyond."""
    region = item_region(picture, empty)
    assert region is not None
    found = region.mask(Box(0, 0, WIDTH, HEIGHT)).astype(bool)
    item = filled(corners)
    away = cv2.distanceTransform((~item).view(np.uint8), cv2.DIST_L2, 3)
    return np.sum(found & item) / np.sum(item), away[found].max()


@settings(deadline=None, max_examples=12, phases=[Phase.explicit, Phase.generate])
@given(
    st.tuples(st.integers(250, 1000), st.integers(200, 500)),
    st.tuples(st.integers(120, 420), st.integers(120, 320)),
    st.floats(0, 90),
    st.sampled_from([(190, 150, 100), (240, 240, 245), (30, 40, 110), (20, 20, 20), (60, 90, 60)]),
    st.sampled_from([0.0, 2.0, 8.0]),
    st.integers(0, 1000),
)
def test_an_item_is_outlined(
    centre: tuple[float, float],
    size: tuple[float, float],
    angle: float,
    colour: tuple[int, int, int],
    noise: float,
    seed: int,
) -> None:
    corners = rectangle(centre, size, angle)
    picture = exposed(with_item(corners, colour), seed, noise)

    covered, beyond = judged(corners, picture, exposed(bench(), seed + 1, noise))

    assert covered > 0.98
    assert beyond < 40


@pytest.mark.parametrize(("shadow", "softness"), [(0.3, 20), (0.6, 40)])
def test_a_soft_shadow_is_not_taken_for_the_item(shadow: float, softness: int) -> None:
    corners = rectangle((600, 350), (400, 250), 15)
    picture = exposed(with_item(corners, (190, 150, 100), shadow, softness), 1)

    covered, beyond = judged(corners, picture, exposed(bench(), 2))

    assert covered > 0.98
    assert beyond < 30


def test_an_item_at_the_edge_of_the_picture_is_outlined() -> None:
    corners = rectangle((60, 650), (400, 300), 20)
    picture = exposed(with_item(corners, (190, 150, 100)), 1)

    covered, beyond = judged(corners, picture, exposed(bench(), 2))

    assert covered > 0.98
    assert beyond < 20


def test_an_item_that_fills_the_picture_is_all_of_it() -> None:
    picture = np.full((HEIGHT, WIDTH, 3), (190, 150, 100), np.uint8)

    region = item_region(picture, exposed(bench(), 2))

    assert region is not None
    assert region.box() == Box(0, 0, WIDTH, HEIGHT)


@pytest.mark.parametrize("noise", [0.0, 3.0, 12.0])
@pytest.mark.parametrize("lamp", [0.9, 1.0, 1.08])
def test_an_empty_bench_has_no_item(noise: float, lamp: float) -> None:
    assert item_region(exposed(bench() * lamp, 1, noise), exposed(bench(), 2, noise)) is None


def test_a_crumb_is_no_item() -> None:
    picture = exposed(with_item(rectangle((600, 300), (20, 20), 0), (250, 250, 250)), 1)

    assert item_region(picture, exposed(bench(), 2)) is None


def test_the_larger_of_two_things_is_the_item() -> None:
    corners = rectangle((800, 350), (400, 250), 15)
    pixels = with_item(corners, (190, 150, 100))
    pixels[100:200, 100:200] = (20, 160, 60)

    covered, beyond = judged(corners, exposed(pixels, 1), exposed(bench(), 2))

    assert covered > 0.98
    assert beyond < 20


def test_pictures_of_two_sizes_are_an_error() -> None:
    with pytest.raises(ValueError, match="one size"):
        item_region(np.zeros((10, 10, 3), np.uint8), np.zeros((10, 12, 3), np.uint8))
