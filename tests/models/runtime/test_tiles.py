"""Tiles cover a region once, lie on the grid, and give what one large tile would."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.runtime.manifest import GRID, Input
from models.runtime.region import Box, Region
from models.runtime.tiles import cut, merge, tiling


@st.composite
def cases(draw: st.DrawFn) -> tuple[Box, int, int, Input]:
    """A region inside a picture, the picture's sides, and a rule for tiles."""
    width, height = draw(st.integers(1, 700)), draw(st.integers(1, 500))
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    region = Box(x, y, draw(st.integers(1, width - x)), draw(st.integers(1, height - y)))
    side = draw(st.integers(2, 8)) * GRID
    overlap = draw(st.integers(0, side // GRID - 1)) * GRID
    if draw(st.booleans()):
        other = draw(st.integers(overlap // GRID + 1, 8)) * GRID
        return region, width, height, Input(width=side, height=other, overlap=overlap)
    return region, width, height, Input(width=0, height=0, tile=side, overlap=overlap)


@given(cases())
def test_every_pixel_of_the_region_is_owned_once(case: tuple[Box, int, int, Input]) -> None:
    region, width, height, rule = case
    plan = tiling(region, width, height, rule)
    owners = np.zeros((plan.window.height, plan.window.width), int)
    for tile in plan.tiles:
        owned = tile.owned
        assert owned == owned.intersection(tile.box)
        rows = slice(owned.y - plan.window.y, owned.bottom - plan.window.y)
        owners[rows, owned.x - plan.window.x : owned.right - plan.window.x] += 1

    assert (owners == 1).all()
    assert plan.window.intersection(region) == region


@given(cases())
def test_tiles_are_of_one_allowed_size_on_the_grid(case: tuple[Box, int, int, Input]) -> None:
    region, width, height, rule = case
    boxes = [tile.box for tile in tiling(region, width, height, rule).tiles]

    assert len({(box.width, box.height) for box in boxes}) == 1
    assert all(side % GRID == 0 for box in boxes for side in (box.x, box.y, box.width, box.height))
    assert all(box.intersection(Box(0, 0, width, height)).width > 0 for box in boxes)
    if rule.width:
        assert (boxes[0].width, boxes[0].height) == (rule.width, rule.height)
    else:
        assert max(boxes[0].width, boxes[0].height) <= rule.tile


@given(cases())
def test_neighbours_share_at_least_the_overlap(case: tuple[Box, int, int, Input]) -> None:
    region, width, height, rule = case
    tiles = tiling(region, width, height, rule).tiles
    spans = [sorted({t.across for t in tiles}, key=lambda s: s.start)]
    spans.append(sorted({t.down for t in tiles}, key=lambda s: s.start))
    for axis in spans:
        for before, after in pairwise(axis):
            assert before.start + before.size - after.start >= rule.overlap
            assert after.start + rule.overlap // 2 // GRID * GRID <= before.end


def test_a_whole_frame_is_one_tile_and_only_its_bottom_is_continued() -> None:
    plan = tiling(Box(0, 0, 1280, 720), 1280, 720, Input(width=0, height=0))

    assert plan.window == Box(0, 0, 1280, 736)
    assert len(plan.tiles) == 1


def test_a_region_moved_by_a_pixel_is_seen_through_the_same_tiles() -> None:
    rule = Input(width=0, height=0)
    plans = {tiling(Box(300 + i, 200 + i, 400, 300), 1280, 720, rule) for i in range(3)}

    assert len(plans) == 1


def test_pixels_inside_the_picture_are_not_copied() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)

    assert np.shares_memory(cut(picture, Box(32, 0, 32, 32)), picture)


def test_beyond_its_edge_the_picture_is_continued() -> None:
    picture = np.arange(40 * 40 * 3, dtype=np.uint8).reshape(40, 40, 3)

    pixels = cut(picture, Box(32, 32, 32, 32))

    assert pixels.shape == (32, 32, 3)
    assert np.array_equal(pixels[:8, :8], picture[32:, 32:])
    assert (pixels[20, :8] == picture[39, 32:]).all()
    assert (pixels[25, 25] == picture[39, 39]).all()


@given(cases(), st.sampled_from([1, 2, 8, 32]))
@settings(deadline=None)
def test_merged_tiles_give_what_one_tile_would(
    case: tuple[Box, int, int, Input], stride: int
) -> None:
    region, width, height, rule = case
    plan = tiling(region, width, height, rule)
    window = plan.window
    cells = np.random.default_rng(0).random(
        (2, window.height // stride, window.width // stride), np.float32
    )

    def results() -> list[np.ndarray]:
        answers = []
        for tile in plan.tiles:
            rows = slice((tile.box.y - window.y) // stride, (tile.box.bottom - window.y) // stride)
            left, right = tile.box.x - window.x, tile.box.right - window.x
            answers.append(cells[:, rows, left // stride : right // stride])
        return answers

    assert np.array_equal(merge(plan, iter(results()), stride), cells)


def test_a_region_covers_the_cells_it_touches() -> None:
    triangle = Region(((2.0, 2.0), (9.0, 2.0), (2.0, 9.0)))

    mask = triangle.mask(Box(0, 0, 12, 12))

    assert mask.sum() == 36
    assert mask[2, 2:10].all()
    assert not mask[9, 9]
    assert triangle.mask(Box(0, 0, 12, 12), 4).tolist() == [[1, 1, 1], [1, 1, 0], [1, 0, 0]]


@given(st.integers(1, 300), st.integers(1, 200), st.sampled_from([1, 2, 4, 8]))
def test_the_region_of_a_whole_picture_leaves_no_cell_out(w: int, h: int, stride: int) -> None:
    frame = Box(0, 0, w, h)
    window = tiling(frame, w, h, Input(width=0, height=0)).window

    mask = Region.of_box(frame).mask(window, stride)

    assert mask[: -(-h // stride), : -(-w // stride)].all()


@pytest.mark.parametrize(
    "polygon", [(), ((0.0, 0.0), (1.0, 1.0)), ((0.0, 0.0), (1.0, float("nan")), (2.0, 2.0))]
)
def test_a_region_without_an_area_is_an_error(polygon: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="three corners"):
        Region(polygon)
