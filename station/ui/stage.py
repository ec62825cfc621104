"""Where a picture lies on the screen: fitted, zoomed about a point, moved, never lost."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF

MOST_ZOOM = 12.0
STEP = 1.25


@dataclass(frozen=True, slots=True)
class Framing:
    """What part of the picture is shown: `zoom` over the fitted size, `x`, `y` the middle.

    The middle is a fraction of the picture, so the same framing serves any shot.
    """

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def zoomed(self, factor: float, at: QPointF, picture: QSizeF, area: QRectF) -> "Framing":
        """Zoom so that the point of the picture under `at` stays under it."""
        zoom = min(MOST_ZOOM, max(1.0, self.zoom * factor))
        before = shown(self, picture, area)
        fraction_x = (at.x() - before.left()) / before.width()
        fraction_y = (at.y() - before.top()) / before.height()
        width, height = before.width() * zoom / self.zoom, before.height() * zoom / self.zoom
        x = (area.center().x() - at.x()) / width + fraction_x
        y = (area.center().y() - at.y()) / height + fraction_y
        return _inside(replace(self, zoom=zoom, x=x, y=y), picture, area)

    def moved(self, by: QPointF, picture: QSizeF, area: QRectF) -> "Framing":
        """Drag the picture along."""
        whole = shown(self, picture, area)
        x, y = self.x - by.x() / whole.width(), self.y - by.y() / whole.height()
        return _inside(replace(self, x=x, y=y), picture, area)


def shown(framing: Framing, picture: QSizeF, area: QRectF) -> QRectF:
    """Where the whole picture lies, in the coordinates of `area`; it may reach beyond it."""
    fit = min(area.width() / picture.width(), area.height() / picture.height())
    width, height = picture.width() * fit * framing.zoom, picture.height() * fit * framing.zoom
    left = area.center().x() - framing.x * width
    top = area.center().y() - framing.y * height
    return QRectF(left, top, width, height)


def round_length(mm_per_px: float, longest_px: float) -> float | None:
    """The longest 1-2-5 length in mm that is at most `longest_px` long; none below 1 mm."""
    lengths = (500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0)
    return next((length for length in lengths if length / mm_per_px <= longest_px), None)


def _inside(framing: Framing, picture: QSizeF, area: QRectF) -> Framing:
    """Keep the area filled as far as the picture reaches."""
    whole = shown(framing, picture, area)
    half_x = min(0.5, area.width() / whole.width() / 2)
    half_y = min(0.5, area.height() / whole.height() / 2)
    x = min(1 - half_x, max(half_x, framing.x))
    y = min(1 - half_y, max(half_y, framing.y))
    return replace(framing, x=x, y=y)
