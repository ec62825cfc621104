"""The keys: three grades in fixed order, then take, retake and undo; for fingers and gloves."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from station.domain.grading import Grade
from station.screen.view import KeyView
from station.ui.fonts import Weight
from station.ui.lettering import Align, Line, Page, paint, width_of
from station.ui.shapes import draw, grade_sign
from station.ui.theme import BASE, GRADES, INK, INK_2, LINE, OUTLINE, PANEL, Sizes
from station.ui.words import Words

GRADE_KEYS = {"1": Grade.RESELLABLE, "2": Grade.REPAIR, "3": Grade.SCRAP}
ORDER = ("1", "2", "3", "take", "*", "0")


class KeyButton(QAbstractButton):
    """One key: its cap, its sign if it gives a grade, its word; filled when proposed."""

    def __init__(
        self, key: str, words: Words, press: Callable[[str], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.key = key
        self.sizes = Sizes(1.0)
        self.lines: list[Line] = []
        self._words = words
        self._view: KeyView | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clicked.connect(lambda: press(key))

    def resize_to(self, sizes: Sizes) -> None:
        """Draw at another scale from now on."""
        self.sizes = sizes
        self.update()

    def show_view(self, view: KeyView | None) -> None:
        """Show a key as offered now; none disables it."""
        self._view = view
        self.setEnabled(view is not None and view.enabled)
        if view is not None:
            self.setAccessibleName(self._words.say(view.label))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.lines = paint(self, self.sizes, self._draw)

    def _draw(self, page: Page) -> None:
        view, s = self._view, self.sizes
        if view is None:
            return
        grade = GRADE_KEYS.get(self.key)
        filled = view.proposed and view.enabled and grade is not None
        ground, ink, sign, edge = PANEL, INK, INK, OUTLINE
        if grade is not None:
            sign = GRADES[grade].sign
        if filled and grade is not None:
            colours = GRADES[grade]
            ground, ink, sign, edge = (
                colours.field,
                colours.on_field,
                colours.on_field,
                colours.edge,
            )
        if not view.enabled:
            ground, ink, sign, edge = BASE, INK_2, OUTLINE, LINE
        area = page.area
        if view.enabled and not self.isDown():
            page.panel(area.adjusted(0, s.of(3), 0, 0), edge)
            area = area.adjusted(0, 0, 0, -s.of(3))
        page.panel(area, ground, edge, s.of(2))
        if self.isDown():
            page.painter.fillRect(area, QColor(0, 0, 0, 28))
        self._write(page, area, view, ink, sign)

    def _write(self, page: Page, area: QRectF, view: KeyView, ink: str, sign: str) -> None:
        s = self.sizes
        said = self._words.say(view.label)
        grade = GRADE_KEYS.get(self.key)
        if grade is None:
            self._write_second(page, area, said, ink)
            return
        cap = QRectF(area.left() + s.of(12), area.top() + s.of(12), s.of(40), s.of(40))
        stacked = area.height() >= s.of(104)
        if not stacked:
            cap.moveTop(area.center().y() - cap.height() / 2)
        _draw_cap(page, cap, self.key, ink)
        word = s.of(32)
        if stacked:
            icon = QRectF(area.left(), area.top() + s.of(10), area.width(), s.of(44))
            draw(page.painter, grade_sign(grade), icon, sign)
            place = QRectF(area.left(), icon.bottom(), area.width(), area.bottom() - icon.bottom())
            place.adjust(s.of(8), -s.of(2), -s.of(8), -s.of(6))
            page.write(
                place, said, word, weight=Weight.BOLD, colour=ink, align=Align.CENTRE, least=s.text
            )
            return
        side = s.of(48)
        width = side + s.of(16) + width_of(said, word, Weight.BOLD)
        left = area.center().x() - width / 2 + cap.width() / 2
        draw(page.painter, grade_sign(grade), QRectF(left, 0, side, area.height()), sign)
        start = left + side + s.of(16)
        place = QRectF(start, area.top(), area.right() - start - s.of(4), area.height())
        page.write(place, said, word, weight=Weight.BOLD, colour=ink, least=s.text)

    def _write_second(self, page: Page, area: QRectF, said: str, ink: str) -> None:
        """Word and cap side by side."""
        s = self.sizes
        cap_text = self._words.of(f"key-cap.{self.key}")
        cap_width = max(s.of(34), width_of(cap_text, s.text) + s.of(12))
        word_width = width_of(said, s.text, Weight.STRONG)
        gap = s.of(10)
        left = area.center().x() - (word_width + gap + cap_width) / 2
        place = QRectF(left, area.top(), word_width + 1, area.height())
        page.write(place, said, s.text, weight=Weight.STRONG, colour=ink)
        cap = QRectF(left + word_width + gap, 0, cap_width, s.of(36))
        cap.moveCenter(QPointF(cap.center().x(), area.center().y()))
        _draw_cap(page, cap, cap_text, ink)


def _draw_cap(page: Page, place: QRectF, text: str, ink: str) -> None:
    s, painter = page.sizes, page.painter
    painter.setPen(QPen(QColor(ink), s.of(1.5)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place, s.of(6), s.of(6))
    page.write(place, text, s.text, colour=ink, align=Align.CENTRE)
