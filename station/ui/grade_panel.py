"""The grade: shape, word and colour in one place, with what follows from it and its margins."""

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from station.domain.grading import Grade
from station.screen.view import GradeView
from station.ui.fonts import Weight
from station.ui.lettering import Align, Page, Panel, fitting, width_of
from station.ui.shapes import diamond_question, draw, grade_sign
from station.ui.theme import GRADES, INK, INK_2, LINE, PANEL
from station.ui.words import Words

MOST_LINES = 3


class GradePanel(Panel):
    """One card: the sure grade in its colour, doubt in black on white, or the grades to come."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._grade: GradeView | None = None

    def show_view(self, grade: GradeView | None) -> None:
        """Show a grade, or that there is none yet."""
        self._grade = grade
        self.update()

    def draw(self, page: Page) -> None:
        grade = self._grade
        if grade is None:
            self._draw_none(page)
        elif grade.sure and grade.grade is not None:
            self._draw_sure(page, grade, grade.grade)
        else:
            self._draw_doubt(page, grade)

    def _draw_none(self, page: Page) -> None:
        s = self.sizes
        page.panel(page.area, PANEL, LINE)
        gap, line = s.of(48), s.of(40)
        side = min(s.of(112), page.area.height() - line - gap)
        middle = page.area.center()
        top = middle.y() - (side + gap / 2 + line) / 2
        left = middle.x() - (3 * side + 2 * gap) / 2
        for index, grade in enumerate(Grade):
            place = QRectF(left + index * (side + gap), top, side, side)
            draw(page.painter, grade_sign(grade), place, LINE)
        words = QRectF(page.area.left(), top + side + gap / 2, page.area.width(), line)
        said = self._words.of("screen.no-result")
        page.write(words, said, s.of(28), colour=INK_2, align=Align.CENTRE)

    def _draw_sure(self, page: Page, view: GradeView, grade: Grade) -> None:
        colours = GRADES[grade]
        page.panel(page.area, colours.field, colours.edge, self.sizes.of(3))
        place = self._sign_place(page.area)
        draw(page.painter, grade_sign(grade), place, colours.on_field)
        strong = [self._words.of(f"condition.{view.condition.value}")] if view.condition else []
        if view.disposition:
            strong.append(self._words.of(f"disposition.{view.disposition}"))
        plain = [self._words.say(margin) for margin in view.margins]
        word = self._words.of(f"grade.{grade.value}")
        self._write(page, place, word, strong, plain, colours.on_field)

    def _draw_doubt(self, page: Page, view: GradeView) -> None:
        page.panel(page.area, PANEL, INK, self.sizes.of(4))
        place = self._sign_place(page.area)
        draw(page.painter, diamond_question(), place, INK)
        strong = [self._words.say(doubt) for doubt in view.doubts[:2]]
        plain = []
        if view.grade is not None:
            plain.append(self._words.of("screen.proposed", grade=view.grade.value))
        self._write(page, place, self._words.of("grade.held"), strong, plain, INK)

    def _sign_place(self, area: QRectF) -> QRectF:
        s = self.sizes
        side = min(area.height() - 2 * s.of(24), s.of(212), area.width() * 0.33)
        return QRectF(area.left() + s.of(24), area.top(), side, area.height())

    def _write(
        self, page: Page, sign: QRectF, word: str, strong: list[str], plain: list[str], colour: str
    ) -> None:
        s = self.sizes
        left = sign.right() + s.of(28)
        inner = QRectF(left, s.of(20), page.area.right() - s.of(24) - left, 0)
        inner.setBottom(page.area.bottom() - s.of(20))
        line = s.of(36)
        fit = max(0, int((inner.height() - s.of(64)) / line))
        rows = [(text, Weight.STRONG) for text in self._joined(strong, inner.width())]
        rows = [*rows, *((text, Weight.REGULAR) for text in plain)][: min(fit, MOST_LINES)]
        room = QRectF(inner.left(), inner.top(), inner.width(), inner.height() - line * len(rows))
        pixels = fitting(word, Weight.BOLD, room.width(), room.height(), s.of(150), s.of(40))
        block = pixels * 1.18 + line * len(rows)
        top = inner.center().y() - block / 2
        head = QRectF(inner.left(), top, inner.width(), pixels * 1.18)
        page.write(head, word, pixels, weight=Weight.BOLD, colour=colour)
        for index, (text, weight) in enumerate(rows):
            place = QRectF(inner.left(), head.bottom() + index * line, inner.width(), line)
            page.write(place, text, s.of(26), weight=weight, colour=colour, least=s.text)

    def _joined(self, texts: list[str], width: float) -> list[str]:
        """Short texts share a line where it holds them."""
        joined = " · ".join(texts)
        if len(texts) > 1 and width_of(joined, self.sizes.text, Weight.STRONG) <= width:
            return [joined]
        return texts
