"""What is drawn over a picture: numbered marks, and the true scale bar.

Marks are white with a dark casing, so that they show on any item.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPen

from station.screen.view import Mark
from station.ui.fonts import Weight
from station.ui.lettering import Align, Page, width_of
from station.ui.stage import round_length
from station.ui.theme import INK, STAGE, WHITE


def draw_marks(
    page: Page, area: QRectF, whole: QRectF, picture: QSizeF, marks: Sequence[Mark]
) -> None:
    """Draw the marks of one shot; `whole` is where the picture of size `picture` lies."""
    s = page.sizes
    scale = whole.width() / picture.width()
    boxes = [_box(mark, whole.topLeft(), scale, s.of(10), s.of(40)) for mark in marks]
    painter = page.painter
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((INK, s.of(9)), (WHITE, s.of(4.5))):
        painter.setPen(QPen(QColor(colour), width))
        for box in boxes:
            painter.drawRoundedRect(box, s.radius, s.radius)
    taken: list[QRectF] = []
    for mark, box in zip(marks, boxes, strict=True):
        badge = _badge_place(box, s.of(40), area, taken)
        if badge is not None:
            taken.append(badge)
            _draw_badge(page, badge, mark.number)


def draw_scale(
    page: Page,
    area: QRectF,
    whole: QRectF,
    picture: QSizeF,
    mm_per_px: float,
    say: Callable[..., str],
) -> None:
    """A bar of a round length at the foot of the picture, true to the calibration."""
    s, painter = page.sizes, page.painter
    per_pixel = mm_per_px * picture.width() / whole.width()
    length = round_length(per_pixel, s.of(240))
    if length is None:
        return
    long = length / per_pixel
    said = say("screen.scale", value=f"{length:.0f}")
    width = max(long, width_of(said, s.text)) + s.of(32)
    plate = QRectF(area.right() - width - s.of(16), area.bottom() - s.of(84), width, s.of(68))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(STAGE))
    painter.drawRoundedRect(plate, s.radius, s.radius)
    left = plate.center().x() - long / 2
    y = plate.top() + s.of(18)
    painter.setPen(QPen(QColor(WHITE), s.of(3), Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(left, y), QPointF(left + long, y))
    for x in (left, left + long):
        painter.drawLine(QPointF(x, y - s.of(7)), QPointF(x, y + s.of(7)))
    text = QRectF(plate.left(), y + s.of(8), plate.width(), s.of(36))
    page.write(text, said, s.text, weight=Weight.STRONG, colour=WHITE, align=Align.CENTRE)


def _box(mark: Mark, origin: QPointF, scale: float, pad: float, least: float) -> QRectF:
    x, y, width, height = mark.box
    box = QRectF(x * scale, y * scale, width * scale, height * scale).translated(origin)
    grow_x = max(pad, (least - box.width()) / 2)
    grow_y = max(pad, (least - box.height()) / 2)
    return box.adjusted(-grow_x, -grow_y, grow_x, grow_y)


def _badge_place(box: QRectF, side: float, area: QRectF, taken: Sequence[QRectF]) -> QRectF | None:
    """At a corner of the mark that is in sight and free; none for a mark out of sight."""
    if not area.intersects(box):
        return None
    corners = (box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft())
    places = [
        _within(QRectF(c.x() - side / 2, c.y() - side / 2, side, side), area) for c in corners
    ]
    free = (place for place in places if not any(place.intersects(other) for other in taken))
    return next(free, places[0])


def _within(place: QRectF, area: QRectF) -> QRectF:
    left = min(max(place.left(), area.left() + 2), area.right() - place.width() - 2)
    top = min(max(place.top(), area.top() + 2), area.bottom() - place.height() - 2)
    return QRectF(left, top, place.width(), place.height())


def _draw_badge(page: Page, place: QRectF, number: int) -> None:
    s, painter = page.sizes, page.painter
    painter.setPen(QPen(QColor(INK), s.of(3)))
    painter.setBrush(QColor(WHITE))
    painter.drawEllipse(place)
    page.write(place, str(number), s.of(26), weight=Weight.BOLD, align=Align.CENTRE)
