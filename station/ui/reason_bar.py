"""The limit bar: where a value ± U lies between its limits, to scale.

The limits are thin ticks, the value is a bold tick, U is a band around it. The same bar is drawn
wherever a measurement is shown against its limits.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor

from station.domain.grading import Level
from station.ui.lettering import Page, width_of
from station.ui.theme import INK, INK_2, LINE, SPREAD

HEADROOM = 1.12
MOST_LABELS = 2


@dataclass(frozen=True, slots=True)
class Scale:
    """A bar from zero to `end`, `width` pixels long."""

    end: float
    width: float

    def at(self, value: float) -> float:
        """Where a value lies, in pixels from the left end."""
        return min(1.0, max(0.0, value / self.end)) * self.width


def scale_for(
    value: float, uncertainty: float, limits: tuple[tuple[Level, float], ...], width: float
) -> Scale:
    """The scale that shows the value, its U, and the next limit at which the grade changes.

    A limit within U of the value is shown large instead, since it is what leaves doubt.
    """
    near = [limit for _, limit in limits if abs(limit - value) <= uncertainty]
    if near:
        return Scale(max(2 * near[-1], (value + uncertainty) * HEADROOM), width)
    ahead = [limit for level, limit in limits if level >= Level.REPAIR and limit >= value]
    ends = [value + uncertainty, *ahead[:1]]
    if not ahead:
        ends += [limit for _, limit in limits]
    return Scale(max(ends) * HEADROOM, width)


def labelled(
    value: float, limits: tuple[tuple[Level, float], ...], scale: Scale
) -> tuple[tuple[Level, float], ...]:
    """The limits worth words: those on either side of the value, else the two nearest to it."""
    shown = [pair for pair in limits if pair[1] <= scale.end]
    below = [pair for pair in shown if pair[1] < value]
    above = [pair for pair in shown if pair[1] >= value]
    if below and above:
        return (below[-1], above[0])
    return tuple(above[:MOST_LABELS] or below[-MOST_LABELS:])


def label_places(
    centres: tuple[float, ...], widths: tuple[float, ...], room: float, gap: float
) -> tuple[float, ...] | None:
    """Left ends of labels near their ticks, kept apart and inside; none if they do not fit."""
    if sum(widths) + gap * (len(widths) - 1) > room:
        return None
    lefts: list[float] = []
    free = 0.0
    for centre, width in zip(centres, widths, strict=True):
        lefts.append(max(free, centre - width / 2))
        free = lefts[-1] + width + gap
    end = room
    for index in reversed(range(len(lefts))):
        lefts[index] = min(lefts[index], end - widths[index])
        end = lefts[index] - gap
    return tuple(lefts)


def draw_bar(
    page: Page,
    area: QRectF,
    value: float,
    uncertainty: float,
    limits: tuple[tuple[Level, float], ...],
    say: Callable[[Level, float], str],
) -> None:
    """Draw a bar with its labels below it; `say` gives the words of a limit."""
    s, painter = page.sizes, page.painter
    scale = scale_for(value, uncertainty, limits, area.width())
    thick = s.of(10)
    middle = area.top() + s.of(13)
    track = QRectF(area.left(), middle - thick / 2, area.width(), thick)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(LINE))
    painter.drawRoundedRect(track, thick / 2, thick / 2)
    low, high = scale.at(value - uncertainty), scale.at(value + uncertainty)
    painter.setBrush(QColor(SPREAD))
    spread = QRectF(area.left() + low, middle - s.of(8), max(s.of(2), high - low), s.of(16))
    painter.drawRoundedRect(spread, s.of(4), s.of(4))
    for _, limit in limits:
        if limit <= scale.end:
            tick = QRectF(area.left() + scale.at(limit) - s.of(1.25), middle - s.of(13), 0, 0)
            tick.setSize(tick.size() + QRectF(0, 0, s.of(2.5), s.of(26)).size())
            painter.fillRect(tick, QColor(INK))
    bold = QRectF(area.left() + scale.at(value) - s.of(3.5), middle - s.of(11), s.of(7), s.of(22))
    painter.setBrush(QColor(INK))
    painter.drawRoundedRect(bold, s.of(2), s.of(2))
    _label(page, area, labelled(value, limits, scale), scale, say)


def _label(
    page: Page,
    area: QRectF,
    limits: tuple[tuple[Level, float], ...],
    scale: Scale,
    say: Callable[[Level, float], str],
) -> None:
    s = page.sizes
    words = tuple(say(level, limit) for level, limit in limits)
    widths = tuple(width_of(word, s.text) for word in words)
    centres = tuple(scale.at(limit) for _, limit in limits)
    lefts = label_places(centres, widths, area.width(), s.of(20))
    if lefts is None:
        words, widths, centres = words[:1], widths[:1], centres[:1]
        lefts = label_places(centres, widths, area.width(), 0) or (0.0,)
    top = area.top() + s.of(29)
    for word, left, width in zip(words, lefts, widths, strict=True):
        place = QRectF(area.left() + left, top, width + 1, s.of(30))
        page.write(place, word, s.text, colour=INK_2)
