"""The cameras live on the window, while there is no grade to explain."""

from live_views import FakeCamera
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot
from windows import window_in

from station.ui.live import STALE_S, LivePanel
from station.ui.theme import sizes
from station.ui.words import Words


def panel_of(qtbot: QtBot, *cameras: FakeCamera) -> tuple[LivePanel, list[float]]:
    """A panel of a size, and the seconds of its clock."""
    clock = [100.0]
    panel = LivePanel(Words("en"), [c.view for c in cameras], now=lambda: clock[0])
    qtbot.addWidget(panel)
    panel.resize_to(sizes(1920, 1080))
    panel.resize(640, 360)
    return panel, clock


def middle(panel: LivePanel, n: int = 0) -> QColor:
    """The colour in the middle of a tile, as painted."""
    place = panel.tile_places()[n].center().toPoint()
    return panel.grab().toImage().pixelColor(place)


def test_each_new_picture_is_shown_and_an_old_one_stays_until_it_is_stale(qtbot: QtBot) -> None:
    camera = FakeCamera()
    panel, clock = panel_of(qtbot, camera)
    camera.show(40)
    panel.look()
    assert middle(panel).red() == 40
    camera.show(90)
    panel.look()
    panel.look()
    assert middle(panel).red() == 90

    clock[0] += STALE_S
    panel.look()
    panel.grab()
    assert "No picture" in [line.text for line in panel.lines]

    camera.show(120)
    panel.look()
    assert middle(panel).red() == 120


def test_several_cameras_are_named_and_one_that_is_lost_does_not_hide_the_others(
    qtbot: QtBot,
) -> None:
    top, side = FakeCamera("top"), FakeCamera("side")
    panel, _ = panel_of(qtbot, top, side)
    side.show(70)
    panel.look()

    assert middle(panel, 1).red() == 70
    assert [line.text for line in panel.lines] == ["No picture", "top", "side"]


def test_a_grade_takes_the_place_of_the_cameras_which_then_are_not_asked(qtbot: QtBot) -> None:
    camera = FakeCamera()
    window = window_in("repair", live=[camera.view])
    qtbot.addWidget(window)
    window.show()
    asked = camera.asked
    qtbot.wait(150)

    assert not window.live.isVisible()
    assert window.reasons.isVisible()
    assert camera.asked == asked


def test_the_window_looks_for_new_pictures_by_itself(qtbot: QtBot) -> None:
    camera = FakeCamera()
    window = window_in("ready", live=[camera.view])
    qtbot.addWidget(window)
    window.show()
    asked = camera.asked

    qtbot.waitUntil(lambda: camera.asked > asked + 2)
    assert window.live.isVisible()


def test_without_cameras_the_grade_keeps_its_whole_place(qtbot: QtBot) -> None:
    window = window_in("ready")
    qtbot.addWidget(window)
    window.show()

    assert not window.live.isVisible()
    assert window.grade.height() > window.placed().grade.height()
