"""The bench as its cameras see it now, in small tiles, while there is no grade to explain."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainterPath, QShowEvent
from PySide6.QtWidgets import QWidget

from station.screen.live import LiveFrame, LiveView
from station.ui.lettering import Align, Page, Panel, width_of
from station.ui.theme import INK_2, LINE, PANEL, STAGE, WHITE
from station.ui.words import Words

PACE_MS = 33
STALE_S = 1.0
"""After so long without a new picture a tile says that there is none."""


@dataclass(slots=True)
class _Tile:
    view: LiveView
    frame: LiveFrame | None = None
    came_s: float = 0.0
    fresh: bool = False


class LivePanel(Panel):
    """Up to four cameras live. It looks for new pictures only while it can be seen."""

    def __init__(
        self,
        words: Words,
        views: Sequence[LiveView],
        parent: QWidget | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._tiles = [_Tile(view) for view in views]
        self._now = now
        self._timer = QTimer(self)
        self._timer.setInterval(PACE_MS)
        self._timer.timeout.connect(self.look)

    @property
    def empty(self) -> bool:
        """Whether there is no camera to show."""
        return not self._tiles

    def look(self) -> None:
        """Take what is new; only its tiles are drawn again."""
        now = self._now()
        for tile, place in zip(self._tiles, self.tile_places(), strict=True):
            frame = tile.view.latest()
            if frame is not None:
                tile.frame, tile.came_s = frame, now
            fresh = tile.frame is not None and now - tile.came_s < STALE_S
            if frame is not None or fresh != tile.fresh:
                tile.fresh = fresh
                self.update(place.toAlignedRect())

    def tile_places(self) -> list[QRectF]:
        """Where each camera's picture stands: the grid that shows them largest."""
        count, gap = len(self._tiles), self.sizes.of(12)
        if not count:
            return []
        aspect = max(tile.view.aspect for tile in self._tiles)
        area = QRectF(self.rect())

        def width_in(columns: int) -> float:
            rows = -(-count // columns)
            across = (area.width() - gap * (columns - 1)) / columns
            return min(across, (area.height() - gap * (rows - 1)) / rows * aspect)

        columns = max(range(1, count + 1), key=width_in)
        rows, width = -(-count // columns), max(1.0, width_in(columns))
        height = width / aspect
        left = area.center().x() - (columns * width + (columns - 1) * gap) / 2
        top = area.center().y() - (rows * height + (rows - 1) * gap) / 2
        return [
            QRectF(
                left + n % columns * (width + gap),
                top + n // columns * (height + gap),
                width,
                height,
            )
            for n in range(count)
        ]

    def draw(self, page: Page) -> None:
        for tile, place in zip(self._tiles, self.tile_places(), strict=True):
            self._draw_tile(page, tile, place)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._tiles:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _draw_tile(self, page: Page, tile: _Tile, place: QRectF) -> None:
        s, painter, words = self.sizes, page.painter, self._words
        if tile.frame is None or not tile.fresh:
            page.panel(place, PANEL, LINE)
            said = words.of("screen.no-live")
            inner = place.adjusted(s.of(4), 0, -s.of(4), -s.of(36))
            page.write(inner, said, s.of(28), colour=INK_2, align=Align.CENTRE, least=s.text)
        else:
            painter.save()
            rounded = QPainterPath()
            rounded.addRoundedRect(place, s.radius, s.radius)
            painter.setClipPath(rounded)
            painter.fillRect(place, QColor(STAGE))
            frame = tile.frame
            image = QImage(
                frame.rgb, frame.width, frame.height, 3 * frame.width, QImage.Format.Format_RGB888
            )
            painter.drawImage(_fitted(place, tile.view.aspect), image)
            painter.restore()
        name = tile.view.name if len(self._tiles) > 1 else words.of("screen.live")
        wide = min(place.width(), width_of(name, s.text) + s.of(24))
        label = QRectF(place.left(), place.bottom() - s.of(36), wide, s.of(36))
        inner = label.adjusted(s.of(12), 0, -s.of(11), -s.of(2))
        if tile.fresh:
            painter.fillRect(label, QColor(STAGE))
        page.write(inner, name, s.text, colour=WHITE if tile.fresh else INK_2, given=True)


def _fitted(place: QRectF, aspect: float) -> QRectF:
    """The largest rectangle of a shape in the middle of a place."""
    width = min(place.width(), place.height() * aspect)
    fitted = QRectF(0, 0, width, width / aspect)
    fitted.moveCenter(place.center())
    return fitted
