"""The one bridge from the station's threads to the screen's."""

from collections.abc import Callable
from threading import Lock

from PySide6.QtCore import QObject, Qt, Signal, Slot

from station.screen.view import OperatorView


class ViewBridge(QObject):
    """Takes views from any thread and shows the newest on the thread it was made on.

    Views that come faster than the screen is drawn are skipped; the last one never is.
    """

    _came = Signal()

    def __init__(self, show: Callable[[OperatorView], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._show = show
        self._lock = Lock()
        self._newest: OperatorView | None = None
        self._came.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def publish(self, view: OperatorView) -> None:
        """Show a view soon; returns at once."""
        with self._lock:
            waiting = self._newest is not None
            self._newest = view
        if not waiting:
            self._came.emit()

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            view, self._newest = self._newest, None
        if view is not None:
            self._show(view)
