"""Pictures are decoded elsewhere, kept while there is room, and never stop the screen."""

import time
from itertools import pairwise
from pathlib import Path
from threading import Event, current_thread, main_thread

import pytest
from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from station.domain.faults import refuse
from station.ui import pictures as module
from station.ui.pictures import Pictures

PICTURE = Path("station/virtual/pictures/r0000/top-bright.jpg")


def png(width: int, height: int, colour: str = "#336699") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return as_png(image)


def as_png(image: QImage) -> bytes:
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
        assert pictures.whole("a") is None
        assert pictures.whole("a") is None
    whole = pictures.whole("a")

    assert arrived.args == ["a"]
    assert where == [False]
    assert whole is not None
    assert whole.image.size() == whole.kept == QSize(1280, 720)


def test_asking_never_waits_for_a_slow_disk(qtbot: QtBot) -> None:
    held = Event()

    def load(_digest: str) -> bytes:
        held.wait(10)
        return png(8, 8)

    pictures = Pictures(load)
    with qtbot.waitSignal(pictures.changed):
        assert pictures.whole("a") is None
        held.set()
    assert pictures.whole("a") is not None


def test_a_missing_picture_is_said_to_be_unreadable_and_not_asked_for_again(qtbot: QtBot) -> None:
    asked: list[str] = []

    def load(digest: str) -> bytes:
        asked.append(digest)
        raise refuse("The picture is not there.")

    pictures = Pictures(load)
    with qtbot.waitSignal(pictures.changed):
        pictures.whole("a")

    assert pictures.whole("a") is None
    assert pictures.unreadable("a")
    assert asked == ["a"]


def test_bytes_that_are_no_picture_are_unreadable(qtbot: QtBot) -> None:
    pictures = Pictures(lambda _digest: b"no picture")
    with qtbot.waitSignal(pictures.changed):
        pictures.whole("a")

    assert pictures.unreadable("a")


def test_a_bug_in_loading_is_logged_and_later_pictures_still_come(
    qtbot: QtBot, expected_warnings: list[str]
) -> None:
    expected_warnings.append("picture a could not be loaded")

    def load(digest: str) -> bytes:
        return png(8, 8) if digest == "b" else bytes(1 // 0)

    pictures = Pictures(load)
    with qtbot.waitSignal(pictures.changed):
        pictures.whole("a")
    with qtbot.waitSignal(pictures.changed):
        pictures.whole("b")

    assert pictures.whole("b") is not None


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
            pictures.whole(digest)
    pictures.whole("a")
    with qtbot.waitSignal(pictures.changed):
        pictures.whole("c")

    assert pictures.whole("a") is not None
    assert pictures.whole("b") is None
    pictures.finish()
    assert asked == ["a", "b", "c", "b"]


def test_a_thumb_covers_its_place(qtbot: QtBot) -> None:
    striped = QImage(400, 100, QImage.Format.Format_RGB32)
    striped.fill(QColor("#336699"))
    for x in range(190, 210):
        for y in range(100):
            striped.setPixelColor(x, y, QColor("#FFFFFF"))
    pictures = Pictures(lambda _digest: as_png(striped))
    with qtbot.waitSignal(pictures.changed):
        assert pictures.covering("a", QSize(50, 40)) is None
    thumb = pictures.covering("a", QSize(50, 40))

    assert thumb is not None
    assert (thumb.image.size(), thumb.kept) == (QSize(50, 40), QSize(400, 100))
    assert thumb.image.pixelColor(25, 20).red() > 200, "the middle of the picture is its middle"
    assert thumb.image.pixelColor(2, 20).red() < 100


@pytest.mark.parametrize(("size", "fits"), [((800, 800), (800, 450)), ((64, 900), (64, 36))])
def test_a_picture_is_decoded_as_large_as_it_is_shown(
    size: tuple[int, int], fits: tuple[int, int], qtbot: QtBot
) -> None:
    pictures = Pictures(lambda _digest: PICTURE.read_bytes())
    with qtbot.waitSignal(pictures.changed):
        assert pictures.fitted("a", QSize(*size)) is None
    fitted = pictures.fitted("a", QSize(*size))

    assert fitted is not None
    assert (fitted.image.size(), fitted.kept) == (QSize(*fits), QSize(1280, 720))


def test_decoding_a_large_picture_lets_the_screen_go_on(qtbot: QtBot) -> None:
    """Whoever holds the interpreter for a whole picture stops the screen, from whatever thread."""
    large = png(4000, 3000)
    # A busy machine may stop the screen as well; a decoder that does it does it each time.
    assert any(decoding_leaves_the_screen_alone(large) for _ in range(6))


def decoding_leaves_the_screen_alone(large: bytes) -> bool:
    pictures = Pictures(lambda _digest: large)
    turns_s = [time.monotonic()]
    while pictures.fitted("a", QSize(1300, 800)) is None:
        QCoreApplication.processEvents()
        turns_s.append(time.monotonic())
    longest_s = max(b - a for a, b in pairwise(turns_s))
    return longest_s < (turns_s[-1] - turns_s[0]) / 3
