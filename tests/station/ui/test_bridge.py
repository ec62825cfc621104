"""Views cross from any thread to the screen's, and crossing leaks nothing."""

import sys
from dataclasses import replace
from threading import Thread, current_thread, main_thread

from desk import desk
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from station.screen.view import OperatorView
from station.ui.bridge import ViewBridge


def test_a_view_published_elsewhere_is_shown_on_the_screens_thread(qtbot: QtBot) -> None:
    shown: list[tuple[OperatorView, bool]] = []
    bridge = ViewBridge(lambda view: shown.append((view, current_thread() is main_thread())))
    view = desk("ready", "en").view
    thread = Thread(target=bridge.publish, args=(view,))
    thread.start()
    thread.join()

    assert shown == []
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [(view, True)]


def test_of_many_views_the_last_is_always_shown(qtbot: QtBot) -> None:
    shown: list[int] = []
    bridge = ViewBridge(lambda view: shown.append(view.ended))
    view = desk("ready", "en").view
    for count in range(500):
        bridge.publish(replace(view, ended=count))
    qtbot.waitUntil(lambda: bool(shown))
    bridge.publish(replace(view, ended=500))
    qtbot.waitUntil(lambda: len(shown) == 2)

    assert shown == [499, 500]


def test_emitting_does_not_consume_the_singletons_of_the_interpreter(qtbot: QtBot) -> None:
    class Source(QObject):
        count = Signal(int)

    source = Source()
    before = sys.getrefcount(True), sys.getrefcount(None)
    for i in range(500):
        source.count.emit(i)
    after = sys.getrefcount(True), sys.getrefcount(None)

    assert abs(after[0] - before[0]) < 50
    assert abs(after[1] - before[1]) < 50
