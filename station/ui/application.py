"""Runs the operator's window, or draws one view into a picture file."""

import gc
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from station.screen.live import LiveView
from station.screen.view import OperatorView
from station.ui import fonts, theme
from station.ui.bridge import ViewBridge
from station.ui.pictures import Pictures
from station.ui.window import Window

PULSE_MS = 200
OPENCV_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


class _Closing(QObject):
    """Closes the window from any thread."""

    asked = Signal()


def run_window(
    *,
    view: OperatorView,
    subscribe: Callable[[Callable[[OperatorView], None]], None],
    press: Callable[[str], None],
    load_evidence: Callable[[str], bytes],
    locale: str,
    live: Sequence[LiveView] = (),
    fullscreen: bool = False,
    left_handed: bool = False,
    on_close: Callable[[], None] = lambda: None,
    title: str = "Regrade",
    closer: Callable[[Callable[[], None]], None] | None = None,
) -> int:
    """Show the window until it is closed; the exit status of the event loop.

    Call it on the main thread. `subscribe` is given a function that takes the views to follow,
    `closer` one that closes the window; both functions may be called from any thread. `press` gets
    a key's name on the window's thread and must return at once. `load_evidence` is called in
    threads of its own. `live` are the cameras shown live.
    """
    application = prepared()
    pictures = Pictures(load_evidence)
    window = Window(
        view,
        pictures,
        press,
        locale=locale,
        left_handed=left_handed,
        closed=on_close,
        live=live,
    )
    window.setWindowTitle(title)
    bridge = ViewBridge(window.show_view)
    closing = _Closing()
    closing.asked.connect(window.close, Qt.ConnectionType.QueuedConnection)
    pulse = QTimer()
    pulse.timeout.connect(lambda: None)  # lets Python see signals such as SIGTERM
    pulse.start(PULSE_MS)
    if fullscreen:
        window.setGeometry(application.primaryScreen().geometry())
        window.showFullScreen()
    else:
        window.resize(*_first_size(application))
        window.show()
    subscribe(bridge.publish)
    if closer is not None:
        closer(closing.asked.emit)
    # What was made until now stays. A collection would look at all of it again, on whatever thread,
    # and stop the window for a tenth of a second.
    gc.freeze()
    try:
        return application.exec()
    finally:
        gc.unfreeze()
        pulse.stop()
        pictures.finish()


def screenshot(
    view: OperatorView,
    load: Callable[[str], bytes],
    size: tuple[int, int],
    locale: str,
    path: Path,
    *,
    left_handed: bool = False,
    live: Sequence[LiveView] = (),
) -> None:
    """Draw a view as a window of `size` pixels would show it, into a PNG file."""
    prepared()
    pictures = Pictures(load)
    window = Window(
        view, pictures, lambda _key: None, locale=locale, left_handed=left_handed, live=live
    )
    window.resize(*size)
    window.grab()  # asks for the pictures
    window.live.look()
    pictures.finish()
    if not window.grab().save(str(path), "PNG"):
        raise OSError(f"{path} could not be written")


def prepared() -> QApplication:
    """The one application, with the bundled fonts and the tokens' colours."""
    for variable in OPENCV_VARIABLES:
        os.environ.pop(variable, None)
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(["regrade"])
    fonts.install()
    theme.apply(application)
    return application


def _first_size(application: QApplication) -> tuple[int, int]:
    area = application.primaryScreen().availableSize()
    return min(1920, area.width()), min(1080, area.height())
