"""The band across the foot of the window: its state, what happened, the one thing to do."""

from PySide6.QtCore import QElapsedTimer, QRectF, QTimer
from PySide6.QtGui import QColor, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from station.screen.view import OperatorView
from station.ui.fonts import Weight
from station.ui.lettering import Align, Page, Panel, width_of
from station.ui.shapes import band_sign, draw, turn_over
from station.ui.theme import BANDS, YOUR_TURN
from station.ui.words import Words

REFRESH_MS = 100
NEWS = ("notice.", "fault.", "screen.fault", "screen.trouble")
"""What is written stronger than a hint."""


class BandPanel(Panel):
    """Icon, state and notice in one line, the instruction below it, the seconds at the end."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._view: OperatorView | None = None
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._tick)

    def show_view(self, view: OperatorView) -> None:
        """Show the band of a view; its seconds run on by themselves."""
        self._view = view
        self._since.start()
        self._run()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._run()

    def draw(self, page: Page) -> None:
        view = self._view
        if view is None:
            return
        s, area = self.sizes, page.area
        turn = view.instruction.id.startswith("pose.")
        colours = YOUR_TURN if turn else BANDS[view.band]
        page.painter.fillRect(area, QColor(colours.ground))
        line = s.of(6)
        page.painter.fillRect(QRectF(0, 0, area.width(), line), QColor(colours.line))
        inner = area.adjusted(s.of(40), line, -s.of(32), 0)
        icon = QRectF(inner.left(), inner.top(), s.of(64), inner.height())
        draw(page.painter, turn_over() if turn else band_sign(view.band), icon, colours.icon)
        clock = self._clock_area(inner)
        left = icon.right() + s.of(28)
        upper = QRectF(left, inner.top() + s.of(8), clock.left() - left, s.of(36))
        lower = QRectF(left, upper.bottom(), upper.width(), s.of(56))
        self._write_state(page, upper, view, colours.words)
        said = self._words.say(view.instruction)
        page.write(
            lower,
            said,
            s.instruction,
            weight=Weight.BOLD,
            colour=colours.words,
            least=s.of(36),
        )
        if view.seconds is not None:
            page.write(
                clock,
                self._words.of("screen.seconds", value=self._seconds(view.seconds)),
                s.of(32),
                weight=Weight.STRONG,
                colour=colours.words,
                align=Align.RIGHT,
            )

    def _write_state(self, page: Page, place: QRectF, view: OperatorView, colour: str) -> None:
        state = self._words.of(f"band.{view.band.value}")
        pixels = self.sizes.of(26)
        page.write(place, state, pixels, weight=Weight.BOLD, colour=colour)
        if view.notice is None:
            return
        skip = width_of(state + " · ", pixels, Weight.BOLD)
        rest = place.adjusted(skip, 0, 0, 0)
        news = view.notice.id.startswith(NEWS)
        page.write(
            rest,
            self._words.say(view.notice),
            pixels,
            weight=Weight.STRONG if news else Weight.REGULAR,
            colour=colour,
            least=self.sizes.text,
            given=True,
        )

    def _clock_area(self, inner: QRectF) -> QRectF:
        width = self.sizes.of(140)
        return QRectF(inner.right() - width, inner.top(), width, inner.height())

    def _seconds(self, seconds: float) -> str:
        now = seconds + self._since.elapsed() / 1000 if self._timer.isActive() else seconds
        return f"{now:.1f}" if now < 100 else f"{now:.0f}"

    def _run(self) -> None:
        """The seconds run only while somebody can see them."""
        if self._view is None or self._view.seconds is None or not self.isVisible():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _tick(self) -> None:
        self.update(self._clock_area(QRectF(self.rect())).toAlignedRect())
