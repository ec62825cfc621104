"""Text on panels: fitted, centred on its figures, and noted so that a check can find what clips."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from station.ui.fonts import Weight, font
from station.ui.theme import INK, Sizes


class Align(Enum):
    """Where a line stands in its place."""

    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line as written: its words, what is shown of them, the box of its glyphs.

    `given` marks words that come from outside (an item's name): only these may be cut.
    """

    text: str
    shown: str
    box: QRectF
    pixels: float
    cut: bool
    given: bool


class Page:
    """A painter that writes lines and keeps a list of them."""

    def __init__(self, painter: QPainter, sizes: Sizes, area: QRectF) -> None:
        self.painter = painter
        self.sizes = sizes
        self.area = area
        self.lines: list[Line] = []

    def write(
        self,
        place: QRectF,
        text: str,
        pixels: float,
        *,
        weight: Weight = Weight.REGULAR,
        colour: str = INK,
        align: Align = Align.LEFT,
        least: float | None = None,
        given: bool = False,
        tail: bool = False,
    ) -> QRectF:
        """Write a line in `place`, shrinking it to `least` pixels before it is cut; its box.

        With `tail` the end is kept where it is cut: people compare the end of a code.
        """
        pixels = fitting(text, weight, place.width(), place.height() * 2, pixels, least or pixels)
        metrics = QFontMetricsF(font(pixels, weight))
        whole = shown = _set(text)
        if metrics.horizontalAdvance(whole) > place.width() + 0.5:
            cut = Qt.TextElideMode.ElideLeft if tail else Qt.TextElideMode.ElideRight
            shown = metrics.elidedText(whole, cut, place.width())
        width = metrics.horizontalAdvance(shown)
        left = place.left() + (place.width() - width) * align.value
        baseline = place.center().y() + metrics.capHeight() / 2
        self.painter.setFont(font(pixels, weight))
        self.painter.setPen(QColor(colour))
        self.painter.drawText(QPointF(left, baseline), shown)
        box = QRectF(left, baseline - pixels * 0.86, width, pixels * 1.08)
        if shown:
            self.lines.append(Line(text, shown, box, pixels, shown != whole, given))
        return box

    def panel(self, area: QRectF, colour: str, edge: str | None = None, width: float = 1) -> None:
        """A rounded rectangle, with an edge inside it where one is named."""
        painter = self.painter
        inset = width / 2 if edge else 0.0
        painter.setPen(Qt.PenStyle.NoPen)
        if edge:
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(QColor(edge))
            pen.setWidthF(width)
            painter.setPen(pen)
        painter.setBrush(QColor(colour))
        radius = self.sizes.radius
        painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), radius, radius)


class Panel(QWidget):
    """A widget that draws itself on a page and takes no keyboard focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sizes = Sizes(1.0)
        self.lines: list[Line] = []
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def resize_to(self, sizes: Sizes) -> None:
        """Draw at another scale from now on."""
        self.sizes = sizes
        self.update()

    def draw(self, page: Page) -> None:
        """Draw everything; panels say how."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.lines = paint(self, self.sizes, self.draw)


def paint(widget: QWidget, sizes: Sizes, draw: Callable[[Page], None]) -> list[Line]:
    """Let `draw` fill a page over a widget in its paint event; the lines it wrote.

    The painter is ended even if drawing fails: an open one would take the process with it.
    """
    painter = QPainter(widget)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    page = Page(painter, sizes, QRectF(widget.rect()))
    try:
        draw(page)
    finally:
        painter.end()
    return page.lines


def width_of(text: str, pixels: float, weight: Weight = Weight.REGULAR) -> float:
    """How wide a line is."""
    return QFontMetricsF(font(pixels, weight)).horizontalAdvance(_set(text))


def fitting(
    text: str, weight: Weight, width: float, height: float, most: float, least: float
) -> float:
    """The largest size of text that fits a width and a height, from `most` down to `least`."""
    pixels = max(least, min(most, height / 1.2))
    while pixels > least and width_of(text, pixels, weight) > width:
        pixels = max(least, pixels - 1)
    return pixels


def _set(text: str) -> str:
    """The text as set: tabular figures would make a hyphen-minus as wide as a figure."""
    return text.replace("-", "\N{HYPHEN}")
