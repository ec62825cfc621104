"""The strip across the top: bench, person, language, counts, and the devices by exception.

A device that is well is a round dot; one that needs attention is a rotated square with a word. If
they do not all fit beside the counts, those that are well are counted instead of named.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from station.screen.view import DeviceView, OperatorView
from station.ui.fonts import Weight
from station.ui.lettering import Page, Panel, width_of
from station.ui.parcel import parcel_said
from station.ui.theme import ATTENTION, STRIP, STRIP_2, WELL, WHITE
from station.ui.words import Words

LANGUAGES = (("zh-CN", "中文"), ("en", "EN"))
SMALLEST_TARGET = 44.0
WELL_WORD = "device-state.well"


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    well: bool


class DeviceStrip(Panel):
    """The dark strip; a click on its languages calls `turn_language`."""

    def __init__(
        self, words: Words, turn_language: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._turn_language = turn_language
        self._view: OperatorView | None = None
        self.language_area = QRectF()

    def show_view(self, view: OperatorView) -> None:
        """Show bench, person, counts and devices of a view."""
        self._view = view
        self.update()

    def draw(self, page: Page) -> None:
        view = self._view
        if view is None:
            return
        s, area = self.sizes, page.area
        page.painter.fillRect(area, QColor(STRIP))
        inner = area.adjusted(s.of(24), 0, -s.of(24), 0)
        left = self._write_person(page, inner, view)
        counts = [self._words.of("screen.ended", count=view.ended)]
        if view.parked:
            counts.append(self._words.of("screen.parked", count=view.parked))
        if view.parcel is not None:
            counts.insert(0, parcel_said(self._words, view.parcel))
        said = width_of(" · ".join(counts), s.text)
        entries, width = self._fitting(view.devices, inner.right() - left - s.of(40), said)
        self._draw_devices(page, inner.right() - width, entries)
        middle = QRectF(left, 0, inner.right() - width - s.of(40) - left, area.height())
        while counts and width_of(" · ".join(counts), s.text) > middle.width():
            counts.pop()
        page.write(middle, " · ".join(counts), s.text, colour=STRIP_2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.language_area.contains(event.position()):
            self._turn_language()

    def _write_person(self, page: Page, inner: QRectF, view: OperatorView) -> float:
        s = self.sizes
        words = self._words
        gap = s.of(32)
        left = inner.left()
        who = view.operator or words.of("screen.nobody")
        for text, weight, colour in (
            (words.of("screen.station", name=view.station), Weight.BOLD, WHITE),
            (who, Weight.REGULAR, WHITE),
        ):
            most = min(width_of(text, s.text, weight), inner.width() * 0.16)
            place = QRectF(left, 0, most + 1, inner.height())
            page.write(place, text, s.text, weight=weight, colour=colour, given=True)
            left += most + gap
        start = left
        for locale, name in LANGUAGES:
            current = locale == words.locale
            weight = Weight.BOLD if current else Weight.REGULAR
            width = width_of(name, s.text, weight)
            place = QRectF(left, 0, width + 1, inner.height())
            page.write(place, name, s.text, weight=weight, colour=WHITE if current else STRIP_2)
            if current:
                rule = QRectF(left, inner.center().y() + s.of(17), width, s.of(3))
                page.painter.fillRect(rule, QColor(WHITE))
            left += width + s.of(18)
        self.language_area = QRectF(start - s.of(8), 0, left - start, inner.height())
        return left + gap

    def _fitting(
        self, devices: Sequence[DeviceView], room: float, counts: float
    ) -> tuple[list[_Entry], float]:
        """The fullest form that fits; the counts give way only to devices in need of attention."""
        well = [device for device in devices if device.well]
        ill = [device for device in devices if not device.well]
        counted = _Entry(self._words.of("device-state.others-well", count=len(well)), well=True)
        summary = [counted] if well else []
        forms = (
            [self._named(device) for device in devices],
            [*summary, *(self._named(device) for device in ill)],
            [*summary, *(_Entry(self._words.say(device.name), well=False) for device in ill)],
        )
        for entries, beside in zip(forms, (counts, 0.0, 0.0), strict=True):
            width = sum(self._entry_width(entry) for entry in entries)
            if width <= room - beside:
                return entries, width
        return forms[-1], sum(self._entry_width(entry) for entry in forms[-1])

    def _named(self, device: DeviceView) -> _Entry:
        name = self._words.say(device.name)
        word = "" if device.word.id == WELL_WORD else f" {self._words.say(device.word)}"
        return _Entry(name + word, device.well)

    def _entry_width(self, entry: _Entry) -> float:
        s = self.sizes
        weight = Weight.REGULAR if entry.well else Weight.BOLD
        return s.of(28) + width_of(entry.text, s.text, weight) + s.of(28)

    def _draw_devices(self, page: Page, left: float, entries: Sequence[_Entry]) -> None:
        s = self.sizes
        for entry in entries:
            centre = QPointF(left + s.of(28) + s.of(10), page.area.center().y())
            _draw_sign(page.painter, centre, s.of(8), well=entry.well)
            start = centre.x() + s.of(18)
            width = self._entry_width(entry)
            weight = Weight.REGULAR if entry.well else Weight.BOLD
            colour = STRIP_2 if entry.well else WHITE
            place = QRectF(start, 0, width, page.area.height())
            page.write(place, entry.text, s.text, weight=weight, colour=colour)
            left += width


def _draw_sign(painter: QPainter, centre: QPointF, radius: float, *, well: bool) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(WELL if well else ATTENTION))
    if well:
        painter.drawEllipse(centre, radius, radius)
        return
    r = radius * 1.4
    corners = [QPointF(0, -r), QPointF(r, 0), QPointF(0, r), QPointF(-r, 0)]
    painter.drawPolygon(QPolygonF([centre + corner for corner in corners]))
