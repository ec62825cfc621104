"""A picture is fitted, zoomed about a point, dragged, and never lost from sight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from station.ui.stage import MOST_ZOOM, Framing, round_length, shown

PICTURE = QSizeF(1280, 720)
AREA = QRectF(0, 0, 1000, 600)
POINTS = st.tuples(st.floats(100, 900), st.floats(100, 500))


def test_a_picture_is_fitted_and_centred() -> None:
    whole = shown(Framing(), PICTURE, AREA)

    assert (whole.width(), whole.height()) == (1000, 562.5)
    assert whole.center() == AREA.center()


@given(POINTS, st.floats(1.5, 4))
def test_the_point_under_the_pointer_stays(at: tuple[float, float], factor: float) -> None:
    point = QPointF(*at)
    first = Framing(zoom=3.0)
    second = first.zoomed(factor, point, PICTURE, AREA)
    before, after = shown(first, PICTURE, AREA), shown(second, PICTURE, AREA)

    assert second.zoom > first.zoom
    assert (point.x() - before.left()) / before.width() == pytest.approx(
        (point.x() - after.left()) / after.width()
    )
    assert (point.y() - before.top()) / before.height() == pytest.approx(
        (point.y() - after.top()) / after.height()
    )


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("zoom"), POINTS, st.floats(0.2, 5)),
            st.tuples(st.just("move"), st.tuples(st.floats(-3e3, 3e3), st.floats(-3e3, 3e3))),
        ),
        max_size=12,
    )
)
def test_the_picture_always_covers_the_middle(steps: list[tuple[object, ...]]) -> None:
    framing = Framing()
    for step in steps:
        if step[0] == "zoom":
            framing = framing.zoomed(step[2], QPointF(*step[1]), PICTURE, AREA)
        else:
            framing = framing.moved(QPointF(*step[1]), PICTURE, AREA)
    whole = shown(framing, PICTURE, AREA)

    assert 1 <= framing.zoom <= MOST_ZOOM
    assert whole.adjusted(-1, -1, 1, 1).contains(AREA.center())
    if whole.width() > AREA.width() + 1:
        assert whole.left() <= AREA.left() + 0.5
        assert whole.right() >= AREA.right() - 0.5


@pytest.mark.parametrize(
    ("mm_per_px", "longest", "length"),
    [(0.3, 240, 50.0), (0.1, 240, 20.0), (0.004, 240, None), (1.0, 240, 200.0)],
)
def test_a_scale_bar_has_a_round_length(
    mm_per_px: float, longest: float, length: float | None
) -> None:
    assert round_length(mm_per_px, longest) == length
