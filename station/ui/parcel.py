"""The parcel at the bench: its count in the strip, and on the empty stage what it still lacks."""

from itertools import pairwise

from PySide6.QtCore import QRectF

from station.screen.view import ParcelView, Text
from station.ui.fonts import Weight
from station.ui.lettering import Align, Page, width_of
from station.ui.theme import INK, INK_2, Sizes
from station.ui.words import Words

TAIL = 8
HEAD, LINE = 56.0, 44.0


def parcel_said(words: Words, parcel: ParcelView, *, whole: bool = False) -> str:
    """Its code and its count; the strip shows the end of the code, which people compare."""
    code = parcel.code if whole or len(parcel.code) <= TAIL + 1 else f"…{parcel.code[-TAIL:]}"
    return words.of("screen.parcel", code=code, came=parcel.came, declared=parcel.declared)


def parcel_height(parcel: ParcelView) -> float:
    """The height of the whole parcel, in pixels of the 1920 x 1080 design."""
    return HEAD + LINE * len(parcel.differences)


def draw_parcel(page: Page, area: QRectF, sizes: Sizes, words: Words, parcel: ParcelView) -> None:
    """The count, and below it a table of the differences, as many as there are lines for them."""
    line, text = sizes.of(LINE), sizes.of(28)
    head = QRectF(area.left(), area.top(), area.width(), line)
    said = parcel_said(words, parcel, whole=True)
    page.write(
        head, said, sizes.of(32), weight=Weight.BOLD, colour=INK, align=Align.CENTRE, given=True
    )
    top = area.top() + sizes.of(HEAD)
    fitting = max(0, int((area.bottom() - top) // line))
    shown = parcel.differences
    left_out = 0
    if len(shown) > fitting:
        shown = shown[: max(0, fitting - 1)]
        left_out = len(parcel.differences) - len(shown)
    rows = [(_heading(words, text), _goods(words, text)) for text in shown]
    if left_out and fitting:
        rows.append(("", words.of("screen.parcel-more", count=left_out)))
    if not rows:
        return
    first = max(width_of(heading, text, Weight.STRONG) for heading, _ in rows) + sizes.of(32)
    room = area.width() - 2 * sizes.of(32)
    second = min(max(width_of(goods, text) for _, goods in rows) + 1, room - first)
    left = area.center().x() - (first + second) / 2
    headings = ["", *(heading for heading, _ in rows)]
    for (before, heading), (_, goods) in zip(pairwise(headings), rows, strict=True):
        if heading != before:
            place = QRectF(left, top, first, line)
            page.write(place, heading, text, weight=Weight.STRONG, colour=INK)
        page.write(QRectF(left + first, top, second, line), goods, text, colour=INK_2, given=True)
        top += line


def _heading(words: Words, difference: Text) -> str:
    return words.of(difference.id)


def _goods(words: Words, difference: Text) -> str:
    return words.of("screen.parcel-goods", **dict(difference.arguments))
