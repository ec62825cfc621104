"""The row below the picture: every shot taken, and the item as ordered beside them."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from station.screen.view import ItemView, PictureView, Thumb
from station.ui.fonts import Weight
from station.ui.lettering import Align, Page, Panel
from station.ui.pictures import Pictures
from station.ui.theme import FOCUS, INK, INK_2, LINE, PANEL, STAGE, WHITE
from station.ui.words import Words

WIDEST, NARROWEST = 228.0, 96.0


class ThumbRow(Panel):
    """Thumbs to choose a shot by, with dots where the marks are."""

    def __init__(
        self,
        words: Words,
        pictures: Pictures,
        choose: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._pictures = pictures
        self._choose = choose
        self._view: PictureView | None = None
        self._item: ItemView | None = None
        self._shot = ""

    def show_view(self, picture: PictureView | None, item: ItemView | None, shot: str) -> None:
        """Show the shots of a view, one of them chosen, and its item."""
        self._view, self._item, self._shot = picture, item, shot
        self.update()

    def thumb_places(self) -> list[tuple[Thumb, QRectF]]:
        """Each thumb with its place; they narrow when there are many."""
        thumbs = self._view.thumbs if self._view else ()
        if not thumbs:
            return []
        s = self.sizes
        gap = s.of(12)
        room = self.width() * 0.66
        wide = (room - gap * (len(thumbs) - 1)) / len(thumbs)
        width = max(s.of(NARROWEST), min(s.of(WIDEST), wide, self.height() * 16 / 9))
        height = float(self.height())
        return [
            (thumb, QRectF(index * (width + gap), 0, width, height))
            for index, thumb in enumerate(thumbs)
        ]

    def draw(self, page: Page) -> None:
        places = self.thumb_places()
        for thumb, place in places:
            self._draw_thumb(page, thumb, place)
        if self._item is not None:
            left = places[-1][1].right() + self.sizes.of(12) if places else 0.0
            area = QRectF(left, 0, page.area.width() - left, page.area.height())
            self._draw_item(page, area, self._item)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for thumb, place in self.thumb_places():
            if place.contains(event.position()):
                self._choose(thumb.shot)

    def _draw_thumb(self, page: Page, thumb: Thumb, place: QRectF) -> None:
        s, painter = self.sizes, page.painter
        chosen = thumb.shot == self._shot
        painter.save()
        rounded = QPainterPath()
        rounded.addRoundedRect(place, s.radius, s.radius)
        painter.setClipPath(rounded)
        painter.fillRect(place, QColor(STAGE))
        device = (place.size() * self.devicePixelRatioF()).toSize()
        small = self._pictures.covering(thumb.digest, device)
        if small is not None:
            painter.drawImage(place, small.image)
            self._draw_dots(page, thumb, place, QSizeF(small.kept))
        label = QRectF(place.left(), place.bottom() - s.of(36), place.width(), s.of(36))
        painter.fillRect(label, QColor(FOCUS if chosen else STAGE))
        painter.restore()
        name = self._words.of(f"shot.{thumb.shot}")
        inner = label.adjusted(s.of(8), 0, -s.of(8), -s.of(2))
        weight = Weight.STRONG if chosen else Weight.REGULAR
        page.write(inner, name, s.text, weight=weight, colour=WHITE, align=Align.CENTRE, given=True)
        if chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(FOCUS), s.of(5)))
            edge = s.of(2.5)
            painter.drawRoundedRect(
                place.adjusted(edge, edge, -edge, -edge), s.radius - edge, s.radius - edge
            )

    def _draw_dots(self, page: Page, thumb: Thumb, place: QRectF, size: QSizeF) -> None:
        marks = self._view.marks if self._view else ()
        s, painter = self.sizes, page.painter
        scale = max(place.width() / size.width(), place.height() / size.height())
        painter.setPen(QPen(QColor(INK), s.of(2)))
        painter.setBrush(QColor(WHITE))
        for mark in marks:
            if mark.shot == thumb.shot:
                x, y, width, height = mark.box
                offset = QPointF(
                    x + width / 2 - size.width() / 2, y + height / 2 - size.height() / 2
                )
                painter.drawEllipse(place.center() + offset * scale, s.of(6), s.of(6))

    def _draw_item(self, page: Page, area: QRectF, item: ItemView) -> None:
        """Name, code, order and the buyer's words, as far as there are lines for them."""
        s, words = self.sizes, self._words
        page.panel(area, PANEL, LINE)
        inner = area.adjusted(s.of(20), s.of(6), -s.of(20), -s.of(6))
        order = words.of("screen.order", order=item.order) if item.order else ""
        buyer = words.of("screen.buyer", reason=item.buyer_reason) if item.buyer_reason else ""
        room = int(inner.height() // s.of(31))
        details = [text for text in (item.code, order, buyer) if text]
        if room - bool(item.name) < len(details):
            details = [*details[:1], " · ".join(details[1:])]
        rows = [(item.name, s.of(30), Weight.BOLD, INK)] if item.name else []
        rows += [(text, s.text, Weight.REGULAR, INK_2) for text in details]
        rows = rows[:room]
        line = min(s.of(38), inner.height() / max(1, len(rows)))
        top = inner.center().y() - line * len(rows) / 2
        for text, pixels, weight, colour in rows:
            place = QRectF(inner.left(), top, inner.width(), line)
            page.write(
                place,
                text,
                pixels,
                weight=weight,
                colour=colour,
                least=s.text,
                given=True,
                tail=text == item.code,
            )
            top += line
