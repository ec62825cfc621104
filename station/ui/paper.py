"""Reports on paper: A4 as PDF, with text and drawings as vectors and nothing cut in two."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QByteArray, QCoreApplication, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import (
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtSvg import QSvgRenderer

from station.ui.application import prepared
from station.ui.fonts import FAMILIES

_DPI = 300
_MARGIN_MM = 14
_TEXT_PT, _FOOT_PT, _CAPTION_PT = 9.0, 7.5, 8.0
_GAP_MM = 3.0
_FOOT_MM = 8.0
_PICTURES_ACROSS = 5
_BETWEEN = 1.5 / 25.4 * _DPI
_STYLE = """
h1 { font-size: 17pt; margin-bottom: 4px } h2 { font-size: 12pt; margin-bottom: 2px }
td, th { padding: 6px 10px; border-bottom: 1px solid #D7DEE6; text-align: left }
td.n { text-align: right; white-space: nowrap }
.pass { color: #0B66C3 } .marginal { color: #8A5A00 }
.fail { color: #6B1027; font-weight: bold }
.small { font-size: 6.5pt; color: #5D6B79 } .caption { font-size: 8pt; color: #5D6B79 }
"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG, or JPEGs side by side, with its caption as HTML."""

    caption: str
    svg: str = ""
    jpegs: Sequence[bytes] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Passage:
    """Text as HTML that stays together where it fits on a page, and drawings below it."""

    html: str
    drawings: Sequence[Drawing] = field(default_factory=tuple)


def write_pdf(path: Path, title: str, passages: Sequence[Passage]) -> None:
    """Write the passages as an A4 PDF with the bundled fonts. OSError where that cannot be."""
    if QCoreApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # paper needs no display
    prepared()
    partial = path.with_name(f".{path.name}.partial")
    writer = QPdfWriter(str(partial))
    writer.setTitle(title)
    writer.setCreator("Regrade")
    writer.setResolution(_DPI)
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    page = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4),
        QPageLayout.Orientation.Portrait,
        margins,
        QPageLayout.Unit.Millimeter,
    )
    writer.setPageLayout(page)
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"{path} cannot be written: name another file")
    try:
        sheets = _Sheets(writer, painter, title)
        for passage in passages:
            sheets.text(passage.html, keep_with=passage.drawings[:1])
            for drawing in passage.drawings:
                sheets.drawing(drawing)
        sheets.foot()
    finally:
        painter.end()
    partial.replace(path)


class _Sheets:
    """Pages that fill from above; a new one is begun where the next thing does not fit."""

    def __init__(self, writer: QPdfWriter, painter: QPainter, title: str) -> None:
        self._writer = writer
        self._painter = painter
        self._title = title
        self._number = 1
        self._y = 0.0
        self._width = float(writer.width())
        self._height = writer.height() - _px(_FOOT_MM)

    def text(self, html: str, keep_with: Sequence[Drawing]) -> None:
        """Text, on one page with its first drawing where both fit."""
        words = self._set(html)
        self._y += _px(_GAP_MM) if self._y > 0 else 0
        height = words.size().height()
        follows = sum(self._drawn_height(each) for each in keep_with)
        if height + follows <= self._height:
            self._make_room(height + follows)
        elif height <= self._height:
            self._make_room(height)
        if self._y + height <= self._height:
            self._put(words, height)
            return
        if self._y > 0:
            self._turn()
        words.setPageSize(QSizeF(self._width, self._height))
        for number in range(words.pageCount()):
            if number:
                self._turn()
            above = number * self._height
            self._painter.save()
            self._painter.translate(0, -above)
            words.drawContents(self._painter, QRectF(0, above, self._width, self._height))
            self._painter.restore()
        last = words.size().height() - (words.pageCount() - 1) * self._height
        self._y = min(self._height, last)

    def drawing(self, drawing: Drawing) -> None:
        """A drawing over the whole width, its caption below."""
        self._make_room(self._drawn_height(drawing))
        if drawing.svg:
            renderer = _renderer(drawing.svg)
            height = _height_of(renderer, self._width)
            renderer.render(self._painter, QRectF(0, self._y, self._width, height))
            self._y += height
        else:
            self._pictures(drawing.jpegs)
        caption = self._caption(drawing)
        self._put(caption, caption.size().height())
        self._y += _px(_GAP_MM)

    def foot(self) -> None:
        """The title and the page's number below it."""
        font = QFont()
        font.setFamilies(list(FAMILIES))
        font.setPointSizeF(_FOOT_PT)
        self._painter.setFont(font)
        self._painter.drawText(
            QRectF(0, self._height + _px(_FOOT_MM) / 2, self._width, _px(_FOOT_MM) / 2),
            f"{self._title} · {self._number}",
        )

    def _pictures(self, jpegs: Sequence[bytes]) -> None:
        wide = self._width / _PICTURES_ACROSS
        tallest = 0.0
        for number, jpeg in enumerate(jpegs):
            column = number % _PICTURES_ACROSS
            if number and column == 0:
                self._y += tallest
                tallest = 0.0
            image = QImage.fromData(QByteArray(jpeg))
            high = _high(image, wide)
            place = QRectF(column * wide, self._y, wide - _BETWEEN, high - _BETWEEN)
            self._painter.drawImage(place, image)
            tallest = max(tallest, high)
        self._y += tallest

    def _drawn_height(self, drawing: Drawing) -> float:
        caption = self._caption(drawing).size().height() + _px(_GAP_MM)
        if drawing.svg:
            return caption + _height_of(_renderer(drawing.svg), self._width)
        wide = self._width / _PICTURES_ACROSS
        highs = [_high(QImage.fromData(QByteArray(jpeg)), wide) for jpeg in drawing.jpegs]
        rows = range(0, len(highs), _PICTURES_ACROSS)
        return caption + sum(max(highs[row : row + _PICTURES_ACROSS]) for row in rows)

    def _caption(self, drawing: Drawing) -> QTextDocument:
        return self._set(f'<p class="caption">{drawing.caption}</p>')

    def _set(self, html: str) -> QTextDocument:
        words = QTextDocument()
        words.documentLayout().setPaintDevice(self._writer)
        words.setDocumentMargin(0)
        font = QFont()
        font.setFamilies(list(FAMILIES))
        font.setPointSizeF(_TEXT_PT)
        words.setDefaultFont(font)
        words.setDefaultStyleSheet(_STYLE)
        words.setHtml(html)
        words.setTextWidth(self._width)
        return words

    def _put(self, words: QTextDocument, height: float) -> None:
        self._painter.save()
        self._painter.translate(0, self._y)
        words.drawContents(self._painter)
        self._painter.restore()
        self._y += height

    def _make_room(self, height: float) -> None:
        if self._y > 0 and self._y + height > self._height:
            self._turn()

    def _turn(self) -> None:
        self.foot()
        self._writer.newPage()
        self._number += 1
        self._y = 0.0


def _renderer(svg: str) -> QSvgRenderer:
    lettered = svg.replace('font-family="sans-serif"', f'font-family="{FAMILIES[0]}"')
    return QSvgRenderer(QByteArray(lettered.encode("utf-8")))


def _height_of(renderer: QSvgRenderer, width: float) -> float:
    box = renderer.viewBoxF()
    return width * box.height() / box.width() if box.width() > 0 else 0.0


def _high(image: QImage, wide: float) -> float:
    """How high a picture of this width is with the gap below it; one that is damaged is not."""
    if image.isNull():
        return 0.0
    return (wide - _BETWEEN) * image.height() / image.width() + _BETWEEN


def _px(mm: float) -> float:
    return mm / 25.4 * _DPI
