"""The signs of the look as paths in a square of 100: one for each grade, state and mark."""

import math
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPolygonF, QTransform

from station.domain.grading import Grade
from station.screen.view import Band

SIDE = 100.0

Points = tuple[tuple[float, float], ...]


def draw(painter: QPainter, sign: QPainterPath, area: QRectF, colour: str) -> None:
    """Fill a sign into the largest square in the middle of an area."""
    side = min(area.width(), area.height())
    painter.save()
    painter.translate(area.center() - QPointF(side / 2, side / 2))
    painter.scale(side / SIDE, side / SIDE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawPath(sign)
    painter.restore()


@cache
def grade_sign(grade: Grade) -> QPainterPath:
    """Circle with check, triangle with wrench, square with cross."""
    match grade:
        case Grade.RESELLABLE:
            return circle_check()
        case Grade.REPAIR:
            return triangle_wrench()
        case Grade.SCRAP:
            return square_cross()


@cache
def band_sign(band: Band) -> QPainterPath:
    """One sign for each of the six states."""
    match band:
        case Band.READY:
            return barcode()
        case Band.READING:
            return magnifier()
        case Band.LOOKING:
            return camera()
        case Band.RESULT:
            return check()
        case Band.NEEDS_YOU:
            return diamond_exclamation()
        case Band.STOPPED:
            return octagon_bar()


def circle_check() -> QPainterPath:
    ring = _stroke(_ellipse(7, 7, 86, 86), 9)
    return ring.united(_line(((29, 52), (44, 67), (72, 36)), 10.5))


def triangle_wrench() -> QPainterPath:
    triangle = _polygon(((50, 12), (93, 87), (7, 87)))
    return _stroke(triangle, 9).united(_wrench())


def square_cross() -> QPainterPath:
    square = _stroke(_rectangle(9, 9, 82, 82, 3), 9)
    cross = _line(((32, 32), (68, 68)), 10.5).united(_line(((68, 32), (32, 68)), 10.5))
    return square.united(cross)


@cache
def diamond_question() -> QPainterPath:
    """Doubt: a rotated square with a question mark."""
    hook = QPainterPath(QPointF(38.5, 42))
    hook.cubicTo(38.5, 25, 61.5, 25, 61.5, 41)
    hook.cubicTo(61.5, 50, 50, 50, 50, 60)
    sign = _stroke(_diamond(), 8).united(_stroke(hook, 8))
    return sign.united(_dot(50, 72.5, 5.2))


def diamond_exclamation() -> QPainterPath:
    """Attention: a filled rotated square with an exclamation mark cut out."""
    mark = _line(((50, 29), (50, 54)), 10).united(_dot(50, 70, 5.8))
    whole = _diamond().united(_stroke(_diamond(), 6))
    return whole.subtracted(mark)


def octagon_bar() -> QPainterPath:
    angles = (math.pi / 8 + i * math.pi / 4 for i in range(8))
    corners = tuple((50 + 48 * math.cos(a), 50 + 48 * math.sin(a)) for a in angles)
    return _polygon(corners).subtracted(_line(((30, 50), (70, 50)), 12))


def check() -> QPainterPath:
    return _line(((14, 53), (40, 78), (88, 24)), 14)


def barcode() -> QPainterPath:
    sign = QPainterPath()
    for left, width in ((6, 10), (22, 5), (33, 12), (52, 5), (63, 10), (79, 5), (89, 5)):
        sign.addRect(QRectF(left, 16, width, 68))
    return sign


def magnifier() -> QPainterPath:
    return _stroke(_ellipse(12, 12, 52, 52), 10).united(_line(((60, 60), (86, 86)), 13))


def camera() -> QPainterPath:
    body = _rectangle(5, 26, 90, 58, 9).united(_polygon(((32, 30), (39, 15), (61, 15), (68, 30))))
    return body.subtracted(_ellipse(33, 38, 34, 34)).united(_ellipse(41, 46, 18, 18))


@cache
def turn_over() -> QPainterPath:
    """The item is to be laid another way: an arrow coming round."""
    arc = QPainterPath()
    square = QRectF(16, 18, 68, 68)
    arc.arcMoveTo(square, 30)
    arc.arcTo(square, 30, -290)
    tip = _polygon(((50, 2), (50, 36), (24, 19)))
    return _stroke(arc, 11).united(tip)


@cache
def carton() -> QPainterPath:
    """An item waited for: a box in outline."""
    lines: tuple[Points, ...] = (
        ((50, 12), (88, 30), (88, 70), (50, 88), (12, 70), (12, 30), (50, 12)),
        ((12, 30), (50, 48), (88, 30)),
        ((50, 48), (50, 88)),
        ((31, 21), (69, 39), (69, 53)),
    )
    sign = QPainterPath()
    for points in lines:
        sign = sign.united(_line(points, 2.6))
    return sign


def _wrench() -> QPainterPath:
    """An open-ended wrench, leaning to the right."""
    head = _ellipse(-12, -27, 24, 24)
    jaw = _polygon(((-4.6, -30), (4.6, -30), (4.6, -15), (0, -11.5), (-4.6, -15)))
    handle = _rectangle(-5, -9, 10, 34, 5)
    whole = head.subtracted(jaw).united(handle)
    turned: QPainterPath = QTransform().translate(48.5, 64).rotate(38).map(whole)
    return turned


def _diamond() -> QPainterPath:
    return _polygon(((50, 7), (93, 50), (50, 93), (7, 50)))


def _ellipse(left: float, top: float, width: float, height: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QRectF(left, top, width, height))
    return path


def _rectangle(left: float, top: float, width: float, height: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(left, top, width, height), radius, radius)
    return path


def _polygon(points: Points) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def _line(points: Points, width: float) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for x, y in points[1:]:
        path.lineTo(x, y)
    return _stroke(path, width)


def _dot(x: float, y: float, radius: float) -> QPainterPath:
    return _ellipse(x - radius, y - radius, 2 * radius, 2 * radius)


def _stroke(path: QPainterPath, width: float) -> QPainterPath:
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setCurveThreshold(0.05)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return stroker.createStroke(path).simplified()
