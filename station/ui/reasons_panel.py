"""The reasons: each with its number on the picture, its value ± U, its bar and where it leads."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from station.domain.grading import Level
from station.screen.reasons import limit_text, title
from station.screen.view import OperatorView, ReasonView
from station.ui.fonts import Weight
from station.ui.lettering import Align, Page, Panel, width_of
from station.ui.reason_bar import draw_bar
from station.ui.shapes import diamond_question, draw, grade_sign
from station.ui.theme import GRADES, INK, INK_2, LINE, PANEL
from station.ui.words import Words

TITLE, BAR, HINT = 38.0, 60.0, 34.0


class ReasonsPanel(Panel):
    """Up to three rows, the heaviest first; bars are drawn as far as there is room for them.

    Below them, where there is room, the keys that correct a finding.
    """

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._view: OperatorView | None = None

    def show_view(self, view: OperatorView) -> None:
        """Show the reasons of a view."""
        self._view = view
        self.update()

    def draw(self, page: Page) -> None:
        view, s = self._view, self.sizes
        page.panel(page.area, PANEL, LINE)
        if view is None or view.grade is None:
            return
        inner = page.area.adjusted(s.of(24), s.of(14), -s.of(24), -s.of(14))
        if not view.reasons:
            self._draw_none(page, inner, len(view.picture.thumbs) if view.picture else 0)
            return
        hint = s.of(HINT)
        bars = self._bars(view, inner.height())
        heights = [s.of(TITLE) + (s.of(BAR) if bar else 0.0) for bar in bars]
        spare = inner.height() - sum(heights)
        if spare >= hint:
            below = QRectF(inner.left(), inner.bottom() - s.of(26), inner.width(), s.of(30))
            page.write(below, self._words.of("screen.correcting"), s.text, colour=INK_2)
            spare -= hint
        gap = min(s.of(14), spare / len(heights))
        top = inner.top()
        for reason, bar, height in zip(view.reasons, bars, heights, strict=True):
            row = QRectF(inner.left(), top, inner.width(), height)
            more = view.more_reasons if reason is view.reasons[-1] else 0
            self._draw_row(page, row, reason, more, bar=bar)
            top += height + gap

    def _draw_none(self, page: Page, inner: QRectF, pictures: int) -> None:
        s = self.sizes
        middle = inner.center().y()
        first = QRectF(inner.left(), middle - s.of(42), inner.width(), s.of(44))
        second = QRectF(inner.left(), middle + s.of(2), inner.width(), s.of(40))
        said = self._words.of("screen.no-faults")
        page.write(first, said, s.of(30), weight=Weight.STRONG, align=Align.CENTRE)
        seen = self._words.of("screen.pictures", count=pictures)
        page.write(second, seen, s.text, colour=INK_2, align=Align.CENTRE)

    def _bars(self, view: OperatorView, height: float) -> list[bool]:
        s = self.sizes
        spare = height - s.of(TITLE) * len(view.reasons)
        bars: list[bool] = []
        for reason in view.reasons:
            wanted = reason.value is not None and bool(reason.limits) and spare >= s.of(BAR)
            spare -= s.of(BAR) if wanted else 0.0
            bars.append(wanted)
        return bars

    def _draw_row(
        self, page: Page, row: QRectF, reason: ReasonView, more: int, *, bar: bool
    ) -> None:
        s = self.sizes
        head = QRectF(row.left(), row.top(), row.width(), s.of(TITLE))
        badge = s.of(36)
        sign = QRectF(head.right() - s.of(34), head.top(), s.of(34), head.height())
        if reason.number is None:
            sign.moveLeft(head.left() + s.of(1))
        else:
            _draw_number(page, head, badge, reason.number)
        _draw_level(page, sign, reason)
        left = head.left() + badge + s.of(14)
        right = head.right() if reason.number is None else sign.left() - s.of(12)
        if more:
            extra = self._words.of("screen.more-reasons", count=more)
            place = QRectF(left, head.top(), right - left, head.height())
            box = page.write(place, extra, s.text, colour=INK_2, align=Align.RIGHT)
            right = box.left() - s.of(12)
        place = QRectF(left, head.top(), right - left, head.height())
        said = self._words.say(title(reason))
        if width_of(said, s.text, Weight.STRONG) > place.width():
            said = self._words.say(title(reason, short=True))
        page.write(place, said, s.of(28), weight=Weight.STRONG, least=s.text)
        if bar and reason.value is not None:
            area = QRectF(left, head.bottom() + s.of(2), row.right() - left, s.of(BAR))
            draw_bar(
                page, area, reason.value, reason.uncertainty or 0.0, reason.limits, self._say_limit
            )

    def _say_limit(self, level: Level, limit: float) -> str:
        return self._words.say(limit_text(level, limit))


def _draw_number(page: Page, head: QRectF, side: float, number: int) -> None:
    """The same badge as on the picture."""
    s, painter = page.sizes, page.painter
    circle = QRectF(head.left(), head.center().y() - side / 2, side, side)
    painter.setPen(QPen(QColor(INK), s.of(3)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(circle.adjusted(s.of(2), s.of(2), -s.of(2), -s.of(2)))
    page.write(circle, str(number), s.text, weight=Weight.BOLD, align=Align.CENTRE)


def _draw_level(page: Page, place: QRectF, reason: ReasonView) -> None:
    if reason.doubt is not None:
        draw(page.painter, diamond_question(), place, INK)
        return
    grade = reason.level.grade
    draw(page.painter, grade_sign(grade), place, GRADES[grade].sign)
