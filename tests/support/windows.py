"""Windows over the desk's states, with their pictures loaded."""

from collections.abc import Callable, Sequence
from typing import Any

from desk import Desk, desk
from PySide6.QtCore import QRectF

from station.screen.live import LiveView
from station.ui.lettering import Line
from station.ui.pictures import Pictures
from station.ui.window import Window


def window_of(
    shown: Desk,
    *,
    size: tuple[int, int] = (1920, 1080),
    locale: str = "en",
    left_handed: bool = False,
    press: Callable[[str], None] = lambda _key: None,
    live: Sequence[LiveView] = (),
) -> Window:
    """A window that shows a desk; it is drawn once, with its pictures."""
    pictures = Pictures(shown.load)
    window = Window(shown.view, pictures, press, locale=locale, left_handed=left_handed, live=live)
    pictures.setParent(window)
    window.resize(*size)
    window.grab()
    window.live.look()
    pictures.finish()
    window.grab()
    return window


def window_in(state: str, **how: Any) -> Window:
    """A window in a named state."""
    return window_of(desk(state, str(how.get("locale", "en"))), **how)


def written(window: Window) -> list[tuple[str, QRectF, Line]]:
    """Every line on the window with the name and the rectangle of its panel."""
    panels = {
        "strip": window.strip,
        "picture": window.picture,
        "thumbs": window.thumbs,
        "grade": window.grade,
        "reasons": window.reasons,
        "live": window.live,
        "band": window.band,
        **{f"key {key.key}": key for key in window.keys},
    }
    return [
        (name, QRectF(panel.rect()), line)
        for name, panel in panels.items()
        if not panel.isHidden()
        for line in panel.lines
    ]
