"""The window runs as the product runs it: fed from a thread, closed from a thread."""

import gc
import os
from dataclasses import replace
from pathlib import Path
from threading import Thread, current_thread, main_thread

import pytest
from desk import desk
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station.ui.application import OPENCV_VARIABLES, prepared, run_window, screenshot
from station.ui.window import Window


def test_a_shift_at_the_window(qtbot: QtBot) -> None:
    shown = desk("repair", "en")
    pressed: list[str] = []
    threads: list[Thread] = []
    said: list[str] = []
    frozen: list[int] = []

    def window() -> Window:
        (found,) = [
            w for w in QApplication.topLevelWidgets() if isinstance(w, Window) and w.isVisible()
        ]
        return found

    def press(key: str) -> None:
        pressed.append(key)
        frozen.append(gc.get_freeze_count())
        assert current_thread() is main_thread()

    def subscribe(publish):
        thread = Thread(target=publish, args=(replace(shown.view, station="12"),))
        threads.append(thread)
        thread.start()

    def closer(close):
        def act() -> None:
            QTest.keyClick(window(), Qt.Key.Key_2)
            said.extend(line.text for line in window().strip.lines)
            thread = Thread(target=close)
            threads.append(thread)
            thread.start()

        def when_shown() -> None:
            if any(line.text == "Bench 12" for line in window().strip.lines):
                act()
            else:
                QTimer.singleShot(10, when_shown)

        QTimer.singleShot(0, when_shown)

    closed: list[bool] = []
    status = run_window(
        view=desk("ready", "en").view,
        subscribe=subscribe,
        press=press,
        load_evidence=shown.load,
        locale="en",
        on_close=lambda: closed.append(True),
        closer=closer,
    )
    for thread in threads:
        thread.join()

    assert status == 0
    assert pressed == ["2"]
    assert closed == [True]
    assert "Bench 12" in said
    assert frozen[0] > 10_000, "a collection would stop the window"
    assert gc.get_freeze_count() == 0


def test_what_opencv_leaves_in_the_environment_is_dropped(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    for variable in OPENCV_VARIABLES:
        monkeypatch.setenv(variable, "/somewhere/cv2/qt")
    prepared()

    assert not set(OPENCV_VARIABLES) & set(os.environ)


def test_a_screenshot_is_the_window_at_its_size(tmp_path: Path, qtbot: QtBot) -> None:
    shown = desk("repair", "zh-CN")
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    for path in (first, second):
        screenshot(shown.view, shown.load, (1366, 768), "zh-CN", path)
    image = QImage(str(first))

    assert (image.width(), image.height()) == (1366, 768)
    assert image == QImage(str(second))


def test_a_screenshot_that_cannot_be_written_is_an_error(tmp_path: Path, qtbot: QtBot) -> None:
    shown = desk("ready", "en")
    with pytest.raises(OSError, match="could not be written"):
        screenshot(shown.view, shown.load, (1366, 768), "en", tmp_path / "no" / "shot.png")
