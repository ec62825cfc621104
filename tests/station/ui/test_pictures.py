"""Pictures are decoded elsewhere, kept while there is room, and never stop the screen."""

from pathlib import Path
from threading import Event, current_thread, main_thread

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from station.domain.faults import refuse
from station.ui import pictures as module
from station.ui.pictures import Pictures

PICTURE = Path("station/virtual/pictures/r0000/top-bright.jpg")


def png(width: int, height: int, colour: str = "#336699") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def test_a_picture_is_decoded_in_another_thread(qtbot: QtBot) -> None:
    where: list[bool] = []

    def load(_digest: str) -> bytes:
        where.append(current_thread() is main_thread())
        return PICTURE.read_bytes()

    pictures = Pictures(load)
    with qtbot.waitSignal(pictures.changed) as arrived:
        assert pictures.image("a") is None
        assert pictures.image("a") is None
    image = pictures.image("a")

    assert arrived.args == ["a"]
    assert where == [False]
    assert image is not None
    assert (image.width(), image.height()) == (1280, 720)


def test_asking_never_waits_for_a_slow_disk(qtbot: QtBot) -> None:
    held = Event()

    def load(_digest: str) -> bytes:
        held.wait(10)
        return png(8, 8)

    pictures = Pictures(load)
    with qtbot.waitSignal(pictures.changed):
        assert pictures.image("a") is None
        held.set()
    assert pictures.image("a") is not None


def test_a_missing_picture_is_said_to_be_unreadable_and_not_asked_for_again(qtbot: QtBot) -> None:
    asked: list[str] = []

    def load(digest: str) -> bytes:
        asked.append(digest)
        raise refuse("The picture is not there.")

    pictures = Pictures(load)
    with qtbot.waitSignal(pictures.changed):
        pictures.image("a")

    assert pictures.image("a") is None
    assert pictures.unreadable("a")
    assert asked == ["a"]


def test_bytes_that_are_no_picture_are_unreadable(qtbot: QtBot) -> None:
    pictures = Pictures(lambda _digest: b"no picture")
    with qtbot.waitSignal(pictures.changed):
        pictures.image("a")

    assert pictures.unreadable("a")


def test_a_bug_in_loading_is_logged_and_later_pictures_still_come(
    qtbot: QtBot, expected_warnings: list[str]
) -> None:
    expected_warnings.append("picture a could not be loaded")

    def load(digest: str) -> bytes:
        return png(8, 8) if digest == "b" else bytes(1 // 0)

    pictures = Pictures(load)
    with qtbot.waitSignal(pictures.changed):
        pictures.image("a")
    with qtbot.waitSignal(pictures.changed):
        pictures.image("b")

    assert pictures.image("b") is not None


def test_the_picture_not_looked_at_longest_goes_first(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 2 * 100 * 100 * 4 + 10)
    asked: list[str] = []

    def load(digest: str) -> bytes:
        asked.append(digest)
        return png(100, 100)

    pictures = Pictures(load)
    for digest in ("a", "b"):
        with qtbot.waitSignal(pictures.changed):
            pictures.image(digest)
    pictures.image("a")
    with qtbot.waitSignal(pictures.changed):
        pictures.image("c")

    assert pictures.image("a") is not None
    assert pictures.image("b") is None
    pictures.finish()
    assert asked == ["a", "b", "c", "b"]


def test_a_thumb_covers_its_place(qtbot: QtBot) -> None:
    pictures = Pictures(lambda _digest: png(400, 100))
    with qtbot.waitSignal(pictures.changed):
        assert pictures.covering("a", QSize(50, 40)) is None
    thumb = pictures.covering("a", QSize(50, 40))

    assert thumb is not None
    assert thumb.size() == QSize(50, 40)
