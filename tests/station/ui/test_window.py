"""The window obeys keyboard, touch and mouse, and follows the station."""

from dataclasses import replace

import pytest
from desk import desk
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit
from pytestqt.qtbot import QtBot
from windows import window_in, window_of, written

from station.messages.catalogue import LOCALES, Catalogue
from station.screen.view import OperatorView
from station.ui.window import Window

KEYS = [
    (Qt.Key.Key_1, "1"),
    (Qt.Key.Key_2, "2"),
    (Qt.Key.Key_3, "3"),
    (Qt.Key.Key_Asterisk, "*"),
    (Qt.Key.Key_0, "0"),
    (Qt.Key.Key_Space, "take"),
]


def texts(window: Window) -> list[str]:
    """Everything the window says."""
    window.grab()
    return [line.text for _, _, line in written(window)]


@pytest.mark.parametrize(
    "modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier]
)
@pytest.mark.parametrize(("key", "intent"), KEYS)
def test_the_keyboard_and_the_numpad_press_keys(
    key: Qt.Key, intent: str, modifier: Qt.KeyboardModifier, qtbot: QtBot
) -> None:
    pressed: list[str] = []
    window = window_in("repair", press=pressed.append)
    qtbot.addWidget(window)
    qtbot.keyClick(window, key, modifier)

    assert pressed == [intent]


def test_nothing_on_the_window_takes_text_or_focus(qtbot: QtBot) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    for kind in (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox):
        assert window.findChildren(kind) == []
    for key in window.keys:
        assert key.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_a_touched_key_is_pressed_if_it_is_offered(qtbot: QtBot) -> None:
    pressed: list[str] = []
    window = window_in("repair", press=pressed.append)
    qtbot.addWidget(window)
    for key in window.keys:
        qtbot.mouseClick(key, Qt.MouseButton.LeftButton)

    assert pressed == ["1", "2", "3", "*"]


def test_a_held_key_presses_once(qtbot: QtBot) -> None:
    pressed: list[str] = []
    window = window_in("repair", press=pressed.append)
    qtbot.addWidget(window)
    none = Qt.KeyboardModifier.NoModifier
    for repeated in (False, True, True):
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_2, none, "", repeated)
        QApplication.sendEvent(window, event)

    assert pressed == ["2"]


def test_arrows_go_round_the_shots(qtbot: QtBot) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    seen = [window.shot]
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_Right)
        seen.append(window.shot)
    qtbot.keyClick(window, Qt.Key.Key_Left)

    assert seen == ["top-bright", "top-raking", "bottom-bright", "top-bright"]
    assert window.shot == "bottom-bright"


def test_a_click_on_a_thumb_shows_it(qtbot: QtBot) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    thumb, place = window.thumbs.thumb_places()[2]
    qtbot.mouseClick(window.thumbs, Qt.MouseButton.LeftButton, pos=place.center().toPoint())

    assert window.shot == thumb.shot == "bottom-bright"


def test_a_chosen_shot_stays_until_other_pictures_come(qtbot: QtBot) -> None:
    shown = desk("repair", "en")
    window = window_of(shown)
    qtbot.addWidget(window)
    window.choose("bottom-bright")
    window.show_view(replace(shown.view, seconds=9.9))
    stayed = window.shot
    window.show_view(desk("clear", "en").view)

    assert stayed == "bottom-bright"
    assert window.shot == "top-bright"


