"""The item on the stage: the shot at full size with its marks; wheel, drag and pinch to look."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainterPath, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from station.screen.view import ParcelView, PictureView, Thumb
from station.ui.lettering import Align, Page, Panel
from station.ui.overlays import draw_marks, draw_scale
from station.ui.parcel import draw_parcel, parcel_height
from station.ui.pictures import Decoded, Pictures
from station.ui.shapes import carton, draw
from station.ui.stage import STEP, Framing, shown
from station.ui.theme import INK_2, LINE, OUTLINE, PANEL, STAGE, WHITE
from station.ui.words import Words


class Picture(Panel):
    """One shot of the item, fitted; its marks and scale are drawn only with the picture itself."""

    def __init__(self, words: Words, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._pictures = pictures
        self._view: PictureView | None = None
        self._shot = ""
        self._scanned = False
        self._parcel: ParcelView | None = None
        self._framing = Framing()
        self._dragged_from: QPointF | None = None
        self._fitted: tuple[str, Decoded] | None = None
        self.grabGesture(Qt.GestureType.PinchGesture)

    @property
    def framing(self) -> Framing:
        """What part of the picture is shown."""
        return self._framing

    def show_view(
        self,
        view: PictureView | None,
        shot: str,
        *,
        scanned: bool,
        parcel: ParcelView | None = None,
    ) -> None:
        """Show a shot of a view; a new picture is seen whole again.

        `scanned` tells an item without a picture yet from an empty bench, which shows its parcel.
        """
        self._scanned = scanned
        self._parcel = parcel
        if view is None or shot != self._shot:
            self._framing = Framing()
        self._view, self._shot = view, shot
        self.update()

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """Zoom in, or out with a negative number of steps, about a point or the middle."""
        area = QRectF(self.rect())
        self._look(self._framing.zoomed(STEP**steps, at or area.center(), self._size(), area))

    def draw(self, page: Page) -> None:
        thumb = self._thumb()
        if self._view is None or thumb is None:
            self._draw_empty(page)
            return
        painter = page.painter
        rounded = QPainterPath()
        rounded.addRoundedRect(page.area, self.sizes.radius, self.sizes.radius)
        painter.setClipPath(rounded)
        painter.fillRect(page.area, QColor(STAGE))
        fitted = self._fit(thumb.digest)
        if fitted is None:
            if self._pictures.unreadable(thumb.digest):
                said = self._words.of("screen.no-picture")
                page.write(page.area, said, self.sizes.of(32), colour=WHITE, align=Align.CENTRE)
            return
        size = QSizeF(fitted.kept)
        whole = shown(self._framing, size, page.area)
        near = self._pictures.whole(thumb.digest) if self._framing.zoom > 1 else None
        painter.drawImage(whole, (near or fitted).image)
        marks = [mark for mark in self._view.marks if mark.shot == self._shot]
        draw_marks(page, page.area, whole, size, marks)
        if thumb.mm_per_px is not None:
            seen = whole.intersected(page.area)
            draw_scale(page, seen, whole, size, thumb.mm_per_px, self._words.of)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(event.angleDelta().y() / 120, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is not None:
            by = event.position() - self._dragged_from
            self._dragged_from = event.position()
            self._look(self._framing.moved(by, self._size(), QRectF(self.rect())))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._dragged_from = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self._look(Framing())

    def event(self, event: QEvent) -> bool:
        """Pinch on a touch screen."""
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                at = QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint()))
                area = QRectF(self.rect())
                self._look(self._framing.zoomed(pinch.scaleFactor(), at, self._size(), area))
                return True
        return super().event(event)

    def _thumb(self) -> Thumb | None:
        thumbs = self._view.thumbs if self._view else ()
        return next((thumb for thumb in thumbs if thumb.shot == self._shot), None)

    def _size(self) -> QSizeF:
        thumb = self._thumb()
        fitted = self._fit(thumb.digest) if thumb else None
        return QSizeF(fitted.kept) if fitted else QSizeF(16, 9)

    def _fit(self, digest: str) -> Decoded | None:
        """The picture to fill the panel; what filled it before it was resized until that is there.

        A part of the picture is drawn from this too, until all of its pixels are there.
        """
        size = (QSizeF(self.size()) * self.devicePixelRatioF()).toSize()
        fitted = self._pictures.fitted(digest, size)
        if fitted is not None:
            self._fitted = digest, fitted
        return self._fitted[1] if self._fitted and self._fitted[0] == digest else None

    def _look(self, framing: Framing) -> None:
        self._framing = framing
        self.update()

    def _draw_empty(self, page: Page) -> None:
        s = self.sizes
        page.panel(page.area, PANEL, LINE)
        parcel = None if self._scanned else self._parcel
        height, edge, gap = page.area.height(), s.of(32), s.of(12)
        below = s.of(parcel_height(parcel)) if parcel else s.of(40)
        room = height - 2 * edge - gap - below
        side = max(height * 0.18, min(s.of(300), height * 0.5, room))
        top = max(edge, (height - side - gap - below) / 2)
        icon = QRectF(page.area.center().x() - side / 2, top, side, side)
        draw(page.painter, carton(), icon, OUTLINE)
        words = QRectF(0, icon.bottom() + gap, page.area.width(), height - icon.bottom() - gap)
        if parcel is not None:
            draw_parcel(page, words.adjusted(0, 0, 0, -edge / 2), s, self._words, parcel)
            return
        words.setHeight(s.of(40))
        said = self._words.of("screen.no-shot" if self._scanned else "screen.no-item")
        page.write(words, said, s.of(28), colour=INK_2, align=Align.CENTRE)
