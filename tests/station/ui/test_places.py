"""Everything has its place at any size: targets large enough, nothing overlaps, hands respected."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from station.ui.places import Places, places

FHD, SMALL = (1920, 1080), (1366, 768)
MM = 1 / 0.277  # pixels in a millimetre of a 24 inch screen of 1920 pixels
SIZES = st.tuples(st.integers(1280, 3840), st.integers(720, 2160)).filter(
    lambda s: 1.5 <= s[0] / s[1] <= 1.9
)


def areas(placed: Places) -> list[QRectF]:
    """Every rectangle of a window."""
    panels = [placed.strip, placed.stage, placed.row, placed.grade, placed.reasons, placed.band]
    return [*panels, *placed.keys]


@given(SIZES, st.booleans())
def test_nothing_overlaps_or_leaves_the_window(size: tuple[int, int], left_handed: bool) -> None:
    placed = places(*size, left_handed=left_handed)
    window = QRectF(-0.5, -0.5, size[0] + 1, size[1] + 1)

    for area in areas(placed):
        assert window.contains(area)
        assert min(area.width(), area.height()) > 40
    for one, other in combinations(areas(placed), 2):
        shared = one.intersected(other)
        assert shared.isEmpty() or min(shared.width(), shared.height()) < 0.5


@given(SIZES, st.booleans())
def test_keys_are_large_enough_for_gloves(size: tuple[int, int], left_handed: bool) -> None:
    keys = places(*size, left_handed=left_handed).keys

    for key in keys[:3]:
        assert key.height() >= 20 * MM - 0.5
        assert key.width() >= 60 * MM - 1
    for key in keys[3:]:
        assert key.height() >= 15 * MM
        assert key.width() >= 15 * MM
    for one, other in combinations(keys, 2):
        gap = max(
            other.left() - one.right(),
            one.left() - other.right(),
            other.top() - one.bottom(),
            one.top() - other.bottom(),
        )
        assert gap >= 3 * MM


@given(SIZES, st.booleans())
def test_keys_are_in_the_lower_two_thirds(size: tuple[int, int], left_handed: bool) -> None:
    placed = places(*size, left_handed=left_handed)

    assert min(key.top() for key in placed.keys) >= size[1] / 3


@pytest.mark.parametrize("size", [FHD, SMALL])
def test_the_column_is_at_the_side_of_the_hand(size: tuple[int, int]) -> None:
    right, left = places(*size), places(*size, left_handed=True)

    assert right.grade.left() > right.stage.right()
    assert left.grade.right() < left.stage.left()
    assert [k.size() for k in left.keys] == [k.size() for k in right.keys]


@pytest.mark.parametrize("left_handed", [False, True])
def test_grades_keep_their_order(left_handed: bool) -> None:
    wide = places(*FHD, left_handed=left_handed).keys
    narrow = places(*SMALL, left_handed=left_handed).keys

    assert wide[0].right() < wide[1].left() < wide[1].right() < wide[2].left()
    assert narrow[0].bottom() < narrow[1].top() < narrow[1].bottom() < narrow[2].top()
    assert len({key.left() for key in narrow[:3]}) == 1


def test_the_item_has_most_of_the_space_between_strip_and_band() -> None:
    for size in (FHD, SMALL):
        placed = places(*size)
        picture = placed.stage.united(placed.row)
        between = size[0] * (placed.band.top() - placed.strip.bottom())
        assert picture.width() * picture.height() >= 0.59 * between


def test_a_frame_fills_the_stage() -> None:
    for size in (FHD, SMALL):
        stage = places(*size).stage
        assert stage.width() / stage.height() == pytest.approx(16 / 9, rel=0.01)
