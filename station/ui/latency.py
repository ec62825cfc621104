"""How long the window takes from an event to the last stroke of its answer."""

import os
import threading
import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from station.domain.faults import refuse
from station.screen.live import LiveView
from station.screen.view import OperatorView
from station.ui.application import prepared
from station.ui.bridge import ViewBridge
from station.ui.pictures import Pictures
from station.ui.window import Window


class _Painted(QObject):
    """Notes when a widget has been painted after a view came."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.waiting = False
        self.painted = threading.Event()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        if event.type() == QEvent.Type.Paint and self.waiting:
            self.waiting = False
            # The other panels are painted before the event loop turns again.
            QTimer.singleShot(0, self.painted.set)
        return super().eventFilter(watched, event)


def paint_latencies(
    views: Sequence[OperatorView], live: Sequence[LiveView], rounds: int
) -> list[float]:
    """Seconds from publishing a view, in another thread, to the painted window, for each round.

    The views follow one another at changing intervals; `live` cameras are shown all the while. It
    runs without a display.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = prepared()

    def nothing(digest: str) -> bytes:
        raise refuse(f"{digest} has no picture here")

    window = Window(views[0], Pictures(nothing), lambda _key: None, locale="en", live=live)
    window.resize(1920, 1080)
    window.show()
    watch = _Painted(window.band)
    showing = window.show_view

    def show(view: OperatorView) -> None:
        watch.waiting = True
        showing(view)

    bridge = ViewBridge(show, window)
    taken: list[float] = []

    def act() -> None:
        for n in range(rounds):
            # At another phase of the screen's own pace each time.
            time.sleep(0.05 + n * 0.037 % 0.1)
            watch.painted.clear()
            begun_s = time.monotonic()
            bridge.publish(views[n % len(views)])
            watch.painted.wait(10)
            taken.append(time.monotonic() - begun_s)
        QTimer.singleShot(0, window, QApplication.quit)

    actor = threading.Thread(target=act)
    QTimer.singleShot(0, actor.start)
    application.exec()
    actor.join()
    window.close()
    return taken