def test_keys_and_wheel_zoom_and_a_double_click_shows_all(qtbot: QtBot) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    by_key = window.picture.framing.zoom
    at = QPointF(100, 100)
    turn = QWheelEvent(
        at,
        QPointF(window.picture.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(window.picture, turn)
    by_wheel = window.picture.framing.zoom
    window.grab()
    qtbot.keyClick(window, Qt.Key.Key_Minus)
    back = window.picture.framing.zoom
    qtbot.mouseDClick(window.picture, Qt.MouseButton.LeftButton)

    assert 1 < by_key < by_wheel
    assert back == pytest.approx(by_key)
    assert window.picture.framing.zoom == 1


def test_dragging_moves_a_zoomed_picture(qtbot: QtBot) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    window.picture.zoom(6)
    before = window.picture.framing
    qtbot.mousePress(window.picture, Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    qtbot.mouseMove(window.picture, QPoint(300, 260))
    qtbot.mouseRelease(window.picture, Qt.MouseButton.LeftButton)

    assert window.picture.framing.x > before.x
    assert window.picture.framing.y > before.y


def test_the_language_turns_by_key_and_by_click(qtbot: QtBot) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    english, chinese = (
        Catalogue.load(locale).text("do.confirm-repair") for locale in ("en", "zh-CN")
    )
    first = texts(window)
    qtbot.keyClick(window, Qt.Key.Key_F2)
    second = texts(window)
    at = window.strip.language_area.center().toPoint()
    qtbot.mouseClick(window.strip, Qt.MouseButton.LeftButton, pos=at)
    third = texts(window)

    assert english in first
    assert chinese in second
    assert english not in second
    assert english in third


def test_the_language_target_is_large_enough(qtbot: QtBot) -> None:
    for size in ((1920, 1080), (1366, 768)):
        window = window_in("ready", size=size)
        qtbot.addWidget(window)
        area = window.strip.language_area
        assert min(area.width(), area.height()) >= 44


def test_f11_turns_full_screen(qtbot: QtBot) -> None:
    window = window_in("ready")
    qtbot.addWidget(window)
    qtbot.keyClick(window, Qt.Key.Key_F11)
    full = window.isFullScreen()
    qtbot.keyClick(window, Qt.Key.Key_F11)

    assert full
    assert not window.isFullScreen()


def test_devices_that_are_well_never_crowd_out_the_count_of_the_parcel(qtbot: QtBot) -> None:
    for locale in LOCALES:
        window = window_in("parcel-open", locale=locale)
        qtbot.addWidget(window)
        counted = Catalogue.load(locale).text("screen.parcel", code="RMA-77", came=2, declared=4)

        assert any(line.text.startswith(counted) for line in window.strip.lines)


def test_a_code_that_is_cut_keeps_its_end(qtbot: QtBot) -> None:
    shown = desk("repair", "en")
    item = shown.view.item
    assert item is not None
    long = replace(item, code=item.code.replace("R-0001", "00700026660000000001"))
    window = window_of(replace(shown, view=replace(shown.view, item=long)))
    qtbot.addWidget(window)
    (line,) = [line for line in window.thumbs.lines if line.text == long.code]

    assert line.cut
    assert line.shown.endswith("00700026660000000001")


def test_differences_stand_under_one_heading_each(qtbot: QtBot) -> None:
    window = window_in("parcel-lacks-much", size=(1366, 768))
    qtbot.addWidget(window)
    lines = [line.text for line in window.picture.lines]

    assert [lines.count(word) for word in ("Missing", "Extra")] == [1, 1]
    assert sum(line.startswith("3 × ") for line in lines) == 6


def test_differences_that_do_not_fit_are_counted(qtbot: QtBot) -> None:
    shown = desk("parcel-lacks-much", "en")
    parcel = shown.view.parcel
    assert parcel is not None
    many = replace(parcel, differences=parcel.differences[:1] * 100)
    window = window_of(replace(shown, view=replace(shown.view, parcel=many)))
    qtbot.addWidget(window)
    lines = [line.text for line in window.picture.lines]
    listed = sum(line.startswith("3 × ") for line in lines)

    assert 1 < listed < 100
    assert f"and {100 - listed} more" in lines


def test_marks_are_drawn_where_the_faults_are(qtbot: QtBot) -> None:
    shown = desk("repair", "en")
    window = window_of(shown)
    qtbot.addWidget(window)
    picture = shown.view.picture
    assert picture is not None
    mark = next(m for m in picture.marks if m.shot == picture.shot)
    scale = window.picture.width() / 1280
    x, y, width, height = mark.box
    middle = QPoint(round((x + width / 2) * scale), round((y + height) * scale))
    image = window.picture.grab().toImage()
    below = [QColor(image.pixel(middle.x(), middle.y() + offset)) for offset in range(5, 20)]

    assert any(colour.lightness() > 245 for colour in below)
    assert any(colour.lightness() < 60 for colour in below)


def marks_said(window: Window) -> set[str]:
    return {line.text for line in window.picture.lines if line.text.isdigit()}


def test_marks_and_reasons_carry_the_same_numbers(qtbot: QtBot) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    rows = {line.text for line in window.reasons.lines if line.text.isdigit()}

    assert rows
    assert rows <= marks_said(window)


def test_a_shot_without_marks_shows_none(qtbot: QtBot) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    window.choose("bottom-bright")
    window.grab()

    assert marks_said(window) == set()


def test_the_scale_bar_is_shown_only_where_the_scale_is_known(qtbot: QtBot) -> None:
    shown = desk("repair", "en")
    picture = shown.view.picture
    assert picture is not None
    thumbs = tuple(replace(thumb, mm_per_px=None) for thumb in picture.thumbs)
    blind = replace(shown.view, picture=replace(picture, thumbs=thumbs))
    with_scale, without = window_of(shown), window_of(replace(shown, view=blind))
    qtbot.addWidget(with_scale)
    qtbot.addWidget(without)

    assert any(line.text.endswith(" mm") for line in with_scale.picture.lines)
    assert not any(line.text.endswith(" mm") for line in without.picture.lines)


def test_a_picture_that_cannot_be_read_is_said(qtbot: QtBot) -> None:
    shown = desk("repair", "en")
    broken = replace(
        shown,
        files={
            digest: shown_file.parent / "truth.json" for digest, shown_file in shown.files.items()
        },
    )
    window = window_of(broken)
    qtbot.addWidget(window)

    assert Catalogue.load("en").text("screen.no-picture") in texts(window)


def test_seconds_run_on_while_the_window_is_seen(qtbot: QtBot) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    window.show()
    first = [line.text for line in window.band.lines if line.text.endswith(" s")]

    def later() -> bool:
        return [line.text for line in window.band.lines if line.text.endswith(" s")] != first

    qtbot.waitUntil(later)


def test_panels_without_content_give_their_place_away(qtbot: QtBot) -> None:
    ready, repair = window_in("ready"), window_in("repair")
    qtbot.addWidget(ready)
    qtbot.addWidget(repair)

    assert ready.picture.height() > repair.picture.height()
    assert ready.grade.height() > repair.grade.height()


@pytest.mark.parametrize("state", ["ready", "repair", "stopped"])
def test_a_view_says_its_band_and_its_bench(state: str, qtbot: QtBot) -> None:
    view: OperatorView = desk(state, "en").view
    window = window_in(state)
    qtbot.addWidget(window)
    said = texts(window)
    english = Catalogue.load("en")

    assert english.text(f"band.{view.band.value}") in said
    assert english.text(view.instruction.id, **dict(view.instruction.arguments)) in said
    assert "Bench 07" in said


def test_a_panel_that_fails_to_draw_does_not_take_the_process_with_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_in("repair")
    qtbot.addWidget(window)
    with monkeypatch.context() as patched:
        patched.setattr(window.band, "draw", lambda _page: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            window.band.grab()

    assert Catalogue.load("en").text("do.confirm-repair") in texts(window)
