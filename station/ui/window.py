"""The operator's window: every panel in its place, and the keyboard without any text field."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from station.screen.live import LiveView
from station.screen.view import OperatorView, PictureView
from station.ui.band import BandPanel
from station.ui.device_strip import DeviceStrip
from station.ui.grade_panel import GradePanel
from station.ui.keys_panel import ORDER, KeyButton
from station.ui.lettering import Panel
from station.ui.live import LivePanel
from station.ui.picture import Picture
from station.ui.pictures import Pictures
from station.ui.places import Places, places
from station.ui.reasons_panel import ReasonsPanel
from station.ui.thumbs import ThumbRow
from station.ui.words import Words

INTENTS = {
    Qt.Key.Key_1: "1",
    Qt.Key.Key_2: "2",
    Qt.Key.Key_3: "3",
    Qt.Key.Key_Asterisk: "*",
    Qt.Key.Key_0: "0",
    Qt.Key.Key_Space: "take",
    Qt.Key.Key_4: "4",
    Qt.Key.Key_5: "5",
    Qt.Key.Key_6: "6",
    Qt.Key.Key_7: "7",
}
SMALLEST = (1280, 720)


class Window(QWidget):
    """Shows views; `press` is called with the values of `station.domain.events.Key`."""

    def __init__(
        self,
        view: OperatorView,
        pictures: Pictures,
        press: Callable[[str], None],
        *,
        locale: str,
        left_handed: bool = False,
        closed: Callable[[], None] | None = None,
        live: Sequence[LiveView] = (),
    ) -> None:
        super().__init__()
        self._view = view
        self._pictures = pictures
        self._press = press
        self._left_handed = left_handed
        self._closed = closed
        self._shot = ""
        self._words = Words(locale)
        self.strip = DeviceStrip(self._words, self.turn_language, self)
        self.picture = Picture(self._words, pictures, self)
        self.thumbs = ThumbRow(self._words, pictures, self.choose, self)
        self.grade = GradePanel(self._words, self)
        self.reasons = ReasonsPanel(self._words, self)
        self.live = LivePanel(self._words, live, self)
        self.keys = tuple(KeyButton(key, self._words, press, self) for key in ORDER)
        self.band = BandPanel(self._words, self)
        self.setMinimumSize(*SMALLEST)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        pictures.changed.connect(self._repaint_pictures)
        self.show_view(view)

    @property
    def shot(self) -> str:
        """The shot shown large."""
        return self._shot

    def show_view(self, view: OperatorView) -> None:
        """Show a view. A shot chosen by hand stays until the station shows other pictures."""
        if not self._shot or _other_pictures(self._view.picture, view.picture):
            self._shot = view.picture.shot if view.picture else ""
        self._view = view
        self._show_panels()

    def turn_language(self) -> None:
        """Say everything in the next language."""
        self._words.turn()
        self._show_panels()

    def choose(self, shot: str) -> None:
        """Show a shot large."""
        self._shot = shot
        self._show_panels()

    def placed(self) -> Places:
        """Where everything stands now."""
        return places(self.width(), self.height(), left_handed=self._left_handed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            return
        key = Qt.Key(event.key())
        if key in INTENTS:
            self._press(INTENTS[key])
            return
        match key:
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.picture.zoom(1)
            case Qt.Key.Key_Minus:
                self.picture.zoom(-1)
            case Qt.Key.Key_F2:
                self.turn_language()
            case Qt.Key.Key_F11:
                self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
            case _:
                super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self._closed is not None:
            self._closed()

    def _arrange(self) -> None:
        """Put every panel in its place; what has nothing to show gives its place away."""
        placed, view = self.placed(), self._view
        no_row = view.item is None and view.picture is None
        no_reasons = view.grade is None
        live = no_reasons and not self.live.empty
        stage = placed.stage.united(placed.row) if no_row else placed.stage
        grade = placed.grade.united(placed.reasons) if no_reasons and not live else placed.grade
        self.thumbs.setVisible(not no_row)
        self.reasons.setVisible(not no_reasons)
        self.live.setVisible(live)
        panels: tuple[tuple[Panel | KeyButton, QRectF], ...] = (
            (self.strip, placed.strip),
            (self.picture, stage),
            (self.thumbs, placed.row),
            (self.grade, grade),
            (self.reasons, placed.reasons),
            (self.live, placed.reasons),
            (self.band, placed.band),
            *zip(self.keys, placed.keys, strict=True),
        )
        for panel, place in panels:
            panel.setGeometry(place.toRect())
            panel.resize_to(placed.sizes)

    def _step(self, by: int) -> None:
        """To the next shot, round and round."""
        thumbs = self._view.picture.thumbs if self._view.picture else ()
        shots = [thumb.shot for thumb in thumbs]
        if self._shot in shots:
            self.choose(shots[(shots.index(self._shot) + by) % len(shots)])

    def _show_panels(self) -> None:
        view = self._view
        self._arrange()
        self.strip.show_view(view)
        self.picture.show_view(
            view.picture, self._shot, scanned=view.item is not None, parcel=view.parcel
        )
        self.thumbs.show_view(view.picture, view.item, self._shot)
        self.grade.show_view(view.grade)
        self.reasons.show_view(view)
        self.band.show_view(view)
        offered = {key.key: key for key in view.keys}
        for button in self.keys:
            button.show_view(offered.get(button.key))

    def _repaint_pictures(self) -> None:
        self.picture.update()
        self.thumbs.update()


def _other_pictures(before: PictureView | None, after: PictureView | None) -> bool:
    if before is None or after is None:
        return True
    same = after.thumbs[: len(before.thumbs)] == before.thumbs
    return before.shot != after.shot or not same
